#include "learn/attribute_estimators.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/random.h"
#include "learn/made_tables.h"
#include "model/measurements.h"

namespace hitscope {
namespace {

using testing::table_of;

// Loudness two above LUFS, with little noise and now and then a preview of a quiet passage.
Table lufs_table(Random random) {
  std::string csv = "spotify_id,integrated_lufs,spotify_loudness_db\n";
  for (int i = 0; i < 800; ++i) {
    const double lufs = -20 + 15 * random.uniform();
    const double passage = random.uniform() < 0.1 ? 8 : 0;
    csv += fmt::format("id{},{:.3f},{:.3f}\n", i, lufs - passage, lufs + 2 + 0.2 * random.normal());
  }
  return table_of(csv);
}

// Energy follows RMS and centroid; valence is noise.
Table measured_table(Random random) {
  std::string csv =
      "track_name,track_pop,artist,artist_name,danceability,energy,loudness,speechiness,acousticness,"
      "instrumentalness,liveness,valence,rmse,spec_cent,spec_bw,rolloff,zcr,mfcc,chroma_stft\n";
  for (int i = 0; i < 1500; ++i) {
    const double rms = 0.02 + 0.3 * random.uniform();
    const double centroid = 800 + 3000 * random.uniform();
    const double energy =
        std::clamp(0.5 + 0.6 * std::log10(rms / 0.1) + 0.5 * std::log10(centroid / 2000), 0.0, 1.0);
    csv += fmt::format(
        "s{0},50,a{1},a{1},{2:.3f},{3:.4f},{4:.3f},{2:.3f},{2:.3f},{2:.3f},{2:.3f},{5:.3f},{6:.5f},"
        "{7:.2f},2000,4000,0.08,-3,0.3\n",
        i, i / 3, random.uniform(), energy, -12 + 5 * random.uniform(), random.uniform(), rms, centroid);
  }
  return table_of(csv);
}

TEST(AttributeEstimators, LearnWhatIsThereAndServeNothingElse) {
  const auto made = fit_attribute_estimators(lufs_table(Random(1)), measured_table(Random(2)), {});
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->quality.size(), 8U) << "loudness and seven attributes are tried";
  ASSERT_EQ(made->estimators.size(), 2U) << "the others are noise";
  EXPECT_EQ(made->estimators[0].name, "loudness_db");
  EXPECT_EQ(made->estimators[1].name, "energy");
  EXPECT_GT(made->estimators[1].r2, 0.9);
  for (const EstimatorQuality& quality : made->quality) {
    if (quality.name == "valence") {
      EXPECT_LT(quality.r2, 0.1);
    }
  }
  for (const Estimator& estimator : made->estimators) EXPECT_TRUE(estimator.validate());
}

TEST(AttributeEstimators, LoudnessIsTheMedianNotPulledByPreviews) {
  const auto made = fit_attribute_estimators(lufs_table(Random(1)), measured_table(Random(2)), {});
  ASSERT_TRUE(made);
  for (const double lufs : {-18.0, -14.0, -10.0, -6.0}) {
    Measurements measured;
    measured.set("integrated_lufs", lufs);
    EXPECT_NEAR(made->estimators[0].evaluate(measured).value_or(0), lufs + 2, 0.5) << lufs;
  }
  Measurements quiet;
  quiet.set("integrated_lufs", -60.0);
  EXPECT_LT(made->estimators[0].evaluate(quiet).value_or(0), -45) << "beyond the data the difference stays";
}

TEST(AttributeEstimators, TracksComeSortedWithTheirDistortion) {
  const auto made = fit_attribute_estimators(lufs_table(Random(1)), measured_table(Random(2)), {});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->tracks.size(), 1500U);
  EXPECT_TRUE(std::is_sorted(made->tracks.begin(), made->tracks.end(),
                             [](const auto& a, const auto& b) { return a.energy < b.energy; }));
}

TEST(AttributeEstimators, SayWhatIsMissing) {
  EXPECT_FALSE(fit_attribute_estimators(table_of("tempo\n1\n"), measured_table(Random(2)), {}));
  EXPECT_FALSE(fit_attribute_estimators(lufs_table(Random(1)), table_of("tempo\n1\n"), {}));
  EXPECT_FALSE(fit_attribute_estimators(
      table_of("spotify_id,integrated_lufs,spotify_loudness_db\na,-10,-8\n"), measured_table(Random(2)), {}))
      << "one row teaches nothing";
}

}  // namespace
}  // namespace hitscope
