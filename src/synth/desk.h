// The performance: a score's notes and hits become sound, each on its channel of the mixing desk.
//
// Which instrument goes to which bus, how loud, where in the stereo picture and with how much room is written
// here and nowhere else; the effects themselves are in mix.h.
#pragma once

#include "synth/mix.h"
#include "synth/score.h"
#include "synth/song.h"
#include "synth/timeline.h"

namespace hitscope::synth {

// The music alone, from its first frame to its last, at no particular level. Each sound starts at the frame
// of its own time in the stream, silence_before_s included: llround((silence + time) * rate).
[[nodiscard]] Stereo perform(const SongSpec& spec, const Timeline& timeline, const Score& score);

}  // namespace hitscope::synth
