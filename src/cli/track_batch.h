// What `analyze` and `predict` share: many tracks in, their reports out, in order, whatever happens to one.
#pragma once

#include <functional>

#include "cli/arguments.h"
#include "cli/console.h"
#include "report/track_report.h"

namespace hitscope::cli {

// Called for each measured track, from several threads: adds the verdict, or fails.
using Judge = std::function<Result<void>(TrackReport&)>;

// Returns the exit status. `judge` may be empty.
int run_track_batch(const TrackArguments& arguments, const Console& console, bool explain,
                    const Judge& judge);

}  // namespace hitscope::cli
