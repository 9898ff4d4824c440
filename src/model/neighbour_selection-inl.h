// The k nearest among the training rows that may be: both searches of neighbours.h end here.
//
// Distances are float32 sums. Only how many of the k nearest are hits is wanted, so nothing is sorted: a
// threshold is found by counting that parts the k nearest from the rest, what float32 can tell is taken as it
// is, and the few rows beside the threshold are settled in double. Every lane is ordinary float arithmetic
// and every count exact, so nothing depends on the processor.
//
// Included once for each of Highway's instruction sets, as its own -inl.h files are.
#if defined(HITSCOPE_MODEL_NEIGHBOUR_SELECTION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HITSCOPE_MODEL_NEIGHBOUR_SELECTION_INL_H
#undef HITSCOPE_MODEL_NEIGHBOUR_SELECTION_INL_H
#else
#define HITSCOPE_MODEL_NEIGHBOUR_SELECTION_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "model/neighbour_tree.h"

HWY_BEFORE_NAMESPACE();
namespace hitscope::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using namespace neighbour_tree;

// As many as the processor has, but no more than a block's rows, which all counts of lanes divide.
using Floats = hn::CappedTag<float, kBlock>;
using Words = hn::RebindToUnsigned<Floats>;
using FloatVector = hn::Vec<Floats>;

// Above every distance: values are bounded by Scaler::kMaxDeviations. Not infinity, which the pads are.
constexpr float kEverything = 1e30F;

HWY_INLINE FloatVector square(FloatVector v) {
  return hn::Mul(v, v);
}

// Bit i for lane i.
template <class M>
HWY_INLINE std::uint32_t bits_of(M mask) {
  std::array<std::uint8_t, 8> bytes{};  // as many as StoreMaskBits may write
  hn::StoreMaskBits(Floats(), mask, bytes.data());
  return bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8U;
}

// For eight lanes' bits, the lanes that are set, in their order.
constexpr auto kLanesSet = [] {
  std::array<std::array<std::int32_t, 8>, 256> lanes{};
  for (unsigned bits = 0; bits < 256; ++bits) {
    std::size_t set = 0;
    for (unsigned lane = 0; lane < 8; ++lane) {
      if ((bits >> lane & 1U) != 0) lanes[bits][set++] = static_cast<std::int32_t>(lane);
    }
  }
  return lanes;
}();

// The lanes of `mask`, whose bits_of are `bits`, side by side, with whatever behind them up to a whole
// vector. hn::Compress only where the processor has an instruction for it: of Highway 1.0.3, GCC 12 copies
// its table to the stack each time. And not CompressStore: its instruction takes over a hundred cycles on
// AMD's Zen 4 when the target is memory.
template <class D, class V>
HWY_INLINE void store_some(D d, V v, hn::Mask<Floats> mask, std::uint32_t bits, hn::TFromD<D>* to) {
#if HWY_HAVE_SCALABLE || HWY_MAX_BYTES >= 64
  (void)bits;
  hn::StoreU(hn::Compress(v, hn::RebindMask(d, mask)), d, to);
#else
  (void)mask;
  hn::StoreU(hn::TableLookupLanes(v, hn::SetTableIndices(d, kLanesSet[bits].data())), d, to);
#endif
}

// How far x lies outside [bounds[i], bounds[i + kFanout]] in lane i, squared.
HWY_INLINE FloatVector outside(const float* bounds, FloatVector x) {
  const Floats d;
  const auto below = hn::Sub(hn::LoadU(d, bounds), x);
  const auto above = hn::Sub(x, hn::LoadU(d, bounds + kFanout));
  return square(hn::Max(hn::Max(below, above), hn::Zero(d)));
}

// Rows that may be among the k nearest. There is room for a whole vector behind the last one.
struct Candidates {
  float* sums = nullptr;          // squared distances
  std::uint32_t* tags = nullptr;  // as Neighbours::tags
  std::size_t count = 0;

  // Those of a vector's rows that `mask` says.
  HWY_INLINE void add(FloatVector of_sums, const std::uint32_t* of_tags, hn::Mask<Floats> mask) {
    const Words words;
    const std::uint32_t bits = bits_of(mask);
    store_some(Floats(), of_sums, mask, bits, sums + count);
    store_some(words, hn::LoadU(words, of_tags), mask, bits, tags + count);
    count += static_cast<std::size_t>(std::popcount(bits));
  }

  // Fills up to whole vectors with what is nobody's neighbour; returns how many values that makes.
  [[nodiscard]] std::size_t pad() const {
    const Floats d;
    hn::StoreU(hn::Set(d, std::numeric_limits<float>::infinity()), d, sums + count);
    return divide_up(count, hn::Lanes(d)) * hn::Lanes(d);
  }

  void keep_within(float limit) {
    const Floats d;
    const std::size_t size = pad();
    count = 0;
    for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
      const auto sum = hn::LoadU(d, sums + i);
      add(sum, tags + i, hn::Le(sum, hn::Set(d, limit)));
    }
  }
};

// `size` in whole vectors.
std::size_t count_at_most(const float* values, std::size_t size, float limit) {
  const Floats d;
  const hn::RebindToSigned<Floats> integers;
  const auto bound = hn::Set(d, limit);
  auto count = hn::Zero(integers);
  for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
    const auto within = hn::VecFromMask(d, hn::Le(hn::LoadU(d, values + i), bound));
    count = hn::Sub(count, hn::BitCast(integers, within));
  }
  return static_cast<std::size_t>(hn::GetLane(hn::SumOfLanes(integers, count)));
}

// Two limits, the k-th smallest value above `low` and at most `high`.
struct Bracket {
  float low;
  float high;
  std::size_t at_low;   // so many values are at most `low`: fewer than k
  std::size_t at_high;  // so many are at most `high`: k or more
};

// Narrows the bracket until there are at most `under` fewer and `over` more than k, or all that is left are
// equal values. There are k values, none of them negative; `guess` is where to begin, above 0.
Bracket bracket(const float* values, std::size_t size, std::size_t k, std::size_t under, std::size_t over,
                float guess) {
  Bracket b{-1.0F, guess, 0, count_at_most(values, size, guess)};
  while (b.at_high < k) {
    b.low = b.high;
    b.at_low = b.at_high;
    b.high *= 2;
    b.at_high = count_at_most(values, size, b.high);
  }
  for (int step = 1; b.at_high > k + over || b.at_low + under < k; ++step) {
    const float low = std::max(b.low, 0.0F);
    float middle = low + (b.high - low) * 0.5F;
    if (step % 4 != 0) {  // as if the values lay evenly; every fourth time half and half, lest it creeps
      const double aim = b.at_high > k + over ? static_cast<double>(k) + static_cast<double>(over) * 0.5
                                              : static_cast<double>(k) - static_cast<double>(under) * 0.5;
      const double share = (aim - static_cast<double>(b.at_low)) / static_cast<double>(b.at_high - b.at_low);
      middle = low + (b.high - low) * static_cast<float>(std::clamp(share, 0.01, 0.99));
    }
    if (middle >= b.high || middle <= b.low) middle = std::nextafter(b.high, -1.0F);
    if (middle <= b.low) break;
    const std::size_t count = count_at_most(values, size, middle);
    if (count >= k) {
      b.high = middle;
      b.at_high = count;
    } else {
      b.low = middle;
      b.at_low = count;
    }
  }
  return b;
}

// For a limit that is itself a float32 sum.
inline float slackened_twice(float limit) {
  return slackened(static_cast<double>(slackened(static_cast<double>(limit))));
}

// What is at most this in float32 is truly nearer than what exceeds `limit` in float32.
inline float tightened_twice(float limit) {
  return static_cast<float>(static_cast<double>(limit) * (1 - 3e-5)) - 4 * std::numeric_limits<float>::min();
}

// P(hit) of `row` by the k nearest of the candidates, which have all rows within slackened_twice(the k-th
// smallest sum). `guess`, above 0, is where to begin, and is left where the threshold was found; `scratch`
// has room for as many as there are candidates.
double select(const Neighbours& tree, Candidates& candidates, std::span<const float> row, float& guess,
              Found* scratch) {
  constexpr std::size_t kBeside = 6;  // rows on either side of the threshold that are settled in double
  const Floats d;
  const Words words;
  const std::size_t k = tree.k;
  const std::size_t size = candidates.pad();
  const Bracket b = bracket(candidates.sums, size, k, kBeside, kBeside, guess);
  guess = std::max(b.high, std::numeric_limits<float>::min());
  // Where distances weigh, every one of the k is needed in double.
  const auto inner = hn::Set(d, tree.distance_weights ? -1.0F : tightened_twice(b.low));
  const auto outer = hn::Set(d, slackened_twice(b.high));
  std::size_t inside = 0;
  std::size_t hits = 0;
  std::size_t beside = 0;
  for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
    const auto sum = hn::LoadU(d, candidates.sums + i);
    const auto near = hn::Le(sum, outer);
    const auto sure = hn::Le(sum, inner);
    const auto hit =
        hn::RebindMask(d, hn::TestBit(hn::LoadU(words, candidates.tags + i), hn::Set(words, 1U)));
    inside += hn::CountTrue(d, sure);
    hits += hn::CountTrue(d, hn::And(sure, hit));
    for (std::uint32_t open = bits_of(hn::AndNot(sure, near)); open != 0; open &= open - 1) {
      const std::uint32_t tag = candidates.tags[i + static_cast<std::size_t>(std::countr_zero(open))];
      scratch[beside++] = settle(tree, tag / 2, row);
    }
  }
  const std::size_t wanted = k - inside;
  if (beside > wanted) std::nth_element(scratch, scratch + wanted, scratch + beside);
  const std::span<const Found> taken(scratch, wanted);
  if (tree.distance_weights) return vote(tree, taken);
  for (const Found& found : taken) hits += found.label;
  return static_cast<double>(hits) / static_cast<double>(k);
}

}  // namespace
}  // namespace hitscope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
