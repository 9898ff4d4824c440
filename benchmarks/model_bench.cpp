// What a verdict costs once a track is measured: the shipped bundles from disk, one row through scaler, five
// models and calibration, and the same with its exact explanation. Rows are those of the bundle's own
// background, so that branches are as unpredictable as in service.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "model/bundle.h"
#include "model/predictor.h"

namespace hitscope {
namespace {

std::filesystem::path path_of(const std::string& name) {
  return std::filesystem::path(HITSCOPE_SOURCE_DIR) / "models" / (name + ".safetensors");
}

void load(benchmark::State& state, const std::string& name) {
  for (auto _ : state) benchmark::DoNotOptimize(load_bundle(path_of(name)));
}

void ready(benchmark::State& state, const std::string& name) {
  for (auto _ : state) {
    auto bundle = load_bundle(path_of(name));
    benchmark::DoNotOptimize(Predictor(std::move(*bundle)));
  }
}

void judge(benchmark::State& state, const std::string& name, bool explain) {
  auto bundle = load_bundle(path_of(name));
  if (!bundle) {
    // NOLINTNEXTLINE(readability-redundant-string-cstr): the library of Debian 12 takes no std::string
    state.SkipWithError(bundle.error().message.c_str());
    return;
  }
  const Matrix<float> rows = bundle->background;
  const Predictor predictor(std::move(*bundle));
  std::size_t r = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(predictor.judge(rows.row(r), explain));
    r = (r + 1) % rows.rows();
  }
}

BENCHMARK_CAPTURE(load, default, "default")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ready, default, "default")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ready, attributes, "attributes")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(judge, default, "default", false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(judge, attributes, "attributes", false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(judge, default_explained, "default", true)
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(judge, attributes_explained, "attributes", true)
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hitscope
