#include "fetch/cookies.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace hitscope {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::string_view kGood = ".example.org\tTRUE\t/\tTRUE\t1800000000\tsession\tcanary\n";
constexpr std::string_view kOld = ".example.org\tTRUE\t/\tTRUE\t1600000000\told\tcanary\n";
constexpr std::string_view kSession = "#HttpOnly_example.org\tFALSE\t/\tFALSE\t0\tid\tcanary\n";

TEST(Cookies, NothingIsNoCookies) {
  for (const char* text : {"", " \n\t\r\n"}) {
    const auto cookies = parse_cookies(text, kNow);
    ASSERT_TRUE(cookies);
    EXPECT_EQ(cookies->count, 0U);
    EXPECT_TRUE(cookies->text.empty());
  }
}

TEST(Cookies, KeepsWhatIsGoodUnderTheHeaderThatReadersAskFor) {
  const auto cookies =
      parse_cookies("# a comment\r\n" + std::string(kGood) + std::string(kOld) + "\n" +
                        std::string(kSession) + ".example.org\tTRUE\t/\tTRUE\t1800000000.5\tx\t",
                    kNow);
  ASSERT_TRUE(cookies) << cookies.error().message;
  EXPECT_EQ(cookies->count, 3U);
  EXPECT_EQ(cookies->expired, 1U);
  EXPECT_TRUE(cookies->text.starts_with("# Netscape HTTP Cookie File\n"));
  EXPECT_EQ(cookies->text.find("old"), std::string::npos);
  EXPECT_NE(cookies->text.find(kSession), std::string::npos);
}

TEST(Cookies, MalformedOnesAreToldByLineAndNeverShown) {
  for (const char* broken :
       {"example.org TRUE / TRUE 1800000000 name canary", "example.org\tYES\t/\tTRUE\t1800000000\tn\tcanary",
        "example.org\tTRUE\t/\tTRUE\tsoon\tn\tcanary", "example.org\tTRUE\tpath\tTRUE\t1\tn\tcanary",
        "\tTRUE\t/\tTRUE\t1800000000\tn\tcanary", "{\"cookies\": \"canary\"}", "session=canary"}) {
    const auto cookies = parse_cookies(std::string(kGood) + broken, kNow);
    ASSERT_FALSE(cookies) << broken;
    EXPECT_EQ(cookies.error().kind, ErrorKind::url_needs_login);
    EXPECT_NE(cookies.error().detail.find("line 2"), std::string::npos) << cookies.error().detail;
    EXPECT_EQ((cookies.error().message + cookies.error().detail).find("canary"), std::string::npos);
  }
}

TEST(Cookies, ExpiredMissingAndOversizedOnesAreTold) {
  EXPECT_EQ(parse_cookies(kOld, kNow).error().message, "All of the cookies have expired.");
  EXPECT_EQ(parse_cookies("# only comments\n", kNow).error().message, "The cookie file holds no cookie.");
  EXPECT_EQ(parse_cookies(std::string(kMostCookieBytes + 1, '#'), kNow).error().detail, "more than 1 MiB");
  EXPECT_EQ(parse_cookies(std::string("a\0b", 3), kNow).error().detail, "it holds a NUL byte");
  EXPECT_EQ(read_cookies("/nonexistent/cookies.txt", kNow).error().message, "There is no such cookie file.");
  EXPECT_EQ(read_cookies("/", kNow).error().kind, ErrorKind::url_needs_login);
}

TEST(Cookies, AreReadFromAFile) {
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "cookies.txt";
  std::ofstream(file) << "\xEF\xBB\xBF" << kGood;
  const auto cookies = read_cookies(file, kNow);
  ASSERT_TRUE(cookies) << cookies.error().message;
  EXPECT_EQ(cookies->count, 1U);
}

}  // namespace
}  // namespace hitscope
