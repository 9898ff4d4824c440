// The neighbours of every hybrid between two rows, exactly.
//
// 2^13 hybrids times 64 background rows are half a million searches. They share most of their work: order the
// features by how far the two rows lie apart and fix the far ones first ("outer"). For one choice of the
// outer features, a row's squared distance to any of the remaining hybrids lies between a sum of minima and a
// sum of maxima over the inner features; only rows whose lower bound is within the k-th smallest upper bound
// can be anyone's neighbour. One descent of the tree collects them. Over that short list the inner hybrids
// are enumerated depth first, each step adding one feature's squared differences to the whole list, and each
// leaf starts from the neighbours of the leaf before. Float32 screens with slack, double settles.

#include <vector>

#include "model/neighbour_tree.h"

namespace hitscope {
namespace {

using namespace neighbour_tree;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

class Enumeration {
 public:
  Enumeration(const Neighbours& tree, std::span<const float> row, std::span<const float> background,
              std::span<const std::uint32_t> bits, std::span<double> game)
      : tree_(tree), row_(row), bits_(bits), game_(game), hybrid_(background.begin(), background.end()) {
    for (std::size_t f = 0; f < row.size(); ++f) {
      if (bits[f] != 0 && row[f] != background[f]) order_.push_back(f);
    }
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(row[a] - background[a]) > std::abs(row[b] - background[b]);
    });
    outer_ = order_.size() / 2;
    other_ = hybrid_;
    upper_.resize(tree.k);
  }

  // Fills game[S] for every S of players in which the two rows differ.
  void run() { choose_outer(0, 0); }

  [[nodiscard]] std::uint32_t differing() const {
    std::uint32_t mask = 0;
    for (const std::size_t f : order_) mask |= bits_[f];
    return mask;
  }

 private:
  struct Listed {
    float lower;
    std::uint32_t position;
  };
  struct Near {
    float sum;
    std::uint32_t at;  // in the list
  };

  [[nodiscard]] std::size_t inner_count() const { return order_.size() - outer_; }

  void choose_outer(std::size_t depth, std::uint32_t coalition) {
    if (depth == outer_) {
      collect();
      enumerate_inner(0, coalition);
      return;
    }
    const std::size_t f = order_[depth];
    const float background = hybrid_[f];
    other_[f] = background;
    choose_outer(depth + 1, coalition);
    hybrid_[f] = other_[f] = row_[f];
    choose_outer(depth + 1, coalition | bits_[f]);
    hybrid_[f] = other_[f] = background;
  }

  // ---- the list: all rows that may be a neighbour, whatever the inner features turn out to be

  void collect() {
    for (std::size_t i = outer_; i < order_.size(); ++i) other_[order_[i]] = row_[order_[i]];
    list_.clear();
    upper_count_ = 0;
    screen_ = kInfinity;
    Descent(
        tree_, [this](const float* bounds) { return box_bounds(bounds); }, [this] { return screen_; },
        [this](std::size_t block) { scan(block); })
        .run();
    std::erase_if(list_, [this](const Listed& listed) { return listed.lower > screen_; });
    lay_out();
  }

  [[nodiscard]] Lanes box_bounds(const float* bounds) const {
    Lanes sum;
    for (std::size_t f = 0; f < row_.size(); ++f, bounds += 2 * kFanout) {
      const Lanes one = outside(bounds, Lanes(hybrid_[f]));
      sum += hybrid_[f] == other_[f] ? one : one.min(outside(bounds, Lanes(other_[f])));
    }
    return sum;
  }

  void scan(std::size_t block) {
    const float* values = tree_.blocks.data() + block * row_.size() * kBlock;
    Lanes lower;
    Lanes upper;
    for (std::size_t f = 0; f < row_.size(); ++f, values += kBlock) {
      const Lanes one = (Lanes::load(values) - Lanes(hybrid_[f])).squared();
      if (hybrid_[f] == other_[f]) {
        lower += one;
        upper += one;
      } else {
        const Lanes two = (Lanes::load(values) - Lanes(other_[f])).squared();
        lower += one.min(two);
        upper += one.max(two);
      }
    }
    const std::array<float, kBlock> lower_values = lower.values();
    const std::array<float, kBlock> upper_values = upper.values();
    for (std::uint32_t open = lower.at_most(screen_); open != 0; open &= open - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(open));
      const std::size_t position = block * kBlock + lane;
      if (position >= tree_.labels.size()) break;
      list_.push_back({lower_values[lane], static_cast<std::uint32_t>(position)});
      add_upper(upper_values[lane]);
    }
  }

  // Keeps the k smallest upper bounds; the largest of them limits what any hybrid's neighbour may be.
  void add_upper(float value) {
    if (upper_count_ == upper_.size()) {
      if (value >= upper_.back()) return;
      --upper_count_;
    }
    std::size_t slot = upper_count_++;
    for (; slot > 0 && value < upper_[slot - 1]; --slot) upper_[slot] = upper_[slot - 1];
    upper_[slot] = value;
    if (upper_count_ == upper_.size()) screen_ = slackened_twice(upper_.back());
  }

  // The list's squared differences, a column for each inner feature and either of its values, and the sum
  // over all fixed features; padded to whole lanes with +inf.
  void lay_out() {
    stride_ = divide_up(list_.size(), Lanes::kCount) * Lanes::kCount;
    columns_.resize(2 * inner_count() * stride_);
    sums_.resize((inner_count() + 1) * stride_);
    std::fill_n(sums_.begin(), stride_, kInfinity);
    const std::size_t n = row_.size();
    for (std::size_t i = 0; i < list_.size(); ++i) {
      const float* values = tree_.rows.data() + list_[i].position * n;
      float fixed = 0;
      for (std::size_t f = 0; f < n; ++f) {
        const float difference = values[f] - hybrid_[f];
        if (hybrid_[f] == other_[f]) fixed += difference * difference;
      }
      sums_[i] = fixed;
      for (std::size_t c = 0; c < inner_count(); ++c) {
        const std::size_t f = order_[outer_ + c];
        const float from_background = values[f] - hybrid_[f];
        const float from_row = values[f] - row_[f];
        columns_[2 * c * stride_ + i] = from_background * from_background;
        columns_[(2 * c + 1) * stride_ + i] = from_row * from_row;
      }
    }
    previous_.clear();
  }

  // ---- the hybrids over one list

  void enumerate_inner(std::size_t depth, std::uint32_t coalition) {
    if (depth == inner_count()) {
      game_[coalition] = leaf(sums_.data() + depth * stride_);
      return;
    }
    const std::size_t f = order_[outer_ + depth];
    const float background = hybrid_[f];
    for (const std::size_t choice : {0U, 1U}) {
      const float* column = columns_.data() + (2 * depth + choice) * stride_;
      const float* sum = sums_.data() + depth * stride_;
      float* next = sums_.data() + (depth + 1) * stride_;
      for (std::size_t i = 0; i < stride_; i += Lanes::kCount) {
        Lanes total = Lanes::load(sum + i);
        total += Lanes::load(column + i);
        total.store(next + i);
      }
      hybrid_[f] = choice == 0 ? background : row_[f];
      enumerate_inner(depth + 1, choice == 0 ? coalition : coalition | bits_[f]);
    }
    hybrid_[f] = background;
  }

  double leaf(const float* sums) {
    // k rows are known that are at most this far.
    float limit = previous_.empty() ? kInfinity : 0.0F;
    for (const std::uint32_t i : previous_) limit = std::max(limit, sums[i]);
    float screen = slackened_twice(limit);
    near_.clear();
    std::size_t plenty = 4 * tree_.k;
    for (std::size_t i = 0; i < stride_; i += Lanes::kCount) {
      for (std::uint32_t open = Lanes::load(sums + i).at_most(screen); open != 0; open &= open - 1) {
        const auto at = static_cast<std::uint32_t>(i + static_cast<std::size_t>(std::countr_zero(open)));
        if (at < list_.size()) near_.push_back({sums[at], at});
      }
      if (near_.size() < plenty) continue;
      screen = slackened_twice(kth_nearest()->sum);
      std::erase_if(near_, [screen](const Near& near) { return near.sum > screen; });
      plenty = std::max(plenty, 2 * near_.size());  // ties may leave more than k
    }
    const auto kth = kth_nearest();
    // What float32 cannot tell apart from the k-th is settled too.
    const float band = slackened_twice(kth->sum);
    found_.clear();
    previous_.clear();
    for (auto near = near_.begin(); near != near_.end(); ++near) {
      if (near > kth && near->sum > band) continue;
      if (near <= kth) previous_.push_back(near->at);
      found_.push_back(settle(tree_, list_[near->at].position, hybrid_));
    }
    if (found_.size() > tree_.k) {
      std::nth_element(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(tree_.k - 1),
                       found_.end());
    }
    return vote(tree_, std::span(found_).first(tree_.k));
  }

  // Parts near_ into the k nearest and the rest.
  auto kth_nearest() -> std::vector<Near>::iterator {
    const auto kth = near_.begin() + static_cast<std::ptrdiff_t>(tree_.k - 1);
    std::nth_element(near_.begin(), kth, near_.end(),
                     [](const Near& a, const Near& b) { return a.sum < b.sum; });
    return kth;
  }

  // For a limit that is itself a float32 sum.
  static float slackened_twice(float limit) {
    return slackened(static_cast<double>(slackened(static_cast<double>(limit))));
  }

  const Neighbours& tree_;
  std::span<const float> row_;
  std::span<const std::uint32_t> bits_;
  std::span<double> game_;
  std::vector<std::size_t>
      order_;  // differing features, farthest apart first; the first outer_ are fixed first
  std::size_t outer_ = 0;
  std::vector<float> hybrid_;  // the values chosen so far, the background's where nothing is chosen yet
  std::vector<float> other_;   // the same, the row's where nothing is chosen yet

  std::vector<Listed> list_;
  std::vector<float> upper_;
  std::size_t upper_count_ = 0;
  float screen_ = kInfinity;

  std::size_t stride_ = 0;
  std::vector<float> columns_;
  std::vector<float> sums_;
  std::vector<std::uint32_t> previous_;
  std::vector<Near> near_;
  std::vector<Found> found_;
};

}  // namespace

void Neighbours::add_coalitions(std::span<const float> row, std::span<const float> background,
                                std::span<const std::uint32_t> bits, std::span<double> game) const {
  std::vector<double> of_differing(game.size());
  Enumeration enumeration(*this, row, background, bits, of_differing);
  enumeration.run();
  const std::uint32_t differing = enumeration.differing();
  for (std::uint32_t coalition = 0; coalition < game.size(); ++coalition) {
    game[coalition] += of_differing[coalition & differing];
  }
}

}  // namespace hitscope
