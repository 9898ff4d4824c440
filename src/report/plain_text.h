// Text that came from outside (file names, tags, library messages) made fit to be shown.
//
// A path may hold any bytes and a tag may hold anything at all, terminal control sequences included. JSON and
// CSV need well-formed UTF-8; a terminal also needs text that cannot move its cursor or reverse its lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hitscope {

// Every byte that does not belong to a well-formed UTF-8 sequence becomes U+FFFD; the rest is unchanged.
[[nodiscard]] std::string well_formed_utf8(std::string_view text);

// The same, and control characters (C0, DEL, C1) and bidirectional overrides become U+FFFD too: safe to print
// on a terminal, always one line.
[[nodiscard]] std::string printable(std::string_view text);

// Characters (code points) of well-formed UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text);

// Breaks well-formed text at spaces into lines of at most `width` characters, each begun with `indent`
// (counted in the width) and ended with a line feed. A longer word stands on a line of its own.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t width, std::string_view indent = {});

}  // namespace hitscope
