#include "cli/commands.h"
#include "cli/track_batch.h"

namespace hitscope::cli {

int run(const AnalyzeArguments& arguments, const Console& console) {
  return *run_track_batch(arguments.tracks, console, false, {});  // without a judge it cannot fail
}

}  // namespace hitscope::cli
