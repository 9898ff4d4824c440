#include "track.h"

#include <fmt/format.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <vector>

#include "report/csv.h"
#include "report/dna_svg.h"
#include "report/json.h"
#include "report/text.h"
#include "report/wording.h"
#include "wires.h"

namespace hitscope::python {
namespace {

using Bytes2d = nb::ndarray<nb::numpy, const std::uint8_t, nb::ndim<2>>;
using Bytes1d = nb::ndarray<nb::numpy, const std::uint8_t, nb::ndim<1>>;
using Floats2d = nb::ndarray<nb::numpy, const float, nb::ndim<2>>;
using Doubles1d = nb::ndarray<nb::numpy, const double, nb::ndim<1>>;

nb::object parsed(const std::string& json) {
  return nb::module_::import_("json").attr("loads")(json);
}

std::optional<std::string> known(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

JsonLayout layout(bool readable) {
  return readable ? JsonLayout::readable : JsonLayout::compact;
}

// --- frames ---

enum Series : std::size_t { kRms, kCentroid, kOnset, kFirstChroma, kFirstBand = kFirstChroma + kDnaChroma };

Bytes1d one_series(const Frames& frames, std::size_t series, nb::handle owner) {
  return {frames.dna->values.data() + series * frames.dna->frames, {frames.dna->frames}, owner};
}

Bytes2d some_series(const Frames& frames, std::size_t first, std::size_t count, nb::handle owner) {
  return {frames.dna->values.data() + first * frames.dna->frames, {count, frames.dna->frames}, owner};
}

std::vector<std::string> series_names() {
  std::vector<std::string> names = {"rms", "centroid", "onset"};
  for (std::size_t i = 0; i < kDnaChroma; ++i) names.push_back(fmt::format("chroma_{}", i));
  for (std::size_t i = 0; i < kDnaBands; ++i) names.push_back(fmt::format("band_{}", i));
  return names;
}

// Every series on its scale, in memory of its own.
nb::ndarray<nb::numpy, float, nb::ndim<2>> in_units(const Frames& frames) {
  const SpectralDna& dna = *frames.dna;
  auto values = std::make_unique<float[]>(dna.values.size());  // NOLINT(*-avoid-c-arrays): NumPy's to own
  for (std::size_t i = 0; i < dna.values.size(); ++i) {
    const DnaScale& scale = dna.scales[i / dna.frames];
    values[i] = scale.minimum + (scale.maximum - scale.minimum) * static_cast<float>(dna.values[i]) / 255.0F;
  }
  float* data = values.get();
  const nb::capsule owner(values.release(),
                          [](void* memory) noexcept { delete[] static_cast<float*>(memory); });
  return {data, {kDnaSeries, dna.frames}, owner};
}

void bind_frames(nb::module_& module) {
  nb::class_<Frames>(module, "Frames",
                     R"(The Spectral DNA of a track: compact series, about 43 frames a second.

Every array is a read-only view of the native buffer: nothing is copied, and it stays valid when the track is
gone. Values are bytes; `scales` says what they mean: value = minimum + (maximum - minimum) * byte / 255.
`in_units` does that sum. Source: docs/formats.md, Spectral DNA.)")
      .def("__len__", [](const Frames& self) { return self.dna->frames; })
      .def_prop_ro(
          "hop_seconds", [](const Frames& self) { return self.dna->hop_seconds; },
          "float: seconds from one frame to the next (512 / 22,050).")
      .def_prop_ro(
          "values",
          [](nb::handle self) { return some_series(nb::cast<const Frames&>(self), 0, kDnaSeries, self); },
          R"(numpy.ndarray of uint8, shape (39, frames): all series, in the order of `names`.)")
      .def_prop_ro(
          "scales",
          [](nb::handle self) {
            const SpectralDna& dna = *nb::cast<const Frames&>(self).dna;
            static_assert(sizeof(DnaScale) == 2 * sizeof(float));
            return Floats2d(&dna.scales[0].minimum, {kDnaSeries, 2}, self);
          },
          R"(numpy.ndarray of float32, shape (39, 2): minimum and maximum of each series.)")
      .def_prop_ro(
          "rms", [](nb::handle self) { return one_series(nb::cast<const Frames&>(self), kRms, self); },
          "numpy.ndarray of uint8, shape (frames,): level, full scale.")
      .def_prop_ro(
          "centroid",
          [](nb::handle self) { return one_series(nb::cast<const Frames&>(self), kCentroid, self); },
          "numpy.ndarray of uint8, shape (frames,): spectral centroid, log2 of Hz.")
      .def_prop_ro(
          "onset", [](nb::handle self) { return one_series(nb::cast<const Frames&>(self), kOnset, self); },
          "numpy.ndarray of uint8, shape (frames,): strength of what begins.")
      .def_prop_ro(
          "chroma",
          [](nb::handle self) {
            return some_series(nb::cast<const Frames&>(self), kFirstChroma, kDnaChroma, self);
          },
          "numpy.ndarray of uint8, shape (12, frames): pitch classes, C first.")
      .def_prop_ro(
          "bands",
          [](nb::handle self) {
            return some_series(nb::cast<const Frames&>(self), kFirstBand, kDnaBands, self);
          },
          "numpy.ndarray of uint8, shape (24, frames): mel-spaced bands, low to high.")
      .def_prop_ro_static(
          "names", [](nb::handle /*type*/) { return series_names(); },
          "list of str: what the 39 series are, in order.")
      .def("in_units", in_units, R"(All series in their own units.

Returns
-------
numpy.ndarray of float32, shape (39, frames)
    A copy: rms at full scale, centroid as log2 of Hz, onset and bands as docs/formats.md states.)")
      .def_static(
          "from_bytes",
          [](nb::bytes bytes) {
            const std::span given(static_cast<const std::byte*>(bytes.data()), bytes.size());
            return Frames{std::make_shared<const SpectralDna>(value_of(decode_dna(given)))};
          },
          nb::arg("data"), R"(Frames from the bytes of an HDNA file.

Parameters
----------
data : bytes
    What `to_bytes`, ``hitscope analyze --frames`` or ``GET /v1/analyses/{id}/dna`` gave.

Raises
------
CorruptError
    Wrong magic, version or size.)")
      .def(
          "to_bytes",
          [](const Frames& self) {
            const auto bytes = encode_dna(*self.dna);
            return nb::bytes(bytes.data(), bytes.size());
          },
          "The binary form, magic HDNA (docs/formats.md).")
      .def(
          "to_svg",
          [](const Frames& self, std::string_view view) {
            const auto known_view = dna_view_called(view);
            if (!known_view) throw nb::value_error("view is \"helix\", \"ring\" or \"lanes\"");
            return dna_svg(*self.dna, *known_view);
          },
          nb::arg("view") = "helix", R"(A still picture, a whole SVG document.

Parameters
----------
view : {"helix", "ring", "lanes"})");
}

// --- measurements ---

template <std::size_t N>
std::optional<Doubles1d> list_view(const std::optional<std::array<double, N>>& list, nb::handle owner) {
  if (!list) return std::nullopt;
  return Doubles1d(list->data(), {N}, owner);
}

template <typename Name>
std::optional<std::string> key_in(const TrackFeatures& features, Name name) {
  if (!features.key || !features.mode) return std::nullopt;
  return name(*features.key, *features.mode);
}

void bind_features(nb::module_& module) {
  nb::class_<TempoCandidate>(module, "TempoCandidate", "A tempo that the rhythm may have.")
      .def_ro("bpm", &TempoCandidate::bpm, "float: beats a minute.")
      .def_ro("score", &TempoCandidate::score, "float: share of the rhythmic evidence, 0 to 1.")
      .def("__repr__", [](const TempoCandidate& self) {
        return nb::str("TempoCandidate(bpm={}, score={})").format(self.bpm, self.score);
      });
  nb::class_<KeyCandidate>(module, "KeyCandidate", "A key that the track may be in.")
      .def_ro("key", &KeyCandidate::key, "int: pitch class, 0 = C to 11 = B.")
      .def_ro("mode", &KeyCandidate::mode, "int: 1 major, 0 minor.")
      .def_ro("score", &KeyCandidate::score, "float: 0 to 1.")
      .def("__repr__", [](const KeyCandidate& self) {
        return nb::str("KeyCandidate(key={}, mode={}, score={})").format(self.key, self.mode, self.score);
      });

  using F = TrackFeatures;
  nb::class_<F>(module, "Features", R"(What is measured of a track. Unknown is None, never a stand-in.

Loudness is measured at the file's own rate and channels (ITU-R BS.1770-4, EBU Tech 3342); everything else on
mono at 22,050 Hz with librosa's framing and definitions (n_fft 2048, hop 512, centred, Hann).)")
      .def_ro("tempo_bpm", &F::tempo_bpm, "float or None: beats a minute, 40 to 250.")
      .def_ro("tempo_confidence", &F::tempo_confidence, "float or None: 0 to 1.")
      .def_ro("tempo_candidates", &F::tempo_candidates, "list of TempoCandidate: best first.")
      .def_ro("onset_rate_hz", &F::onset_rate_hz, "float or None: what begins, a second.")
      .def_ro("key", &F::key, "int or None: pitch class, 0 = C to 11 = B.")
      .def_ro("mode", &F::mode, "int or None: 1 major, 0 minor.")
      .def_prop_ro(
          "key_name", [](const F& self) { return key_in(self, key_name); }, "str or None: such as A minor.")
      .def_prop_ro(
          "camelot", [](const F& self) { return key_in(self, camelot); },
          "str or None: on the Camelot wheel, such as 8A.")
      .def_prop_ro(
          "open_key", [](const F& self) { return key_in(self, open_key); },
          "str or None: in Open Key notation, such as 1m.")
      .def_ro("key_confidence", &F::key_confidence, "float or None: 0 to 1.")
      .def_ro("key_candidates", &F::key_candidates, "list of KeyCandidate: best first.")
      .def_ro("tuning_cents", &F::tuning_cents, "float or None: distance from A = 440 Hz, in cents.")
      .def_prop_ro(
          "chroma", [](nb::handle self) { return list_view(nb::cast<const F&>(self).chroma, self); },
          "numpy.ndarray of float64, shape (12,), or None: mean strength of each pitch class, C first.")
      .def_ro("integrated_lufs", &F::integrated_lufs, "float or None: integrated loudness, LUFS.")
      .def_ro("loudness_range_lu", &F::loudness_range_lu, "float or None: loudness range, LU.")
      .def_ro("true_peak_dbtp", &F::true_peak_dbtp, "float or None: true peak, dBTP; only when asked for.")
      .def_ro("rms", &F::rms, "float or None: mean of the frames' RMS, full scale.")
      .def_ro("rms_std", &F::rms_std, "float or None: their standard deviation.")
      .def_ro("spectral_centroid_hz", &F::spectral_centroid_hz, "float or None: Hz.")
      .def_ro("spectral_bandwidth_hz", &F::spectral_bandwidth_hz, "float or None: Hz.")
      .def_ro("spectral_rolloff_hz", &F::spectral_rolloff_hz,
              "float or None: Hz below which 85 % of the energy lies.")
      .def_ro("zero_crossing_rate", &F::zero_crossing_rate, "float or None: crossings a sample.")
      .def_prop_ro(
          "mfcc", [](nb::handle self) { return list_view(nb::cast<const F&>(self).mfcc, self); },
          "numpy.ndarray of float64, shape (20,), or None: means of the mel cepstrum.")
      .def_ro("duration_ms", &F::duration_ms, "float: milliseconds.");
}

void bind_audio(nb::module_& module) {
  nb::class_<AudioInfo>(module, "Audio", "What the file is, as the decoder saw it. Unknown is None.")
      .def_prop_ro(
          "container", [](const AudioInfo& self) { return known(self.container); },
          "str or None: mp3, wav, flac, ogg, mp4, ...")
      .def_prop_ro(
          "codec", [](const AudioInfo& self) { return known(self.codec); },
          "str or None: mp3, pcm_s16le, flac, vorbis, opus, aac, ...")
      .def_ro("sample_rate_hz", &AudioInfo::sample_rate_hz, "int: Hz.")
      .def_ro("channels", &AudioInfo::channels, "int.")
      .def_prop_ro("duration_s", &AudioInfo::duration_s, "float: seconds decoded.")
      .def_ro("bit_rate_bps", &AudioInfo::bit_rate_bps, "float or None: bits a second.");
}

// --- verdict ---

void bind_verdict(nb::module_& module) {
  nb::class_<Estimate>(module, "Estimate",
                       R"(An attribute on the tables' scale, regressed from sound: not a measurement.)")
      .def_ro("name", &Estimate::name)
      .def_ro("unit", &Estimate::unit)
      .def_ro("value", &Estimate::value, "float: in `unit`; shares are 0 to 1.")
      .def_ro("r2", &Estimate::r2, "float: share of variance explained on held-out tracks.")
      .def_ro("rmse", &Estimate::rmse, "float: in `unit`, on held-out tracks.")
      .def("__repr__", [](const Estimate& self) {
        return nb::str("Estimate(name={!r}, value={}, r2={})").format(self.name, self.value, self.r2);
      });
  nb::class_<Vote>(module, "Vote", "What one of the five models says.")
      .def_ro("model", &Vote::model, "str: random_forest, xgboost, adaboost, knn or decision_tree.")
      .def_prop_ro(
          "label", [](const Vote& self) { return label_name(self.label); }, "str: HIT or FLOP.")
      .def_ro("probability", &Vote::probability, "float: the model's own probability of a hit.")
      .def("__repr__", [](const Vote& self) {
        return nb::str("Vote(model={!r}, label={!r}, probability={})")
            .format(self.model, label_name(self.label), self.probability);
      });
  nb::class_<Contribution>(module, "Contribution",
                           R"(What one feature adds to the probability, as a Shapley value.)")
      .def_ro("feature", &Contribution::feature)
      .def_ro("value", &Contribution::value, "float: the track's value, in the feature's own unit.")
      .def_ro("contribution", &Contribution::contribution,
              "float: its share of probability - base rate; all contributions add up to that.")
      .def_ro("percentile", &Contribution::percentile, "float: where the value lies in training, 0 to 1.")
      .def("__repr__", [](const Contribution& self) {
        return nb::str("Contribution(feature={!r}, value={}, contribution={})")
            .format(self.feature, self.value, self.contribution);
      });
  nb::class_<ModelSummary>(module, "ModelSummary", "The bundle that gave a verdict. Unknown is None.")
      .def_prop_ro("name", [](const ModelSummary& self) { return known(self.name); })
      .def_prop_ro("version", [](const ModelSummary& self) { return known(self.version); })
      .def_prop_ro("trained_on", [](const ModelSummary& self) { return known(self.trained_on); })
      .def_prop_ro(
          "event", [](const ModelSummary& self) { return known(self.event); }, "str or None: what HIT means.")
      .def_ro("auc_grouped", &ModelSummary::auc_grouped,
              "float or None: AUC on artists it never learnt from.")
      .def_ro("ece", &ModelSummary::ece, "float or None: expected calibration error.");
  nb::class_<PyVerdict>(module, "Verdict",
                        R"(What the five models say of one track, and what that is worth.)")
      .def_prop_ro(
          "label", [](const PyVerdict& self) { return label_name(self.verdict.label); },
          "str: HIT or FLOP, the majority of five.")
      .def_prop_ro(
          "votes_for_hit", [](const PyVerdict& self) { return self.verdict.votes_for_hit; }, "int: 0 to 5.")
      .def_prop_ro(
          "tier", [](const PyVerdict& self) { return tier_name(self.verdict.tier); },
          "str: ULTRA HIT (5 votes), POTENTIAL (3, 4), RISKY (1, 2) or TOTAL FLOP (0).")
      .def_prop_ro(
          "probability", [](const PyVerdict& self) { return self.verdict.probability; },
          "float: calibrated probability of a hit.")
      .def_prop_ro(
          "probability_interval",
          [](const PyVerdict& self) {
            return std::pair(self.verdict.probability_low, self.verdict.probability_high);
          },
          "tuple of two floats: how well the calibration is known (5 % and 95 % quantiles).")
      .def_prop_ro(
          "base_rate", [](const PyVerdict& self) { return self.verdict.base_rate; },
          "float: the probability for a track of which nothing is known.")
      .def_prop_ro(
          "votes",
          [](const PyVerdict& self) {
            return std::vector<Vote>(self.verdict.votes.begin(), self.verdict.votes.end());
          },
          "list of five Vote.")
      .def_prop_ro(
          "explanation", [](const PyVerdict& self) { return self.verdict.explanation; },
          "list of Contribution, largest first; empty unless asked for.")
      .def_ro("model", &PyVerdict::model, "ModelSummary or None: the bundle that gave it.")
      .def(
          "to_json",
          [](const PyVerdict& self, bool readable) {
            return to_json(self.verdict, self.model, layout(readable));
          },
          nb::kw_only(), nb::arg("readable") = false, R"(The verdict as the command line writes it.

Parameters
----------
readable : bool
    Broken and indented, instead of one line.)")
      .def(
          "to_dict",
          [](const PyVerdict& self) {
            return parsed(to_json(self.verdict, self.model, JsonLayout::compact));
          },
          nb::sig("def to_dict(self) -> dict[str, typing.Any]"), "`to_json`, parsed.")
      .def("__repr__", [](const PyVerdict& self) {
        return nb::str("<Verdict {}, {} of 5 votes, probability {:.3f}>")
            .format(label_name(self.verdict.label), self.verdict.votes_for_hit, self.verdict.probability);
      });
}

// --- the track ---

PyVerdict verdict_of(const Track& track) {
  return {*track.report->verdict, track.report->model};
}

void bind_tracks(nb::module_& module) {
  nb::class_<Track>(module, "Track", R"(One track, measured.

`to_json` and `to_dict` give what ``hitscope analyze`` prints of the same file, to the last bit.)")
      .def_prop_ro(
          "path", [](const Track& self) { return path_text(self.report->path); },
          nb::sig("def path(self) -> str"), "str: as it was given; \"-\" for bytes and arrays.")
      .def_prop_ro(
          "title", [](const Track& self) { return known(self.report->title); },
          "str or None: from the file's tags.")
      .def_prop_ro(
          "sha256", [](const Track& self) { return known(self.report->sha256); },
          "str or None: of the encoded bytes, 64 hexadecimal digits; None for an array.")
      .def_prop_ro(
          "audio", [](const Track& self) -> const AudioInfo& { return self.report->audio; },
          nb::rv_policy::reference_internal, "Audio: container, codec, rate, channels, duration.")
      .def_prop_ro(
          "features",
          [](const Track& self) -> const TrackFeatures& { return self.report->analysis.features; },
          nb::rv_policy::reference_internal, "Features: the measurements.")
      .def_prop_ro(
          "warnings",
          [](const Track& self) {
            std::vector<std::string> all = self.report->audio.warnings;
            const auto& more = self.report->analysis.warnings;
            all.insert(all.end(), more.begin(), more.end());
            return all;
          },
          "list of str: damage, clipping, DC, ...: what a person should know of the file and its signal.")
      .def_prop_ro(
          "estimates",
          [](const Track& self) {
            nb::dict by_name;
            for (const Estimate& estimate : self.report->estimates) by_name[estimate.name.c_str()] = estimate;
            return by_name;
          },
          nb::sig("def estimates(self) -> dict[str, Estimate]"),
          "dict of Estimate by name: attributes regressed from sound; empty without a verdict.")
      .def_prop_ro(
          "frames",
          [](const Track& self) -> std::optional<Frames> {
            if (self.report->analysis.dna.frames == 0) return std::nullopt;
            return Frames{{self.report, &self.report->analysis.dna}};
          },
          "Frames or None: the Spectral DNA, when it was asked for.")
      .def_prop_ro(
          "verdict",
          [](const Track& self) -> std::optional<PyVerdict> {
            if (!self.report->verdict) return std::nullopt;
            return verdict_of(self);
          },
          "Verdict or None: what the models say; None until `predict`.")
      .def_prop_ro(
          "error", [](const Track& /*self*/) { return nb::none(); }, nb::sig("def error(self) -> None"),
          "None: a track that failed is a `Failure`.")
      .def(
          "to_json",
          [](const Track& self, bool readable, int indent) {
            return to_json(*self.report, layout(readable), indent);
          },
          nb::kw_only(), nb::arg("readable") = false, nb::arg("indent") = 0,
          R"(The track as the command line writes it.

Parameters
----------
readable : bool
    Broken and indented, as ``--format json``; else one line, as ``--format jsonl``.
indent : int
    Columns before every line but the first, when readable.)")
      .def(
          "to_dict", [](const Track& self) { return parsed(to_json(*self.report, JsonLayout::compact)); },
          nb::sig("def to_dict(self) -> dict[str, typing.Any]"), "`to_json`, parsed: unknown is None.")
      .def(
          "to_csv", [](const Track& self) { return csv_row(*self.report); },
          "One row of the command line's CSV, without a line end; `csv_header` has the names.")
      .def(
          "to_text",
          [](const Track& self, int width) {
            return to_text(*self.report,
                           {.colour = false,
                            .explain = self.report->verdict && !self.report->verdict->explanation.empty(),
                            .width = static_cast<std::size_t>(std::max(width, 20))});
          },
          nb::kw_only(), nb::arg("width") = 88, "The track in words, as the command line shows it.")
      .def("__repr__", [](const Track& self) {
        const TrackFeatures& f = self.report->analysis.features;
        return nb::str("<Track {!r}, tempo {} BPM, {}, {} LUFS>")
            .format(path_text(self.report->path), f.tempo_bpm, key_in(f, key_name), f.integrated_lufs);
      });
  nb::class_<JudgedTrack, Track>(module, "JudgedTrack", "A track with its verdict.")
      .def_prop_ro(
          "verdict", [](const JudgedTrack& self) { return verdict_of(self); },
          "Verdict: what the models say.")
      .def_prop_ro(
          "explanation_text", [](const JudgedTrack& self) { return explanation_in_words(*self.report); },
          "str: the explanation as a paragraph; empty unless it was asked for.")
      .def("__repr__", [](const JudgedTrack& self) {
        const Verdict& verdict = *self.report->verdict;
        return nb::str("<JudgedTrack {!r}, {}, {} of 5 votes, probability {:.3f}>")
            .format(path_text(self.report->path), label_name(verdict.label), verdict.votes_for_hit,
                    verdict.probability);
      });
  module.def("csv_header", csv_header, "The names of the columns of `Track.to_csv`, separated by commas.");
  module.def(
      "failure_json",
      [](nb::bytes path, std::string_view type, const std::string& title, const std::string& detail,
         bool readable) {
        Error error{kind_of(type).value_or(ErrorKind::internal), title, detail};
        return to_json(failed_report({path.c_str(), path.size()}, std::move(error)), layout(readable));
      },
      nb::arg("path"), nb::arg("type"), nb::arg("title"), nb::arg("detail"), nb::arg("readable"),
      "A failed track as the command line writes it.");
  module.def(
      "failure_csv",
      [](nb::bytes path, std::string_view type, const std::string& title) {
        Error error{kind_of(type).value_or(ErrorKind::internal), title, {}};
        return csv_row(failed_report({path.c_str(), path.size()}, std::move(error)));
      },
      nb::arg("path"), nb::arg("type"), nb::arg("title"), "A failed track as a row of CSV.");
}

}  // namespace

void bind_track(nb::module_& module) {
  bind_frames(module);
  bind_features(module);
  bind_audio(module);
  bind_verdict(module);
  bind_tracks(module);
}

}  // namespace hitscope::python
