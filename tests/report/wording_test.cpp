#include "report/wording.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/holds.h"
#include "report/paint.h"
#include "report/plain_text.h"
#include "report/sample_report.h"

namespace hitscope {
namespace {

TEST(Percent, NeverRoundsToCertainty) {
  EXPECT_EQ(percent(0.634), "63 %");
  EXPECT_EQ(percent(0), "0 %");
  EXPECT_EQ(percent(0.004), "under 1 %");
  EXPECT_EQ(percent(0.996), "over 99 %");
  EXPECT_EQ(percent(1), "100 %");
  EXPECT_EQ(percent(std::nan("")), "unknown");
}

TEST(MinutesSeconds, ReadsLikeAClock) {
  EXPECT_EQ(minutes_seconds(0.4), "0:00");
  EXPECT_EQ(minutes_seconds(197.9), "3:17");
  EXPECT_EQ(minutes_seconds(3723), "1:02:03");
  EXPECT_EQ(minutes_seconds(-1), "0:00");
  EXPECT_EQ(minutes_seconds(std::nan("")), "0:00");
}

TEST(FeatureWithValue, SpeaksInTheFeaturesOwnUnit) {
  EXPECT_EQ(feature_with_value("tempo", 128), "tempo of 128.0 BPM");
  EXPECT_EQ(feature_with_value("loudness", -7.31), "loudness of -7.3 dB");
  EXPECT_EQ(feature_with_value("energy", 0.816), "energy of 0.82");
  EXPECT_EQ(feature_with_value("key", 9), "keynote A");
  EXPECT_EQ(feature_with_value("mode", 0), "minor mode");
  EXPECT_EQ(feature_with_value("mode", 1), "major mode");
  EXPECT_EQ(feature_with_value("duration_ms", 197000), "length of 3:17");
  EXPECT_EQ(feature_with_value("something_new", 1.25), "something_new of 1.25");
  EXPECT_EQ(feature_with_value("key", 12.0), "key of 12");
  EXPECT_EQ(feature_with_value("tempo", std::nan("")), "unknown tempo");
}

TEST(ProbabilityInWords, NamesBothRatesAndTheEvent) {
  const std::string words = probability_in_words(testing::sample_judged_report());
  EXPECT_TRUE(holds(words, "34")) << words;
  EXPECT_TRUE(holds(words, "23")) << words;
  EXPECT_TRUE(holds(words, "popularity of at least 15")) << words;
}

TEST(LimitsInWords, GiveTheModelsOwnFigureOrNone) {
  TrackReport report = testing::sample_judged_report();
  EXPECT_TRUE(holds(limits_in_words(report), "66 times in 100"));
  report.model->auc_grouped.reset();
  EXPECT_EQ(limits_in_words(report).find_first_of("0123456789"), std::string::npos);
}

TEST(ExplanationInWords, SaysWhatRaisesAndWhatLowersWithItsShare) {
  const std::string words = explanation_in_words(testing::sample_explained_report());
  EXPECT_TRUE(holds(words, "starts at 23 %")) << words;
  EXPECT_TRUE(holds(words, "raises it most is its energy of 0.82, above 84 % of the tracks")) << words;
  EXPECT_TRUE(holds(words, "16 points")) << words;
  EXPECT_TRUE(holds(words, "lowers it most is its loudness of -7.4 dB")) << words;
  EXPECT_TRUE(holds(words, "5 points")) << words;
  EXPECT_TRUE(holds(words, "lead to 34 %")) << words;
  EXPECT_TRUE(holds(words, "Three of the five models say HIT")) << words;
  EXPECT_FALSE(holds(words, "minor mode")) << "what moves nothing is not named: " << words;
}

TEST(ExplanationInWords, HasNothingToSayWithoutContributions) {
  EXPECT_EQ(explanation_in_words(testing::sample_judged_report()), "");
  EXPECT_EQ(explanation_in_words(testing::sample_report()), "");
}

TEST(Bar, FillsItsShareInEighths) {
  EXPECT_EQ(bar(0, 4), "░░░░");
  EXPECT_EQ(bar(1, 4), "████");
  EXPECT_EQ(bar(0.5, 4), "██░░");
  EXPECT_EQ(bar(0.40625, 4), "█▋░░");  // 1 and 5/8 of 4
  EXPECT_EQ(bar(7.0, 2), "██");
  EXPECT_EQ(bar(std::nan(""), 2), "░░");
  for (double share = 0; share <= 1; share += 0.01) EXPECT_EQ(count_characters(bar(share, 24)), 24U);
}

TEST(Paint, WritesNoEscapeSequenceWithoutColour) {
  EXPECT_EQ(Paint(false)(Ink::red, "x"), "x");
  EXPECT_EQ(Paint(true)(Ink::plain, "x"), "x");
  EXPECT_EQ(Paint(true)(Ink::red, "x"), "\033[1;31mx\033[0m");
}

}  // namespace
}  // namespace hitscope
