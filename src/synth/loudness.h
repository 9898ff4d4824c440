// Integrated loudness by ITU-R BS.1770-4, for setting a rendered track to an exact level.
//
// Small and slow on purpose: the product measures with libebur128 (features/loudness.h); this one is a
// second, independent implementation, so each can check the other.
// Every channel weighs 1.0, which is the standard's weighting for mono and stereo (not for surround).
// The K-weighting's coefficients for rates other than the standard's 48 kHz come from the analogue prototypes
// of B. De Man, "Evaluation of Implementations of the EBU R128 Loudness Measurement" (AES 145, 2018).
#pragma once

#include <optional>
#include <span>

namespace hitscope::synth {

// In LUFS; nothing for silence (no 400 ms block above -70 LUFS). A stream shorter than 400 ms is taken as one
// block, which the standard leaves open.
[[nodiscard]] std::optional<double> integrated_lufs(std::span<const float> interleaved, int sample_rate_hz,
                                                    int channels);

}  // namespace hitscope::synth
