#include "egress/dns_message.h"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <cstddef>
#include <optional>

namespace hitscope::egress {
namespace {

constexpr std::size_t kHeader = 12;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<unsigned> number() {  // of 16 bits
    const auto two = take(2);
    if (!two) return std::nullopt;
    return (static_cast<unsigned>(static_cast<unsigned char>((*two)[0])) << 8U) |
           static_cast<unsigned char>((*two)[1]);
  }
  std::optional<std::string_view> take(std::size_t count) {
    if (bytes_.size() < count) return std::nullopt;
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  bool skip_name() {
    while (const auto length = take(1)) {
      const auto value = static_cast<unsigned char>(length->front());
      if (value == 0) return true;
      if (value >= 0xc0) return take(1).has_value();  // the rest stands elsewhere
      if (value > 63 || !take(value)) return false;
    }
    return false;
  }

 private:
  std::string_view bytes_;
};

template <typename Numbered>
Address address_from(std::string_view data) {
  typename Numbered::bytes_type bytes{};
  std::transform(data.begin(), data.end(), bytes.begin(),
                 [](char c) { return static_cast<unsigned char>(c); });
  return Address(Numbered(bytes));
}

}  // namespace

std::string dns_question(std::string_view host, RecordType type) {
  std::string message{"\0\0\1\0\0\1\0\0\0\0\0\0", kHeader};  // one question, recursion desired
  while (!host.empty()) {
    const std::size_t end = std::min(host.find('.'), host.size());
    message += static_cast<char>(end);
    message += host.substr(0, end);
    host.remove_prefix(std::min(end + 1, host.size()));
  }
  message += '\0';
  message += '\0';
  message += static_cast<char>(type);
  message += std::string("\0\1", 2);  // IN
  return message;
}

Addresses addresses_in(std::string_view answer, RecordType type) {
  constexpr unsigned kInternet = 1;
  Addresses addresses;
  Reader reader(answer);
  if (!reader.take(4)) return addresses;
  const auto questions = reader.number();
  const auto answers = reader.number();
  if (!questions || !answers || !reader.take(4)) return addresses;
  for (unsigned i = 0; i < *questions; ++i) {
    if (!reader.skip_name() || !reader.take(4)) return addresses;
  }
  for (unsigned i = 0; i < *answers; ++i) {
    if (!reader.skip_name()) break;
    const auto of_type = reader.number();
    const auto of_class = reader.number();
    if (!reader.take(4)) break;  // how long it may be remembered
    const auto size = reader.number();
    const auto data = size ? reader.take(*size) : std::nullopt;
    if (!data) break;
    if (*of_class != kInternet || *of_type != static_cast<unsigned>(type)) continue;
    if (type == RecordType::a && data->size() == 4)
      addresses.push_back(address_from<boost::asio::ip::address_v4>(*data));
    if (type == RecordType::aaaa && data->size() == 16)
      addresses.push_back(address_from<boost::asio::ip::address_v6>(*data));
  }
  return addresses;
}

}  // namespace hitscope::egress
