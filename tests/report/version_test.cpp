#include "report/version.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace hitscope {
namespace {

TEST(Version, IsThatOfTheProject) {
  std::ifstream file(std::string(HITSCOPE_SOURCE_DIR) + "/CMakeLists.txt");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(text.find("project(hitscope VERSION " + std::string(kVersion) + " "), std::string::npos);
}

}  // namespace
}  // namespace hitscope
