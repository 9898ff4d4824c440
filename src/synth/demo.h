// The four demo tracks: what a newcomer hears first, and what the dashboard shows before a file is dropped.
// They differ in tempo, key, mode, level and form, so that every measurement has something to tell apart.
#pragma once

#include <array>
#include <filesystem>

#include "core/error.h"
#include "synth/song.h"

namespace hitscope::synth {

struct DemoTrack {
  const char* file_name = "";
  const char* title = "";
  SongSpec spec;
};

[[nodiscard]] std::array<DemoTrack, 4> demo_tracks();

// Renders them as FLAC into a folder, which is made if missing. Errors: those of write_audio.
[[nodiscard]] Result<void> write_demo_tracks(const std::filesystem::path& folder);

}  // namespace hitscope::synth
