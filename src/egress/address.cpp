#include "egress/address.h"

#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <cstddef>
#include <cstdint>

namespace hitscope::egress {
namespace {

struct RangeV4 {
  std::uint32_t network;
  unsigned bits;
  std::string_view what;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

// In order: the first that fits names the address, so the narrow ones come before the wide ones.
constexpr std::array kRangesV4{
    RangeV4{v4(127, 0, 0, 0), 8, "loopback"},
    RangeV4{v4(0, 0, 0, 0), 8, "\"this network\""},
    RangeV4{v4(169, 254, 169, 254), 32, "cloud metadata service"},
    RangeV4{v4(169, 254, 170, 2), 32, "cloud metadata service"},
    RangeV4{v4(100, 100, 100, 200), 32, "cloud metadata service"},
    RangeV4{v4(168, 63, 129, 16), 32, "cloud metadata service"},  // Azure's, from public space
    RangeV4{v4(169, 254, 0, 0), 16, "link-local"},
    RangeV4{v4(10, 0, 0, 0), 8, "private network"},
    RangeV4{v4(172, 16, 0, 0), 12, "private network"},
    RangeV4{v4(192, 168, 0, 0), 16, "private network"},
    RangeV4{v4(100, 64, 0, 0), 10, "shared by a provider's customers"},
    RangeV4{v4(192, 0, 0, 0), 24, "IETF protocol assignments"},
    RangeV4{v4(192, 0, 2, 0), 24, "documentation"},
    RangeV4{v4(198, 51, 100, 0), 24, "documentation"},
    RangeV4{v4(203, 0, 113, 0), 24, "documentation"},
    RangeV4{v4(192, 31, 196, 0), 24, "AS112 sink"},
    RangeV4{v4(192, 175, 48, 0), 24, "AS112 sink"},
    RangeV4{v4(192, 52, 193, 0), 24, "multicast relay"},
    RangeV4{v4(192, 88, 99, 0), 24, "6to4 relay"},
    RangeV4{v4(198, 18, 0, 0), 15, "benchmarking"},
    RangeV4{v4(224, 0, 0, 0), 4, "multicast"},
    RangeV4{v4(255, 255, 255, 255), 32, "broadcast"},
    RangeV4{v4(240, 0, 0, 0), 4, "reserved"},
};

std::string_view special_v4(std::uint32_t address) {
  for (const RangeV4& range : kRangesV4) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - range.bits);
    if ((address & mask) == range.network) return range.what;
  }
  return {};
}

using BytesV6 = std::array<unsigned char, 16>;

struct RangeV6 {
  BytesV6 network;
  unsigned bits;
  std::string_view what;
};

constexpr std::array kRangesV6{
    RangeV6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "loopback"},
    RangeV6{{}, 128, "unspecified"},
    RangeV6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "IPv4-mapped"},
    RangeV6{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "IPv4-translated"},
    RangeV6{{}, 96, "IPv4-compatible"},
    RangeV6{{0x00, 0x64, 0xff, 0x9b}, 96, "NAT64"},
    RangeV6{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "NAT64"},
    RangeV6{{0x01}, 8, "discard-only"},
    RangeV6{
        {0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, "cloud metadata service"},
    RangeV6{
        {0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, "cloud metadata service"},
    RangeV6{{0xfc}, 7, "private network"},
    RangeV6{{0xfe, 0x80}, 10, "link-local"},
    RangeV6{{0xfe, 0xc0}, 10, "site-local"},
    RangeV6{{0xff}, 8, "multicast"},
    RangeV6{{0x5f, 0x00}, 16, "segment routing"},
    RangeV6{{0x20, 0x01, 0x00, 0x00}, 32, "Teredo"},
    RangeV6{{0x20, 0x01, 0x00, 0x10}, 28, "ORCHID"},
    RangeV6{{0x20, 0x01, 0x00, 0x20}, 28, "ORCHID"},
    RangeV6{{0x20, 0x01, 0x00}, 23, "IETF protocol assignments"},
    RangeV6{{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"},
    RangeV6{{0x3f, 0xff, 0x00}, 20, "documentation"},
    RangeV6{{0x20, 0x02}, 16, "6to4"},
    RangeV6{{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48, "AS112 sink"},
};

bool in_range(const BytesV6& address, const RangeV6& range) {
  std::size_t i = 0;
  unsigned left = range.bits;
  for (; left >= 8; left -= 8, ++i) {
    if (address[i] != range.network[i]) return false;
  }
  if (left == 0) return true;
  const unsigned mask = (0xffU << (8 - left)) & 0xffU;
  return (address[i] & mask) == (range.network[i] & mask);
}

std::string_view special_v6(const boost::asio::ip::address_v6& address) {
  if (address.scope_id() != 0) return "bound to an interface";
  const BytesV6 bytes = address.to_bytes();
  for (const RangeV6& range : kRangesV6) {
    if (in_range(bytes, range)) return range.what;
  }
  constexpr RangeV6 kGivenOut{{0x20}, 3, ""};
  return in_range(bytes, kGivenOut) ? std::string_view() : "not given out";
}

}  // namespace

std::string_view special_purpose(const Address& address) {
  return address.is_v4() ? special_v4(address.to_v4().to_uint()) : special_v6(address.to_v6());
}

bool is_public_unicast(const Address& address) {
  return special_purpose(address).empty();
}

}  // namespace hitscope::egress
