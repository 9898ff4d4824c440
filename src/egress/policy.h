// Where one may go. Two questions, both without side effects: may this target be tried at all, and, once its
// name is resolved, may this very address be connected to?
//
//   off          nowhere.
//   public       to every public address (address.h), ports 80 and 443.
//   allow-list   to what the entries name, and nowhere else.
//
// Entries go with `public`, too, where they add to it:
//   example.com         the name, ports 80 and 443
//   *.example.com       every name below it, but not itself
//   example.com:8080    the name, that port (`*.example.com:8080`, too)
//   127.0.0.1:9000      exactly that address and port, public or not; [::1]:9000 as well
// An entry with a name never grants an address: what the name leads to must be public, or be granted itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "egress/address.h"
#include "egress/refusal.h"
#include "egress/target.h"

namespace hitscope::egress {

enum class PolicyMode { off, open, allow_list };  // in text: "off", "public", "allow-list"

[[nodiscard]] std::string_view mode_name(PolicyMode mode);
[[nodiscard]] std::optional<PolicyMode> mode_of(std::string_view name);

class Policy {
 public:
  Policy() = default;  // off
  // Errors: url_blocked (an entry that cannot be understood: with the entry and the reason).
  [[nodiscard]] static Result<Policy> make(PolicyMode mode, const std::vector<std::string>& entries = {});

  [[nodiscard]] PolicyMode mode() const { return mode_; }

  // Before anything is resolved. For a target that is an address, this is the whole answer.
  [[nodiscard]] Decision<void> judge(const Target& target) const;

  // After: may the target be reached by this address? To be asked for literal targets, too.
  [[nodiscard]] bool admits(const Address& address, std::uint16_t port) const;

  // All of the addresses that it may be reached by, in their order. Refused when none is left.
  [[nodiscard]] Decision<std::vector<Address>> admitted(const Target& target,
                                                        const std::vector<Address>& addresses) const;

 private:
  struct Entry {
    std::string name;                   // empty for an address
    bool below = false;                 // "*.": only what is below the name
    std::optional<Address> address;     // with a port
    std::optional<std::uint16_t> port;  // none: 80 and 443
  };
  [[nodiscard]] bool grants(const Target& target) const;

  PolicyMode mode_ = PolicyMode::off;
  std::vector<Entry> entries_;
};

}  // namespace hitscope::egress
