#include "egress/resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "egress/name_lookup.h"

namespace hitscope::egress {
namespace {

constexpr std::size_t kMostThreads = 16;

tl::unexpected<Error> bad_answer(std::string_view text) {
  return fail(ErrorKind::url_blocked,
              fmt::format("\"{}\" is no fixed answer: write HOST:PORT:ADDRESS.", text));
}

std::optional<Address> read_address(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const bool v6 = text.find(':') != std::string_view::npos;
  const auto host = read_host(v6 ? fmt::format("[{}]", text) : std::string(text));
  return host ? host->literal : std::nullopt;
}

// "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353".
std::optional<std::string> read_dns_server(std::string_view text) {
  constexpr std::uint16_t kDns = 53;
  if (const auto address = read_address(text))
    return Target{.host = address->to_string(), .literal = address, .port = kDns}.text();
  const auto target = read_authority(text);
  if (!target || !target->literal) return std::nullopt;
  return target->text();
}

std::optional<DohServer> read_doh_server(std::string_view text, const std::string& certificates) {
  text.remove_prefix(std::string_view("https://").size());
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string authority(text.substr(0, slash));
  const std::string_view path = text.substr(slash);
  const auto with_port = read_authority(authority);
  const auto target = with_port ? with_port : read_host(authority);
  const bool plain = std::ranges::all_of(path, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!target || !plain) return std::nullopt;
  return DohServer{.host = target->host,
                   .port = std::to_string(target->port == 0 ? 443 : target->port),
                   .path = path.empty() ? "/dns-query" : std::string(path),
                   .certificates = certificates};
}

}  // namespace

Result<FixedAnswer> read_fixed_answer(std::string_view text) {
  const std::size_t host_end = text.starts_with('[') ? text.find("]:") + 1 : text.find(':');
  if (host_end >= text.size()) return bad_answer(text);
  const std::size_t port_end = text.find(':', host_end + 1);
  if (port_end == std::string_view::npos) return bad_answer(text);
  const auto host = read_host(text.substr(0, host_end));
  const auto port = read_port(text.substr(host_end + 1, port_end - host_end - 1));
  if (!host || !port) return bad_answer(text);
  FixedAnswer answer{.host = host->host, .port = *port, .addresses = {}};
  for (std::string_view rest = text.substr(port_end + 1);;) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const auto address = read_address(rest.substr(0, end));
    if (!address) return bad_answer(text);
    answer.addresses.push_back(*address);
    if (end == rest.size()) return answer;
    rest.remove_prefix(end + 1);
  }
}

struct Resolver::Impl {
  struct Work {
    Target target;
    std::function<void(Answer)> done;
    Clock::time_point deadline;  // when whoever asks has given up
  };

  explicit Impl(ResolverOptions its_options) : options(std::move(its_options)) {}

  Answer look_up(const Target& target) const {
    if (target.literal) return std::vector<Address>{*target.literal};
    for (const FixedAnswer& fixed : options.fixed) {
      if (fixed.host == target.host && fixed.port == target.port) return fixed.addresses;
    }
    const auto deadline = Clock::now() + options.time_limit;
    auto answer = doh              ? look_up_by_https(target.host, *doh, deadline)
                  : server.empty() ? look_up_by_system(target.host)
                                   : look_up_by_server(target.host, server, deadline);
    if (!answer) answer.error().host = target.text();
    return answer;
  }

  // Until the resolver goes. What has waited too long is passed over, so that slow names do not pile up.
  // A look-up that hangs holds its thread, never the resolver: it is not waited for.
  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      ++idle;
      wake.wait(lock, [this] { return gone || !waiting.empty(); });
      --idle;
      if (gone) return;
      const Work next = std::move(waiting.front());
      waiting.pop_front();
      if (Clock::now() >= next.deadline) continue;
      lock.unlock();
      Answer answer = look_up(next.target);
      lock.lock();
      if (gone) return;
      next.done(std::move(answer));  // under the lock, so that ~Resolver waits for it
    }
  }

  ResolverOptions options;
  std::string server;  // for c-ares; empty: another way
  std::optional<DohServer> doh;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Work> waiting;
  std::size_t idle = 0;
  std::size_t threads = 0;
  bool gone = false;
};

Result<Resolver> Resolver::make(ResolverOptions options) {
  auto impl = std::make_shared<Impl>(std::move(options));
  const std::string& server = impl->options.dns_server;
  if (server.starts_with("https://")) {
    impl->doh = read_doh_server(server, impl->options.certificates);
    if (!impl->doh)
      return fail(ErrorKind::url_blocked, fmt::format("\"{}\" is no DNS server over HTTPS.", server));
  } else if (!server.empty()) {
    const auto address = read_dns_server(server);
    if (!address)
      return fail(ErrorKind::url_blocked,
                  fmt::format("\"{}\" is no DNS server: write its address, with or without a port.", server));
    impl->server = *address;
  }
  return Resolver(std::move(impl));
}

Resolver::Resolver(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Resolver::Resolver(Resolver&&) noexcept = default;

Resolver::~Resolver() {
  if (!impl_) return;
  const std::scoped_lock lock(impl_->mutex);
  impl_->gone = true;
  impl_->waiting.clear();
  impl_->wake.notify_all();
}

Resolver::Answer Resolver::look_up(const Target& target) const {
  return impl_->look_up(target);
}

void Resolver::look_up(Target target, std::function<void(Answer)> done) {
  const std::scoped_lock lock(impl_->mutex);
  const auto deadline = Clock::now() + impl_->options.time_limit;
  impl_->waiting.push_back({.target = std::move(target), .done = std::move(done), .deadline = deadline});
  if (impl_->waiting.size() > impl_->idle && impl_->threads < kMostThreads) {
    try {
      std::thread([impl = impl_] { impl->work(); }).detach();
      ++impl_->threads;
      // NOLINTNEXTLINE(bugprone-empty-catch): the threads that there are must do
    } catch (const std::system_error&) {
    }
  }
  impl_->wake.notify_one();
}

}  // namespace hitscope::egress
