#include "server/visitors.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <string>

#include "server/wire.h"

namespace hitscope::server {
namespace {

using testing::TemporaryFolder;

class VisitorsTest : public ::testing::Test {
 protected:
  [[nodiscard]] Visitors open(const std::filesystem::path& tokens = {}) const {
    return Visitors::open(folder_ / "key", tokens).value();
  }
  // As a browser sends back what it was given.
  static std::string cookie_of(const Visitor& visitor) {
    return visitor.set_cookie.substr(0, visitor.set_cookie.find(';'));
  }
  TemporaryFolder folder_;
};

TEST(RandomId, IsShortAndNeverTheSame) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = random_id();
    EXPECT_EQ(id.size(), 22U);
    EXPECT_TRUE(std::ranges::all_of(id, [](unsigned char c) {
      return std::isalnum(c) || c == '-' || c == '_';
    })) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 1000U);
}

TEST_F(VisitorsTest, KnowsItsVisitorsAgain) {
  const Visitors visitors = open();
  const Visitor first = visitors.identify("", "", false).value();
  EXPECT_TRUE(first.owner.starts_with("v"));
  EXPECT_TRUE(first.set_cookie.starts_with("hitscope_visitor="));
  for (const char* word : {"; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age="}) {
    EXPECT_NE(first.set_cookie.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(first.set_cookie.find("Secure"), std::string::npos);
  EXPECT_TRUE(visitors.identify("", "", true)->set_cookie.ends_with("; Secure"));
  EXPECT_TRUE(
      visitors.identify("", "", true, true)->set_cookie.ends_with("; SameSite=None; Partitioned; Secure"));
  EXPECT_TRUE(visitors.identify("", "", false, true)->set_cookie.ends_with("; SameSite=Strict"))
      << "only by HTTPS";

  const Visitor again = visitors.identify(cookie_of(first), "", false).value();
  EXPECT_EQ(again.owner, first.owner);
  EXPECT_EQ(again.set_cookie, "");
  EXPECT_EQ(open().identify(cookie_of(first), "", false)->owner, first.owner) << "after a restart";
  EXPECT_NE(visitors.identify("", "", false)->owner, first.owner);
}

TEST_F(VisitorsTest, FindsItsCookieAmongOthers) {
  const Visitors visitors = open();
  const Visitor visitor = visitors.identify("", "", false).value();
  const std::string cookie = cookie_of(visitor);
  for (const std::string& header :
       {"a=b; " + cookie, cookie + "; c=d", "a=b;" + cookie + ";c=d", "; ;" + cookie,
        "hitscope_visitor_2=x; " + cookie, "hitscope_visitor; " + cookie, "xhitscope_visitor=y; " + cookie,
        "a=hitscope_visitor=z; " + cookie}) {
    EXPECT_EQ(visitors.identify(header, "", false)->owner, visitor.owner) << header;
  }
}

TEST_F(VisitorsTest, ATamperedCookieIsNone) {
  const Visitors visitors = open();
  const Visitor visitor = visitors.identify("", "", false).value();
  const std::string cookie = cookie_of(visitor);
  const std::size_t value = cookie.find('=') + 1;
  for (std::size_t at = value; at < cookie.size(); ++at) {
    std::string tampered = cookie;
    tampered[at] = tampered[at] == 'A' ? 'B' : 'A';
    const Visitor other = visitors.identify(tampered, "", false).value();
    EXPECT_NE(other.owner, visitor.owner) << at;
    EXPECT_NE(other.set_cookie, "") << at;
  }
  for (std::size_t length = 0; length < cookie.size(); ++length) {
    EXPECT_NE(visitors.identify(cookie.substr(0, length), "", false)->owner, visitor.owner) << length;
  }
  for (const std::string& longer :
       {cookie + "A", cookie + "=", cookie + "." + cookie.substr(value), "A" + cookie}) {
    EXPECT_NE(visitors.identify(longer, "", false)->owner, visitor.owner) << longer;
  }
}

TEST_F(VisitorsTest, ACookieOfAnotherServerIsNone) {
  const TemporaryFolder elsewhere;
  const Visitors theirs = Visitors::open(elsewhere / "key", "").value();
  const Visitor stranger = theirs.identify("", "", false).value();
  const Visitor here = open().identify(cookie_of(stranger), "", false).value();
  EXPECT_NE(here.owner, stranger.owner);
  EXPECT_NE(here.set_cookie, "");
}

TEST_F(VisitorsTest, TokensComeFromAFile) {
  testing::write_file(folder_ / "tokens", "# who may\nfirst-token\n\nsecond token \r\n#commented-out\n");
  const Visitors visitors = open(folder_ / "tokens");
  const Visitor first = visitors.identify("", "Bearer first-token", false).value();
  const Visitor second = visitors.identify("", "Bearer second token", false).value();
  EXPECT_TRUE(first.owner.starts_with("t"));
  EXPECT_EQ(first.owner.find("first"), std::string::npos) << "the token itself is never stored";
  EXPECT_EQ(first.set_cookie, "");
  EXPECT_NE(first.owner, second.owner);
  EXPECT_EQ(visitors.identify("", "bearer first-token", false)->owner, first.owner) << "RFC 9110, 11.1";
  const Visitor visitor = visitors.identify("", "", false).value();
  EXPECT_EQ(visitors.identify(cookie_of(visitor), "Bearer first-token", false)->owner, first.owner)
      << "a token wins over a cookie";
}

TEST_F(VisitorsTest, AWrongTokenIsRefused) {
  testing::write_file(folder_ / "tokens", "right\n#commented-out\n");
  const Visitors visitors = open(folder_ / "tokens");
  for (const std::string_view authorization :
       {"Bearer wrong", "Bearer", "Bearer ", "Bearer righ", "Bearer rightt", "Bearer  right", "right",
        "Basic cmlnaHQ=", "Bearer #commented-out", "Bearer commented-out"}) {
    const auto visitor = visitors.identify("", authorization, false);
    ASSERT_FALSE(visitor) << authorization;
    EXPECT_EQ(visitor.error().kind, ErrorKind::unreadable);
  }
  EXPECT_FALSE(open().identify("", "Bearer right", false)) << "without a file there are no tokens";
}

TEST_F(VisitorsTest, AFileOfTokensThatCannotBeReadIsSaid) {
  const auto missing = Visitors::open(folder_ / "key", folder_ / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(Visitors::open(folder_ / "key", folder_.path())) << "a folder is no file of tokens";
}

TEST_F(VisitorsTest, OnlyThisUserReadsTheKey) {
  static_cast<void>(open());
  struct stat status {};
  ASSERT_EQ(stat((folder_ / "key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(status.st_size, 32);
}

TEST_F(VisitorsTest, ADamagedKeyIsRefusedAndLeftAsItIs) {
  for (const std::size_t size : {1U, 31U, 33U, 4096U}) {
    const std::string damaged(size, 'x');
    testing::write_file(folder_ / "key", damaged);
    const auto visitors = Visitors::open(folder_ / "key", "");
    ASSERT_FALSE(visitors) << size;
    EXPECT_EQ(visitors.error().kind, ErrorKind::unreadable);
    EXPECT_EQ(testing::bytes_of(folder_ / "key"), damaged);
  }
}

TEST_F(VisitorsTest, TheKeyIsNoLinkAndNoFolder) {
  testing::write_file(folder_ / "real", std::string(32, 'x'));
  std::filesystem::create_symlink(folder_ / "real", folder_ / "key");
  EXPECT_FALSE(Visitors::open(folder_ / "key", ""));
  EXPECT_FALSE(Visitors::open(folder_.path(), ""));
  EXPECT_FALSE(Visitors::open(folder_ / "missing" / "key", ""));
}

}  // namespace
}  // namespace hitscope::server
