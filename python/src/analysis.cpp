#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <optional>
#include <span>
#include <string>

#include "audio/byte_source.h"
#include "audio/samples.h"
#include "report/judge.h"
#include "track.h"
#include "wires.h"

namespace hitscope::python {
namespace {

using Samples = nb::ndarray<nb::ro, nb::device::cpu>;

// What a call may ask for; the defaults are the command line's.
struct Settings {
  bool frames = false;
  bool true_peak = false;
  double max_seconds = 4 * 3600.0;
  std::uint64_t max_bytes = std::uint64_t{4} << 30U;
  double timeout_s = 0;
};

SampleView view_of(const Samples& samples, int sample_rate_hz) {
  SampleView view;
  const nb::dlpack::dtype type = samples.dtype();
  if (type == nb::dtype<float>()) {
    view.type = SampleType::float32;
  } else if (type == nb::dtype<double>()) {
    view.type = SampleType::float64;
  } else if (type == nb::dtype<std::int16_t>()) {
    view.type = SampleType::int16;
  } else {
    throw nb::type_error("samples are float32, float64 or int16");
  }
  if (samples.ndim() != 1 && samples.ndim() != 2) {
    throw nb::value_error("samples have the shape (n,) or (n, channels)");
  }
  view.data = samples.data();
  view.frames = samples.shape(0);
  view.frame_stride = samples.stride(0);
  if (samples.ndim() == 2) {
    constexpr std::size_t kMostChannels = 1U << 20U;  // far beyond what is read: keeps the number an int
    view.channels = static_cast<int>(std::min(samples.shape(1), kMostChannels));
    view.channel_stride = samples.stride(1);
  }
  view.sample_rate_hz = sample_rate_hz;
  return view;
}

// Runs `measure(options)` without the interpreter, stops it at Ctrl-C or when told to, judges where there is
// a bundle, and gives the track its path.
template <typename Measure>
nb::object run(const std::string& path, const Settings& settings, const PyBundle* bundle, bool explain,
               const Stop* stop, Measure measure) {
  SignalWatch signals;
  std::atomic<bool> cancelled{stop != nullptr && stop->asked};
  AnalyzeOptions options;
  options.decode.max_seconds = settings.max_seconds;
  options.analyzer = {.true_peak = settings.true_peak, .dna = settings.frames};
  options.timeout_s = settings.timeout_s;
  options.cancelled = &cancelled;
  options.progress = [&](double /*done_s*/, std::optional<double> /*known_s*/) {
    if (signals.look() || (stop != nullptr && stop->asked)) cancelled = true;
  };

  Result<TrackReport> report = fail(ErrorKind::internal, "The track was not looked at.");
  {
    const nb::gil_scoped_release released;
    report = measure(options);
    if (report && bundle != nullptr) {
      if (Result<void> judged = judge(*report, *bundle->predictor, explain); !judged) {
        report = tl::unexpected(std::move(judged.error()));
      }
    }
  }
  signals.raise_if_interrupted();
  auto shared = std::make_shared<TrackReport>(value_of(std::move(report)));
  shared->path = path;
  Track track{std::move(shared)};
  if (bundle == nullptr) return nb::cast(std::move(track));
  return nb::cast(JudgedTrack{std::move(track)});
}

std::string text_of(const nb::bytes& bytes) {
  return {bytes.c_str(), bytes.size()};
}

}  // namespace

void bind_analysis(nb::module_& module) {
  nb::class_<Stop>(module, "Stop", "A flag that stops analyses in other threads.")
      .def(nb::init<>())
      .def(
          "ask", [](Stop& self) { self.asked = true; }, "From now on, they stop.")
      .def_prop_ro("asked", [](const Stop& self) { return self.asked.load(); });

  nb::class_<Settings>(module, "Settings", "What a call may ask for and allows.")
      .def(
          "__init__",
          [](Settings* self, bool frames, bool true_peak, double max_seconds, std::uint64_t max_bytes,
             double timeout_s) { new (self) Settings{frames, true_peak, max_seconds, max_bytes, timeout_s}; },
          nb::kw_only(), nb::arg("frames"), nb::arg("true_peak"), nb::arg("max_seconds"),
          nb::arg("max_bytes"), nb::arg("timeout_s"));

  module.def(
      "analyze_file",
      [](const nb::bytes& path_bytes, const Settings& settings, const PyBundle* bundle, bool explain,
         const Stop* stop) {
        const std::string path = text_of(path_bytes);
        return run(path, settings, bundle, explain, stop, [&](const AnalyzeOptions& options) {
          Result<std::unique_ptr<ByteSource>> source = open_file(path, settings.max_bytes);
          if (!source) return Result<TrackReport>(tl::unexpected(std::move(source.error())));
          return analyze_source(std::move(*source), options);
        });
      },
      nb::arg("path"), nb::arg("settings"), nb::arg("bundle").none(), nb::arg("explain"),
      nb::arg("stop").none(),
      nb::sig("def analyze_file(path: bytes, settings: Settings, bundle: Bundle | None, explain: bool, stop: "
              "Stop | None) -> Track"),
      "Measures a file, and judges it where there is a bundle.");

  module.def(
      "analyze_bytes",
      [](nb::ndarray<const std::uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu> bytes,
         const Settings& settings, const PyBundle* bundle, bool explain, const Stop* stop) {
        const std::span content = std::as_bytes(std::span(bytes.data(), bytes.shape(0)));
        return run("-", settings, bundle, explain, stop, [&](const AnalyzeOptions& options) {
          if (settings.max_bytes != 0 && content.size() > settings.max_bytes) {
            return Result<TrackReport>(fail(ErrorKind::too_large, "There are more bytes than allowed."));
          }
          return analyze_source(open_view(content), options);
        });
      },
      nb::arg("data"), nb::arg("settings"), nb::arg("bundle").none(), nb::arg("explain"),
      nb::arg("stop").none(),
      nb::sig("def analyze_bytes(data: bytes | bytearray | memoryview, settings: Settings, bundle: Bundle | "
              "None, explain: bool, stop: Stop | None) -> Track"),
      "The same of the bytes of a file, which are not copied.");

  module.def(
      "analyze_samples",
      [](Samples samples, int sample_rate_hz, const Settings& settings, const PyBundle* bundle, bool explain,
         const Stop* stop) {
        const SampleView view = view_of(samples, sample_rate_hz);
        return run("-", settings, bundle, explain, stop, [&](const AnalyzeOptions& options) {
          Result<std::unique_ptr<Decoder>> decoder = open_samples(view, options.decode);
          if (!decoder) return Result<TrackReport>(tl::unexpected(std::move(decoder.error())));
          return analyze_decoder(**decoder, options);
        });
      },
      nb::arg("samples"), nb::arg("sample_rate_hz"), nb::arg("settings"), nb::arg("bundle").none(),
      nb::arg("explain"), nb::arg("stop").none(),
      nb::sig("def analyze_samples(samples: numpy.typing.NDArray[typing.Any], sample_rate_hz: int, "
              "settings: Settings, bundle: Bundle | None, explain: bool, stop: Stop | None) -> Track"),
      "The same of samples in memory, which are not copied: float32 or float64 at full scale 1, or int16.");
}

}  // namespace hitscope::python
