#include "core/error.h"

#include <gtest/gtest.h>

#include <set>

namespace hitscope {
namespace {

TEST(Error, EveryKindHasItsOwnExternalName) {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::internal); ++kind) {
    names.insert(type_name(static_cast<ErrorKind>(kind)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorKind::internal) + 1);
}

TEST(Error, FailCarriesKindMessageAndDetail) {
  const Result<int> result = fail(ErrorKind::corrupt, "The file is damaged.", "bad magic at byte 3");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(result.error().message, "The file is damaged.");
  EXPECT_EQ(result.error().detail, "bad magic at byte 3");
}

}  // namespace
}  // namespace hitscope
