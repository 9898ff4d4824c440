#include "synth/command_line.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "synth/demo.h"
#include "synth/song.h"
#include "synth/write_audio.h"

namespace hitscope::synth {
namespace {

constexpr const char* kHelp = R"(hitscope-synth: renders music of exactly known tempo, key, level and duration

  hitscope-synth -o FILE [option...]    one song; FILE ends in .wav .flac .aiff .ogg .opus or .mp3
  hitscope-synth --demo FOLDER          the four demo tracks, as FLAC

What is played
  --style NAME          house, rock, ballad, drum-and-bass, waltz or funk   (rock)
  --tempo BPM           20 to 400   (120)
  --key NAME            C, C#, Db, D ... B   (C)
  --mode major|minor    (major)
  --duration SECONDS    of the music   (30)
  --arranged            intro, build and chorus instead of the full band throughout
  --no-drums --no-bass --no-chords --no-melody
  --seed N              another melody   (1)
How it is played
  --swing S             0 to 0.333: 1/3 plays triplets   (0)
  --drift D             relative change of tempo over the song, -0.5 to 0.5   (0)
  --key-change SECONDS:KEY:MODE   from the first bar line at or after that time
  --detune CENTS        -100 to 100 against A4 = 440 Hz   (0)
How it is written
  --level LUFS          integrated loudness, -60 to 0, or "none" for a peak of -1 dBFS   (-14)
  --rate HZ             (44100)
  --channels N          1 to 8   (2)
  --silence-before SECONDS, --silence-after SECONDS   (0)
  --noise DBFS          adds white noise of that RMS level
  --clip                12 dB more gain, then hard clipping
  --title TEXT          a tag
  -o, --output FILE
Exit status: 0 done, 1 it could not be written, 2 wrong usage.
)";

constexpr std::array<std::string_view, 12> kSharps = {"C",  "C#", "D",  "D#", "E",  "F",
                                                      "F#", "G",  "G#", "A",  "A#", "B"};
constexpr std::array<std::string_view, 12> kFlats = {"C",  "Db", "D",  "Eb", "E",  "F",
                                                     "Gb", "G",  "Ab", "A",  "Bb", "B"};

std::optional<double> number(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> key_named(std::string_view name) {
  for (std::size_t k = 0; k < kSharps.size(); ++k) {
    if (name == kSharps[k] || name == kFlats[k]) return static_cast<int>(k);
  }
  return std::nullopt;
}

std::optional<int> mode_named(std::string_view name) {
  if (name == "major") return 1;
  if (name == "minor") return 0;
  return std::nullopt;
}

std::optional<Style> style_named(std::string_view name) {
  for (const Style style : kStyles) {
    if (name == name_of(style)) return style;
  }
  return std::nullopt;
}

std::optional<KeyChange> key_change_from(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = text.find(':', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const auto at_s = number(text.substr(0, first));
  const auto key = key_named(text.substr(first + 1, second - first - 1));
  const auto mode = mode_named(text.substr(second + 1));
  if (!at_s || !key || !mode) return std::nullopt;
  return KeyChange{*at_s, *key, *mode};
}

struct Request {
  SongSpec song;
  std::filesystem::path output;
  std::filesystem::path demo_folder;
  WriteOptions options;
  bool help = false;
};

// Reads the arguments into `request`; the problem, if there is one.
class Parser {
 public:
  explicit Parser(std::span<const std::string> arguments) : arguments_(arguments) {}

  std::optional<std::string> parse(Request& request) {
    while (at_ < arguments_.size()) {
      option_ = arguments_[at_++];
      if (flag(request)) continue;
      if (!takes_value()) return "There is no option " + option_ + ".";
      if (at_ == arguments_.size()) return option_ + " needs a value.";
      value_ = arguments_[at_++];
      if (!set(request)) return "\"" + value_ + "\" is no value for " + option_ + ".";
    }
    if (request.help) return std::nullopt;
    if (request.output.empty() == request.demo_folder.empty()) return "Say either -o FILE or --demo FOLDER.";
    return problem_with(request.song);
  }

 private:
  bool flag(Request& request) const {
    SongSpec& song = request.song;
    if (option_ == "--help" || option_ == "-h") return request.help = true;
    if (option_ == "--arranged") return song.arranged = true;
    if (option_ == "--clip") return song.clip = true;
    if (option_ == "--no-drums") return !(song.drums = false);
    if (option_ == "--no-bass") return !(song.bass = false);
    if (option_ == "--no-chords") return !(song.chords = false);
    if (option_ == "--no-melody") return !(song.melody = false);
    return false;
  }

  [[nodiscard]] bool takes_value() const {
    constexpr std::array<std::string_view, 20> kNames = {
        "--style", "--tempo",          "--key",           "--mode",  "--duration", "--seed",     "--swing",
        "--drift", "--key-change",     "--detune",        "--level", "--rate",     "--channels", "--noise",
        "--title", "--silence-before", "--silence-after", "-o",      "--output",   "--demo"};
    for (const std::string_view name : kNames) {
      if (option_ == name) return true;
    }
    return false;
  }

  bool set(Request& request) const {
    SongSpec& song = request.song;
    if (option_ == "--style") return assign(song.style, style_named(value_));
    if (option_ == "--tempo") return assign(song.tempo_bpm, number(value_));
    if (option_ == "--key") return assign(song.key, key_named(value_));
    if (option_ == "--mode") return assign(song.mode, mode_named(value_));
    if (option_ == "--duration") return assign(song.duration_s, number(value_));
    if (option_ == "--seed") return assign(song.seed, whole_number(value_));
    if (option_ == "--swing") return assign(song.swing, number(value_));
    if (option_ == "--drift") return assign(song.tempo_drift, number(value_));
    if (option_ == "--key-change") return assign(song.key_change, key_change_from(value_));
    if (option_ == "--detune") return assign(song.detune_cents, number(value_));
    if (option_ == "--rate") return assign_int(song.sample_rate_hz);
    if (option_ == "--channels") return assign_int(song.channels);
    if (option_ == "--noise") {
      song.noise_dbfs = number(value_);
      return song.noise_dbfs.has_value();
    }
    if (option_ == "--silence-before") return assign(song.silence_before_s, number(value_));
    if (option_ == "--silence-after") return assign(song.silence_after_s, number(value_));
    if (option_ == "--level") {
      song.level_lufs = number(value_);
      return song.level_lufs.has_value() || value_ == "none";
    }
    if (option_ == "--title") {
      request.options.title = value_;
      return true;
    }
    (option_ == "--demo" ? request.demo_folder : request.output) = value_;
    return !value_.empty();
  }

  template <typename T, typename U>
  static bool assign(T& target, const std::optional<U>& value) {
    if (value) target = *value;
    return value.has_value();
  }

  bool assign_int(int& target) const {
    const std::optional<std::uint64_t> value = whole_number(value_);
    if (!value || *value > 1'000'000) return false;
    target = static_cast<int>(*value);
    return true;
  }

  std::span<const std::string> arguments_;
  std::size_t at_ = 0;
  std::string option_;
  std::string value_;
};

Outcome report(const Result<void>& done) {
  if (done) return {};
  const std::string detail = done.error().detail.empty() ? "" : " (" + done.error().detail + ")";
  return {1, "", "hitscope-synth: " + done.error().message + detail + "\n"};
}

}  // namespace

Outcome run_command_line(std::span<const std::string> arguments) {
  Request request;
  if (const auto problem = Parser(arguments).parse(request)) {
    return {2, "", "hitscope-synth: " + *problem + " --help explains.\n"};
  }
  if (request.help) return {0, kHelp, ""};
  if (!request.demo_folder.empty()) return report(write_demo_tracks(request.demo_folder));
  const std::vector<float> samples = render(request.song);
  return report(write_audio(request.output, samples, request.song.sample_rate_hz, request.song.channels,
                            request.options));
}

}  // namespace hitscope::synth
