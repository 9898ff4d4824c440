// The neighbours of every hybrid between two rows, exactly.
//
// 2^13 hybrids times 64 background rows are half a million searches. A hybrid's squared distance to a
// training row is a sum over the features of one of two values each: that from the row, or that from the
// background's. So the features are parted in two: for the last few, the sums of all their hybrids are kept
// in a table each; the others are fixed one by one, and what is left for a hybrid is one addition a training
// row. Boxes of rows go the same way with lower bounds, so that most rows are never added up, and so does one
// row of every block, a sample that tells beforehand how far the k-th neighbour may lie.
//
// Highway compiles the part between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once per instruction set by
// including this very file; HWY_DYNAMIC_DISPATCH picks the best one for the processor at run time.
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
#include <vector>

#include "model/neighbour_selection-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hitscope::HWY_NAMESPACE {
namespace {

// Memory that is not cleared, as most of it is never touched.
template <typename T>
std::unique_ptr<T[]> room_for(std::size_t size) {
  return std::unique_ptr<T[]>(new T[size]);  // NOLINT(cppcoreguidelines-owning-memory): make_unique clears
}

static_assert(kBlock == 1U << 4U, "a box's first row is its number shifted by 4");

class Enumeration {
 public:
  Enumeration(const Neighbours& tree, std::span<const float> row, std::span<const float> background,
              std::span<const std::uint32_t> bits, std::span<double> game)
      : tree_(tree),
        row_(row),
        bits_(bits),
        game_(game),
        hybrid_(background.begin(), background.end()),
        blocks_(divide_up(tree.labels.size(), kBlock)),
        first_box_(blocks_ * kBlock),
        first_sample_(first_box_ + divide_up(blocks_, kBlock) * kBlock),
        size_(first_sample_ + divide_up(blocks_, kBlock) * kBlock),
        sampled_(divide_up(tree.k * 5, kBlock * 4) + 3) {
    std::vector<std::size_t> settled;
    for (std::size_t f = 0; f < row.size(); ++f) {
      (bits[f] != 0 && row[f] != background[f] ? differing_ : settled).push_back(f);
    }
    inner_ = std::min(kMostInner, differing_.size());
    const std::size_t outer = differing_.size() - inner_;
    values_ = room_for<float>(size_ * (1 + 3 * outer + (std::size_t{1} << inner_)) + first_box_ + kBlock);
    tables_ = values_.get();
    sums_ = tables_ + (size_ << inner_);
    columns_ = sums_ + size_ * (outer + 1);
    candidates_.sums = columns_ + size_ * 2 * outer;
    tags_ = room_for<std::uint32_t>(first_box_ + kBlock);
    candidates_.tags = tags_.get();
    open_ = room_for<std::uint32_t>(first_sample_ - first_box_ + kBlock);
    found_ = room_for<Found>(first_box_);

    std::fill_n(sums_, size_, 0.0F);
    for (std::size_t i = blocks_; i < first_sample_ - first_box_; ++i) {  // pads, that are never near
      sums_[first_box_ + i] = sums_[first_sample_ + i] = std::numeric_limits<float>::infinity();
    }
    for (const std::size_t f : settled) add_column(sums_, f, hybrid_[f], sums_);
    for (std::size_t c = 0; c < outer; ++c) {
      for (const std::size_t choice : {0U, 1U}) {
        float* column = columns_ + (2 * c + choice) * size_;
        std::fill_n(column, size_, 0.0F);
        add_column(column, differing_[c], choice == 0 ? hybrid_[differing_[c]] : row[differing_[c]], column);
      }
    }
    std::fill_n(tables_, size_, 0.0F);
    for (std::size_t c = 0; c < inner_; ++c) {
      const std::size_t f = differing_[outer + c];
      for (std::size_t s = 0; s < std::size_t{1} << c; ++s) {
        float* table = tables_ + s * size_;
        add_column(table, f, row[f], table + (size_ << c));
        add_column(table, f, hybrid_[f], table);
      }
    }
  }

  // Fills game[S] for every S of players in which the two rows differ.
  void run() { choose(0, 0); }

  [[nodiscard]] std::uint32_t differing() const {
    std::uint32_t mask = 0;
    for (const std::size_t f : differing_) mask |= bits_[f];
    return mask;
  }

 private:
  // to = from + what feature f adds where it has this value: to the rows' squared distances, to the boxes'
  // lower bounds, and to the sample's.
  void add_column(const float* from, std::size_t f, float value, float* to) const {
    const Floats d;
    const auto x = hn::Set(d, value);
    const std::size_t block_size = row_.size() * kBlock;
    for (std::size_t block = 0; block < blocks_; ++block) {
      const float* values = tree_.blocks.data() + block * block_size + f * kBlock;
      for (std::size_t j = 0; j < kBlock; j += hn::Lanes(d)) {
        const std::size_t i = block * kBlock + j;
        const auto squared = square(hn::Sub(hn::LoadU(d, values + j), x));
        hn::StoreU(hn::Add(hn::LoadU(d, from + i), squared), d, to + i);
      }
      const float difference = values[kBlock / 2] - value;
      to[first_sample_ + block] = from[first_sample_ + block] + difference * difference;
    }
    for (std::size_t i = first_sample_ + blocks_; i < size_; ++i) to[i] = from[i];
    for (std::size_t i = first_box_; i < first_sample_; i += hn::Lanes(d)) {
      const std::size_t box = i - first_box_;
      const float* bounds =
          tree_.boxes.data() + (box / kFanout * row_.size() + f) * 2 * kFanout + box % kFanout;
      hn::StoreU(hn::Add(hn::LoadU(d, from + i), outside(bounds, x)), d, to + i);
    }
  }

  // sums_[depth] are those over the features fixed so far.
  void choose(std::size_t depth, std::uint32_t coalition) {
    if (depth + inner_ == differing_.size()) {
      for (std::size_t s = 0; s < std::size_t{1} << inner_; ++s) choose_inner(depth, coalition, s);
      return;
    }
    const Floats d;
    const std::size_t f = differing_[depth];
    const float background = hybrid_[f];
    const float* from = sums_ + depth * size_;
    float* to = sums_ + (depth + 1) * size_;
    for (const std::size_t choice : {0U, 1U}) {
      const float* column = columns_ + (2 * depth + choice) * size_;
      for (std::size_t i = 0; i < size_; i += hn::Lanes(d)) {
        hn::StoreU(hn::Add(hn::LoadU(d, from + i), hn::LoadU(d, column + i)), d, to + i);
      }
      hybrid_[f] = choice == 0 ? background : row_[f];
      choose(depth + 1, choice == 0 ? coalition : coalition | bits_[f]);
    }
    hybrid_[f] = background;
  }

  // The hybrid with the inner features of subset s from the row.
  void choose_inner(std::size_t depth, std::uint32_t coalition, std::size_t s) {
    std::array<float, kMostInner> background{};
    for (std::size_t c = 0; c < inner_; ++c) {
      const std::size_t f = differing_[depth + c];
      background[c] = hybrid_[f];
      if ((s >> c & 1U) == 0) continue;
      hybrid_[f] = row_[f];
      coalition |= bits_[f];
    }
    game_[coalition] = probability(sums_ + depth * size_, tables_ + s * size_);
    for (std::size_t c = 0; c < inner_; ++c) hybrid_[differing_[depth + c]] = background[c];
  }

  // P(hit) of the hybrid whose squared distances are a + b.
  double probability(const float* a, const float* b) {
    const std::size_t k = tree_.k;
    float limit = expected_limit(a, b);
    while (true) {
      collect(a, b, slackened_twice(limit));
      if (candidates_.count >= k && count_at_most(candidates_.sums, candidates_.pad(), limit) >= k) break;
      limit = std::max(limit * 1.5F, std::numeric_limits<float>::min());
    }
    return select(tree_, candidates_, hybrid_, guess_, found_.get());
  }

  // Within it lie about five quarters of k rows and a few blocks more, if every block is as its sample.
  float expected_limit(const float* a, const float* b) {
    if (sampled_ >= blocks_) return kEverything;
    const Floats d;
    const std::size_t size = size_ - first_sample_;
    float* sums = candidates_.sums;  // has room for it, and is filled later
    for (std::size_t i = 0; i < size; i += hn::Lanes(d)) {
      hn::StoreU(sum_at(a, b, first_sample_ + i), d, sums + i);
    }
    const float limit = bracket(sums, size, sampled_, sampled_, 1, sample_guess_).high;
    sample_guess_ = std::max(limit, std::numeric_limits<float>::min());
    return limit;
  }

  HWY_INLINE FloatVector sum_at(const float* a, const float* b, std::size_t i) const {
    const Floats d;
    return hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i));
  }

  // Without a branch on what is near: it would be mispredicted every other time, and costs more than it
  // saves.
  void collect(const float* a, const float* b, float limit) {
    const Floats d;
    const Words words;
    const auto bound = hn::Set(d, limit);
    const auto first_rows = hn::ShiftLeft<4>(hn::Iota(words, 0U));
    std::size_t open = 0;
    for (std::size_t i = first_box_; i < first_sample_; i += hn::Lanes(d)) {
      const auto near = hn::Le(sum_at(a, b, i), bound);
      const std::uint32_t bits = bits_of(near);
      const auto row = hn::Set(words, static_cast<std::uint32_t>((i - first_box_) * kBlock));
      store_some(words, hn::Add(first_rows, row), near, bits, open_.get() + open);
      open += static_cast<std::size_t>(std::popcount(bits));
    }
    candidates_.count = 0;
    for (const std::uint32_t row : std::span(open_.get(), open)) {
      for (std::size_t j = row; j < row + kBlock; j += hn::Lanes(d)) {
        const auto sum = sum_at(a, b, j);
        candidates_.add(sum, tree_.tags.data() + j, hn::Le(sum, bound));
      }
    }
  }

  static constexpr std::size_t kMostInner = 4;  // 16 tables still lie near the processor

  const Neighbours& tree_;
  std::span<const float> row_;
  std::span<const std::uint32_t> bits_;
  std::span<double> game_;
  std::vector<float> hybrid_;  // the values chosen so far, the background's where nothing is chosen yet
  std::size_t blocks_;
  // Every array of sums has the rows' first, then the boxes', then the sample's.
  std::size_t first_box_;
  std::size_t first_sample_;
  std::size_t size_;
  std::size_t sampled_;                 // the sample's row whose distance is the limit
  std::vector<std::size_t> differing_;  // the features that make the hybrids, the inner ones last
  std::size_t inner_ = 0;
  std::unique_ptr<float[]> values_;  // what the next four point into
  float* tables_ = nullptr;          // sums of the inner features, for each subset of them
  float* sums_ = nullptr;            // of the others, by how many of them are fixed
  float* columns_ = nullptr;  // what each of the others adds: with the background's value, with the row's
  Candidates candidates_{};
  std::unique_ptr<std::uint32_t[]> tags_;
  std::unique_ptr<std::uint32_t[]> open_;  // the first rows of the boxes to look into
  std::unique_ptr<Found[]> found_;
  float guess_ = 1;         // near the last threshold found
  float sample_guess_ = 1;  // near the last limit found
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
