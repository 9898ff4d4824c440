#include "server/events.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/held_stream.h"

namespace hitscope::server {
namespace {

// Keeps what it is sent; a test may close it like a client that goes away.
class Listening final : public EventStream {
 public:
  void send(std::string event) override {
    const std::scoped_lock lock(mutex_);
    if (open_) events_.push_back(std::move(event));
  }
  void close() override { open_ = false; }
  [[nodiscard]] bool open() const override { return open_; }

  [[nodiscard]] std::vector<std::string> events() const {
    const std::scoped_lock lock(mutex_);
    return events_;
  }
  // What the events say, without ids: "type data".
  [[nodiscard]] std::vector<std::string> words() const {
    std::vector<std::string> words;
    for (const std::string& event : events()) {
      const std::size_t type = event.find("event: ") + 7;
      const std::size_t data = event.find("data: ") + 6;
      words.push_back(event.substr(type, event.find('\n', type) - type) + " " +
                      event.substr(data, event.find('\n', data) - data));
    }
    return words;
  }
  [[nodiscard]] std::string last_id() const {
    const std::string event = events().back();
    return event.substr(4, event.find('\n') - 4);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> events_;
  std::atomic<bool> open_{true};
};

using Words = std::vector<std::string>;

class EventsTest : public ::testing::Test {
 protected:
  std::shared_ptr<Listening> listen(const std::string& owner, const std::string& analysis = {},
                                    std::string_view last_id = {}) {
    auto stream = std::make_shared<Listening>();
    resumed_ = hub_.subscribe(owner, analysis, stream, last_id);
    return stream;
  }
  EventHub hub_;
  bool resumed_ = false;
};

TEST_F(EventsTest, AreWrittenAsServerSentEvents) {
  const auto stream = listen("owner");
  hub_.publish("owner", "A", "vote", R"({"x": 1})");
  ASSERT_EQ(stream->events().size(), 1U);
  EXPECT_EQ(stream->events().front(), "id: " + stream->last_id() + "\nevent: vote\ndata: {\"x\": 1}\n\n");
  EXPECT_EQ(EventHub::format("state", "{}"), "event: state\ndata: {}\n\n");
}

TEST_F(EventsTest, GoToTheirOwnerAndToWhoWantsThem) {
  const auto all = listen("owner");
  const auto one = listen("owner", "A");
  const auto stranger = listen("stranger");
  const auto guess = listen("stranger", "A");
  hub_.publish("owner", "A", "vote", "1");
  hub_.publish("owner", "B", "vote", "2");
  EXPECT_EQ(all->words(), (Words{"vote 1", "vote 2"}));
  EXPECT_EQ(one->words(), Words{"vote 1"});
  EXPECT_EQ(stranger->words(), Words());
  EXPECT_EQ(guess->words(), Words());
}

TEST_F(EventsTest, AStreamOfOneAnalysisEndsWithIt) {
  const auto all = listen("owner");
  const auto one = listen("owner", "A");
  const auto other = listen("owner", "B");
  EXPECT_EQ(hub_.streams(), 3U);
  hub_.publish("owner", "A", "done", "1", true);
  EXPECT_EQ(one->words(), Words{"done 1"});
  EXPECT_FALSE(one->open());
  EXPECT_TRUE(all->open());
  EXPECT_TRUE(other->open());
  EXPECT_EQ(hub_.streams(), 2U);
}

TEST_F(EventsTest, ANewStreamStartsWithThePresent) {
  hub_.publish("owner", "A", "vote", "1");
  const auto stream = listen("owner");
  EXPECT_FALSE(resumed_);
  EXPECT_EQ(stream->words(), Words());
}

TEST_F(EventsTest, ABrokenStreamGoesOnWhereItWas) {
  const auto first = listen("owner");
  hub_.publish("owner", "A", "vote", "1");
  const std::string id = first->last_id();
  hub_.publish("owner", "B", "vote", "2");
  hub_.publish("stranger", "C", "vote", "3");
  hub_.publish("owner", "A", "vote", "4");
  EXPECT_EQ(listen("owner", "", id)->words(), (Words{"vote 2", "vote 4"}));
  EXPECT_TRUE(resumed_);
  EXPECT_EQ(listen("owner", "A", id)->words(), Words{"vote 4"});
  EXPECT_TRUE(resumed_);
  const auto last = listen("owner", "", first->last_id());
  EXPECT_TRUE(resumed_);
  EXPECT_EQ(last->words(), Words());
  hub_.publish("owner", "A", "vote", "5");
  EXPECT_EQ(last->words(), Words{"vote 5"}) << "and live from there";
}

TEST_F(EventsTest, ResumingAfterTheEndEndsTheStream) {
  const auto first = listen("owner", "A");
  hub_.publish("owner", "A", "vote", "1");
  const std::string id = first->last_id();
  hub_.publish("owner", "A", "done", "2", true);
  hub_.publish("owner", "A", "late", "3");
  const auto again = listen("owner", "A", id);
  EXPECT_TRUE(resumed_);
  EXPECT_EQ(again->words(), Words{"done 2"});
  EXPECT_FALSE(again->open());
  EXPECT_EQ(hub_.streams(), 0U);
}

TEST_F(EventsTest, ForeignIdsResumeNothing) {
  const auto stream = listen("owner");
  hub_.publish("owner", "A", "vote", "1");
  const std::string id = stream->last_id();
  const std::string run = id.substr(0, id.rfind('-') + 1);
  EventHub after_restart;
  for (const std::string& foreign :
       {std::string(), std::string("-"), std::string("1"), std::string("x-1"), run, run + "x", run + "-1",
        run + "1x", run + "999", run + "99999999999999999999999", "x" + id, id + "-1", id + " ",
        std::string("\xff-1")}) {
    EXPECT_EQ(listen("owner", "", foreign)->words(), Words()) << foreign;
    EXPECT_FALSE(resumed_) << foreign;
  }
  EXPECT_FALSE(after_restart.subscribe("owner", "", std::make_shared<Listening>(), id)) << "another run";
  static_cast<void>(listen("owner", "", run + "0"));
  EXPECT_TRUE(resumed_) << "before the first event nothing was missed";
}

TEST_F(EventsTest, TooMuchMissedIsSaid) {
  const auto stream = listen("owner");
  Words ids;
  for (int i = 0; i < 600; ++i) {
    hub_.publish("owner", "A", "vote", std::to_string(i));
    ids.push_back(stream->last_id());
  }
  std::size_t oldest = 0;
  while (oldest < ids.size()) {
    static_cast<void>(listen("owner", "", ids[oldest]));
    if (resumed_) break;
    ++oldest;
  }
  ASSERT_EQ(oldest, 600U - 512U - 1U) << "512 are kept";
  const auto again = listen("owner", "", ids[oldest]);
  ASSERT_EQ(again->words().size(), 512U);
  EXPECT_EQ(again->words().front(), "vote " + std::to_string(oldest + 1));
}

TEST_F(EventsTest, ANewerPlaceMakesTheOlderWorthless) {
  const auto stream = listen("owner");
  hub_.publish("owner", "A", "vote", "0");
  const std::string id = stream->last_id();
  for (int i = 1; i <= 2000; ++i) {
    hub_.publish("owner", "A", "queued", std::to_string(i));
    hub_.publish("owner", "B", "queued", std::to_string(i));
    hub_.publish("owner", "A", "measuring", std::to_string(i));
  }
  hub_.publish("owner", "A", "vote", "1");
  hub_.publish("owner", "A", "vote", "2");
  EXPECT_EQ(stream->events().size(), 6003U) << "whoever listens hears all";
  EXPECT_EQ(listen("owner", "", id)->words(),
            (Words{"queued 2000", "queued 2000", "measuring 2000", "vote 1", "vote 2"}));
  EXPECT_TRUE(resumed_);
}

TEST_F(EventsTest, StreamsThatClosedAreLetGo) {
  std::vector<std::weak_ptr<Listening>> gone;
  for (int i = 0; i < 10; ++i) {
    const auto stream = listen("owner");
    stream->close();
    gone.push_back(stream);
  }
  EXPECT_EQ(hub_.streams(), 0U);
  hub_.publish("owner", "A", "vote", "1");
  for (const auto& stream : gone) EXPECT_TRUE(stream.expired());
}

TEST_F(EventsTest, ComingAndGoingLeavesNothingBehind) {
  std::vector<std::weak_ptr<Listening>> gone;
  for (int i = 0; i < 100; ++i) {
    const auto stream = listen("owner");
    stream->close();
    gone.push_back(stream);
  }
  const auto held = [&] {
    return std::ranges::count_if(gone, [](const auto& stream) { return !stream.expired(); });
  };
  EXPECT_LE(held(), 1) << "also where nothing is published";
  for (int i = 0; i < 10000; ++i) {
    const auto stream = listen(fmt::format("visitor {}", i));
    stream->close();
    gone.push_back(stream);
  }
  EXPECT_LE(held(), 2500) << "whoever comes with a new name each time";
}

TEST_F(EventsTest, ClosesAll) {
  const auto a = listen("a");
  const auto b = listen("b", "B");
  hub_.close_all();
  EXPECT_FALSE(a->open());
  EXPECT_FALSE(b->open());
  EXPECT_EQ(hub_.streams(), 0U);
}

TEST_F(EventsTest, ManyMayPublishAndListenAtOnce) {
  std::vector<std::thread> threads;
  std::vector<std::shared_ptr<Listening>> streams(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t, &streams] {
      streams[static_cast<std::size_t>(t)] = std::make_shared<Listening>();
      hub_.subscribe("owner", "", streams[static_cast<std::size_t>(t)], "");
      for (int i = 0; i < 500; ++i) {
        hub_.publish("owner", std::to_string(t), i % 2 == 0 ? "queued" : "vote", std::to_string(i));
        if (i % 50 == 0) hub_.subscribe("owner", "", std::make_shared<Listening>(), "");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& stream : streams) EXPECT_GE(stream->events().size(), 500U);
  EXPECT_EQ(streams[0]->last_id(), streams[1]->last_id());
}

TEST(HeldStream, WhatHappensMeanwhileComesAfterThePresentState) {
  const auto stream = std::make_shared<Listening>();
  HeldStream held(stream);
  held.send(EventHub::format("measuring", "1"));
  held.close();
  stream->send(EventHub::format("state", "0"));
  EXPECT_TRUE(held.open());
  held.release();
  EXPECT_EQ(stream->words(), (std::vector<std::string>{"state 0", "measuring 1"}));
  EXPECT_FALSE(held.open());
}

TEST(HeldStream, OnceReleasedItOnlyHandsOn) {
  const auto stream = std::make_shared<Listening>();
  HeldStream held(stream);
  held.release();
  held.send(EventHub::format("vote", "1"));
  EXPECT_EQ(stream->words(), std::vector<std::string>{"vote 1"});
  held.close();
  EXPECT_FALSE(stream->open());
}

}  // namespace
}  // namespace hitscope::server
