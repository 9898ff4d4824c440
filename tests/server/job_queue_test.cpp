#include "server/job_queue.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace hitscope::server {
namespace {

using Ids = std::vector<std::string>;

Ids drained(JobQueue& queue) {
  Ids ids;
  while (auto id = queue.pop()) ids.push_back(*id);
  return ids;
}

TEST(JobQueue, OneOwnerIsServedInTurn) {
  JobQueue queue({});
  for (const char* id : {"1", "2", "3"}) queue.push("a", id);
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.order(), (Ids{"1", "2", "3"}));
  EXPECT_EQ(drained(queue), (Ids{"1", "2", "3"}));
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(JobQueue, OwnersTakeTurns) {
  JobQueue queue({});
  for (int i = 0; i < 200; ++i) queue.push("many", fmt::format("m{}", i));
  queue.push("one", "o");
  queue.push("two", "t0");
  queue.push("two", "t1");
  const Ids order = queue.order();
  EXPECT_EQ(Ids(order.begin(), order.begin() + 6), (Ids{"m0", "o", "t0", "m1", "t1", "m2"}));
  EXPECT_EQ(drained(queue), order);
}

TEST(JobQueue, WhoComesAgainWaitsForTheOthers) {
  JobQueue queue({});
  queue.push("a", "a1");
  queue.push("b", "b1");
  EXPECT_EQ(queue.pop(), "a1");
  queue.push("a", "a2");
  EXPECT_EQ(queue.order(), (Ids{"b1", "a2"}));
}

TEST(JobQueue, IsBounded) {
  JobQueue queue({.capacity = 3, .per_owner = 2});
  EXPECT_TRUE(queue.has_room("a"));
  queue.push("a", "1");
  queue.push("a", "2");
  EXPECT_FALSE(queue.has_room("a"));
  EXPECT_TRUE(queue.has_room("b"));
  queue.push("b", "3");
  EXPECT_FALSE(queue.has_room("b"));
  EXPECT_FALSE(queue.has_room("c"));
  queue.push("c", "4");  // at recovery what was accepted stays accepted
  EXPECT_EQ(queue.size(), 4U);
  EXPECT_EQ(queue.pop(), "1");
  EXPECT_FALSE(queue.has_room("b"));
  EXPECT_EQ(queue.pop(), "3");
  EXPECT_TRUE(queue.has_room("b"));
}

TEST(JobQueue, Removes) {
  JobQueue queue({});
  queue.push("a", "1");
  queue.push("a", "2");
  queue.push("b", "3");
  EXPECT_FALSE(queue.remove("4"));
  EXPECT_TRUE(queue.remove("1"));
  EXPECT_FALSE(queue.remove("1"));
  EXPECT_TRUE(queue.remove("3"));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.order(), Ids{"2"});
  EXPECT_TRUE(queue.remove("2"));
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.order(), Ids());
}

TEST(JobQueue, TheOrderToldIsTheOrderTaken) {
  std::mt19937 random(1);
  JobQueue queue({});
  int next = 0;
  for (int step = 0; step < 2000; ++step) {
    switch (random() % 4) {
      case 0:
      case 1:
        queue.push(std::to_string(random() % 5), std::to_string(next++));
        break;
      case 2: {
        const Ids order = queue.order();
        EXPECT_EQ(queue.pop(), order.empty() ? std::nullopt : std::optional(order.front()));
        break;
      }
      default:
        queue.remove(std::to_string(random() % static_cast<unsigned>(next + 1)));
    }
    EXPECT_EQ(queue.order().size(), queue.size());
    if (step % 100 == 0) {
      JobQueue copy = queue;
      EXPECT_EQ(queue.order(), drained(copy));
    }
  }
}

TEST(JobQueue, AKeptPlaceIsNotGivenTwice) {
  JobQueue queue({.capacity = 2, .per_owner = 2});
  EXPECT_TRUE(queue.reserve("a"));
  EXPECT_TRUE(queue.reserve("b"));
  EXPECT_FALSE(queue.reserve("c"));
  EXPECT_FALSE(queue.has_room("a"));
  queue.push("a", "1");
  queue.unreserve("a");
  EXPECT_FALSE(queue.reserve("c")) << "one waits, one is kept";
  queue.unreserve("b");
  EXPECT_TRUE(queue.reserve("c"));
}

TEST(JobQueue, KeptPlacesCountForTheirOwner) {
  JobQueue queue({.capacity = 9, .per_owner = 2});
  queue.push("a", "1");
  EXPECT_TRUE(queue.reserve("a"));
  EXPECT_FALSE(queue.reserve("a"));
  EXPECT_TRUE(queue.reserve("b"));
}

}  // namespace
}  // namespace hitscope::server
