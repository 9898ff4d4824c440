// The native call that benchmarks/python_overhead.py compares Python's with: float32 samples in memory to a
// report's JSON, nothing else in the process.
//
// usage: array_analysis FILE SAMPLE_RATE_HZ CHANNELS    FILE: interleaved float32, native byte order
//
// For each line on standard input it measures the samples once and prints the processor time of that thread
// in seconds, so that the rounds of two programs can be interleaved.
#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_gettime is POSIX's

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "audio/samples.h"
#include "report/json.h"
#include "report/track_report.h"

namespace {

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::vector<float> read_samples(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<float> samples(bytes.size() / sizeof(float));
  bytes.copy(reinterpret_cast<char*>(samples.data()), samples.size() * sizeof(float));
  return samples;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) return 2;
  const std::vector<float> samples = read_samples(words[1]);
  const int channels = std::stoi(words[3]);
  const hitscope::SampleView view{.data = samples.data(),
                                  .frames = samples.size() / static_cast<std::size_t>(channels),
                                  .channels = channels,
                                  .frame_stride = channels,
                                  .channel_stride = 1,
                                  .sample_rate_hz = std::stoi(words[2])};
  hitscope::AnalyzeOptions options;
  options.decode.max_seconds = 0;
  options.analyzer.dna = false;
  for (std::string line; std::getline(std::cin, line);) {
    const double begun = thread_seconds();
    auto decoder = hitscope::open_samples(view, options.decode);
    if (!decoder) return 1;
    const auto report = hitscope::analyze_decoder(**decoder, options);
    if (!report) return 1;
    const std::string json = hitscope::to_json(*report, hitscope::JsonLayout::compact);
    std::cout << thread_seconds() - begun << ' ' << json.size() << '\n' << std::flush;
  }
  return 0;
}
