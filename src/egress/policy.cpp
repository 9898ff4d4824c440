#include "egress/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hitscope::egress {
namespace {

constexpr std::uint16_t kHttp = 80;
constexpr std::uint16_t kHttps = 443;

bool is_usual(std::uint16_t port) {
  return port == kHttp || port == kHttps;
}

bool is_below(std::string_view name, std::string_view domain) {
  return name.size() > domain.size() + 1 && name.ends_with(domain) &&
         name[name.size() - domain.size() - 1] == '.';
}

tl::unexpected<Error> bad_entry(std::string_view entry, std::string_view reason) {
  return fail(ErrorKind::url_blocked, fmt::format("\"{}\" cannot be allowed: {}", entry, reason));
}

}  // namespace

std::string_view mode_name(PolicyMode mode) {
  switch (mode) {
    case PolicyMode::off:
      return "off";
    case PolicyMode::open:
      return "public";
    case PolicyMode::allow_list:
      return "allow-list";
  }
  return "off";
}

std::optional<PolicyMode> mode_of(std::string_view name) {
  for (const PolicyMode mode : {PolicyMode::off, PolicyMode::open, PolicyMode::allow_list}) {
    if (mode_name(mode) == name) return mode;
  }
  return std::nullopt;
}

Result<Policy> Policy::make(PolicyMode mode, const std::vector<std::string>& entries) {
  Policy policy;
  policy.mode_ = mode;
  for (const std::string& text : entries) {
    std::string_view rest = text;
    Entry entry;
    if (rest.starts_with("*.")) {
      entry.below = true;
      rest.remove_prefix(2);
    }
    auto target = read_authority(rest);
    const bool has_port = target.has_value();
    if (!has_port && target.error().kind == RefusalKind::port && rest.find(':') == std::string_view::npos)
      target = read_host(rest);
    if (!target) return bad_entry(text, target.error().reason);
    if (has_port) entry.port = target->port;
    if (target->literal) {
      if (entry.below) return bad_entry(text, "There is nothing below an address.");
      if (!has_port) return bad_entry(text, "An address is granted with its port, such as 192.0.2.1:443.");
      entry.address = target->literal;
    } else {
      entry.name = std::move(target->host);
    }
    policy.entries_.push_back(std::move(entry));
  }
  return policy;
}

bool Policy::grants(const Target& target) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    if (entry.port ? *entry.port != target.port : !is_usual(target.port)) return false;
    if (target.literal || entry.address) return entry.address == target.literal;
    return entry.below ? is_below(target.host, entry.name) : target.host == entry.name;
  });
}

bool Policy::admits(const Address& address, std::uint16_t port) const {
  if (mode_ == PolicyMode::off) return false;
  if (is_public_unicast(address)) return true;
  return std::ranges::any_of(
      entries_, [&](const Entry& entry) { return entry.address == address && entry.port == port; });
}

Decision<void> Policy::judge(const Target& target) const {
  if (mode_ == PolicyMode::off)
    return refuse(RefusalKind::off, "Fetching from addresses is switched off here.", target.text());
  if (grants(target)) return {};
  // What an address is matters more to its reader than whether its port would do.
  if (target.literal && !is_public_unicast(*target.literal))
    return refuse(RefusalKind::forbidden_address,
                  fmt::format("{} is no public address ({}).", target.host, special_purpose(*target.literal)),
                  target.text());
  if (mode_ == PolicyMode::allow_list)
    return refuse(RefusalKind::not_listed,
                  fmt::format("{} is not on the list of allowed hosts.", target.host), target.text());
  if (!is_usual(target.port))
    return refuse(RefusalKind::port, fmt::format("Only ports 80 and 443 are allowed, not {}.", target.port),
                  target.text());
  return {};
}

Decision<std::vector<Address>> Policy::admitted(const Target& target,
                                                const std::vector<Address>& addresses) const {
  if (const auto ok = judge(target); !ok) return tl::unexpected(ok.error());
  std::vector<Address> passed;
  for (const Address& address : addresses) {
    if (admits(address, target.port)) passed.push_back(address);
  }
  if (!passed.empty()) return passed;
  if (addresses.empty())
    return refuse(RefusalKind::unresolved, fmt::format("{} has no address.", target.host), target.text());
  return refuse(RefusalKind::forbidden_address,
                fmt::format("{} leads to an address that is not public ({}).", target.host,
                            special_purpose(addresses.front())),
                target.text());
}

}  // namespace hitscope::egress
