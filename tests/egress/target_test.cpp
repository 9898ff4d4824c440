#include "egress/target.h"

#include <gtest/gtest.h>

#include <string>

namespace hitscope::egress {
namespace {

std::string authority(std::string_view text) {
  const auto target = read_authority(text);
  return target ? target->text() : std::string(kind_name(target.error().kind));
}

std::string url(std::string_view text) {
  const auto read = read_http_url(text);
  return read ? read->target.text() + " " + read->path : std::string(kind_name(read.error().kind));
}

TEST(Target, Authorities) {
  EXPECT_EQ(authority("example.com:443"), "example.com:443");
  EXPECT_EQ(authority("Example.COM.:443"), "example.com:443");
  EXPECT_EQ(authority("xn--bcher-kva.example:443"), "xn--bcher-kva.example:443");
  EXPECT_EQ(authority("r1---sn-abc_d.example:443"), "r1---sn-abc_d.example:443");
  EXPECT_EQ(authority("192.0.2.1:80"), "192.0.2.1:80");
  EXPECT_EQ(authority("[2001:DB8:0:0::1]:80"), "[2001:db8::1]:80");
  EXPECT_EQ(authority("example.com:1"), "example.com:1");
  EXPECT_EQ(authority("example.com:65535"), "example.com:65535");
  EXPECT_EQ(authority("1.example:443"), "1.example:443");
  EXPECT_EQ(authority("0x7f.example:443"), "0x7f.example:443");
}

TEST(Target, PortsAreNeededAndPlain) {
  for (const char* text : {"example.com", "example.com:", "example.com:0", "example.com:080",
                           "example.com:65536", "example.com:+80", "example.com:80x", "example.com: 80",
                           "example.com:-1", "example.com:99999999999", "example.com:80:80", "[::1]"})
    EXPECT_EQ(authority(text), "port") << text;
}

TEST(Target, OneWayToWriteAHost) {
  for (const char* text : {"127.1:80",
                           "127.0.1:80",
                           "0x7f.1:80",
                           "0x7f000001:80",
                           "0X7F000001:80",
                           "2130706433:80",
                           "017700000001:80",
                           "0177.0.0.1:80",
                           "127.0.0.01:80",
                           "127.0.0.1.:80x",
                           "127.0.0.256:80",
                           "1.2.3.4.5:80",
                           "foo.1:80",
                           "foo.0x1:80",
                           "foo.0x:80",
                           "127.0.0.0x1:80",
                           "%31%32%37.0.0.1:80",
                           "exam%70le.com:80",
                           "a..b:80",
                           ".a:80",
                           "a b:80",
                           "a/b:80",
                           "a\\b:80",
                           "a?b:80",
                           "a#b:80",
                           "b\303\274cher.example:80",
                           "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1:80",
                           "ex\tample:80",
                           "[::1:80",
                           "[::1]x:80",
                           "[fe80::1%lo]:80",
                           "[fe80::1%25lo]:80",
                           "[]:80",
                           "[1]:80",
                           "[127.0.0.1]:80",
                           "[::g]:80",
                           "[v1.x]:80",
                           "[::1 ]:80",
                           "a!b:80",
                           "a*b:80",
                           "*.example:80"}) {
    const std::string read = authority(text);
    EXPECT_TRUE(read == "host-encoding" || read == "port") << text << " " << read;
  }
  EXPECT_EQ(authority("127.0.0.1.:80"), "127.0.0.1:80");  // normalised, then judged
  EXPECT_EQ(authority(std::string("a\0b:80", 6)), "host-encoding");
  EXPECT_EQ(authority(std::string(64, 'a') + ".example:80"), "host-encoding");
  EXPECT_EQ(authority(std::string(63, 'a') + ".example:80"), std::string(63, 'a') + ".example:80");
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "a.";
  EXPECT_EQ(authority(longest + "a:80"), "host-encoding");
  EXPECT_EQ(authority(":80"), "malformed");
  EXPECT_EQ(authority(".:80"), "malformed");
  EXPECT_EQ(authority(""), "malformed");
}

TEST(Target, UserInformation) {
  for (const char* text : {"user@example.com:443", "user:secret@example.com:443", "@example.com:443",
                           "example.com:443@127.0.0.1:80", "example.com@127.0.0.1:80"}) {
    EXPECT_EQ(authority(text), "user-info") << text;
    EXPECT_EQ(url("http://" + std::string(text) + "/"), "user-info") << text;
  }
}

TEST(Target, Urls) {
  EXPECT_EQ(url("http://example.com"), "example.com:80 /");
  EXPECT_EQ(url("HTTP://example.com/"), "example.com:80 /");
  EXPECT_EQ(url("http://example.com:8080/a/b?c=d@e:f"), "example.com:8080 /a/b?c=d@e:f");
  EXPECT_EQ(url("http://example.com?x"), "example.com:80 /?x");
  EXPECT_EQ(url("http://[2001:db8::1]/"), "[2001:db8::1]:80 /");
  EXPECT_EQ(url("http://example.com/%00%0d%0a"), "example.com:80 /%00%0d%0a");
}

TEST(Target, UrlsOfOtherKinds) {
  for (const char* text : {"https://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://a/",
                           "http:/example.com", "http:example.com", "http:\\\\example.com", "javascript:1",
                           "dict://a:11211/", "ws://a/"})
    EXPECT_EQ(url(text), "scheme") << text;
  for (const char* text : {"/", "*", "example.com", "", "http://", "http:///x", "http://a/ b", "http://a/#b",
                           "http://a/\\b", "http://a\\@b/", "http://a/\x7f", "http://a/\xc3\xbc"})
    EXPECT_EQ(url(text), "malformed") << text;
}

TEST(Target, ReasonsNameNoSecrets) {
  const auto refused = read_http_url("http://user:hunter2@example.com/secret?token=1");
  ASSERT_FALSE(refused);
  EXPECT_EQ((refused.error().reason + refused.error().host).find("hunter2"), std::string::npos);
  EXPECT_EQ((refused.error().reason + refused.error().host).find("token"), std::string::npos);
}

}  // namespace
}  // namespace hitscope::egress
