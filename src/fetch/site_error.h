// What a site's refusal means, and what can be done about it. yt-dlp reports failures as sentences of its own
// or of the site, in English; they are told apart by what they say. A sentence that is none of the known ones
// is passed on, shortened, as url_unreachable.
//
// The order matters where a sentence could be read in two ways: what helps the user most comes first.
//
// Source: the messages in yt-dlp's extractors and in its issue threads (tests/fetch/site_error_test.cpp).
#pragma once

#include <string_view>

#include "core/error.h"

namespace hitscope {

// The message says what is the matter and what to do next; the detail holds the site's own words, without
// yt-dlp's advice about its own options, which a user of ours does not have.
[[nodiscard]] Error explain_site_error(std::string_view text, bool has_cookies);

}  // namespace hitscope
