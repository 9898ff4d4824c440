// The second half of a report: from what was measured to what the five models say of it.
//
// The bundle's estimators and feature row draw on the measurements by name; whatever was not measured stays
// unknown and is averaged over, never made up (model/predictor.h).
#pragma once

#include "features/track_features.h"
#include "model/measurements.h"
#include "model/predictor.h"
#include "report/track_report.h"

namespace hitscope {

// Every measured number under its name in the JSON contract; "chroma_0".."chroma_11", "mfcc_0".."mfcc_19" and
// their means "chroma_mean" and "mfcc_mean" for the lists.
[[nodiscard]] Measurements measurements_of(const TrackFeatures& features);

[[nodiscard]] ModelSummary summary_of(const Bundle& bundle);

// Adds estimates, verdict and model to a report without an error. Safe to call from many threads.
// Errors: no_signal (neither loudness nor tempo nor key could be measured: there is nothing to judge).
[[nodiscard]] Result<void> judge(TrackReport& report, const Predictor& predictor, bool explain = false);

// A row of attributes (columns of a table) instead of audio; what is absent stays unknown.
[[nodiscard]] Verdict judge_attributes(const Measurements& attributes, const Predictor& predictor,
                                       bool explain = false);

}  // namespace hitscope
