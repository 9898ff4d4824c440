#include "fetch/link.h"

#include <gtest/gtest.h>

namespace hitscope {
namespace {

TEST(Link, IsHttpOrHttpsWithAHostInAnyCase) {
  for (const char* link : {"http://example.org/a.mp3", "HTTPS://example.org", "hTTp://[2001:db8::1]/ä",
                           "https://user:secret@example.org:8443/?q=1#part", "http://x"}) {
    EXPECT_TRUE(is_link(link)) << link;
  }
}

TEST(Link, EverythingElseIsNone) {
  for (const char* text : {"",
                           "http",
                           "http:",
                           "http://",
                           "https://",
                           "http:///path",
                           "http://?q",
                           "http://#x",
                           "http://\\evil",
                           "ftp://example.org/",
                           "file:///etc/passwd",
                           "gopher://x",
                           "http://a b",
                           "javascript:1",
                           "song.mp3",
                           " http://example.org",
                           "http://example.org\n",
                           "http://exa\tmple.org",
                           "--exec=rm",
                           "http://a\x7f"}) {
    EXPECT_FALSE(is_link(text)) << text;
  }
  EXPECT_FALSE(is_link("http://example.org/" + std::string(kMostLinkBytes, 'a')));
}

TEST(Link, OriginHoldsNoSecrets) {
  EXPECT_EQ(link_origin("HTTPS://User:Pass@Example.org:8443/private?token=1#x"), "https://example.org:8443");
  EXPECT_EQ(link_origin("http://example.org"), "http://example.org");
  EXPECT_EQ(link_origin("http://a@b@example.org/@"), "http://example.org");
  EXPECT_EQ(link_origin("file:///etc/passwd"), "");
}

}  // namespace
}  // namespace hitscope
