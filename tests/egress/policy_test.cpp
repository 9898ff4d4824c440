#include "egress/policy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "egress/wire.h"

namespace hitscope::egress {
namespace {

using testing::policy_of;

// The kind of the refusal, or "yes".
std::string judged(const Policy& policy, const std::string& authority) {
  const auto target = read_authority(authority);
  if (!target) return "unreadable";
  const auto decision = policy.judge(*target);
  return decision ? "yes" : std::string(kind_name(decision.error().kind));
}

TEST(Policy, OffRefusesAll) {
  const Policy off = policy_of(PolicyMode::off, {"127.0.0.1:80", "example.com"});
  EXPECT_EQ(judged(off, "example.com:443"), "off");
  EXPECT_EQ(judged(off, "127.0.0.1:80"), "off");
  EXPECT_EQ(judged(Policy(), "example.com:443"), "off");
  EXPECT_FALSE(off.admits(boost::asio::ip::make_address("8.8.8.8"), 443));
}

TEST(Policy, PublicTakesTwoPortsOfPublicAddresses) {
  const Policy open = policy_of(PolicyMode::open);
  EXPECT_EQ(judged(open, "example.com:443"), "yes");
  EXPECT_EQ(judged(open, "example.com:80"), "yes");
  EXPECT_EQ(judged(open, "example.com:8080"), "port");
  EXPECT_EQ(judged(open, "example.com:22"), "port");
  EXPECT_EQ(judged(open, "8.8.8.8:443"), "yes");
  EXPECT_EQ(judged(open, "8.8.8.8:53"), "port");
  EXPECT_EQ(judged(open, "127.0.0.1:443"), "forbidden-address");
  EXPECT_EQ(judged(open, "[::1]:443"), "forbidden-address");
}

TEST(Policy, AnAddressIsGrantedWithItsPortOnly) {
  for (const PolicyMode mode : {PolicyMode::open, PolicyMode::allow_list}) {
    const Policy policy = policy_of(mode, {"127.0.0.1:9000", "[::1]:9001"});
    EXPECT_EQ(judged(policy, "127.0.0.1:9000"), "yes");
    EXPECT_EQ(judged(policy, "[0:0:0:0:0:0:0:1]:9001"), "yes");
    EXPECT_EQ(judged(policy, "127.0.0.1:9001"), "forbidden-address");
    EXPECT_EQ(judged(policy, "127.0.0.1:80"), "forbidden-address");
    EXPECT_EQ(judged(policy, "127.0.0.2:9000"), "forbidden-address");
    EXPECT_EQ(judged(policy, "[::ffff:127.0.0.1]:9000"), "forbidden-address");
    EXPECT_TRUE(policy.admits(boost::asio::ip::make_address("127.0.0.1"), 9000));
    EXPECT_FALSE(policy.admits(boost::asio::ip::make_address("127.0.0.1"), 9001));
  }
}

TEST(Policy, AListGrantsNamesAndNothingElse) {
  const Policy list =
      policy_of(PolicyMode::allow_list, {"Example.com", "*.video.example", "radio.example:8000"});
  EXPECT_EQ(judged(list, "example.com:443"), "yes");
  EXPECT_EQ(judged(list, "EXAMPLE.COM.:443"), "yes");
  EXPECT_EQ(judged(list, "example.com:8443"), "not-listed");
  EXPECT_EQ(judged(list, "www.example.com:443"), "not-listed");
  EXPECT_EQ(judged(list, "notexample.com:443"), "not-listed");
  EXPECT_EQ(judged(list, "example.com.evil.example:443"), "not-listed");
  EXPECT_EQ(judged(list, "a.video.example:443"), "yes");
  EXPECT_EQ(judged(list, "b.a.video.example:80"), "yes");
  EXPECT_EQ(judged(list, "video.example:443"), "not-listed");
  EXPECT_EQ(judged(list, "myvideo.example:443"), "not-listed");
  EXPECT_EQ(judged(list, "radio.example:8000"), "yes");
  EXPECT_EQ(judged(list, "radio.example:443"), "not-listed");
  EXPECT_EQ(judged(list, "8.8.8.8:443"), "not-listed");
}

TEST(Policy, ANameGrantsNoAddress) {
  const Policy list = policy_of(PolicyMode::allow_list, {"example.com", "127.0.0.1:80"});
  const auto target = *read_authority("example.com:443");
  const auto make = [](const char* text) { return boost::asio::ip::make_address(text); };
  EXPECT_EQ(list.admitted(target, {make("127.0.0.1")}).error().kind, RefusalKind::forbidden_address);
  EXPECT_EQ(list.admitted(target, {make("::1"), make("10.0.0.1")}).error().kind,
            RefusalKind::forbidden_address);
  EXPECT_EQ(*list.admitted(target, {make("10.0.0.1"), make("8.8.8.8")}), std::vector{make("8.8.8.8")});
  EXPECT_EQ(list.admitted(target, {}).error().kind, RefusalKind::unresolved);
  // Granted itself, with that port.
  EXPECT_TRUE(list.admitted(*read_authority("example.com:80"), {make("127.0.0.1")}));
}

TEST(Policy, EntriesThatMakeNoSense) {
  for (const char* entry : {"", "*", "*.", "*.*.example", "exa mple.com", "http://example.com", "127.0.0.1",
                            "[::1]", "*.127.0.0.1:80", "example.com:0", "example.com:99999", "example.com:",
                            "user@example.com", "127.1:80", "[::1%lo]:80", "b\303\274cher.example"}) {
    const auto policy = Policy::make(PolicyMode::allow_list, {entry});
    ASSERT_FALSE(policy) << entry;
    EXPECT_EQ(policy.error().kind, ErrorKind::url_blocked);
    EXPECT_NE(policy.error().message.find("cannot be allowed"), std::string::npos);
  }
}

TEST(Policy, ModesHaveNames) {
  for (const PolicyMode mode : {PolicyMode::off, PolicyMode::open, PolicyMode::allow_list})
    EXPECT_EQ(mode_of(mode_name(mode)), mode);
  EXPECT_EQ(mode_of("public"), PolicyMode::open);
  EXPECT_EQ(mode_of("open"), std::nullopt);
}

}  // namespace
}  // namespace hitscope::egress
