// Any bytes as what a client sends to the egress guard, and as what its user gives it to allow or to resolve:
// what is let through goes to a public address, or to one that was granted, and what is sent to a site says
// so.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "egress/dns_message.h"
#include "egress/policy.h"
#include "egress/request.h"
#include "egress/resolver.h"

namespace {

using namespace hitscope::egress;  // NOLINT(google-build-using-namespace): this is all it is about

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_plain_host(std::string_view host) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyz0123456789-_.:";
  return !host.empty() && host.find_first_not_of(kPlain) == std::string_view::npos;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

// One line feed a line, one Host, one end: a site reads what we read.
void check_head(const Request& request) {
  const std::string_view head = request.head;
  require(head.ends_with("\r\n\r\n") && count(head, "\r\n\r\n") == 1);
  require(count(head, "\n") == count(head, "\r\n") && count(head, "\r") == count(head, "\r\n"));
  require(head.find('\0') == std::string_view::npos);
  require(count(head, "\r\nHost: ") == 1 && count(head, "\r\nhost:") == 0);
  require(count(head, "\r\ntransfer-encoding:") == 0 && count(head, "\r\nproxy-authorization:") == 0);
  require(request.body_bytes == 0 || count(head, "\r\nContent-Length: ") == 1);
}

void check_target(const Target& target) {
  require(is_plain_host(target.host) && target.port != 0);
  const auto again = read_authority(target.text());
  require(again && *again == target);
}

void check_request(std::string_view bytes) {
  static const Policy open = *Policy::make(PolicyMode::open);
  static const Policy granted = *Policy::make(PolicyMode::open, {"127.0.0.1:9000"});
  static const Policy list = *Policy::make(PolicyMode::allow_list, {"*.example", "music.test:8000"});
  const auto size = request_head_size(bytes.substr(0, kMostHeadBytes));
  const auto head = read_request_head(bytes.substr(0, size.value_or(bytes.size())));
  if (!head) return;
  static_cast<void>(ticket_token(head->field("proxy-authorization")));
  const auto request = read_request(*head);
  if (request) {
    check_target(request->target);
    if (!request->tunnel) check_head(*request);
  }
  if (const auto passed = judge_request(*head, open)) {
    const Target& target = passed->target;
    require(target.port == 80 || target.port == 443);
    require(!target.literal || is_public_unicast(*target.literal));
  }
  if (const auto passed = judge_request(*head, granted)) {
    const Target& target = passed->target;
    require(!target.literal || is_public_unicast(*target.literal) || target.text() == "127.0.0.1:9000");
  }
  if (const auto passed = judge_request(*head, list)) {
    const Target& target = passed->target;
    require(!target.literal);
    require(target.host.ends_with(".example") || target.text() == "music.test:8000");
  }
}

void check_entries(const std::string& text) {
  if (const auto policy = Policy::make(PolicyMode::open, {text})) {
    // An entry opens loopback only where it says so, and nothing that leads to it by another name.
    const auto mapped = boost::asio::ip::make_address("::ffff:127.0.0.1");
    require(!policy->admits(mapped, 80) || text.find(':') != std::string::npos);
    const auto loopback = boost::asio::ip::make_address("127.0.0.1");
    if (policy->admits(loopback, 80)) require(text.starts_with("127.0.0.1") && text.ends_with(":80"));
  }
  if (const auto answer = read_fixed_answer(text))
    require(!answer->addresses.empty() && is_plain_host(answer->host));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_request(bytes);
  check_entries(std::string(bytes));
  if (const auto head_size = response_head_size(bytes)) {
    if (const auto head = read_response_head(bytes.substr(0, *head_size)))
      require(head->head.ends_with("Connection: close\r\n\r\n"));
  }
  for (const auto& address : addresses_in(bytes, RecordType::a)) require(address.is_v4());
  for (const auto& address : addresses_in(bytes, RecordType::aaaa)) require(address.is_v6());
  return 0;
}
