#include "egress/address.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/address_v4.hpp>
#include <string>

namespace hitscope::egress {
namespace {

Address at(const std::string& text) {
  return boost::asio::ip::make_address(text);
}

// The first and the last address of every range of IANA's registries, and their neighbours outside.
TEST(Address, SpecialRangesOfIPv4) {
  for (const char* text :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",        "10.255.255.255",  "100.64.0.0",
        "100.127.255.255", "100.100.100.200", "127.0.0.0",       "127.0.0.1",       "127.255.255.255",
        "169.254.0.0",     "169.254.169.254", "169.254.255.255", "172.16.0.0",      "172.31.255.255",
        "192.0.0.0",       "192.0.0.255",     "192.0.2.0",       "192.0.2.255",     "192.88.99.0",
        "192.88.99.255",   "192.168.0.0",     "192.168.255.255", "198.18.0.0",      "198.19.255.255",
        "198.51.100.0",    "198.51.100.255",  "203.0.113.0",     "203.0.113.255",   "224.0.0.0",
        "239.255.255.255", "240.0.0.0",       "255.255.255.254", "255.255.255.255", "192.31.196.1",
        "192.52.193.1",    "192.175.48.1",    "168.63.129.16"}) {
    EXPECT_FALSE(is_public_unicast(at(text))) << text;
  }
  for (const char* text :
       {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.0",       "169.253.255.255", "169.255.0.0",    "172.15.255.255",
        "172.32.0.0",      "191.255.255.255", "192.0.1.0",       "192.0.3.0",      "192.88.98.255",
        "192.88.100.0",    "192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",
        "198.51.99.255",   "198.51.101.0",    "203.0.112.255",   "203.0.114.0",    "223.255.255.255",
        "8.8.8.8",         "168.63.129.15"}) {
    EXPECT_TRUE(is_public_unicast(at(text))) << text;
  }
}

TEST(Address, SpecialRangesOfIPv6) {
  for (const char* text : {"::",
                           "::1",
                           "::2",
                           "::127.0.0.1",
                           "::8.8.8.8",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "::ffff:0:8.8.8.8",
                           "64:ff9b::",
                           "64:ff9b::7f00:1",
                           "64:ff9b::808:808",
                           "64:ff9b:1::1",
                           "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
                           "100::1",
                           "100:0:0:1::1",
                           "2001::",
                           "2001::1",
                           "2001:0:ffff::1",
                           "2001:2::1",
                           "2001:10::1",
                           "2001:1f:ffff::1",
                           "2001:20::1",
                           "2001:2f:ffff::1",
                           "2001:1ff:ffff::1",
                           "2001:db8::",
                           "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                           "2002::",
                           "2002:7f00:1::1",
                           "2002:808:808::1",
                           "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                           "2620:4f:8000::1",
                           "3fff::",
                           "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
                           "4000::1",
                           "1fff:ffff::1",
                           "5f00::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fd20:ce::254",
                           "fdff:ffff::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "feff::1",
                           "ff00::1",
                           "ff02::1",
                           "ffff::1"}) {
    EXPECT_FALSE(is_public_unicast(at(text))) << text;
  }
  for (const char* text :
       {"2000::1", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1", "2003::1",
        "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450:4001:81b::200e", "3ffe:ffff::1", "3fff:1000::1"}) {
    EXPECT_TRUE(is_public_unicast(at(text))) << text;
  }
}

TEST(Address, AZoneIsNeverPublic) {
  const auto bytes = at("2606:2800:220:1::1").to_v6().to_bytes();
  EXPECT_TRUE(is_public_unicast(boost::asio::ip::address_v6(bytes)));
  EXPECT_FALSE(is_public_unicast(boost::asio::ip::address_v6(bytes, 2)));
}

TEST(Address, SaysWhatIsSpecial) {
  EXPECT_EQ(special_purpose(at("127.0.0.1")), "loopback");
  EXPECT_EQ(special_purpose(at("169.254.169.254")), "cloud metadata service");
  EXPECT_EQ(special_purpose(at("fd00:ec2::254")), "cloud metadata service");
  EXPECT_EQ(special_purpose(at("::ffff:10.0.0.1")), "IPv4-mapped");
  EXPECT_EQ(special_purpose(at("8.8.8.8")), "");
}

// One address in each block of 2^16, against a plain reading of the registry written another way.
TEST(Address, TheWholeOfIPv4) {
  for (unsigned high = 0; high <= 0xffff; ++high) {
    const unsigned a = high >> 8U;
    const unsigned b = high & 0xffU;
    const std::string text = std::to_string(a) + "." + std::to_string(b) + ".77.7";
    const bool special = a == 0 || a == 10 || a == 127 || a >= 224 || (a == 100 && b >= 64 && b < 128) ||
                         (a == 169 && b == 254) || (a == 172 && b >= 16 && b < 32) ||
                         (a == 192 && b == 168) || (a == 198 && (b == 18 || b == 19));
    ASSERT_EQ(is_public_unicast(at(text)), !special) << text;
  }
}

}  // namespace
}  // namespace hitscope::egress
