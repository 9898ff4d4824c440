// The two messages of a look-up over HTTPS: a question, and the addresses in its answer.
//
// Source: RFC 1035 (4.1), RFC 3596, RFC 8484 (4.1: the id is 0).
#pragma once

#include <string>
#include <string_view>

#include "egress/name_lookup.h"

namespace hitscope::egress {

enum class RecordType : unsigned char { a = 1, aaaa = 28 };

// `host` as it comes out of read_host: labels of at most 63 bytes.
[[nodiscard]] std::string dns_question(std::string_view host, RecordType type);

// Those of the answer's records that are of the type; aliases were followed by the server. Any bytes may
// come.
[[nodiscard]] Addresses addresses_in(std::string_view answer, RecordType type);

}  // namespace hitscope::egress
