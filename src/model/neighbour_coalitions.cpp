// The neighbours of every hybrid between two rows, exactly.
//
// 2^13 hybrids times 64 background rows are half a million searches. They share most of their work: fix the
// features one by one, those first in which the two rows lie farthest apart. Whatever the features still open
// turn out to be, a training row's squared distance to the hybrid lies between a sum of minima and a sum of
// maxima; only rows whose lower bound is within the k-th smallest upper bound can be anyone's neighbour. So
// one sweep lists the rows that matter to any hybrid at all, each choice of a feature narrows its parent's
// list to one of its own, and at a leaf, where all is chosen, a few hundred rows are left. Only how many of
// them are hits is wanted there: a threshold is found by counting that parts the k nearest from the rest,
// what float32 can tell is taken as it is, and the few rows beside the threshold are settled in double. Every
// lane is ordinary float arithmetic, so nothing depends on the processor.
//
// Lists keep each quantity side by side (a column for either value of each open feature), so that every step
// is a plain loop over floats. Highway compiles the part between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE
// once per instruction set by including this very file; HWY_DYNAMIC_DISPATCH picks the best one for the
// processor at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/neighbour_coalitions.cpp"
#include <hwy/foreach_target.h>
// clang-format off: highway.h must follow foreach_target.h
#include <hwy/highway.h>
// clang-format on

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

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

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Memory that is not cleared, as most of it is never touched.
template <typename T>
class Column {
 public:
  // What it held is lost.
  void make_room(std::size_t size) {
    if (size <= size_) return;
    values_.reset(new T[size]);  // NOLINT(cppcoreguidelines-owning-memory): make_unique would clear it
    size_ = size;
  }
  [[nodiscard]] T* data() { return values_.get(); }
  [[nodiscard]] const T* data() const { return values_.get(); }

 private:
  std::unique_ptr<T[]> values_;
  std::size_t size_ = 0;
};

// Training rows that may be a neighbour of some hybrid, in the order of their positions.
struct List {
  std::size_t count = 0;
  std::size_t open = 0;        // features
  std::size_t stride = 0;      // count in whole blocks, and one block more for what is stored past the end
  Column<std::uint32_t> rows;  // position * 2 + label
  Column<float> fixed;         // squared difference over all fixed features; the pads are +inf
  Column<float> columns;       // for each open feature that from the background's value, then the row's

  [[nodiscard]] std::size_t padded() const { return divide_up(count, kBlock) * kBlock; }
  void make_room(std::size_t most, std::size_t open_features) {
    open = open_features;
    stride = (divide_up(most, kBlock) + 1) * kBlock;
    rows.make_room(stride);
    fixed.make_room(stride);
    columns.make_room(stride * 2 * open);
  }
  void close(std::size_t size) {
    count = size;
    std::fill(fixed.data() + count, fixed.data() + padded(), kInfinity);
    std::fill(rows.data() + count, rows.data() + padded(), 0U);
    for (std::size_t c = 0; c < 2 * open; ++c) {
      std::fill(columns.data() + c * stride + count, columns.data() + c * stride + padded(), 0.0F);
    }
  }
};

HWY_INLINE FloatVector square(FloatVector v) {
  return hn::Mul(v, v);
}

// The lanes of `mask` side by side, with whatever behind them up to a whole vector. Not CompressStore: the
// instruction behind it takes over a hundred cycles on AMD's Zen 4 when its target is memory.
template <class D, class V, class M>
HWY_INLINE void store_some(D d, V v, M mask, hn::TFromD<D>* to) {
  hn::StoreU(hn::Compress(v, mask), d, to);
}

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
// equal values. None of the values is negative; `guess` is where to begin, above 0.
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
float slackened_twice(float limit) {
  return slackened(static_cast<double>(slackened(static_cast<double>(limit))));
}

// What is at most this in float32 is truly nearer than what exceeds `limit` in float32.
float tightened_twice(float limit) {
  return static_cast<float>(static_cast<double>(limit) * (1 - 3e-5)) - 4 * std::numeric_limits<float>::min();
}

class Enumeration {
 public:
  Enumeration(const Neighbours& tree, std::span<const float> row, std::span<const float> background,
              std::span<const std::uint32_t> bits, std::span<double> game)
      : tree_(tree), row_(row), bits_(bits), game_(game), hybrid_(background.begin(), background.end()) {
    for (std::size_t f = 0; f < row.size(); ++f) {
      if (bits[f] != 0 && row[f] != background[f]) {
        order_.push_back(f);
      } else {
        settled_.push_back(f);
      }
    }
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(row[a] - background[a]) > std::abs(row[b] - background[b]);
    });
    lists_.resize(order_.size() + 1);
    sums_.resize(order_.size() + 1);
  }

  // Fills game[S] for every S of players in which the two rows differ.
  void run() {
    sweep();
    choose(0, lists_[0], lists_[0].fixed.data(), 0);
  }

  [[nodiscard]] std::uint32_t differing() const {
    std::uint32_t mask = 0;
    for (const std::size_t f : order_) mask |= bits_[f];
    return mask;
  }

 private:
  // The list of all rows that may be a neighbour of any hybrid.
  void sweep() {
    const Floats d;
    const std::size_t n = row_.size();
    const std::size_t size = tree_.blocks.size() / n;
    make_room_for_bounds(size);
    for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
      const float* values = block_values(i);
      auto lower = fixed_at(values);
      auto upper = lower;
      for (const std::size_t f : order_) {
        const auto value = hn::LoadU(d, values + f * kBlock);
        const auto one = square(hn::Sub(value, hn::Set(d, hybrid_[f])));
        const auto two = square(hn::Sub(value, hn::Set(d, row_[f])));
        lower = hn::Add(lower, hn::Min(one, two));
        upper = hn::Add(upper, hn::Max(one, two));
      }
      hn::StoreU(lower, d, lower_.data() + i);
      hn::StoreU(upper, d, upper_.data() + i);
    }
    const float screen = farthest_possible(size);
    const auto bound = hn::Set(d, screen);
    List& list = lists_[0];
    list.make_room(count_at_most(lower_.data(), size, screen), order_.size());
    const Words words;
    std::size_t count = 0;
    for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
      const auto open = hn::Le(hn::LoadU(d, lower_.data() + i), bound);
      if (hn::AllFalse(d, open)) continue;
      const float* values = block_values(i);
      for (std::size_t c = 0; c < order_.size(); ++c) {
        const std::size_t f = order_[c];
        const auto value = hn::LoadU(d, values + f * kBlock);
        float* columns = list.columns.data() + 2 * c * list.stride + count;
        store_some(d, square(hn::Sub(value, hn::Set(d, hybrid_[f]))), open, columns);
        store_some(d, square(hn::Sub(value, hn::Set(d, row_[f]))), open, columns + list.stride);
      }
      store_some(words, hn::Iota(words, static_cast<std::uint32_t>(i)), hn::RebindMask(words, open),
                 list.rows.data() + count);
      store_some(d, fixed_at(values), open, list.fixed.data() + count);
      count += hn::CountTrue(d, open);
    }
    list.close(count);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t& row = list.rows.data()[i];
      row = 2 * row + tree_.labels[row];
    }
  }

  // Feature 0 of the rows from i on; feature f is f * kBlock further.
  [[nodiscard]] const float* block_values(std::size_t i) const {
    return tree_.blocks.data() + i / kBlock * kBlock * row_.size() + i % kBlock;
  }

  [[nodiscard]] FloatVector fixed_at(const float* values) const {
    const Floats d;
    auto sum = hn::Zero(d);
    for (const std::size_t f : settled_) {
      sum = hn::Add(sum, square(hn::Sub(hn::LoadU(d, values + f * kBlock), hn::Set(d, hybrid_[f]))));
    }
    return sum;
  }

  void make_room_for_bounds(std::size_t size) {
    lower_.make_room(size);
    upper_.make_room(size);
  }

  // What lies beyond it by its lower bound is nobody's neighbour, by the upper bounds of `size` rows.
  float farthest_possible(std::size_t size) {
    const std::size_t k = tree_.k;
    const Bracket b = bracket(upper_.data(), size, k, k, k / 8, guess_);
    guess_ = std::max(b.high, std::numeric_limits<float>::min());
    return slackened_twice(b.high);
  }

  // `fixed` are the list's sums over the features fixed so far, the first `depth` of the order.
  void choose(std::size_t depth, const List& list, const float* fixed, std::uint32_t coalition) {
    if (depth == order_.size()) {
      game_[coalition] = leaf(list, fixed);
      return;
    }
    const std::size_t f = order_[depth];
    const float background = hybrid_[f];
    for (const std::size_t choice : {0U, 1U}) {
      hybrid_[f] = choice == 0 ? background : row_[f];
      const std::uint32_t with = choice == 0 ? coalition : coalition | bits_[f];
      const std::size_t open = order_.size() - depth - 1;
      if (open >= kLeastOpen && list.count > kLeastRows * tree_.k) {
        const List& narrowed = narrow(depth, list, fixed, choice);
        choose(depth + 1, narrowed, narrowed.fixed.data(), with);
      } else {
        choose(depth + 1, list, add(depth, list, fixed, choice), with);
      }
    }
    hybrid_[f] = background;
  }

  // A list's columns begin with those of the feature that was decided last when it was made.
  [[nodiscard]] const float* column(const List& list, std::size_t depth, std::size_t choice) const {
    const std::size_t first = order_.size() - list.open;
    return list.columns.data() + (2 * (depth - first) + choice) * list.stride;
  }

  const float* add(std::size_t depth, const List& list, const float* fixed, std::size_t choice) {
    const Floats d;
    const float* chosen = column(list, depth, choice);
    Column<float>& sums = sums_[depth + 1];
    sums.make_room(list.padded());
    for (std::size_t i = 0; i < list.padded(); i += hn::Lanes(d)) {
      hn::StoreU(hn::Add(hn::LoadU(d, fixed + i), hn::LoadU(d, chosen + i)), d, sums.data() + i);
    }
    return sums.data();
  }

  const List& narrow(std::size_t depth, const List& list, const float* fixed, std::size_t choice) {
    const Floats d;
    const Words words;
    const std::size_t open = order_.size() - depth - 1;
    const std::size_t size = list.padded();
    const std::size_t stride = list.stride;
    const float* sums = add(depth, list, fixed, choice);
    const float* columns = column(list, depth + 1, 0);
    make_room_for_bounds(size);
    float* lowers = lower_.data();
    float* uppers = upper_.data();
    for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
      auto lower = hn::LoadU(d, sums + i);
      auto upper = lower;
      const float* values = columns + i;
      for (std::size_t c = 0; c < open; ++c, values += 2 * stride) {
        const auto one = hn::LoadU(d, values);
        const auto two = hn::LoadU(d, values + stride);
        lower = hn::Add(lower, hn::Min(one, two));
        upper = hn::Add(upper, hn::Max(one, two));
      }
      hn::StoreU(lower, d, lowers + i);
      hn::StoreU(upper, d, uppers + i);
    }
    const float screen = farthest_possible(size);
    const auto bound = hn::Set(d, screen);
    List& result = lists_[depth + 1];
    result.make_room(count_at_most(lowers, size, screen), open);
    const std::size_t to_stride = result.stride;
    const std::uint32_t* rows = list.rows.data();
    std::uint32_t* to_rows = result.rows.data();
    float* to_fixed = result.fixed.data();
    float* to_columns = result.columns.data();
    std::size_t count = 0;
    for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
      const auto stays = hn::Le(hn::LoadU(d, lowers + i), bound);
      if (hn::AllFalse(d, stays)) continue;
      store_some(words, hn::LoadU(words, rows + i), hn::RebindMask(words, stays), to_rows + count);
      store_some(d, hn::LoadU(d, sums + i), stays, to_fixed + count);
      const float* values = columns + i;
      float* to = to_columns + count;
      for (std::size_t c = 0; c < 2 * open; ++c, values += stride, to += to_stride) {
        store_some(d, hn::LoadU(d, values), stays, to);
      }
      count += hn::CountTrue(d, stays);
    }
    result.close(count);
    return result;
  }

  // P(hit) of the hybrid; `sums` are its squared distances to the rows of the list.
  double leaf(const List& list, const float* sums) {
    const Floats d;
    const Words words;
    const std::size_t k = tree_.k;
    const Bracket b = bracket(sums, list.padded(), k, kBeside, kBeside, guess_);
    guess_ = std::max(b.high, std::numeric_limits<float>::min());
    // Where distances weigh, every one of the k is needed in double.
    const float surely = tree_.distance_weights ? -1.0F : tightened_twice(b.low);
    const auto inner = hn::Set(d, surely);
    const auto outer = hn::Set(d, slackened_twice(b.high));
    const auto one = hn::Set(words, 1U);
    beside_.make_room(list.stride);
    std::size_t inside = 0;
    std::size_t hits = 0;
    std::size_t beside = 0;
    for (std::size_t i = 0; i < list.padded(); i += hn::Lanes(d)) {
      const auto sum = hn::LoadU(d, sums + i);
      const auto near = hn::Le(sum, outer);
      if (hn::AllFalse(d, near)) continue;
      const auto row = hn::LoadU(words, list.rows.data() + i);
      const auto sure = hn::Le(sum, inner);
      const auto hit = hn::RebindMask(d, hn::TestBit(row, one));
      inside += hn::CountTrue(d, sure);
      hits += hn::CountTrue(d, hn::And(sure, hit));
      const auto open = hn::AndNot(sure, near);
      if (hn::AllFalse(d, open)) continue;
      store_some(words, row, hn::RebindMask(words, open), beside_.data() + beside);
      beside += hn::CountTrue(d, open);
    }
    found_.clear();
    for (std::size_t i = 0; i < beside; ++i) found_.push_back(settle(tree_, beside_.data()[i] / 2, hybrid_));
    const std::size_t wanted = k - inside;
    if (found_.size() > wanted) {
      std::nth_element(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(wanted), found_.end());
    }
    const std::span<const Found> taken = std::span<const Found>(found_).first(wanted);
    if (tree_.distance_weights) return vote(tree_, taken);
    for (const Found& found : taken) hits += found.label;
    return static_cast<double>(hits) / static_cast<double>(k);
  }

  static constexpr std::size_t kBeside =
      6;  // rows on either side of the threshold that are settled in double
  // A list is narrowed where it is long enough, and enough features are open, to be worth it.
  static constexpr std::size_t kLeastOpen = 3;
  static constexpr std::size_t kLeastRows = 2;  // times k

  const Neighbours& tree_;
  std::span<const float> row_;
  std::span<const std::uint32_t> bits_;
  std::span<double> game_;
  std::vector<std::size_t> order_;    // differing features, farthest apart first
  std::vector<std::size_t> settled_;  // all others
  std::vector<float> hybrid_;  // the values chosen so far, the background's where nothing is chosen yet

  std::vector<List> lists_;          // by how many features are fixed
  std::vector<Column<float>> sums_;  // the same
  Column<float> lower_;
  Column<float> upper_;
  float guess_ = 1;  // near the last limit found
  Column<std::uint32_t> beside_;
  std::vector<Found> found_;
};

void add_coalitions_of(const Neighbours& tree, std::span<const float> row, std::span<const float> background,
                       std::span<const std::uint32_t> bits, std::span<double> game) {
  std::vector<double> of_differing(game.size());
  Enumeration enumeration(tree, row, background, bits, of_differing);
  enumeration.run();
  const std::uint32_t differing = enumeration.differing();
  for (std::uint32_t coalition = 0; coalition < game.size(); ++coalition) {
    game[coalition] += of_differing[coalition & differing];
  }
}

}  // namespace
}  // namespace hitscope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hitscope {

HWY_EXPORT(add_coalitions_of);

void Neighbours::add_coalitions(std::span<const float> row, std::span<const float> background,
                                std::span<const std::uint32_t> bits, std::span<double> game) const {
  HWY_DYNAMIC_DISPATCH(add_coalitions_of)(*this, row, background, bits, game);
}

}  // namespace hitscope
#endif
