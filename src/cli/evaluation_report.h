// A folder in which an evaluation can be read by people (report.md with plots) and by programs (report.json).
#pragma once

#include <filesystem>
#include <string>

#include "core/error.h"
#include "learn/evaluation.h"
#include "model/bundle.h"

namespace hitscope::cli {

// Both make the folder if need be and overwrite what an earlier run left. Errors: unreadable (a file cannot
// be written; detail names it), internal.

// `evaluate`: the evaluation; for each table ROC, reliability, confusion, agreement and votes.
[[nodiscard]] Result<void> write_evaluation_report(const Evaluation& evaluation,
                                                   const std::filesystem::path& folder);

// `train`: the card, the same plots, and of the bundle how hits and flops differ in each feature and how much
// each feature moves the probability.
[[nodiscard]] Result<void> write_training_report(const std::string& card, const Evaluation& evaluation,
                                                 const Bundle& bundle, const std::filesystem::path& folder);

}  // namespace hitscope::cli
