#include "egress/guard.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base64.h"
#include "egress/wire.h"

namespace hitscope::egress::testing {
namespace {

using std::chrono::milliseconds;

std::string get(const std::string& address) {
  return fmt::format("GET http://{}/ HTTP/1.1", address);
}
std::string connect(const std::string& address) {
  return fmt::format("CONNECT {} HTTP/1.1", address);
}
bool send_to(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}
std::string many(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 23);
  return bytes;
}

TEST(Guard, CarriesAPlainRequest) {
  const Site site([](const std::string&) { return ok("hello", "X-Own: 1\r\nConnection: keep-alive\r\n"); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {site.address()}));
  const Ticket ticket = guard->open();
  const Answer answer = ask(*guard, ticket, get(site.address()));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.head, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Own: 1\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(ticket.refusal());
  EXPECT_GT(ticket.bytes_received(), 5U);
  EXPECT_GT(ticket.bytes_sent(), 20U);
}

TEST(Guard, CarriesABody) {
  const Site site(
      [](const std::string& request) { return ok(request.substr(request.find("\r\n\r\n") + 4)); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {site.address()}));
  const Ticket ticket = guard->open();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{200'000}}) {
    const std::string body = many(size);
    const Answer answer = ask(*guard, ticket, fmt::format("POST http://{}/ HTTP/1.1", site.address()),
                              fmt::format("Content-Length: {}\r\n", size), body);
    EXPECT_EQ(answer.body, body);
  }
}

TEST(Guard, CarriesATunnelBothWays) {
  const LocalServer echo([](int connection) {
    send_to(connection, "first\n");
    while (true) {
      const std::string line = read_until(connection, "\n");
      if (line.empty()) break;
      send_to(connection, "> " + line);
    }
    send_to(connection, "last\n");
  });
  const auto guard = guard_with(policy_of(PolicyMode::allow_list, {echo.address()}));
  const Ticket ticket = guard->open();
  const Client client(guard->port());
  // What comes with the head is for the site.
  client.send(fmt::format("{}\r\n{}\r\nearly\n", connect(echo.address()), credentials(ticket)));
  EXPECT_EQ(read_until(client.socket(), "\r\n\r\n"), "HTTP/1.1 200 Connection established\r\n\r\n");
  EXPECT_EQ(read_until(client.socket(), "early\n"), "first\n> early\n");
  client.send("late\n");
  EXPECT_EQ(read_until(client.socket(), "\n"), "> late\n");
  client.end_sending();
  EXPECT_EQ(read_all(client.socket()), "last\n");
  EXPECT_TRUE(becomes_true([&] { return guard->connections() == 0; }));
}

TEST(Guard, InterimAnswersAreSkipped) {
  const Site site([](const std::string&) {
    return "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok("done");
  });
  const auto guard = guard_with(policy_of(PolicyMode::open, {site.address()}));
  const Ticket ticket = guard->open();
  EXPECT_EQ(ask(*guard, ticket, get(site.address())).body, "done");
}

TEST(Guard, ASiteThatDoesNotSpeakHttp) {
  for (const char* words : {"", "220 mail.example ESMTP\r\n\r\n", "HTTP/2 200\r\n\r\n",
                            "HTTP/1.1 101 x\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"}) {
    const Site site([words](const std::string&) { return std::string(words); });
    const auto guard = guard_with(policy_of(PolicyMode::open, {site.address()}));
    const Ticket ticket = guard->open();
    const Answer answer = ask(*guard, ticket, get(site.address()));
    EXPECT_EQ(answer.status, 502) << words;
    EXPECT_EQ(answer.refusal, "unreachable") << words;
  }
  const Site endless([](const std::string&) { return "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {endless.address()}));
  const Ticket ticket = guard->open();
  EXPECT_EQ(ask(*guard, ticket, get(endless.address())).status, 502);
}

TEST(Guard, WithoutATicketNobodyIsServed) {
  const Site site([](const std::string&) { return ok("hello"); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {site.address()}));
  const Ticket ticket = guard->open();
  const auto status = [&](const std::string& fields) {
    const Client client(guard->port());
    client.send(get(site.address()) + "\r\n" + fields + "\r\n");
    return client.answer().status;
  };
  const auto basic = [](std::string_view words) {
    return fmt::format("Proxy-Authorization: Basic {}\r\n",
                       to_base64(std::as_bytes(std::span(words.data(), words.size()))));
  };
  EXPECT_EQ(status(""), 407);
  EXPECT_EQ(status(basic("hitscope:")), 407);
  EXPECT_EQ(status(basic("hitscope:" + std::string(64, '0'))), 407);
  EXPECT_EQ(status(basic("other:" + std::string(64, '0'))), 407);
  EXPECT_EQ(status("Proxy-Authorization: Bearer x\r\n"), 407);
  EXPECT_EQ(status("Proxy-Authorization: Basic !!\r\n"), 407);
  EXPECT_EQ(status(credentials(ticket)), 200);
  EXPECT_EQ(site.requests().size(), 1U);
  EXPECT_EQ(site.requests().front().find("roxy"), std::string::npos);  // the ticket stays here
}

TEST(Guard, TicketsDiffer) {
  const auto guard = guard_with(policy_of(PolicyMode::open));
  const Ticket one = guard->open();
  const Ticket other = guard->open();
  EXPECT_NE(one.proxy_url(), other.proxy_url());
  EXPECT_EQ(one.proxy_url().size(), other.proxy_url().size());
}

TEST(Guard, TooManyBytesCutTheConnection) {
  const LocalServer endless([](int connection) {
    static_cast<void>(read_until(connection, "\r\n\r\n"));
    send_to(connection, "HTTP/1.1 200 OK\r\n\r\n");
    while (send_to(connection, std::string(65536, 'x'))) {
    }
  });
  const auto guard = guard_with(policy_of(PolicyMode::open, {endless.address()}));
  const Ticket ticket = guard->open({.max_bytes = 1'000'000, .max_sent_bytes = 0, .max_connections = 8});
  const Answer answer = ask(*guard, ticket, get(endless.address()));
  EXPECT_TRUE(answer.cut);  // without a length an end would look like the end of the body
  EXPECT_LE(answer.body.size(), 1'000'000U);
  ASSERT_TRUE(ticket.refusal());
  EXPECT_EQ(ticket.refusal()->kind, RefusalKind::too_many_bytes);
  EXPECT_EQ(as_error(*ticket.refusal()).kind, ErrorKind::too_large);
  EXPECT_EQ(ticket.refusal()->host, endless.address());
  // It stays used up.
  EXPECT_EQ(ask(*guard, ticket, get(endless.address())).refusal, "too-many-bytes");
  EXPECT_EQ(ask(*guard, ticket, get("127.0.0.1:1")).status, 403);
  EXPECT_EQ(ticket.refusal()->kind, RefusalKind::too_many_bytes);
  // Another ticket is not.
  const Ticket other = guard->open({.max_bytes = 100, .max_sent_bytes = 0, .max_connections = 8});
  EXPECT_TRUE(ask(*guard, other, get(endless.address())).cut);
}

TEST(Guard, WhatIsSentIsBoundedToo) {
  const LocalServer sink([](int connection) { static_cast<void>(read_all(connection)); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {sink.address()}));
  const Ticket ticket = guard->open({.max_bytes = 0, .max_sent_bytes = 500'000, .max_connections = 8});
  const Client client(guard->port());
  client.send(fmt::format("{}\r\n{}\r\n", connect(sink.address()), credentials(ticket)));
  while (client.send(many(65536))) {
  }
  ASSERT_TRUE(becomes_true([&] { return ticket.refusal().has_value(); }));
  EXPECT_EQ(ticket.refusal()->kind, RefusalKind::too_many_bytes);
}

TEST(Guard, ABigBodyComesWhole) {
  const std::string body = many(20'000'000);
  const Site site([&](const std::string&) { return ok(body); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {site.address()}));
  const Ticket ticket = guard->open();
  const Answer answer = ask(*guard, ticket, get(site.address()));
  EXPECT_FALSE(answer.cut);
  EXPECT_TRUE(answer.body == body);
  EXPECT_GE(ticket.bytes_received(), body.size());
}

// A client that does not read stops the site: nothing piles up in between.
TEST(Guard, OneSideIsReadAsFastAsTheOtherTakesIt) {
  std::atomic<std::size_t> taken{0};
  const LocalServer fast([&](int connection) {
    static_cast<void>(read_until(connection, "\r\n\r\n"));
    send_to(connection, "HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(65536, 'x');
    while (send_to(connection, piece)) taken += piece.size();
  });
  const auto guard = guard_with(policy_of(PolicyMode::open, {fast.address()}),
                                [](GuardOptions& options) { options.limits.idle = milliseconds(500); });
  const Ticket ticket = guard->open();
  const Client client(guard->port());
  client.send(fmt::format("{}\r\n{}\r\n", get(fast.address()), credentials(ticket)));
  // It ends, since nothing moves any more.
  ASSERT_TRUE(becomes_true([&] { return ticket.refusal().has_value(); }));
  EXPECT_EQ(ticket.refusal()->kind, RefusalKind::timeout);
  EXPECT_LT(taken, 40'000'000U);  // what fits into the kernel's buffers of four sockets
}

TEST(Guard, ASlowBodyIsNoSilence) {
  const auto idle = milliseconds(4000);  // less than all of it takes, far more than one piece
  const LocalServer slow([](int connection) {
    static_cast<void>(read_until(connection, "\r\n\r\n"));
    send_to(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    for (int i = 0; i < 10; ++i) {
      std::this_thread::sleep_for(milliseconds(500));  // is what the test is about
      send_to(connection, "x");
    }
  });
  const auto guard = guard_with(policy_of(PolicyMode::open, {slow.address()}),
                                [&](GuardOptions& options) { options.limits.idle = idle; });
  const Ticket ticket = guard->open();
  EXPECT_EQ(ask(*guard, ticket, get(slow.address())).body, std::string(10, 'x'));
  EXPECT_FALSE(ticket.refusal());
}

TEST(Guard, ASilentSiteIsGivenUp) {
  const LocalServer silent([](int connection) { static_cast<void>(read_all(connection)); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {silent.address()}),
                                [](GuardOptions& options) { options.limits.idle = milliseconds(50); });
  const Ticket ticket = guard->open();
  EXPECT_TRUE(ask(*guard, ticket, get(silent.address())).cut);
  ASSERT_TRUE(ticket.refusal());
  EXPECT_EQ(ticket.refusal()->kind, RefusalKind::timeout);
}

TEST(Guard, ASilentClientIsGivenUp) {
  const auto guard = guard_with(policy_of(PolicyMode::open),
                                [](GuardOptions& options) { options.limits.head = milliseconds(50); });
  const Client client(guard->port());
  client.send("GET http://exa");
  EXPECT_TRUE(client.answer().cut);
}

TEST(Guard, NobodyListensThere) {
  std::string address;
  {
    const LocalServer gone([](int) {});
    address = gone.address();
  }
  const auto guard = guard_with(policy_of(PolicyMode::open, {address}));
  const Ticket ticket = guard->open();
  const Answer answer = ask(*guard, ticket, connect(address));
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(answer.refusal, "unreachable");
  EXPECT_EQ(as_error(*ticket.refusal()).kind, ErrorKind::url_unreachable);
}

TEST(Guard, HeadersWithoutEnd) {
  const auto guard = guard_with(policy_of(PolicyMode::open));
  const Ticket ticket = guard->open();
  const Client one(guard->port());
  one.send("GET http://example.com/ HTTP/1.1\r\nX: " + std::string(1'000'000, 'x'));
  EXPECT_EQ(one.answer().status, 431);
  std::string fields;
  for (int i = 0; i < 500; ++i) fields += fmt::format("X-{}: y\r\n", i);
  EXPECT_EQ(ask(*guard, ticket, "GET http://example.com/ HTTP/1.1", fields).refusal, "head-too-large");
}

TEST(Guard, AHeadInManyPieces) {
  const Site site([](const std::string&) { return ok("hello"); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {site.address()}));
  const Ticket ticket = guard->open();
  const Client client(guard->port());
  for (const char byte : fmt::format("{}\r\n{}\r\n", get(site.address()), credentials(ticket)))
    client.send({&byte, 1});
  EXPECT_EQ(client.answer().body, "hello");
}

TEST(Guard, ManyAtOnce) {
  const std::string body = many(100'000);
  const Site site([&](const std::string&) { return ok(body); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {site.address()}));
  const Ticket ticket = guard->open({.max_bytes = 0, .max_sent_bytes = 0, .max_connections = 100});
  std::atomic<int> whole{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 100; ++i) {
    clients.emplace_back([&] {
      if (ask(*guard, ticket, get(site.address())).body == body) ++whole;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(whole, 100);
  EXPECT_GE(ticket.bytes_received(), 100 * body.size());
  EXPECT_TRUE(becomes_true([&] { return guard->connections() == 0 && ticket.connections() == 0; }));
}

TEST(Guard, ATicketHasSoManyConnections) {
  const LocalServer silent([](int connection) { static_cast<void>(read_all(connection)); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {silent.address()}));
  const Ticket ticket = guard->open({.max_bytes = 0, .max_sent_bytes = 0, .max_connections = 2});
  const Client one(guard->port());
  const Client two(guard->port());
  for (const Client* client : {&one, &two}) {
    client->send(fmt::format("{}\r\n{}\r\n", connect(silent.address()), credentials(ticket)));
    EXPECT_NE(read_until(client->socket(), "\r\n\r\n").find("200"), std::string::npos);
  }
  EXPECT_EQ(ask(*guard, ticket, connect(silent.address())).status, 503);
  EXPECT_EQ(ticket.refusal()->kind, RefusalKind::too_many_connections);
}

TEST(Guard, TheGuardHasSoManyConnections) {
  const auto guard =
      guard_with(policy_of(PolicyMode::open), [](GuardOptions& options) { options.limits.connections = 3; });
  std::vector<std::unique_ptr<Client>> held;
  for (int i = 0; i < 3; ++i) held.push_back(std::make_unique<Client>(guard->port()));
  ASSERT_TRUE(becomes_true([&] { return guard->connections() == 3; }));
  const Client more(guard->port());
  EXPECT_EQ(more.answer().status, 0);
  held.clear();
  EXPECT_TRUE(becomes_true([&] { return guard->connections() == 0; }));
}

TEST(Guard, ClosingATicketEndsItsConnections) {
  const LocalServer silent([](int connection) { static_cast<void>(read_all(connection)); });
  const auto guard = guard_with(policy_of(PolicyMode::open, {silent.address()}));
  Ticket ticket = guard->open();
  const Ticket other = guard->open();
  const Client of_ticket(guard->port());
  const Client of_other(guard->port());
  of_ticket.send(fmt::format("{}\r\n{}\r\n", connect(silent.address()), credentials(ticket)));
  of_other.send(fmt::format("{}\r\n{}\r\n", connect(silent.address()), credentials(other)));
  for (const Client* client : {&of_ticket, &of_other})
    EXPECT_NE(read_until(client->socket(), "\r\n\r\n").find("200"), std::string::npos);
  ticket.close();
  EXPECT_EQ(read_all(of_ticket.socket()), "");  // returns
  EXPECT_TRUE(becomes_true([&] { return guard->connections() == 1; }));
  EXPECT_EQ(ask(*guard, ticket, connect(silent.address())).status, 407);
  EXPECT_EQ(other.connections(), 1U);
}

TEST(Guard, ATicketOutlivesItsGuard) {
  const LocalServer silent([](int connection) { static_cast<void>(read_all(connection)); });
  auto guard = guard_with(policy_of(PolicyMode::open, {silent.address()}));
  Ticket ticket = guard->open();
  const Client client(guard->port());
  client.send(fmt::format("{}\r\n{}\r\n", connect(silent.address()), credentials(ticket)));
  EXPECT_NE(read_until(client.socket(), "\r\n\r\n").find("200"), std::string::npos);
  guard.reset();
  EXPECT_EQ(read_all(client.socket()), "");
  EXPECT_EQ(ticket.connections(), 0U);
  ticket.close();
}

// The name is looked up once a connection, and what was checked is what is connected to: a proxy in between
// sees by which address it is asked.
class Upstream {
 public:
  Upstream()
      : server_([this](int connection) {
          const std::string head = read_until(connection, "\r\n\r\n");
          {
            const std::scoped_lock lock(mutex_);
            asked_.push_back(head.substr(0, head.find(" HTTP/")));
          }
          send_to(connection, "HTTP/1.1 200 OK\r\nVia: x\r\n\r\n");
          const std::string request = read_until(connection, "\r\n\r\n");
          if (!request.empty()) send_to(connection, ok("through"));
        }) {}
  [[nodiscard]] std::string url() const { return "http://" + server_.address(); }
  [[nodiscard]] std::vector<std::string> asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  LocalServer server_;
};

TEST(Guard, ThroughAnotherProxyByTheCheckedAddress) {
  const Upstream upstream;
  const DnsServer dns(
      {{"music.example", {{"93.184.216.34", "127.0.0.1"}}}, {"six.example", {{"2606:2800::1"}}}});
  const auto guard = guard_with(policy_of(PolicyMode::open), [&](GuardOptions& options) {
    options.upstream_proxy = upstream.url();
    options.resolver.dns_server = dns.address();
  });
  const Ticket ticket = guard->open();
  EXPECT_EQ(ask(*guard, ticket, "GET http://music.example/a HTTP/1.1").body, "through");
  EXPECT_EQ(ask(*guard, ticket, "GET http://six.example/ HTTP/1.1").body, "through");
  EXPECT_EQ(upstream.asked(),
            (std::vector<std::string>{"CONNECT 93.184.216.34:80", "CONNECT [2606:2800::1]:80"}));
}

TEST(Guard, RebindingIsSeen) {
  const Upstream upstream;
  const Canary canary;
  const DnsServer dns({{"rebind.example", {{"93.184.216.34"}, {"127.0.0.1", "::1"}}}});
  const auto guard =
      guard_with(policy_of(PolicyMode::open, {fmt::format("rebind.example:{}", canary.port())}),
                 [&](GuardOptions& options) {
                   options.upstream_proxy = upstream.url();
                   options.resolver.dns_server = dns.address();
                 });
  const Ticket ticket = guard->open();
  const std::string request = fmt::format("GET http://rebind.example:{}/ HTTP/1.1", canary.port());
  EXPECT_EQ(ask(*guard, ticket, request).body, "through");
  EXPECT_EQ(ask(*guard, ticket, request).refusal, "forbidden-address");
  EXPECT_EQ(upstream.asked(), (std::vector{fmt::format("CONNECT 93.184.216.34:{}", canary.port())}));
  EXPECT_FALSE(canary.was_reached());
}

TEST(Guard, AnUpstreamProxyThatRefuses) {
  const Site upstream([](const std::string&) { return std::string("HTTP/1.1 403 Forbidden\r\n\r\n"); });
  const auto guard = guard_with(policy_of(PolicyMode::open), [&](GuardOptions& options) {
    options.upstream_proxy = "http://" + upstream.address();
  });
  const Ticket ticket = guard->open();
  EXPECT_EQ(ask(*guard, ticket, "CONNECT 93.184.216.34:443 HTTP/1.1").refusal, "unreachable");
}

TEST(Guard, FixedAnswersPassThePolicy) {
  const Site site([](const std::string&) { return ok("hello"); });
  const std::string port = std::to_string(site.port());
  const auto with = [&](const std::vector<std::string>& grants) {
    return guard_with(policy_of(PolicyMode::allow_list, grants), [&](GuardOptions& options) {
      options.resolver.fixed.push_back(*read_fixed_answer("music.example:" + port + ":127.0.0.1"));
    });
  };
  const std::string request = get("music.example:" + port);
  {
    const auto guard = with({"music.example:" + port, site.address()});
    const Ticket ticket = guard->open();
    EXPECT_EQ(ask(*guard, ticket, request).body, "hello");
  }
  {
    const auto guard = with({"music.example:" + port});
    const Ticket ticket = guard->open();
    EXPECT_EQ(ask(*guard, ticket, request).refusal, "forbidden-address");
  }
  {
    const auto guard = with({site.address()});
    const Ticket ticket = guard->open();
    EXPECT_EQ(ask(*guard, ticket, request).refusal, "not-listed");
  }
}

TEST(Guard, OptionsThatMakeNoSense) {
  for (const char* proxy : {"example.com", "https://proxy:1", "http://proxy:0", "http://u:p@127.0.0.1:1",
                            "http://127.0.0.1:1/path"}) {
    GuardOptions options;
    options.upstream_proxy = proxy;
    const auto guard = Guard::start(options);
    ASSERT_FALSE(guard) << proxy;
    EXPECT_EQ(guard.error().kind, ErrorKind::url_blocked);
  }
  GuardOptions options;
  options.resolver.dns_server = "dns.example";
  EXPECT_FALSE(Guard::start(options));
}

TEST(Guard, ANameServerThatDoesNotAnswer) {
  const Canary deaf;  // TCP alone: nobody answers over UDP
  const auto guard = guard_with(policy_of(PolicyMode::open), [&](GuardOptions& options) {
    options.resolver.dns_server = fmt::format("127.0.0.1:{}", deaf.port());
    options.resolver.time_limit = milliseconds(300);
  });
  const Ticket ticket = guard->open();
  const int status = ask(*guard, ticket, "CONNECT music.example:443 HTTP/1.1").status;
  EXPECT_TRUE(status == 504 || status == 502) << status;  // the system may say at once that nobody listens
}

}  // namespace
}  // namespace hitscope::egress::testing
