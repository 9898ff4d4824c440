#include "cli/in_order.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <numeric>
#include <thread>
#include <vector>

namespace hitscope::cli {
namespace {

std::vector<std::size_t> delivered(std::size_t count, unsigned threads) {
  std::vector<std::size_t> order;
  const std::atomic<bool> stop{false};
  in_order(
      count, threads, stop,
      [](std::size_t item) {
        // Later items finish first within each group of three.
        std::this_thread::sleep_for(std::chrono::microseconds(100 * (3 - item % 3)));
        return item * item;
      },
      [&](std::size_t item, std::size_t result) {
        EXPECT_EQ(result, item * item);
        order.push_back(item);
      });
  return order;
}

TEST(InOrder, DeliversEachOnceInOrderWhateverTheThreads) {
  std::vector<std::size_t> all(100);
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (const unsigned threads : {0U, 1U, 2U, 7U, 200U}) EXPECT_EQ(delivered(100, threads), all) << threads;
  EXPECT_TRUE(delivered(0, 2).empty());
}

TEST(InOrder, StaysCloseToTheDelivery) {
  const std::atomic<bool> stop{false};
  std::atomic<std::size_t> begun{0};
  std::size_t furthest_ahead = 0;
  in_order(
      500, 2, stop, [&](std::size_t item) { return begun = item; },
      [&](std::size_t item, std::size_t) {
        if (item % 100 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        furthest_ahead = std::max(furthest_ahead, begun.load() - std::min(begun.load(), item));
      });
  EXPECT_LE(furthest_ahead, 2 * 8U + 1);
}

TEST(InOrder, TheWorkDoesNotWaitForWhatIsDoneMeanwhile) {
  const std::atomic<bool> stop{false};
  std::promise<void> begun;
  bool met = false;
  std::size_t delivered = 0;
  in_order(
      3, 1, stop,
      [&](std::size_t item) {
        if (item == 0) begun.set_value();
        return item;
      },
      [&](std::size_t, std::size_t) { delivered += met ? 1 : 0; },
      [&] {
        begun.get_future().wait();
        met = true;
      });
  EXPECT_EQ(delivered, 3U) << "and nothing is delivered before that is done";
}

TEST(InOrder, BeginsNothingMoreOnceStopped) {
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> begun{0};
  std::size_t count = 0;
  in_order(
      1000, 2, stop,
      [&](std::size_t item) {
        ++begun;
        if (item == 10) stop = true;
        return item;
      },
      [&](std::size_t, std::size_t) { ++count; });
  EXPECT_LT(begun.load(), 100U);
  EXPECT_EQ(count, begun.load()) << "what was begun is delivered";
}

}  // namespace
}  // namespace hitscope::cli
