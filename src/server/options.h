// What `hitscope serve` can be told. Of the limits, max_audio_s alone may be 0: none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fetch/settings.h"
#include "server/log.h"
#include "server/site.h"

namespace hitscope::server {

struct ServeOptions {
  std::string host = "127.0.0.1";
  unsigned short port = 8080;  // 0: any free one
  std::string data_folder;     // empty: the user's own (XDG_DATA_HOME/hitscope)
  std::string database;        // sqlite:PATH or postgresql://...; empty: history.sqlite in the data folder
  std::string model = "default";
  std::string token_file;
  std::vector<std::string> allow_hosts;
  std::vector<std::string> allow_origins;
  std::vector<std::string> allow_frames;  // origins whose pages may show the dashboard in a frame
  bool behind_proxy = false;              // believe X-Forwarded-For and X-Forwarded-Proto
  unsigned workers = 0;                   // 0: one a processor
  unsigned threads = 0;                   // that answer requests; 0: one a processor, at most 4
  std::size_t queue = 512;
  std::size_t queue_per_client = 256;
  std::uint64_t max_upload_bytes = std::uint64_t{512} << 20U;
  double max_audio_s = 2 * 3600.0;
  double job_timeout_s = 600;
  double job_cpu_s = 300;
  std::uint64_t job_memory_bytes = std::uint64_t{2} << 30U;
  FetchSettings fetch;
  unsigned fetchers = 4;    // links fetched at the same time
  double keep_audio_s = 0;  // 0: uploads are deleted when they have been measured
  double drain_s = 30;
  bool sandbox = true;
  LogLevel log_level = LogLevel::info;
  HttpLimits http;
};

}  // namespace hitscope::server
