// Which addresses are somewhere out in the Internet, and which lead back to this machine, to its neighbours,
// or nowhere.
//
// Public is what the registries of IANA call globally reachable, and unicast: everything else, private and
// link-local networks, the metadata services of clouds, documentation, multicast, what is reserved, is not.
// Of IPv6 only 2000::/3 is given out; of that, addresses that carry an IPv4 address inside (6to4, Teredo) are
// refused whatever they carry, since a relay would take them to it. The same holds for ::ffff:0:0/96 and
// NAT64. An address with a zone ("fe80::1%eth0") names an interface of this machine and is never public.
//
// Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries, RFC 6890, RFC 4291, RFC 9637, RFC 6052.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string_view>

namespace hitscope::egress {

using Address = boost::asio::ip::address;

// What is special about it, as "loopback" or "private network"; empty for a public address.
[[nodiscard]] std::string_view special_purpose(const Address& address);

[[nodiscard]] bool is_public_unicast(const Address& address);

}  // namespace hitscope::egress
