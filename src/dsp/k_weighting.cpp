#include "dsp/k_weighting.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hitscope {

namespace {

// Two doubles in one register: an extension that GCC and Clang share.
using Register = double __attribute__((vector_size(16)));

Register load(const std::array<double, 2>& values) {
  return Register{values[0], values[1]};
}
std::array<double, 2> store(Register values) {
  return {values[0], values[1]};
}

// Below that nothing is audible; kept, it would end in denormal numbers, which are slow.
constexpr std::size_t kChunkFrames = 1024;
constexpr double kInaudible = 1e-20;

}  // namespace

std::array<Biquad, 2> k_weighting(double sample_rate_hz) {
  // The prototype's parameters that give the standard's coefficients at 48 kHz.
  constexpr double kShelfHz = 1681.974450955533;
  constexpr double kShelfGainDb = 3.999843853973347;
  constexpr double kShelfQ = 0.7071752369554196;
  constexpr double kShelfSlope = 0.4996667741545416;
  constexpr double kHighPassHz = 38.13547087602444;
  constexpr double kHighPassQ = 0.5003270373238773;

  const double shelf = std::tan(std::numbers::pi * kShelfHz / sample_rate_hz);
  const double high = std::pow(10.0, kShelfGainDb / 20.0);
  const double band = std::pow(high, kShelfSlope);
  const double shelf_norm = 1 + shelf / kShelfQ + shelf * shelf;
  const double pass = std::tan(std::numbers::pi * kHighPassHz / sample_rate_hz);
  const double pass_norm = 1 + pass / kHighPassQ + pass * pass;
  return {
      Biquad{(high + band * shelf / kShelfQ + shelf * shelf) / shelf_norm,
             2 * (shelf * shelf - high) / shelf_norm,
             (high - band * shelf / kShelfQ + shelf * shelf) / shelf_norm,
             2 * (shelf * shelf - 1) / shelf_norm, (1 - shelf / kShelfQ + shelf * shelf) / shelf_norm},
      Biquad{1, -2, 1, 2 * (pass * pass - 1) / pass_norm, (1 - pass / kHighPassQ + pass * pass) / pass_norm}};
}

KWeightedEnergy::KWeightedEnergy(double sample_rate_hz, std::size_t channels)
    : sections_(k_weighting(sample_rate_hz)),
      channels_(channels),
      memories_((channels + 1) / 2),
      pairs_(2 * kChunkFrames) {}

KWeightedEnergy::Pair KWeightedEnergy::filter(std::span<const float> pairs, Memory& memory) const {
  const Biquad& shelf = sections_[0];
  const Biquad& pass = sections_[1];
  Register x1 = load(memory.x1);
  Register x2 = load(memory.x2);
  Register u1 = load(memory.u1);
  Register u2 = load(memory.u2);
  Register y1 = load(memory.y1);
  Register y2 = load(memory.y2);
  Register energy{};
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    const Register x = {static_cast<double>(pairs[i]), static_cast<double>(pairs[i + 1])};
    // What does not wait for the previous output comes first: the recursion is the critical path.
    const Register u = (shelf.b0 * x + shelf.b1 * x1 + shelf.b2 * x2 - shelf.a2 * u2) - shelf.a1 * u1;
    const Register y = ((u2 - (u1 + u1)) - pass.a2 * y2 + u) - pass.a1 * y1;
    energy += y * y;
    x2 = x1;
    x1 = x;
    u2 = u1;
    u1 = u;
    y2 = y1;
    y1 = y;
  }
  memory = {store(x1), store(x2), store(u1), store(u2), store(y1), store(y2)};
  for (Pair* history : {&memory.u1, &memory.u2, &memory.y1, &memory.y2}) {
    for (double& value : *history) value = std::abs(value) < kInaudible ? 0.0 : value;
  }
  return store(energy);
}

void KWeightedEnergy::add(std::span<const float> interleaved, std::span<double> energies) {
  if (channels_ == 2) {
    const auto sums = filter(interleaved, memories_[0]);
    energies[0] += sums[0];
    energies[1] += sums[1];
    return;
  }
  const std::size_t step = kChunkFrames * channels_;
  for (std::size_t start = 0; start < interleaved.size(); start += step) {
    const auto chunk = interleaved.subspan(start, std::min(step, interleaved.size() - start));
    const std::size_t frames = chunk.size() / channels_;
    for (std::size_t pair = 0; pair < memories_.size(); ++pair) {
      const std::size_t left = 2 * pair;
      const bool alone = left + 1 == channels_;
      for (std::size_t frame = 0; frame < frames; ++frame) {
        pairs_[2 * frame] = chunk[frame * channels_ + left];
        pairs_[2 * frame + 1] = alone ? 0.0F : chunk[frame * channels_ + left + 1];
      }
      const auto sums = filter(std::span(pairs_).first(2 * frames), memories_[pair]);
      energies[left] += sums[0];
      if (!alone) energies[left + 1] += sums[1];
    }
  }
}

}  // namespace hitscope
