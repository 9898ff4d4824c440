// From damaged audio to features: a result or a typed error, never a crash, a leak or a hang.
//
// Random bytes hardly ever look like audio, and no audio is committed. So the input is not the file but what
// is done to one: its first byte picks a format, which the synthesiser encodes once at the start; then every
// four bytes are an edit (three of offset, one of value), and a last odd byte cuts the end off.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "audio/byte_source.h"
#include "audio/decoder.h"
#include "features/analyzer.h"
#include "synth/signals.h"
#include "synth/write_audio.h"

namespace {

std::vector<std::vector<std::byte>> encoded_samples() {
  std::vector<std::vector<std::byte>> samples;
  const auto sound = hitscope::synth::to_channels(hitscope::synth::sine(440, -6, 0.5), 2);
  for (const std::string extension : {"wav", "flac", "ogg", "opus", "aiff", "mp3"}) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("hitscope-fuzz-" + std::to_string(getpid()) + "." + extension);
    const int rate_hz = extension == "opus" ? 48000 : 44100;
    if (!hitscope::synth::write_audio(path, sound, rate_hz, 2)) continue;  // this libsndfile cannot
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto raw = std::as_bytes(std::span(bytes));
    samples.emplace_back(raw.begin(), raw.end());
    std::filesystem::remove(path);
  }
  return samples;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kSamples = encoded_samples();
  if (size == 0 || kSamples.empty()) return 0;
  std::vector<std::byte> bytes = kSamples[data[0] % kSamples.size()];
  std::size_t next = 1;
  for (; next + 4 <= size; next += 4) {
    const std::size_t offset =
        data[next] | (std::size_t{data[next + 1]} << 8U) | (std::size_t{data[next + 2]} << 16U);
    bytes[offset % bytes.size()] = std::byte{data[next + 3]};
  }
  if (next < size) bytes.resize(bytes.size() * data[next] / 255);

  auto decoder = hitscope::open_decoder(hitscope::open_view(bytes), {.max_seconds = 5});
  if (!decoder) return 0;
  const hitscope::AudioInfo& info = (*decoder)->info();
  if (info.channels < 1 || info.sample_rate_hz < 1) std::abort();
  hitscope::Analyzer analyzer(info.sample_rate_hz, info.channels, info.channel_layout);
  std::vector<float> block(1024 * static_cast<std::size_t>(info.channels));
  while (true) {
    const auto frames = (*decoder)->read(block);
    if (!frames) return 0;
    if (*frames == 0) break;
    analyzer.push(std::span(block).first(*frames * static_cast<std::size_t>(info.channels)));
  }
  const auto analysis = analyzer.finish();
  if (!analysis && analysis.error().kind != hitscope::ErrorKind::too_short) std::abort();
  return 0;
}
