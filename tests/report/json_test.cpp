#include "report/json.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/json_layout.h"
#include "report/sample_report.h"

namespace hitscope {
namespace {

using Json = nlohmann::ordered_json;

Json parsed(const TrackReport& report) {
  return Json::parse(to_json(report, JsonLayout::compact));
}

std::vector<std::string> names_of(const Json& object) {
  std::vector<std::string> names;
  for (const auto& item : object.items()) names.push_back(item.key());
  return names;
}

using Names = std::vector<std::string>;

TEST(ReportJson, FieldsStandInTheOrderOfTheContract) {
  const Json json = parsed(testing::sample_explained_report());
  EXPECT_EQ(names_of(json), (Names{"path", "source", "audio", "features", "estimates", "verdict", "engine"}));
  EXPECT_EQ(names_of(json["source"]), (Names{"kind", "title", "sha256"}));
  EXPECT_EQ(names_of(json["audio"]), (Names{"container", "codec", "sample_rate_hz", "channels", "duration_s",
                                            "bit_rate_bps", "warnings"}));
  EXPECT_EQ(names_of(json["features"]), (Names{"tempo_bpm",
                                               "tempo_confidence",
                                               "tempo_candidates",
                                               "key",
                                               "mode",
                                               "key_name",
                                               "camelot",
                                               "open_key",
                                               "key_confidence",
                                               "key_candidates",
                                               "tuning_cents",
                                               "integrated_lufs",
                                               "loudness_range_lu",
                                               "true_peak_dbtp",
                                               "rms",
                                               "rms_std",
                                               "spectral_centroid_hz",
                                               "spectral_bandwidth_hz",
                                               "spectral_rolloff_hz",
                                               "zero_crossing_rate",
                                               "onset_rate_hz",
                                               "chroma",
                                               "mfcc",
                                               "duration_ms"}));
  EXPECT_EQ(names_of(json["verdict"]),
            (Names{"label", "votes_for_hit", "tier", "probability", "probability_interval", "base_rate",
                   "votes", "explanation", "model"}));
  EXPECT_EQ(names_of(json["verdict"]["votes"][0]), (Names{"model", "label", "probability"}));
  EXPECT_EQ(names_of(json["verdict"]["explanation"][0]),
            (Names{"feature", "value", "contribution", "percentile"}));
  EXPECT_EQ(names_of(json["verdict"]["model"]),
            (Names{"name", "version", "trained_on", "event", "auc_grouped", "ece"}));
  EXPECT_EQ(names_of(json["engine"]), (Names{"version", "features_version"}));
}

TEST(ReportJson, ValuesAreThoseOfTheReport) {
  const Json json = parsed(testing::sample_judged_report());
  EXPECT_EQ(json["source"]["kind"], "file");
  EXPECT_EQ(json["audio"]["duration_s"], 197.0);
  EXPECT_EQ(json["audio"]["warnings"], Json::parse(R"(["the stream was cut off", "clipping at 3 places"])"));
  EXPECT_EQ(json["features"]["key_name"], "A minor");
  EXPECT_EQ(json["features"]["camelot"], "8A");
  EXPECT_EQ(json["features"]["open_key"], "1m");
  EXPECT_EQ(json["features"]["tempo_candidates"][1], Json::parse(R"({"bpm": 64.0, "score": 0.2})"));
  EXPECT_EQ(json["features"]["key_candidates"][1], Json::parse(R"({"key": 0, "mode": 1, "score": 0.6})"));
  EXPECT_EQ(json["features"]["chroma"].size(), 12U);
  EXPECT_EQ(json["features"]["mfcc"].size(), 20U);
  EXPECT_EQ(json["estimates"], Json::parse(R"({"energy": {"value": 0.82, "r2": 0.71},
                                               "loudness_db": {"value": -7.4, "r2": 0.9}})"));
  EXPECT_EQ(json["verdict"]["label"], "HIT");
  EXPECT_EQ(json["verdict"]["tier"], "POTENTIAL");
  EXPECT_EQ(json["verdict"]["probability_interval"], Json::parse("[0.29, 0.41]"));
  EXPECT_EQ(json["verdict"]["votes"][4],
            Json::parse(R"({"model": "decision_tree", "label": "FLOP", "probability": 0.0})"));
}

TEST(ReportJson, UnknownIsNullAndNoFieldIsLeftOut) {
  TrackReport report;
  report.path = "x";
  const Json json = parsed(report);
  EXPECT_EQ(names_of(json), names_of(parsed(testing::sample_judged_report())));
  EXPECT_EQ(names_of(json["features"]), names_of(parsed(testing::sample_report())["features"]));
  for (const char* name : {"tempo_bpm", "key", "mode", "key_name", "camelot", "open_key", "integrated_lufs",
                           "rms", "chroma", "mfcc", "true_peak_dbtp"}) {
    EXPECT_TRUE(json["features"][name].is_null()) << name;
  }
  EXPECT_TRUE(json["source"]["title"].is_null());
  EXPECT_TRUE(json["verdict"].is_null());
  EXPECT_EQ(json["features"]["tempo_candidates"], Json::array());
  EXPECT_EQ(json["estimates"], Json::object());
}

TEST(ReportJson, NumbersReadBackToTheSameDouble) {
  TrackReport report = testing::sample_report();
  for (const double value : {0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, -9.300000000000001}) {
    report.analysis.features.rms = value;
    EXPECT_EQ(parsed(report)["features"]["rms"].get<double>(), value);
  }
}

TEST(ReportJson, WhatIsNotFiniteIsNull) {
  TrackReport report = testing::sample_report();
  report.analysis.features.rms = std::numeric_limits<double>::quiet_NaN();
  report.analysis.features.integrated_lufs = -std::numeric_limits<double>::infinity();
  const Json json = parsed(report);
  EXPECT_TRUE(json["features"]["rms"].is_null());
  EXPECT_TRUE(json["features"]["integrated_lufs"].is_null());
}

TEST(ReportJson, HostileBytesBecomeWellFormedUtf8) {
  TrackReport report = testing::sample_report();
  report.path = "caf\xE9/\x01\"\\.mp3";
  report.title = "\xFF\xFE";
  report.audio.warnings = {"bad \xC0\xAF tag"};
  for (const JsonLayout layout : {JsonLayout::compact, JsonLayout::readable}) {
    const Json json = Json::parse(to_json(report, layout));
    EXPECT_EQ(json["path"], "caf\uFFFD/\x01\"\\.mp3");
    EXPECT_EQ(json["source"]["title"].get<std::string>().substr(0, 3), "\uFFFD");
    EXPECT_EQ(json["audio"]["warnings"][0].get<std::string>().substr(0, 7), "bad \uFFFD");
  }
}

TEST(ReportJson, AnErrorStandsAlone) {
  const TrackReport report =
      failed_report("x.mp3", {ErrorKind::unsupported_format, "This is a web page.", ""});
  EXPECT_EQ(
      to_json(report, JsonLayout::compact),
      R"({"path":"x.mp3","error":{"type":"unsupported-format","title":"This is a web page.","detail":null}})");
}

TEST(ReportJson, CompactIsOneLine) {
  EXPECT_EQ(to_json(testing::sample_explained_report(), JsonLayout::compact).find('\n'), std::string::npos);
}

TEST(ReportJson, BothLayoutsSayTheSame) {
  const TrackReport report = testing::sample_explained_report();
  EXPECT_EQ(Json::parse(to_json(report, JsonLayout::readable, 2)), parsed(report));
}

TEST(ReadableJson, ShortThingsStayOnTheirLine) {
  EXPECT_EQ(readable_json(Json::parse(R"({"a": [1, 2], "b": {"c": null}})")),
            R"({"a": [1, 2], "b": {"c": null}})");
  EXPECT_EQ(readable_json(Json::parse("[]")), "[]");
  EXPECT_EQ(readable_json(Json::parse("{}")), "{}");
}

TEST(ReadableJson, LongObjectsAreBrokenAndIndented) {
  const Json json = {{"first", std::string(60, 'x')}, {"second", std::string(60, 'y')}};
  EXPECT_EQ(readable_json(json, 2), "{\n    \"first\": \"" + std::string(60, 'x') +
                                        "\",\n    \"second\": \"" + std::string(60, 'y') + "\"\n  }");
}

TEST(ReadableJson, LongListsOfNumbersFillTheirLines) {
  Json list = Json::array();
  for (int i = 0; i < 60; ++i) list.push_back(1000 + i);
  const std::string text = readable_json(list);
  EXPECT_EQ(Json::parse(text), list);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);  // 16 of "1000, " to a line of 100
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    EXPECT_LE(end - start, 100U);
    start = end + 1;
  }
}

TEST(JsonString, IsQuotedAndEscaped) {
  EXPECT_EQ(json_string("a\"b\n\xFF"), "\"a\\\"b\\n\uFFFD\"");
}

}  // namespace
}  // namespace hitscope
