#include "server/http.h"

#include <gtest/gtest.h>

#include <memory>

#include "server/wire.h"

namespace hitscope::server {
namespace {

using testing::Recorder;

TEST(PercentDecoded, TakesEscapesInEitherCase) {
  EXPECT_EQ(percent_decoded("", false), "");
  EXPECT_EQ(percent_decoded("plain-text_~.", false), "plain-text_~.");
  EXPECT_EQ(percent_decoded("%41%7a%7A%2f%2F", false), "Azz//");
  EXPECT_EQ(percent_decoded("caf%C3%A9", false), "caf\xC3\xA9");
  EXPECT_EQ(percent_decoded("%ff", false), "\xff") << "what bytes mean is for others to say";
  EXPECT_EQ(percent_decoded("%2541", false), "%41") << "decoded once";
}

TEST(PercentDecoded, RefusesBrokenEscapesAndNul) {
  for (const std::string_view text : {"%", "%4", "a%", "a%4", "%zz", "%4g", "%g4", "%-1", "%+1", "% 1"}) {
    EXPECT_EQ(percent_decoded(text, false), std::nullopt) << text;
  }
  EXPECT_EQ(percent_decoded("a%00b", false), std::nullopt);
  EXPECT_EQ(percent_decoded(std::string_view("a\0b", 3), false), std::nullopt);
}

TEST(PercentDecoded, APlusIsASpaceOnlyInQueries) {
  EXPECT_EQ(percent_decoded("a+b%2Bc", true), "a b+c");
  EXPECT_EQ(percent_decoded("a+b%2Bc", false), "a+b+c");
}

TEST(ParseQuery, SplitsBeforeItDecodes) {
  EXPECT_EQ(parse_query(""), Query());
  EXPECT_EQ(parse_query("a=1&b=2"), (Query{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(parse_query("a=x%26y%3Dz&b=p=q"), (Query{{"a", "x&y=z"}, {"b", "p=q"}}));
  EXPECT_EQ(parse_query("a=1&a=2"), (Query{{"a", "1"}, {"a", "2"}})) << "in their order";
  EXPECT_EQ(parse_query("search=caf%C3%A9+noir"), (Query{{"search", "caf\xC3\xA9 noir"}}));
}

TEST(ParseQuery, TakesWhatIsEmpty) {
  EXPECT_EQ(parse_query("a"), (Query{{"a", ""}}));
  EXPECT_EQ(parse_query("a="), (Query{{"a", ""}}));
  EXPECT_EQ(parse_query("=1"), (Query{{"", "1"}}));
  EXPECT_EQ(parse_query("&&a=1&&"), (Query{{"a", "1"}}));
}

TEST(ParseQuery, OneBrokenEscapeBreaksIt) {
  EXPECT_EQ(parse_query("a=1&b=%"), std::nullopt);
  EXPECT_EQ(parse_query("%zz=1"), std::nullopt);
  EXPECT_EQ(parse_query("a=%00"), std::nullopt);
}

TEST(Reply, AnswersOnce) {
  const auto recorder = std::make_shared<Recorder>();
  {
    Reply reply(recorder);
    Response response;
    response.status = 204;
    reply(std::move(response));
  }
  ASSERT_EQ(recorder->answers.size(), 1U);
  EXPECT_EQ(recorder->answers.front().status, 204U);
}

TEST(Reply, DroppedItSaysThatSomethingIsWrong) {
  const auto recorder = std::make_shared<Recorder>();
  recorder->asked.id = "0123456789abcdef";
  { const Reply dropped(recorder); }
  ASSERT_EQ(recorder->answers.size(), 1U);
  EXPECT_EQ(recorder->answers.front().status, 500U);
  const auto json = Json::parse(recorder->answers.front().body);
  EXPECT_EQ(json["type"], "internal");
  EXPECT_EQ(json["request_id"], "0123456789abcdef");
}

TEST(Reply, MovesWithItsDuty) {
  const auto recorder = std::make_shared<Recorder>();
  {
    Reply first(recorder);
    Reply second(std::move(first));
    EXPECT_EQ(recorder->answers.size(), 0U);
    second(Response());
  }
  EXPECT_EQ(recorder->answers.size(), 1U);
}

TEST(Request, KnowsItsArguments) {
  Request request;
  request.arguments = {{"a", "1"}, {"b", ""}};
  EXPECT_EQ(request.argument("a"), "1");
  EXPECT_EQ(request.argument("b"), "");
  EXPECT_EQ(request.argument("c"), std::nullopt);
}

}  // namespace
}  // namespace hitscope::server
