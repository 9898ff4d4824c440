#include "egress/name_lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

// c-ares 1.34 calls some of what 1.18 has deprecated; both must build.
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <fmt/format.h>

namespace hitscope::egress {
namespace {

namespace ip = boost::asio::ip;
using std::chrono::milliseconds;

std::optional<Address> address_of(const sockaddr* name) {
  if (name->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, name, sizeof v4);
    return Address(ip::address_v4(ntohl(v4.sin_addr.s_addr)));
  }
  if (name->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, name, sizeof v6);
    ip::address_v6::bytes_type bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return Address(ip::address_v6(bytes, v6.sin6_scope_id));
  }
  return std::nullopt;
}

void add(Addresses& addresses, const sockaddr* name) {
  constexpr std::size_t kMost = 32;
  const auto address = address_of(name);
  if (!address || addresses.size() == kMost) return;
  if (std::ranges::find(addresses, *address) == addresses.end()) addresses.push_back(*address);
}

tl::unexpected<Refusal> unresolved(const std::string& host, std::string_view why) {
  return refuse(RefusalKind::unresolved, fmt::format("{} has no address: {}.", host, why));
}

struct CloseChannel {
  void operator()(ares_channeldata* channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<ares_channeldata, CloseChannel>;

bool library_is_ready() {
  static const bool ready = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
  return ready;
}

// Nothing of the machine's own set-up: no hosts file, no search domains.
Channel open_channel(const std::string& server, milliseconds time) {
  if (!library_is_ready()) return {};
  constexpr int kTries = 3;
  std::string dns_only = "b";
  ares_options options{};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
  options.timeout = static_cast<int>(std::max<milliseconds::rep>(time.count() / kTries, 1));
  options.tries = kTries;
  options.lookups = dns_only.data();
  ares_channel raw = nullptr;
  const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS;
  if (ares_init_options(&raw, &options, mask) != ARES_SUCCESS) return {};
  Channel channel(raw);
  if (ares_set_servers_ports_csv(channel.get(), server.c_str()) != ARES_SUCCESS) return {};
  return channel;
}

struct Outcome {
  bool done = false;
  int status = ARES_SUCCESS;
  Addresses addresses;
};

void take_answer(void* argument, int status, int /*timeouts*/, ares_addrinfo* info) {
  auto& outcome = *static_cast<Outcome*>(argument);
  outcome.done = true;
  outcome.status = status;
  if (info == nullptr) return;
  for (const ares_addrinfo_node* node = info->nodes; node != nullptr; node = node->ai_next)
    add(outcome.addresses, node->ai_addr);
  ares_freeaddrinfo(info);
}

// One turn: waits for the sockets of the channel, at most until `deadline`, and lets it work.
void turn(ares_channeldata* channel, Clock::time_point deadline) {
  std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
  const auto wanted = static_cast<unsigned>(ares_getsock(channel, sockets.data(), sockets.size()));
  std::array<pollfd, ARES_GETSOCK_MAXNUM> waiting{};
  nfds_t count = 0;
  for (unsigned i = 0; i < sockets.size(); ++i) {
    short events = 0;
    if (ARES_GETSOCK_READABLE(wanted, i)) events |= POLLIN;
    if (ARES_GETSOCK_WRITABLE(wanted, i)) events |= POLLOUT;
    if (events == 0) break;
    waiting[count++] = {.fd = sockets[i], .events = events, .revents = 0};
  }
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
  constexpr milliseconds kBetweenTimeouts{50};  // c-ares repeats and gives up by itself when it is called
  const auto time = std::clamp(left, milliseconds(0), kBetweenTimeouts);
  ::poll(waiting.data(), count, static_cast<int>(time.count()));
  for (nfds_t i = 0; i < count; ++i) {
    const auto ready = [&](short events) {
      return (waiting[i].revents & events) != 0 ? waiting[i].fd : ARES_SOCKET_BAD;
    };
    ares_process_fd(channel, ready(POLLIN | POLLERR | POLLHUP), ready(POLLOUT));
  }
  ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

}  // namespace

Decision<Addresses> look_up_by_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  if (status != 0) return unresolved(host, ::gai_strerror(status));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(raw, &::freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next)
    add(addresses, entry->ai_addr);
  if (addresses.empty()) return unresolved(host, "the answer is empty");
  return addresses;
}

Decision<Addresses> look_up_by_server(const std::string& host, const std::string& server,
                                      Clock::time_point deadline) {
  const auto time = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
  // Before the channel: destroying that calls back.
  Outcome outcome;
  const Channel channel = open_channel(server, std::max(time, milliseconds(1)));
  if (!channel) return unresolved(host, "the DNS client does not start");
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(channel.get(), host.c_str(), nullptr, &hints, take_answer, &outcome);
  while (!outcome.done && Clock::now() < deadline) turn(channel.get(), deadline);
  if (!outcome.done || outcome.status == ARES_ETIMEOUT)
    return refuse(RefusalKind::timeout, fmt::format("The DNS server did not answer for {} in time.", host));
  if (outcome.addresses.empty()) return unresolved(host, ares_strerror(outcome.status));
  return std::move(outcome.addresses);
}

}  // namespace hitscope::egress
