#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iterator>
#include <string>

#include "egress/forgery_vectors.h"
#include "egress/wire.h"

namespace hitscope::egress::testing {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

class Forgeries : public ::testing::Test {
 protected:
  Forgeries()
      : dns_({{"private.example", {{"127.0.0.1"}}},
              {"six.example", {{"::1"}}},
              {"metadata.example", {{"169.254.169.254", "fd00:ec2::254"}}},
              {"mapped.example", {{"::ffff:127.0.0.1"}}},
              {"zero.example", {{"0.0.0.0", "::"}}},
              {"many.example", {{"10.0.0.1", "127.0.0.1", "192.168.0.1", "fe80::1", "::1"}}}}),
        site_([](const std::string&) { return ok("reached"); }) {
    std::vector<std::string> grants{site_.address()};
    for (const std::string_view name : kForgeryNames)
      grants.push_back(fmt::format("{}:{}", name, canary_.port()));
    guard_ = guard_with(policy_of(PolicyMode::open, grants),
                        [&](GuardOptions& options) { options.resolver.dns_server = dns_.address(); });
    by_system_ = guard_with(policy_of(PolicyMode::open, grants));
  }

  void is_refused(const Guard& guard, const Ticket& ticket, const Forgery& forgery) const {
    const Client client(guard.port());
    client.send(wire_form(forgery.request, ticket));
    const Answer answer = client.answer();
    EXPECT_EQ(answer.status, forgery.status) << forgery.what;
    EXPECT_EQ(answer.refusal, forgery.refusal) << forgery.what;
    EXPECT_FALSE(canary_.was_reached()) << forgery.what;
  }

  // As it goes over the wire: with the ticket behind the first line.
  std::string wire_form(std::string_view request, const Ticket& ticket) const {
    std::string text = replaced(std::string(request), "{P}", std::to_string(canary_.port()));
    text = replaced(text, "{S}", std::to_string(site_.port()));
    const std::size_t body = text.find("\n\n") + 2;
    std::string head = replaced(text.substr(0, body), "\n", "\r\n");
    head.insert(head.find("\r\n") + 2, credentials(ticket));
    return head + replaced(text.substr(body), "\n", "\r\n");
  }

  Canary canary_;
  DnsServer dns_;
  Site site_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<Guard> by_system_;
};

TEST_F(Forgeries, AreRefusedAndReachNobody) {
  static_assert(std::size(kForgeries) >= 60);
  for (const Forgery& forgery : kForgeries) is_refused(*guard_, guard_->open(), forgery);
  for (const Forgery& forgery : kForgeriesOfTheSystem) is_refused(*by_system_, by_system_->open(), forgery);
  EXPECT_TRUE(site_.requests().empty());
}

TEST_F(Forgeries, TheSameWithoutATicketAreNotEvenRead) {
  for (const Forgery& forgery : kForgeries) {
    if (forgery.status != 403 || forgery.refusal == "method") continue;
    const Ticket ticket = guard_->open();
    const Client client(guard_->port());
    client.send(replaced(wire_form(forgery.request, ticket), credentials(ticket), ""));
    EXPECT_EQ(client.answer().status, 407) << forgery.what;
    EXPECT_FALSE(ticket.refusal()) << forgery.what;
  }
  EXPECT_FALSE(canary_.was_reached());
}

// What is smuggled behind a good request goes to the site that was granted, or nowhere.
TEST_F(Forgeries, ASecondRequestOnTheConnectionGoesNowhere) {
  const Ticket ticket = guard_->open();
  const Client client(guard_->port());
  const std::string second =
      fmt::format("GET http://127.0.0.1:{}/ HTTP/1.1\r\n{}\r\n", canary_.port(), credentials(ticket));
  client.send(wire_form("GET http://127.0.0.1:{S}/first HTTP/1.1\n\n", ticket) + second);
  EXPECT_EQ(client.answer().body, "reached");
  EXPECT_FALSE(canary_.was_reached());
  ASSERT_EQ(site_.requests().size(), 1U);
  EXPECT_EQ(site_.requests().front().find(std::to_string(canary_.port())), std::string::npos);
}

TEST_F(Forgeries, TheTargetIsTheHostWhateverTheClientClaims) {
  const Ticket ticket = guard_->open();
  const Client client(guard_->port());
  client.send(
      wire_form("GET http://127.0.0.1:{S}/ HTTP/1.1\nHost: internal.example\n"
                "Connection: close, X-Hop\nX-Hop: 1\nProxy-Connection: keep-alive\nTE: trailers\n"
                "Upgrade: h2c\nX-Stays: yes\n\n",
                ticket));
  EXPECT_EQ(client.answer().status, 200);
  ASSERT_EQ(site_.requests().size(), 1U);
  EXPECT_EQ(site_.requests().front(),
            fmt::format("GET / HTTP/1.1\r\nHost: {}\r\nx-stays: yes\r\nConnection: close\r\n\r\n",
                        site_.address()));
}

TEST_F(Forgeries, RedirectsAreRequestsOfTheirOwn) {
  const Site leading([&](const std::string&) {
    return fmt::format("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{}/\r\nContent-Length: 0\r\n\r\n",
                       canary_.port());
  });
  const auto guard = guard_with(policy_of(PolicyMode::allow_list, {leading.address()}));
  const Ticket ticket = guard->open();
  const Answer first = ask(*guard, ticket, fmt::format("GET http://{}/ HTTP/1.1", leading.address()));
  EXPECT_EQ(first.status, 302);
  EXPECT_EQ(ask(*guard, ticket, fmt::format("GET http://127.0.0.1:{}/ HTTP/1.1", canary_.port())).status,
            403);
  ASSERT_TRUE(ticket.refusal());
  EXPECT_EQ(ticket.refusal()->kind, RefusalKind::forbidden_address);
  EXPECT_FALSE(canary_.was_reached());
}

}  // namespace
}  // namespace hitscope::egress::testing
