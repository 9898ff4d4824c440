// What `analyze` and `predict` share: many tracks in, their reports out, in order, whatever happens to one.
#pragma once

#include <functional>

#include "cli/arguments.h"
#include "cli/console.h"
#include "report/track_report.h"

namespace hitscope::cli {

// Called for each measured track, from several threads: adds the verdict, or fails.
using Judge = std::function<Result<void>(TrackReport&)>;

// Called once, on the calling thread, while the first tracks are being measured already.
using MakeJudge = std::function<Result<Judge>()>;

// Returns the exit status. `make_judge` may be empty. Errors: those of `make_judge`; nothing is printed then.
[[nodiscard]] Result<int> run_track_batch(const TrackArguments& arguments, const Console& console,
                                          bool explain, const MakeJudge& make_judge);

}  // namespace hitscope::cli
