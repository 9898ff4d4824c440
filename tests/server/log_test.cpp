#include "server/log.h"

#include <gtest/gtest.h>

#include <functional>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace hitscope::server {
namespace {

using OrderedJson = nlohmann::ordered_json;

class LogTest : public ::testing::Test {
 protected:
  void TearDown() override { set_log_level(LogLevel::info); }

  // What is logged meanwhile, each line read as JSON.
  static std::vector<OrderedJson> logged(const std::function<void()>& act) {
    ::testing::internal::CaptureStderr();
    act();
    std::istringstream text(::testing::internal::GetCapturedStderr());
    std::vector<OrderedJson> lines;
    for (std::string line; std::getline(text, line);) {
      lines.push_back(OrderedJson::parse(line, nullptr, false));
      EXPECT_TRUE(lines.back().is_object()) << line;
    }
    return lines;
  }
};

TEST_F(LogTest, IsOneObjectALine) {
  set_log_level(LogLevel::debug);
  const auto lines = logged([] {
    log_event(LogLevel::info, "request", {{"status", 200}, {"ms", 1.5}, {"route", "/v1/analyses/{id}"}});
    log_event(LogLevel::warning, "empty", OrderedJson::object());
  });
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["level"], "info");
  EXPECT_EQ(lines[0]["event"], "request");
  EXPECT_EQ(lines[0]["status"], 200);
  EXPECT_EQ(lines[0]["route"], "/v1/analyses/{id}");
  EXPECT_EQ(lines[1]["level"], "warning");
  EXPECT_EQ(lines[1].size(), 3U);
  const auto time = lines[0]["time"].get<std::string>();
  EXPECT_TRUE(std::regex_match(time, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"))) << time;
}

TEST_F(LogTest, HostileTextsMakeNoBadLine) {
  set_log_level(LogLevel::info);
  const std::vector<std::string> hostile = {"\"",
                                            "\\",
                                            "a\nb\r\n",
                                            std::string("\0", 1),
                                            "\x01\x7f",
                                            "\xff\xfe",
                                            "\xC3",
                                            "{}",
                                            "{:d}",
                                            "%v %n %s",
                                            "\x1b[31m",
                                            "\xE2\x80\xA8",
                                            std::string(50000, 'x')};
  for (const std::string& text : hostile) {
    const auto lines = logged([&] { log_event(LogLevel::error, text, {{text, text}, {"list", {text, 1}}}); });
    ASSERT_EQ(lines.size(), 1U) << text;
    EXPECT_EQ(lines[0].size(), 5U) << text;
  }
}

TEST_F(LogTest, TheLevelIsKept) {
  const std::vector<LogLevel> levels = {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error};
  for (std::size_t set = 0; set < levels.size(); ++set) {
    set_log_level(levels[set]);
    for (std::size_t at = 0; at < levels.size(); ++at) {
      EXPECT_EQ(is_logged(levels[at]), at >= set);
      EXPECT_EQ(logged([&] { log_event(levels[at], "x", OrderedJson::object()); }).size(),
                at >= set ? 1U : 0U);
    }
  }
  set_log_level(LogLevel::off);
  for (const LogLevel level : levels) EXPECT_FALSE(is_logged(level));
}

TEST_F(LogTest, LinesOfSeveralThreadsDoNotMix) {
  set_log_level(LogLevel::info);
  const auto lines = logged([] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < 100; ++i) log_event(LogLevel::info, "x", {{"thread", t}, {"i", i}});
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  EXPECT_EQ(lines.size(), 400U);
}

}  // namespace
}  // namespace hitscope::server
