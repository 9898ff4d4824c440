// The Spectral DNA as a still picture: what the dashboard draws, for pages and papers without a script.
//
// Three views. *lanes*: time to the right; stacked lanes of RMS, 24 bands, 12 chroma rows, onsets, centroid.
// *ring*: the angle is time, clockwise from the top; rings of RMS, bands and chroma from the outside in.
// *helix*: time to the right; two strands around an axis, one as thick as RMS, the other as far out as the
// centroid is high, rungs at onsets in the colour of the strongest pitch class. Every mark stands for frames
// of the track, averaged where there are more than fit; nothing is drawn that was not measured.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "features/spectral_dna.h"

namespace hitscope {

enum class DnaView { helix, ring, lanes };
[[nodiscard]] std::optional<DnaView> dna_view_called(std::string_view name);  // "helix", "ring", "lanes"

// A whole SVG document, 1200 x 630 (ring: 630 x 630). No script, no style sheet, no outside reference.
[[nodiscard]] std::string dna_svg(const SpectralDna& dna, DnaView view);

}  // namespace hitscope
