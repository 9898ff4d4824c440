#include "cli/health.h"

#include <fmt/format.h>
#include <mpg123.h>
#include <sndfile.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>

#include "audio/byte_source.h"
#include "audio/decoder.h"
#include "cli/bundle_choice.h"
#include "cli/sample_files.h"
#include "egress/confined_process.h"
#include "fetch/fetcher.h"
#include "fetch/private_folder.h"
#include "ingest/worker.h"
#include "model/find_bundle.h"
#include "report/track_report.h"
#include "report/wording.h"
#include "store/store.h"

extern "C" {
#include <libavutil/avutil.h>
}

namespace hitscope::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kLeastSeconds = 0.8;  // the samples hold about one, and codecs may cut their delay off

std::string words_of(const Error& error) {
  return error.detail.empty() ? error.message : fmt::format("{} ({})", error.message, error.detail);
}

Finding decode(std::string name, std::vector<std::byte> bytes) {
  const auto broken = [&](std::string why) { return Finding{std::move(name), false, std::move(why)}; };
  Result<std::unique_ptr<Decoder>> decoder = open_decoder(open_memory(std::move(bytes)));
  if (!decoder) return broken(words_of(decoder.error()));
  std::vector<float> block(std::size_t{4096} * static_cast<std::size_t>((*decoder)->info().channels));
  while (true) {
    const Result<std::size_t> frames = (*decoder)->read(block);
    if (!frames) return broken(words_of(frames.error()));
    if (*frames == 0) break;
  }
  const AudioInfo& info = (*decoder)->info();
  if (info.duration_s() < kLeastSeconds)
    return broken(fmt::format("decoded only {:.2f} s", info.duration_s()));
  return {std::move(name), true,
          fmt::format("decoded {:.2f} s of {} at {:g} kHz", info.duration_s(), info.codec,
                      info.sample_rate_hz / 1e3)};
}

}  // namespace

std::vector<Finding> check_decoders() {
  return {decode("wav", sample_wav()), decode("mp3", sample_mp3()), decode("flac", sample_flac()),
          decode("opus", sample_opus()), decode("aac", sample_aac())};
}

Finding check_analysis() {
  constexpr double kToneHz = 440.0;
  const Result<TrackReport> report = analyze_source(open_memory(sample_wav(5.0)));
  if (!report) return {"analysis", false, words_of(report.error())};
  const TrackFeatures& features = report->analysis.features;
  const double centroid = features.spectral_centroid_hz.value_or(0);
  const bool right = std::abs(centroid - kToneHz) < 0.05 * kToneHz && features.integrated_lufs.has_value();
  return {"analysis", right,
          fmt::format("a tone of {:.0f} Hz measures {:.0f} Hz, {:.1f} LUFS", kToneHz, centroid,
                      features.integrated_lufs.value_or(std::nan("")))};
}

Finding check_model(const std::string& name_or_path) {
  const auto path = find_bundle(name_or_path);
  if (!path) return {"model", false, words_of(path.error())};
  const Result<Predictor> predictor = load_predictor(name_or_path);
  if (!predictor) return {"model", false, fmt::format("{}: {}", path->string(), words_of(predictor.error()))};
  const Bundle& bundle = predictor->bundle();
  const std::vector<float> nothing_known(bundle.features.size(), std::nanf(""));
  return {"model", true,
          fmt::format("{} {}, base rate {}, {}", bundle.card.name, bundle.card.version,
                      percent(predictor->judge(nothing_known).probability), path->string())};
}

Finding check_worker_sandbox() {
  const SandboxCheck check = check_sandbox();
  return {"sandbox", check.works, check.detail};
}

Finding check_links(const FetchSettings& settings) {
  const auto broken = [](const Error& error) { return Finding{"links", false, words_of(error), false}; };
  auto options = fetcher_options(settings);
  if (!options) return broken(options.error());
  if (options->guard.policy.mode() == egress::PolicyMode::off) return {"links", false, "switched off", false};
  const Cookies cookies = options->cookies;
  const auto fetcher = Fetcher::make(std::move(*options));
  if (!fetcher) return broken(fetcher.error());
  const auto folder = PrivateFolder::make();
  if (!folder) return broken(folder.error());
  const auto version = (*fetcher)->yt_dlp_version(folder->path());
  if (!version) return broken(version.error());
  const fs::path& runtime = (*fetcher)->tools().js_runtime;
  std::string words = fmt::format("yt-dlp {}, confined", *version);
  if (egress::landlock_version() == 0) words += " (without Landlock, which this kernel has not)";
  words +=
      runtime.empty() ? "; no JavaScript runtime, which YouTube needs" : "; " + runtime.filename().string();
  if (cookies.count > 0) words += fmt::format("; {} cookies", cookies.count);
  if (cookies.expired > 0) words += fmt::format(", {} expired", cookies.expired);
  return {"links", true, words, false};
}

Finding check_database(const std::string& url) {
  const auto store = Store::open(url, 1);
  if (!store) return {"database", false, words_of(store.error())};
  if (const auto answers = (*store)->check(); !answers) return {"database", false, words_of(answers.error())};
  return {"database", true, (*store)->description()};
}

std::vector<LibraryVersion> library_versions() {
  // libmpg123 tells its version only at run time since 1.32; before that, the headers' is all there is.
#if MPG123_API_VERSION >= 48
  std::string mpg123 = mpg123_distversion(nullptr, nullptr, nullptr);
#else
  std::string mpg123 = fmt::format("API {}", MPG123_API_VERSION);
#endif
  std::string_view sndfile = sf_version_string();  // "libsndfile-1.2.0"
  sndfile.remove_prefix(std::min(sndfile.size(), sndfile.find('-') + 1));
  int major = 0;
  int minor = 0;
  int patch = 0;
  XGBoostVersion(&major, &minor, &patch);
  return {{"libmpg123", std::move(mpg123)},
          {"libsndfile", std::string(sndfile)},
          {"ffmpeg", av_version_info()},
          {"libxgboost", fmt::format("{}.{}.{}", major, minor, patch)}};
}

std::vector<std::string> cpu_features() {
  std::vector<std::string> features;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.2") != 0) features.emplace_back("sse4.2");
  if (__builtin_cpu_supports("avx") != 0) features.emplace_back("avx");
  if (__builtin_cpu_supports("fma") != 0) features.emplace_back("fma");
  if (__builtin_cpu_supports("avx2") != 0) features.emplace_back("avx2");
  if (__builtin_cpu_supports("avx512f") != 0) features.emplace_back("avx512f");
#elif defined(__aarch64__)
  features.emplace_back("neon");  // part of every 64-bit ARM processor
#endif
  return features;
}

std::string cpu_architecture() {
#if defined(__x86_64__)
  return "x86-64";
#elif defined(__aarch64__)
  return "aarch64";
#else
  return "unknown";
#endif
}

}  // namespace hitscope::cli
