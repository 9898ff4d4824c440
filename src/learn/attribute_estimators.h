// Spotify-scale attributes regressed from measured audio, each with the quality it showed on held-out tracks.
//
// loudness_db: the map of integrated LUFS (BS.1770) to the tables' loudness, from a table that holds both.
// A continuous piecewise-linear curve through the medians: part of that table was measured on 30 s previews,
// and a preview of a quiet passage is an outlier, not a lesson.
//
// The others (energy, valence, ...): ridge regression and boosted trees on its residual, from RMS, centroid,
// bandwidth, rolloff, zero crossing rate (log10 each), the mean of all MFCC and integrated LUFS. The table
// has Spotify's loudness, not the LUFS of its audio, so its LUFS is drawn: the row's loudness plus the
// difference of a row of the first table that is about as loud. That carries the map's error into training
// and quality.
//
// Quality (r2, rmse) is cross-validated with whole artists held out. Estimates with an r2 below kUsefulR2 are
// reported and not served. Limits of the table: means over a track's first 60 s, and some rows hold another
// recording of the song, so errors are upper bounds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "data/table.h"
#include "model/estimator.h"

namespace hitscope {

inline constexpr double kUsefulR2 = 0.2;

struct EstimatorQuality {
  std::string name;
  std::size_t rows = 0;
  double r2 = 0;
  double rmse = 0;
};

// A track whose attribute is known and whose measured counterpart was estimated without it: how estimating
// distorts. `loudness_error` is the served loudness minus the table's.
struct EstimatedTrack {
  double energy = 0;
  double loudness = 0;
  double estimated_energy = 0;
  double loudness_error = 0;
};

struct AttributeEstimators {
  std::vector<Estimator> estimators;      // loudness_db first, then those worth serving
  std::vector<EstimatorQuality> quality;  // of all that were tried
  std::vector<EstimatedTrack> tracks;     // held out, in ascending order of energy
};

struct EstimatorOptions {
  std::size_t folds = 5;
  std::uint64_t seed = 42;
};

// `lufs` has the columns integrated_lufs and loudness; `measured` those of audio beside Spotify's attributes.
// Errors: table_invalid (a column is missing, too few rows), internal.
[[nodiscard]] Result<AttributeEstimators> fit_attribute_estimators(const Table& lufs, const Table& measured,
                                                                   const EstimatorOptions& options);

}  // namespace hitscope
