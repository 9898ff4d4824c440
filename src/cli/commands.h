// The commands of the program, one file each. All return the exit status (console.h).
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"

namespace hitscope::cli {

int run(const AnalyzeArguments& arguments, const Console& console);
int run(const PredictArguments& arguments, const Console& console);
int run(const TrainArguments& arguments, const Console& console);
int run(const EvaluateArguments& arguments, const Console& console);
int run(const ModelArguments& arguments, const Console& console);
int run(const DoctorArguments& arguments, const Console& console);
int run(const ServeArguments& arguments, const Console& console);
int run(const WorkerArguments& arguments, const Console& console);

}  // namespace hitscope::cli
