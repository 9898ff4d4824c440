#include "egress/resolver.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "egress/dns_message.h"
#include "egress/wire.h"

namespace hitscope::egress::testing {
namespace {

using std::chrono::milliseconds;

Resolver resolver_with(ResolverOptions options) {
  auto resolver = Resolver::make(std::move(options));
  if (!resolver) throw std::runtime_error(resolver.error().message);
  return std::move(*resolver);
}

ResolverOptions by(const std::string& server) {
  ResolverOptions options;
  options.dns_server = server;
  options.time_limit = kPatience;
  return options;
}

// Sorted, or the kind of the refusal.
std::vector<std::string> found(const Resolver::Answer& answer) {
  if (!answer) return {std::string(kind_name(answer.error().kind))};
  std::vector<std::string> texts;
  for (const Address& address : *answer) texts.push_back(address.to_string());
  std::ranges::sort(texts);
  return texts;
}
std::vector<std::string> look_up(const Resolver& resolver, const std::string& authority) {
  return found(resolver.look_up(*read_authority(authority)));
}
using Texts = std::vector<std::string>;

TEST(Resolver, FixedAnswersAreRead) {
  const auto one = read_fixed_answer("Music.Example.:443:93.184.216.34");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->host, "music.example");
  EXPECT_EQ(one->port, 443);
  EXPECT_EQ(one->addresses.size(), 1U);
  EXPECT_EQ(read_fixed_answer("a.example:80:[2606:2800::1],8.8.8.8,2606:2800::2")->addresses.size(), 3U);
  for (const char* text :
       {"", "a", "a:80", "a:80:", "a:80:b", "a:0:8.8.8.8", "a:80:127.1", ":80:8.8.8.8", "a:80:8.8.8.8,",
        "a:80:[::1", "+a:80:8.8.8.8", "a:*:8.8.8.8", "[", "[::1]", "[::1]:80"})
    EXPECT_FALSE(read_fixed_answer(text)) << text;
}

TEST(Resolver, AddressesAndFixedAnswersNeedNoLookUp) {
  ResolverOptions options;
  options.fixed.push_back(*read_fixed_answer("music.example:443:93.184.216.34"));
  const Resolver resolver = resolver_with(options);
  EXPECT_EQ(look_up(resolver, "music.example:443"), Texts{"93.184.216.34"});
  EXPECT_EQ(look_up(resolver, "192.0.2.7:443"), Texts{"192.0.2.7"});
  EXPECT_EQ(look_up(resolver, "[2001:db8::7]:443"), Texts{"2001:db8::7"});
}

TEST(Resolver, BySystem) {
  const Texts addresses = look_up(resolver_with({}), "localhost:80");
  EXPECT_TRUE(std::ranges::find(addresses, "127.0.0.1") != addresses.end() ||
              std::ranges::find(addresses, "::1") != addresses.end());
}

TEST(Resolver, ByServer) {
  const DnsServer dns(
      {{"music.example", {{"93.184.216.34", "2606:2800::1"}, {"127.0.0.1"}}}, {"empty.example", {{}}}});
  const Resolver resolver = resolver_with(by(dns.address()));
  EXPECT_EQ(look_up(resolver, "music.example:443"), (Texts{"2606:2800::1", "93.184.216.34"}));
  EXPECT_EQ(look_up(resolver, "music.example:443"), Texts{"127.0.0.1"});  // nothing is remembered
  EXPECT_EQ(look_up(resolver, "empty.example:443"), Texts{"unresolved"});
  EXPECT_EQ(look_up(resolver, "nowhere.example:443"), Texts{"unresolved"});
}

TEST(Resolver, OnThreadsOfItsOwn) {
  std::map<std::string, std::vector<DnsServer::Answers>> names;
  for (int i = 0; i < 60; ++i) names[fmt::format("n{}.example", i)] = {{fmt::format("93.184.216.{}", i)}};
  const DnsServer dns(names);
  std::atomic<int> right{0};
  std::atomic<int> done{0};
  Resolver resolver = resolver_with(by(dns.address()));
  for (int i = 0; i < 60; ++i) {
    resolver.look_up(*read_authority(fmt::format("n{}.example:443", i)),
                     [&, i](const Resolver::Answer& answer) {
                       if (found(answer) == Texts{fmt::format("93.184.216.{}", i)}) ++right;
                       ++done;
                     });
  }
  EXPECT_TRUE(becomes_true([&] { return done == 60; }));
  EXPECT_EQ(right, 60);
}

TEST(Resolver, WhatIsStillOutWhenItGoesIsDropped) {
  const DnsServer dns({{"music.example", {{"93.184.216.34"}}}});
  for (int i = 0; i < 20; ++i) {
    auto alive = std::make_unique<std::atomic<bool>>(true);
    {
      Resolver resolver = resolver_with(by(dns.address()));
      for (int j = 0; j < 5; ++j) {
        resolver.look_up(*read_authority("music.example:443"),
                         [raw = alive.get()](const Resolver::Answer&) { EXPECT_TRUE(raw->load()); });
      }
    }
    alive.reset();  // a call from here on would be one into what is gone
  }
}

TEST(Resolver, ServersThatMakeNoSense) {
  for (const char* server :
       {"dns.example", "127.0.0.1:", "127.0.0.1:0", "127.1", "[::1", "::1%lo", "https://",
        "https://u@dns.example/", "https://dns.example/a b", "http://dns.example/", "tls://1.1.1.1"})
    EXPECT_FALSE(Resolver::make(by(server))) << server;
  for (const char* server :
       {"9.9.9.9", "9.9.9.9:5353", "2620:fe::fe", "[2620:fe::fe]:53", "https://dns.example/dns-query",
        "https://9.9.9.9", "https://dns.example:8443/q"})
    EXPECT_TRUE(Resolver::make(by(server))) << server;
}

TEST(DnsMessage, QuestionAsInTheStandard) {
  const std::string question = dns_question("www.example.com", RecordType::aaaa);
  EXPECT_EQ(question, std::string("\0\0\1\0\0\1\0\0\0\0\0\0\3www\7example\3com\0\0\x1c\0\1", 33));
  EXPECT_TRUE(addresses_in(question, RecordType::a).empty());
}

// DNS over HTTPS, with a certificate made for the test.
template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

struct Identity {
  explicit Identity(const std::string& name)
      : key(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate(X509_new(), X509_free) {
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* const subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    const Owned<X509_EXTENSION> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str()),
        X509_EXTENSION_free);
    X509_add_ext(certificate.get(), names.get(), -1);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
  }
  void write(const std::filesystem::path& path) const {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"), std::fclose);
    PEM_write_X509(file.get(), certificate.get());
  }
  Owned<EVP_PKEY> key;
  Owned<X509> certificate;
};

// Answers each POST with what `answer` makes of its body, two a connection.
void serve_https(int connection, SSL_CTX* context,
                 const std::function<std::string(const std::string&)>& answer) {
  const Owned<SSL> tls(SSL_new(context), SSL_free);
  SSL_set_fd(tls.get(), connection);
  if (SSL_accept(tls.get()) != 1) return;
  std::string text;
  std::array<char, 4096> piece{};
  while (true) {
    const int size = SSL_read(tls.get(), piece.data(), piece.size());
    if (size <= 0) return;
    text.append(piece.data(), static_cast<std::size_t>(size));
    const std::size_t head = text.find("\r\n\r\n");
    const std::size_t length = text.find("Content-Length: ");
    if (head == std::string::npos || length == std::string::npos) continue;
    const std::size_t body = std::stoul(text.substr(length + 16));
    if (text.size() < head + 4 + body) continue;
    const std::string reply =
        ok(answer(text.substr(head + 4, body)), "Content-Type: application/dns-message\r\n");
    text.clear();
    if (SSL_write(tls.get(), reply.data(), static_cast<int>(reply.size())) <= 0) return;
  }
}

class OverHttps : public ::testing::Test {
 protected:
  OverHttps() : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
    std::signal(SIGPIPE, SIG_IGN);  // the server here writes through OpenSSL, to clients that may have gone
    SSL_CTX_use_certificate(context_.get(), identity_.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity_.key.get());
    identity_.write(folder_.path() / "good.pem");
    Identity("localhost").write(folder_.path() / "other.pem");
  }

  Texts ask(const std::string& host, const std::string& certificates, const std::string& name) {
    const LocalServer server([&](int connection) {
      serve_https(connection, context_.get(),
                  [this](const std::string& question) { return answer_(question); });
    });
    ResolverOptions options = by(fmt::format("https://{}:{}/dns-query", host, server.port()));
    options.certificates = folder_.path() / certificates;
    options.time_limit = time_limit_;
    return look_up(resolver_with(options), name + ":443");
  }

  TemporaryFolder folder_;
  Identity identity_{"localhost"};
  Owned<SSL_CTX> context_;
  milliseconds time_limit_ = kPatience;
  std::function<std::string(const std::string&)> answer_ = [](const std::string& question) {
    const bool v6 = question[question.size() - 3] == '\x1c';
    std::string reply = question;
    reply[2] = '\x81';
    reply[3] = '\x80';
    reply[7] = 1;
    reply += v6 ? std::string("\xc0\x0c\0\x1c\0\1\0\0\0\0\0\x10\x26\x06\x28\0\0\0\0\0\0\0\0\0\0\0\0\1", 28)
                : std::string("\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x5d\xb8\xd8\x22", 16);
    return reply;
  };
};

TEST_F(OverHttps, FindsBothFamilies) {
  EXPECT_EQ(ask("localhost", "good.pem", "music.example"), (Texts{"2606:2800::1", "93.184.216.34"}));
}

TEST_F(OverHttps, TheCertificateIsVerified) {
  EXPECT_EQ(ask("localhost", "other.pem", "music.example"), Texts{"unreachable"});
  EXPECT_EQ(ask("127.0.0.1", "good.pem", "music.example"), Texts{"unreachable"});  // made for another name
}

TEST_F(OverHttps, AnswersThatMakeNoSense) {
  for (const std::string& reply :
       {std::string(), std::string(3, '\xff'), std::string(5000, '\xff'),
        std::string("\0\0\x81\x80\0\0\0\1\0\0\0\0\xc0\x0c\0\1\0\1\0\0\0\0\0\7abc", 27)}) {
    answer_ = [reply](const std::string&) { return reply; };
    EXPECT_EQ(ask("localhost", "good.pem", "music.example"), Texts{"unresolved"});
  }
}

TEST_F(OverHttps, HasATimeLimit) {
  time_limit_ = milliseconds(200);
  const LocalServer silent([](int connection) { static_cast<void>(read_all(connection)); });
  ResolverOptions options = by(fmt::format("https://localhost:{}/", silent.port()));
  options.time_limit = time_limit_;
  EXPECT_EQ(look_up(resolver_with(options), "music.example:443"), Texts{"timeout"});
}

}  // namespace
}  // namespace hitscope::egress::testing
