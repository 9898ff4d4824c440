// The neighbours of one row, exactly.
//
// Boxes are visited nearest first, rows within the screen are kept, and now and then the screen is drawn
// anew around the k nearest so far: at any time nothing outside it can be among them. Highway compiles the
// part between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once per instruction set by including this very
// file; HWY_DYNAMIC_DISPATCH picks the best one for the processor at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/neighbour_search.cpp"
#include <hwy/foreach_target.h>
// clang-format off: highway.h must follow foreach_target.h
#include <hwy/highway.h>
// clang-format on

#include <algorithm>
#include <numeric>

#include "model/neighbour_selection-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hitscope::HWY_NAMESPACE {
namespace {

class Search {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): of the arrays, only what was stored is ever read
  Search(const Neighbours& tree, std::span<const float> row)
      : tree_(tree), row_(row), levels_(tree.labels.size(), tree.n_features), redraw_at_(tree.k) {
    candidates_ = {sums_.data(), tags_.data()};
  }

  double run() {
    visit(levels_.levels - 1, 0);
    return select(tree_, candidates_, row_, guess_, found_.data());
  }

 private:
  // The boxes of one group; box i of level 0 is block i, of a level above it is group i of the level below.
  void visit(std::size_t level, std::size_t group) {
    struct Child {
      float distance;
      std::size_t entry;
    };
    std::array<float, kFanout> distance;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled next
    std::array<Child, kFanout> near;  // NOLINT(cppcoreguidelines-pro-type-member-init): the first `count` are
    std::size_t count = 0;
    for (std::uint32_t open = box_distances(level, group, distance); open != 0; open &= open - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(open));
      const Child child{distance[lane], group * kFanout + lane};
      if (child.entry >= levels_.count[level]) break;  // the last group's pads
      std::size_t slot = count++;
      for (; slot > 0 && child.distance < near[slot - 1].distance; --slot) near[slot] = near[slot - 1];
      near[slot] = child;
    }
    for (const Child& child : std::span(near).first(count)) {
      if (child.distance > screen_) return;  // it has shrunk since, and the rest is no nearer
      if (level == 0) {
        scan(child.entry);
      } else {
        visit(level - 1, child.entry);
      }
    }
  }

  // Lower bounds of the squared distances to the boxes of a group; bit i says that box i is within the
  // screen.
  std::uint32_t box_distances(std::size_t level, std::size_t group,
                              std::array<float, kFanout>& distance) const {
    const Floats d;
    const std::size_t width = 2 * kFanout;
    const float* bounds = tree_.boxes.data() + levels_.first_float[level] + group * width * row_.size();
    std::uint32_t within = 0;
    for (std::size_t i = 0; i < kFanout; i += hn::Lanes(d)) {
      auto sum = hn::Zero(d);
      for (std::size_t f = 0; f < row_.size(); ++f) {
        sum = hn::Add(sum, outside(bounds + f * width + i, hn::Set(d, row_[f])));
      }
      hn::StoreU(sum, d, distance.data() + i);
      within |= bits_of(hn::Le(sum, hn::Set(d, screen_))) << i;
    }
    return within;
  }

  void scan(std::size_t block) {
    const Floats d;
    const float* values = tree_.blocks.data() + block * row_.size() * kBlock;
    for (std::size_t i = 0; i < kBlock; i += hn::Lanes(d)) {
      auto sum = hn::Zero(d);
      for (std::size_t f = 0; f < row_.size(); ++f) {
        sum = hn::Add(sum, square(hn::Sub(hn::LoadU(d, values + f * kBlock + i), hn::Set(d, row_[f]))));
      }
      const auto near = hn::Le(sum, hn::Set(d, screen_));
      if (!hn::AllFalse(d, near)) candidates_.add(sum, tree_.tags.data() + block * kBlock + i, near);
    }
    if (candidates_.count >= redraw_at_) redraw();
  }

  // The screen, around the k nearest so far.
  void redraw() {
    const std::size_t k = tree_.k;
    const Bracket b = bracket(candidates_.sums, candidates_.pad(), k, k, k / 8, guess_);
    guess_ = std::max(b.high, std::numeric_limits<float>::min());
    screen_ = slackened_twice(b.high);
    candidates_.keep_within(screen_);
    if (candidates_.count + kMoreRows > kRoom) keep_k();
    redraw_at_ = candidates_.count + std::min(kMoreRows, kBlock + k / 4);
  }

  // Of hundreds of rows as near as the k-th, those that lose the tie leave.
  void keep_k() {
    const std::size_t count = candidates_.count;
    for (std::size_t i = 0; i < count; ++i) found_[i] = settle(tree_, tags_[i] / 2, row_);
    std::array<std::uint32_t, kRoom> order;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled next
    std::iota(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), 0U);
    const auto kept = order.begin() + static_cast<std::ptrdiff_t>(tree_.k);
    std::nth_element(order.begin(), kept, order.begin() + static_cast<std::ptrdiff_t>(count),
                     [this](std::uint32_t a, std::uint32_t b) { return found_[a] < found_[b]; });
    std::sort(order.begin(), kept);  // each then moves to the front of where it was
    for (std::size_t i = 0; i < tree_.k; ++i) {
      sums_[i] = sums_[order[i]];
      tags_[i] = tags_[order[i]];
    }
    candidates_.count = tree_.k;
  }

  static constexpr std::size_t kMoreRows = 64;  // between two redrawings at most, beside one block
  static constexpr std::size_t kRoom = 4 * Neighbours::kMaxK;

  const Neighbours& tree_;
  std::span<const float> row_;
  Levels levels_;
  float screen_ = kEverything;
  float guess_ = 1;  // near the last threshold found
  std::size_t redraw_at_;
  Candidates candidates_;
  std::array<float, kRoom + 2 * kBlock> sums_;
  std::array<std::uint32_t, kRoom + 2 * kBlock> tags_;
  std::array<Found, kRoom + 2 * kBlock> found_;
};

double probability_of(const Neighbours& tree, std::span<const float> row) {
  return Search(tree, row).run();
}

}  // namespace
}  // namespace hitscope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hitscope {

HWY_EXPORT(probability_of);

double Neighbours::probability(std::span<const float> row) const {
  return HWY_DYNAMIC_DISPATCH(probability_of)(*this, row);
}

}  // namespace hitscope
#endif
