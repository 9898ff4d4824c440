#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string_view>

#include "report/paint.h"
#include "report/plain_text.h"
#include "report/wording.h"

namespace hitscope {
namespace {

constexpr double kStreamingLufs = -14.0;  // what the large streaming services play at
constexpr std::size_t kLabelWidth = 12;
constexpr std::size_t kValueWidth = 14;
constexpr std::size_t kModelWidth = 20;
constexpr std::size_t kVoteBar = 24;

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t length = count_characters(text);
  return std::string(text) + std::string(length < width ? width - length : 0, ' ');
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string channels_in_words(int channels) {
  if (channels == 1) return "mono";
  if (channels == 2) return "stereo";
  return fmt::format("{} channels", channels);
}

std::string joined(std::initializer_list<std::string> parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

Ink ink_of(Tier tier) {
  switch (tier) {
    case Tier::ultra_hit:
    case Tier::potential:
      return Ink::green;
    case Tier::risky:
      return Ink::yellow;
    case Tier::total_flop:
      return Ink::red;
  }
  return Ink::plain;
}

class TextReport {
 public:
  TextReport(const TrackReport& report, const TextStyle& style)
      : report_(report), style_(style), paint_(style.colour) {}

  std::string write() {
    if (report_.error) {
      write_error();
      return std::move(text_);
    }
    write_heading();
    write_measurements();
    if (report_.verdict) {
      write_votes();
      write_verdict();
      if (style_.explain) write_explanation();
      write_limits();
    }
    return std::move(text_);
  }

 private:
  void write_error() {
    text_ += fmt::format("{}\n", paint_(Ink::bold, printable(report_.path)));
    paragraph(fmt::format("{} ({})", printable(report_.error->message), type_name(report_.error->kind)),
              Ink::red);
    if (!report_.error->detail.empty()) paragraph(printable(report_.error->detail), Ink::dim);
  }

  void write_heading() {
    const AudioInfo& audio = report_.audio;
    const std::string title = joined({printable(report_.title), printable(audio.artist)}, " · ");
    if (!title.empty()) text_ += paint_(Ink::bold, title) + "\n";
    const std::string form =
        fmt::format("{}, {:g} kHz, {}, {}", printable(audio.codec), audio.sample_rate_hz / 1000.0,
                    channels_in_words(audio.channels), minutes_seconds(audio.duration_s()));
    const std::string path = printable(report_.path);
    text_ += (title.empty() ? paint_(Ink::bold, path) : path) + paint_(Ink::dim, " · " + form) + "\n\n";
  }

  // "  Tempo       128.0 BPM     notes": the notes wrap below themselves.
  void line(std::string_view label, std::string_view value, const std::string& notes) {
    const std::size_t column = 2 + kLabelWidth + std::max(kValueWidth, count_characters(value) + 2);
    text_ += "  " + paint_(Ink::dim, padded(label, kLabelWidth)) + paint_(Ink::bold, value);
    if (notes.empty()) {
      text_ += "\n";
    } else {
      text_ +=
          std::string(column - 2 - kLabelWidth - count_characters(value), ' ') + wrapped_from(column, notes);
    }
  }

  void remark(std::string_view label, const std::string& words) {
    text_ += "  " + paint_(Ink::dim, padded(label, kLabelWidth)) + wrapped_from(2 + kLabelWidth, words);
  }

  // Wrapped so that it can follow `column` characters already written.
  [[nodiscard]] std::string wrapped_from(std::size_t column, std::string_view words) const {
    return wrap(words, style_.width, std::string(column, ' ')).substr(column);
  }

  void paragraph(std::string_view words, Ink ink = Ink::plain) {
    std::string lines = wrap(words, style_.width, "  ");
    if (!lines.empty()) lines.pop_back();
    text_ += paint_(ink, lines) + "\n";
  }

  void write_measurements() {
    write_tempo();
    write_key();
    write_loudness();
    write_timbre();
    if (!report_.estimates.empty()) write_estimates();
    for (const std::string& warning : report_.audio.warnings) remark("Note", printable(warning));
    for (const std::string& warning : report_.analysis.warnings) remark("Note", printable(warning));
  }

  void write_tempo() {
    const TrackFeatures& f = report_.analysis.features;
    const std::string onsets = f.onset_rate_hz ? fmt::format("{:.1f} onsets a second", *f.onset_rate_hz) : "";
    if (!f.tempo_bpm) {
      line("Tempo", "unknown", joined({"no steady beat found", onsets}, "; "));
      return;
    }
    const std::string sure = f.tempo_confidence ? "confidence " + percent(*f.tempo_confidence) : "";
    const std::string octaves = fmt::format("half {:.1f}, double {:.1f}", *f.tempo_bpm / 2, *f.tempo_bpm * 2);
    line("Tempo", fmt::format("{:.1f} BPM", *f.tempo_bpm), joined({sure, octaves, onsets}, "; "));
  }

  void write_key() {
    const TrackFeatures& f = report_.analysis.features;
    if (!f.key || !f.mode) {
      line("Key", "unknown", "no tonal centre found");
      return;
    }
    std::string runner_up;
    for (const KeyCandidate& other : f.key_candidates) {
      if (other.key == *f.key && other.mode == *f.mode) continue;
      runner_up =
          fmt::format("runner-up {} ({})", key_name(other.key, other.mode), camelot(other.key, other.mode));
      break;
    }
    const std::string sure = f.key_confidence ? "confidence " + percent(*f.key_confidence) : "";
    const std::string names =
        fmt::format("Camelot {}, Open Key {}", camelot(*f.key, *f.mode), open_key(*f.key, *f.mode));
    const std::string tuning = f.tuning_cents && std::abs(*f.tuning_cents) >= 5
                                   ? fmt::format("tuned {:+.0f} cents off A 440", *f.tuning_cents)
                                   : "";
    line("Key", key_name(*f.key, *f.mode), joined({sure, names, runner_up, tuning}, "; "));
  }

  void write_loudness() {
    const TrackFeatures& f = report_.analysis.features;
    const std::string range = f.loudness_range_lu ? fmt::format("range {:.1f} LU", *f.loudness_range_lu) : "";
    const std::string peak = f.true_peak_dbtp ? fmt::format("true peak {:+.1f} dBTP", *f.true_peak_dbtp) : "";
    if (!f.integrated_lufs) {
      line("Loudness", "unknown", joined({"nothing above the gate of -70 LUFS", range, peak}, "; "));
      return;
    }
    const double excess = *f.integrated_lufs - kStreamingLufs;
    const std::string against =
        std::abs(excess) < 0.05 ? std::string("exactly streaming's -14 LUFS")
        : excess > 0 ? fmt::format("{:.1f} LU above streaming's -14 LUFS: services turn it down", excess)
                     : fmt::format("{:.1f} LU below streaming's -14 LUFS", -excess);
    line("Loudness", fmt::format("{:.1f} LUFS", *f.integrated_lufs), joined({against, range, peak}, "; "));
  }

  void write_timbre() {
    const TrackFeatures& f = report_.analysis.features;
    if (f.spectral_centroid_hz) {
      const std::string rolloff =
          f.spectral_rolloff_hz ? fmt::format("85 % of the energy below {:.0f} Hz", *f.spectral_rolloff_hz)
                                : "";
      line("Brightness", fmt::format("{:.0f} Hz", *f.spectral_centroid_hz),
           joined({"spectral centroid", rolloff}, "; "));
    }
    if (f.rms) {
      line("RMS", fmt::format("{:.3f}", *f.rms),
           f.rms_std ? fmt::format("spread {:.3f} over time", *f.rms_std) : "");
    }
  }

  void write_estimates() {
    std::string text;
    for (const Estimate& estimate : report_.estimates) {
      if (!text.empty()) text += ", ";
      text += fmt::format("{} {:.2f} (R² {:.2f})", printable(estimate.name), estimate.value, estimate.r2);
    }
    remark("Estimates", text);
  }

  void write_votes() {
    text_ += "\n";
    for (const Vote& vote : report_.verdict->votes) {
      const Ink ink = vote.label == Label::hit ? Ink::green : Ink::dim;
      text_ += fmt::format("  {}{} {} {:>10}\n", padded(model_label(vote.model), kModelWidth),
                           paint_(ink, padded(label_name(vote.label), 4)),
                           paint_(ink, bar(vote.probability, kVoteBar)), percent(vote.probability));
    }
  }

  void write_verdict() {
    const Verdict& verdict = *report_.verdict;
    text_ += fmt::format("\n  {}  {} of {} models vote HIT\n",
                         paint_(ink_of(verdict.tier), tier_name(verdict.tier)), verdict.votes_for_hit,
                         kModelCount);
    paragraph(fmt::format("Probability {} (between {} and {}). {}", percent(verdict.probability),
                          percent(verdict.probability_low), percent(verdict.probability_high),
                          probability_in_words(report_)));
  }

  void write_explanation() {
    const std::string words = explanation_in_words(report_);
    if (words.empty()) return;
    double largest = 0;
    for (const Contribution& part : report_.verdict->explanation) {
      largest = std::max(largest, std::abs(part.contribution));
    }
    text_ += "\n";
    for (const Contribution& part : report_.verdict->explanation) {
      const Ink ink = part.contribution >= 0 ? Ink::green : Ink::red;
      const double share = largest > 0 ? std::abs(part.contribution) / largest : 0.0;
      text_ += fmt::format(
          "  {} {:+6.1f} points  {}\n",
          padded(capitalised(feature_with_value(part.feature, part.value)), kLabelWidth + kModelWidth),
          part.contribution * 100.0, paint_(ink, bar(share, kValueWidth)));
    }
    text_ += "\n";
    paragraph(words);
  }

  void write_limits() {
    text_ += "\n";
    paragraph(limits_in_words(report_), Ink::dim);
  }

  const TrackReport& report_;
  const TextStyle& style_;
  Paint paint_;
  std::string text_;
};

}  // namespace

std::string to_text(const TrackReport& report, const TextStyle& style) {
  return TextReport(report, style).write();
}

}  // namespace hitscope
