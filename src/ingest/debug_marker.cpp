#include "ingest/debug_marker.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <string_view>
#include <thread>
#include <vector>

namespace hitscope {
namespace {

constexpr std::string_view kMarker = "HITSCOPE-DEBUG ";
constexpr std::size_t kLongestLine = 32;
constexpr std::size_t kMouthful = std::size_t{16} << 20U;

[[noreturn]] void hang() {
  while (true) std::this_thread::sleep_for(std::chrono::seconds(1));
}

[[noreturn]] void eat_memory() {
  std::vector<std::vector<char>> eaten;
  while (true) eaten.emplace_back(kMouthful, 'x');
}

}  // namespace

void obey_debug_marker(int file) {
  std::array<char, kLongestLine> bytes{};
  const ssize_t count = ::pread(file, bytes.data(), bytes.size(), 0);
  std::string_view line(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  line = line.substr(0, line.find('\n'));
  if (!line.starts_with(kMarker)) return;
  line.remove_prefix(kMarker.size());
  if (line == "crash") __builtin_trap();  // a real fault: the sandbox forbids raise()
  if (line == "hang") hang();
  if (line == "memory") eat_memory();
}

}  // namespace hitscope
