#include "fetch/settings.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace hitscope {
namespace {

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::string take_cookies_from_environment() {
  constexpr const char* kName = "YT_COOKIES";
  // NOLINTBEGIN(concurrency-mt-unsafe): before there are threads
  char* value = std::getenv(kName);
  if (value == nullptr) return {};
  std::string cookies(value);
  // Where the kernel reads /proc/PID/environ from.
  explicit_bzero(value, std::strlen(value));
  unsetenv(kName);
  // NOLINTEND(concurrency-mt-unsafe)
  return cookies;
}

Result<FetcherOptions> fetcher_options(const FetchSettings& settings) {
  FetcherOptions options;
  const auto mode = egress::mode_of(settings.network);
  if (!mode) {
    return fail(ErrorKind::url_blocked, "--network is none of off, public, allow-list.", settings.network);
  }
  auto policy = egress::Policy::make(*mode, settings.allow);
  if (!policy) return tl::unexpected(policy.error());
  options.guard.policy = std::move(*policy);
  for (const std::string& text : settings.resolve) {
    auto answer = egress::read_fixed_answer(text);
    if (!answer) return tl::unexpected(answer.error());
    options.guard.resolver.fixed.push_back(std::move(*answer));
  }
  options.guard.resolver.dns_server = settings.dns_server;
  options.guard.upstream_proxy = settings.proxy;
  auto cookies = settings.cookies_file.empty() ? parse_cookies(settings.cookies, now_s())
                                               : read_cookies(settings.cookies_file, now_s());
  if (!cookies) return tl::unexpected(cookies.error());
  options.cookies = std::move(*cookies);
  options.yt_dlp = settings.yt_dlp;
  options.js_runtime = settings.js_runtime;
  options.limits = settings.limits;
  return options;
}

}  // namespace hitscope
