#include "synth/demo.h"

#include <system_error>
#include <vector>

#include "synth/write_audio.h"

namespace hitscope::synth {
namespace {

SongSpec track(Style style, double tempo_bpm, int bars, int key, int mode, double level_lufs,
               std::uint64_t seed) {
  SongSpec spec;
  spec.style = style;
  spec.tempo_bpm = tempo_bpm;
  spec.duration_s = bars * 4 * 60.0 / tempo_bpm;
  spec.key = key;
  spec.mode = mode;
  spec.level_lufs = level_lufs;
  spec.seed = seed;
  spec.arranged = true;
  return spec;
}

}  // namespace

std::array<DemoTrack, 4> demo_tracks() {
  return {{{"neon-avenue.flac", "Neon Avenue", track(Style::house, 124.0, 16, 9, 0, -10.0, 11)},
           {"paper-lanterns.flac", "Paper Lanterns", track(Style::rock, 142.0, 18, 4, 1, -11.0, 8)},
           {"winter-harbour.flac", "Winter Harbour", track(Style::ballad, 72.0, 9, 2, 0, -20.0, 2)},
           {"night-transit.flac", "Night Transit", track(Style::drum_and_bass, 174.0, 22, 6, 0, -8.5, 9)}}};
}

Result<void> write_demo_tracks(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed)
    return fail(ErrorKind::unreadable, "The folder for the demo tracks cannot be made.", failed.message());
  for (const DemoTrack& demo : demo_tracks()) {
    WriteOptions options;
    options.title = demo.title;
    options.artist = "hitscope";
    const std::vector<float> samples = render(demo.spec);
    const Result<void> written =
        write_audio(folder / demo.file_name, samples, demo.spec.sample_rate_hz, demo.spec.channels, options);
    if (!written) return written;
  }
  return {};
}

}  // namespace hitscope::synth
