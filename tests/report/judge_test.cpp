#include "report/judge.h"

#include <gtest/gtest.h>

#include <utility>

#include "model/sample_models.h"
#include "report/sample_report.h"

namespace hitscope {
namespace {

TEST(MeasurementsOf, CarriesEveryNumberUnderItsName) {
  const Measurements measured = measurements_of(testing::sample_report().analysis.features);
  EXPECT_EQ(measured.get("tempo_bpm"), 128.0);
  EXPECT_EQ(measured.get("key"), 9.0);
  EXPECT_EQ(measured.get("mode"), 0.0);
  EXPECT_EQ(measured.get("integrated_lufs"), -9.3);
  EXPECT_EQ(measured.get("duration_ms"), 197000.0);
  EXPECT_EQ(measured.get("chroma_11"), 0.5);
  EXPECT_EQ(measured.get("chroma_mean"), 0.5);
  EXPECT_EQ(measured.get("mfcc_0"), -1.5);
  EXPECT_EQ(measured.get("mfcc_mean"), -1.5);
}

TEST(MeasurementsOf, WhatWasNotMeasuredIsAbsent) {
  const Measurements measured = measurements_of(TrackFeatures{});
  for (const char* name : {"tempo_bpm", "key", "integrated_lufs", "chroma_0", "mfcc_mean"}) {
    EXPECT_FALSE(measured.get(name)) << name;
  }
}

// A sample bundle whose first two features are measured ones.
Bundle bundle_on_tempo_and_loudness() {
  Bundle bundle = testing::sample_bundle(7);
  bundle.features[0].source = "tempo_bpm";
  bundle.features[1].source = "integrated_lufs";
  return bundle;
}

TEST(Judge, AddsVerdictEstimatesAndTheModelsName) {
  const Predictor predictor(bundle_on_tempo_and_loudness());
  TrackReport report = testing::sample_report();
  ASSERT_TRUE(judge(report, predictor, true));
  ASSERT_TRUE(report.verdict);
  EXPECT_GE(report.verdict->probability, report.verdict->probability_low);
  EXPECT_LE(report.verdict->probability, report.verdict->probability_high);
  EXPECT_EQ(report.verdict->tier, tier_of(report.verdict->votes_for_hit));
  ASSERT_FALSE(report.verdict->explanation.empty());
  double sum = 0;
  for (const Contribution& part : report.verdict->explanation) sum += part.contribution;
  EXPECT_NEAR(sum, report.verdict->probability - report.verdict->base_rate, 1e-9);
  EXPECT_EQ(report.model->name, predictor.bundle().card.name);
}

TEST(Judge, HearsTheMeasurements) {
  const Predictor predictor(bundle_on_tempo_and_loudness());
  TrackReport report = testing::sample_report();
  ASSERT_TRUE(judge(report, predictor));
  std::vector<float> row(predictor.bundle().features.size(), std::nanf(""));
  row[0] = 128.0F;
  row[1] = -9.3F;
  EXPECT_EQ(report.verdict->probability, predictor.judge(row).probability);
}

TEST(Judge, RefusesToJudgeNothing) {
  const Predictor predictor(bundle_on_tempo_and_loudness());
  TrackReport report;
  report.analysis.features.duration_ms = 3000;
  const Result<void> judged = judge(report, predictor);
  ASSERT_FALSE(judged);
  EXPECT_EQ(judged.error().kind, ErrorKind::no_signal);
  EXPECT_FALSE(report.verdict);
}

TEST(JudgeAttributes, TakesColumnsByTheFeaturesNames) {
  const Predictor predictor(bundle_on_tempo_and_loudness());
  const std::string name = predictor.bundle().features[2].name;
  Measurements attributes;
  attributes.set(name, 0.5);
  std::vector<float> row(predictor.bundle().features.size(), std::nanf(""));
  row[2] = 0.5F;
  EXPECT_EQ(judge_attributes(attributes, predictor).probability, predictor.judge(row).probability);
}

}  // namespace
}  // namespace hitscope
