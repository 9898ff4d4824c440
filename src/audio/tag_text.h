// Titles and artists as files carry them, made fit to show: valid UTF-8 without control characters.
//
// Old WAV and MP3 tags hold Latin-1 and do not say so; what is not valid UTF-8 is therefore read as Latin-1,
// which never fails. Leading and trailing blanks go, and so do texts beyond 1000 bytes.
#pragma once

#include <string>
#include <string_view>

namespace hitscope {

[[nodiscard]] std::string clean_tag_text(std::string_view raw);

}  // namespace hitscope
