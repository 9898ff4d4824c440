// Look-ups over HTTPS (name_lookup.h): one connection, two questions on it.
#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <charconv>
#include <utility>

#include "egress/dns_message.h"
#include "egress/name_lookup.h"

namespace hitscope::egress {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;
using ErrorCode = boost::system::error_code;

// Calls of Asio return what they put into their last argument.
// NOLINTBEGIN(bugprone-unused-return-value)

class Conversation {
 public:
  Conversation(const DohServer& server, Clock::time_point deadline) : server_(server), deadline_(deadline) {}

  ErrorCode open() {
    ErrorCode error;
    stream_.set_verify_mode(net::ssl::verify_peer, error);
    if (server_.certificates.empty()) {
      tls_.set_default_verify_paths(error);
    } else {
      tls_.load_verify_file(server_.certificates, error);
    }
    if (error) return error;
    stream_.set_verify_callback(net::ssl::host_name_verification(server_.host), error);
    SSL_set_tlsext_host_name(stream_.native_handle(), server_.host.c_str());
    const auto addresses = look_up_by_system(server_.host);
    if (!addresses) return net::error::host_not_found;
    std::uint16_t port = 0;
    std::from_chars(server_.port.data(), server_.port.data() + server_.port.size(), port);
    std::vector<tcp::endpoint> endpoints;
    for (const Address& address : *addresses) endpoints.emplace_back(address, port);
    error = run([&](auto done) {
      net::async_connect(stream_.next_layer(), endpoints,
                         [done](ErrorCode failed, const tcp::endpoint&) { done(failed); });
    });
    if (error) return error;
    return run([&](auto done) { stream_.async_handshake(net::ssl::stream_base::client, done); });
  }

  // 200 and its body, or an error.
  ErrorCode ask(const std::string& question, std::string& answer) {
    constexpr unsigned kHttp11 = 11;
    constexpr std::uint64_t kMostAnswerBytes = 65535;
    http::request<http::string_body> request(http::verb::post, server_.path, kHttp11);
    request.set(http::field::host, server_.host);
    request.set(http::field::content_type, "application/dns-message");
    request.set(http::field::accept, "application/dns-message");
    request.body() = question;
    request.prepare_payload();
    ErrorCode error = run([&](auto done) {
      http::async_write(stream_, request, [done](ErrorCode failed, std::size_t) { done(failed); });
    });
    if (error) return error;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMostAnswerBytes);
    error = run([&](auto done) {
      http::async_read(stream_, buffer_, parser, [done](ErrorCode failed, std::size_t) { done(failed); });
    });
    if (error) return error;
    if (parser.get().result() != http::status::ok) return net::error::no_data;
    answer = std::move(parser.get().body());
    return {};
  }

 private:
  // One step, within what is left of the time.
  template <typename Step>
  ErrorCode run(Step step) {
    ErrorCode result = net::error::timed_out;
    step([&result](ErrorCode error) { result = error; });
    context_.restart();
    context_.run_until(deadline_);
    if (!context_.stopped()) {
      ErrorCode ignored;
      stream_.lowest_layer().close(ignored);
      context_.restart();
      context_.run();  // the step's own end, which speaks of `result`
      return net::error::timed_out;
    }
    return result;
  }

  const DohServer& server_;
  Clock::time_point deadline_;
  net::io_context context_{1};
  net::ssl::context tls_{net::ssl::context::tls_client};
  net::ssl::stream<tcp::socket> stream_{context_, tls_};
  boost::beast::flat_buffer buffer_{std::size_t{1} << 17U};
};

// NOLINTEND(bugprone-unused-return-value)

}  // namespace

Decision<Addresses> look_up_by_https(const std::string& host, const DohServer& server,
                                     Clock::time_point deadline) {
  Conversation conversation(server, deadline);
  ErrorCode error = conversation.open();
  Addresses addresses;
  for (const RecordType type : {RecordType::a, RecordType::aaaa}) {
    std::string answer;
    if (!error) error = conversation.ask(dns_question(host, type), answer);
    for (const Address& address : addresses_in(answer, type)) addresses.push_back(address);
  }
  if (!addresses.empty()) return addresses;
  if (error == net::error::timed_out)
    return refuse(RefusalKind::timeout, fmt::format("The DNS server did not answer for {} in time.", host));
  if (error)
    return refuse(RefusalKind::unreachable,
                  fmt::format("The DNS server {} cannot be asked: {}.", server.host, error.message()));
  return refuse(RefusalKind::unresolved, fmt::format("{} has no address.", host));
}

}  // namespace hitscope::egress
