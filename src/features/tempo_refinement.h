// The tempo to a hundredth of a BPM, where the music keeps it.
//
// The autocorrelation of 24 s, from which a tempo is known to a few tenths of a per cent, cannot place a
// period better than that. A tempo kept for the whole track can be: all its onsets lie on one grid, so their
// Fourier transform over the track peaks at the beat's frequency and its multiples with a width of one over
// the duration. Looks for the tempo for which the magnitudes at 1, 2, 4 and 8 times the beat, as far as below
// 15 Hz, add up to most. The sum is taken within windows first and over the windows by magnitude, whose
// length doubles from 12 s (a quarter of the track where that is less) to the whole: each step says where the
// next, narrower peak must lie, so that the cost is O(N log N).
// Where the tempo wanders, as in rubato, windows do not add up: if less than 80 % of the magnitudes of the
// first windows remain over the track, there is no tempo of such precision.
//
// Wants the rise of amplitudes, not of decibels (Novelty::amplitude_rise): out of silence decibels rise as
// soon as a window touches an onset, out of a full sound only when the onset outweighs it, so that the beat
// of an arrangement that fills up would seem to move by some 10 ms.
//
// Limits: looks within 1 % of the tempo it is given. Where the arrangement changes what sounds on the beat,
// the phase still moves by some ms: a few hundredths of a BPM on half a minute, less in proportion to the
// duration. A drift within a fraction of a beat, such as 0.3 % over two minutes, counts as kept; the answer
// is then the mean.
//
// Source: the likeliest frequency is where the periodogram peaks (Rife & Boorstyn 1974); sums within windows
// and over them are the semi-coherent search of Brady & Creighton (2000).
#pragma once

#include <optional>
#include <span>

namespace hitscope {

// onsets: a value a frame, kAnalysisRateHz / kHopLength frames a second. Nothing if the tempo is not kept, or
// if there is nothing to measure it by.
[[nodiscard]] std::optional<double> refine_tempo(std::span<const float> onsets, double bpm);

}  // namespace hitscope
