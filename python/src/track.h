// The Python side's views of a report: they share it, so whatever is taken from a track outlives it.
#pragma once

#include <memory>
#include <optional>

#include "features/spectral_dna.h"
#include "model/predictor.h"
#include "model/verdict.h"
#include "report/track_report.h"

namespace hitscope::python {

struct Track {
  std::shared_ptr<const TrackReport> report;
};

// A track with a verdict.
struct JudgedTrack : Track {};

struct PyVerdict {
  Verdict verdict;
  std::optional<ModelSummary> model;
};

struct Frames {
  std::shared_ptr<const SpectralDna> dna;
};

struct PyBundle {
  std::shared_ptr<const Predictor> predictor;
  std::string path;
};

}  // namespace hitscope::python
