// What a user can say about fetching, in the words of the command line, and what becomes of it. `predict` and
// `serve` share them.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "fetch/fetcher.h"

namespace hitscope {

struct FetchSettings {
  std::string network = "public";    // off, public, allow-list (egress/policy.h)
  std::vector<std::string> allow;    // its entries
  std::vector<std::string> resolve;  // HOST:PORT:ADDRESS
  std::string dns_server;            // address or https:// (egress/resolver.h)
  std::string proxy;                 // http://host:port
  std::string cookies_file;
  std::string cookies;  // their text, from the environment (YT_COOKIES); a secret
  std::string yt_dlp;
  std::string js_runtime;
  FetchLimits limits;
};

// Takes YT_COOKIES out of this process's environment, so that no child inherits it and no listing of
// processes shows it. Call it before there are threads.
[[nodiscard]] std::string take_cookies_from_environment();

// Errors: url_blocked (an option that cannot be understood, which one and why), url_needs_login (cookies).
[[nodiscard]] Result<FetcherOptions> fetcher_options(const FetchSettings& settings);

}  // namespace hitscope
