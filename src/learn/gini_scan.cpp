// Highway compiles the part between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once per instruction set by
// including this very file; HWY_DYNAMIC_DISPATCH picks the best one for the processor at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "learn/gini_scan.cpp"
#include <hwy/foreach_target.h>
// clang-format off: highway.h must follow foreach_target.h
#include <hwy/highway.h>
// clang-format on

#include "learn/gini_scan.h"
#include "learn/tree_entry.h"

HWY_BEFORE_NAMESPACE();
namespace hitscope::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Words = hn::ScalableTag<std::uint64_t>;
using Reals = hn::ScalableTag<double>;
using WordVector = hn::Vec<Words>;
using RealVector = hn::Vec<Reals>;

// v plus itself moved up by `shift` lanes.
HWY_INLINE WordVector add_from_below(WordVector v, std::size_t shift) {
  const Words words;
  const hn::RebindToSigned<Words> integers;
  const auto source = hn::Sub(hn::Iota(integers, 0), hn::Set(integers, static_cast<std::int64_t>(shift)));
  const auto exists = hn::RebindMask(words, hn::Gt(source, hn::Set(integers, -1)));
  const auto lanes = hn::IndicesFromVec(words, hn::IfThenElseZero(exists, hn::BitCast(words, source)));
  return hn::Add(v, hn::IfThenElseZero(exists, hn::TableLookupLanes(v, lanes)));
}

// The sum of lanes 0 to i in lane i. Written out for the usual widths, so that compilers lift what is
// constant out of the caller's loop.
HWY_INLINE WordVector prefix_sum(WordVector v) {
  const std::size_t lanes = hn::Lanes(Words());
  if (lanes > 1) v = add_from_below(v, 1);
  if (lanes > 2) v = add_from_below(v, 2);
  if (lanes > 4) v = add_from_below(v, 4);
  for (std::size_t shift = 8; shift < lanes; shift *= 2) v = add_from_below(v, shift);
  return v;
}

HWY_INLINE WordVector last_lane_everywhere(WordVector v) {
  const Words words;
  return hn::TableLookupLanes(v, hn::IndicesFromVec(words, hn::Set(words, hn::Lanes(words) - 1)));
}

// Whole numbers below 2^52 as reals: their bits below the exponent of 2^52 make 2^52 + n.
HWY_INLINE RealVector to_real(WordVector v) {
  const Reals reals;
  const auto two_52 = hn::Set(reals, 0x1.0p52);
  return hn::Sub(hn::BitCast(reals, hn::Or(v, hn::BitCast(Words(), two_52))), two_52);
}

// Sums travel as hits << 32 | count in one word.
std::size_t scan(const std::uint64_t* HWY_RESTRICT entries, std::size_t rows, std::size_t least,
                 double weight, double hits, GiniBest& best) {
  const Words words;
  const Reals reals;
  const std::size_t lanes = hn::Lanes(words);
  const auto low_half = hn::Set(words, 0xFFFFFFFFU);
  const auto one = hn::Set(words, 1);
  const auto count_mask = hn::Set(words, kEntryMaxCount);
  const auto all_weight = hn::Set(reals, weight);
  const auto all_hits = hn::Set(reals, hits);
  // A gain above the best passes this screen however the product rounds; a tie may, and is sorted out after.
  constexpr double kSlack = 1 - 1e-14;
  auto screen = hn::Set(reals, best.gain < 0 ? best.gain : best.gain * kSlack);

  std::uint64_t before = 0;  // entries that no cut may directly follow
  for (std::size_t i = 0; i + 1 < least; ++i) {
    before += entry_count(entries[i]) * (1 + (entry_label(entries[i]) << 32U));
  }
  auto carry = hn::Set(words, before);
  std::size_t found = 0;
  const std::size_t end = rows - least;  // the last entry that a cut may follow
  for (std::size_t i = least - 1; i < end; i += lanes) {
    const auto entry = hn::LoadU(words, entries + i);
    const auto next = hn::LoadU(words, entries + i + 1);
    const auto rank = hn::ShiftRight<kEntryRankShift>(entry);
    const auto next_rank = hn::ShiftRight<kEntryRankShift>(next);
    const auto count = hn::And(hn::ShiftRight<1>(entry), count_mask);
    const auto is_hit = hn::Sub(hn::Zero(words), hn::And(entry, one));
    const auto sums = hn::Add(carry, prefix_sum(hn::Or(count, hn::ShiftLeft<32>(hn::And(count, is_hit)))));
    carry = last_lane_everywhere(sums);

    const auto left = to_real(hn::And(sums, low_half));
    const auto left_hits = to_real(hn::ShiftRight<32>(sums));
    const auto d = hn::Sub(hn::Mul(left_hits, all_weight), hn::Mul(left, all_hits));
    const auto numerator = hn::Mul(d, d);
    const auto denominator = hn::Mul(left, hn::Sub(all_weight, left));
    auto cuts = hn::And(hn::RebindMask(words, hn::Gt(numerator, hn::Mul(screen, denominator))),
                        hn::Ne(rank, next_rank));
    if (end - i < lanes) cuts = hn::And(cuts, hn::FirstN(words, end - i));
    if (HWY_LIKELY(hn::AllFalse(words, cuts))) continue;

    const auto gain =
        hn::IfThenElse(hn::RebindMask(reals, cuts), hn::Div(numerator, denominator), hn::Set(reals, -1));
    const auto most = hn::MaxOfLanes(reals, gain);
    const double most_gain = hn::GetLane(most);
    if (!(most_gain > best.gain)) continue;
    HWY_ALIGN std::uint64_t sum[hn::MaxLanes(Words())];
    hn::Store(sums, words, sum);
    const auto lane = static_cast<std::size_t>(hn::FindFirstTrue(reals, hn::Eq(gain, most)));
    best = {most_gain, sum[lane] & 0xFFFFFFFFU, sum[lane] >> 32U};
    found = i + lane + 1;
    screen = hn::Set(reals, most_gain * kSlack);
  }
  return found;
}

}  // namespace hitscope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hitscope {

HWY_EXPORT(scan);

std::size_t scan_gini(const std::uint64_t* entries, std::size_t rows, std::size_t least, double weight,
                      double hits, GiniBest& best) {
  return HWY_DYNAMIC_DISPATCH(scan)(entries, rows, least, weight, hits, best);
}

}  // namespace hitscope
#endif
