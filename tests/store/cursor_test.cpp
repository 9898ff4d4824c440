#include "store/cursor.h"

#include <gtest/gtest.h>

#include <limits>
#include <span>
#include <string>

#include "core/base64.h"

namespace hitscope {
namespace {

std::string cursor_of(std::string_view plain) {
  return to_base64url(std::as_bytes(std::span(plain)));
}

TEST(CursorText, ReadsWhatItWrites) {
  for (const std::int64_t ms : {std::numeric_limits<std::int64_t>::min(), std::int64_t{0},
                                std::numeric_limits<std::int64_t>::max()}) {
    for (const char* id : {"", "a", "with space", "\xC3\xA4"}) {
      const auto cursor = parse_cursor(to_text({ms, id}));
      ASSERT_TRUE(cursor);
      EXPECT_EQ(cursor->created_ms, ms);
      EXPECT_EQ(cursor->id, id);
    }
  }
}

TEST(CursorText, RefusesTheRest) {
  EXPECT_FALSE(parse_cursor(""));
  EXPECT_FALSE(parse_cursor("%"));
  for (const char* plain : {"", "12", "x 1", " 1", "12x a", "99999999999999999999 a", "+1 a", "1 \xFF"}) {
    EXPECT_FALSE(parse_cursor(cursor_of(plain))) << plain;
  }
  EXPECT_FALSE(parse_cursor(cursor_of(std::string_view("1 a\0b", 5))));
}

}  // namespace
}  // namespace hitscope
