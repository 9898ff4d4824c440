#include "server/analysis_json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>

#include "server/pages.h"
#include "server/problem.h"
#include "server/wire.h"

namespace hitscope::server {
namespace {

const Json& description() {
  static const Json document = Json::parse(find_page("/openapi.json")->bytes);
  return document;
}

bool is_of_type(const Json& value, const std::string& type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

// Where a value does not fit a schema of the description, or "". Stricter than JSON Schema in one thing: an
// object holds nothing that its schema does not name.
std::string misfit(const Json& value, const Json& schema, const std::string& at = "") {
  const auto wrong = [&](const std::string& why) {
    return at + ": " + why + ": " + value.dump().substr(0, 100);
  };
  if (schema.contains("$ref")) {
    const auto target = schema["$ref"].get<std::string>().substr(1);
    return misfit(value, description().at(Json::json_pointer(target)), at);
  }
  if (schema.contains("oneOf")) {
    int fitting = 0;
    std::string last;
    for (const Json& choice : schema["oneOf"]) {
      const std::string found = misfit(value, choice, at);
      if (found.empty()) ++fitting;
      // The one that says most is that of the kind the value has.
      if (!found.empty() && found.size() > last.size()) last = found;
    }
    return fitting == 1 ? "" : fitting == 0 ? last : wrong("fits more than one");
  }
  if (schema.contains("type")) {
    const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
    bool fits = false;
    for (const Json& type : types) fits = fits || is_of_type(value, type);
    if (!fits) return wrong("is no " + types.dump());
  }
  if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end()) {
    return wrong("is none of " + schema["enum"].dump());
  }
  if (value.is_string() && schema.contains("pattern") &&
      !std::regex_search(value.get<std::string>(), std::regex(schema["pattern"].get<std::string>()))) {
    return wrong("is not like " + schema["pattern"].dump());
  }
  if (value.is_number() && schema.contains("minimum") && value < schema["minimum"])
    return wrong("is too small");
  if (value.is_number() && schema.contains("maximum") && value > schema["maximum"])
    return wrong("is too large");
  if (value.is_object() && schema.contains("properties")) {
    for (const Json& name : schema.value("required", Json::array())) {
      if (!value.contains(name.get<std::string>())) return wrong("has no " + name.dump());
    }
    for (const auto& [name, member] : value.items()) {
      if (!schema["properties"].contains(name)) return wrong("has an unknown " + name);
      std::string found = misfit(member, schema["properties"][name], fmt::format("{}/{}", at, name));
      if (!found.empty()) return found;
    }
  }
  return "";
}

std::string misfit_of(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return "no JSON: " + text;
  return misfit(json, description()["components"]["schemas"]["Analysis"]);
}

AnalysisRecord record_of(AnalysisState state) {
  AnalysisRecord record;
  record.id = "7Jq0cV9sR2yT5uW8xZ1aBg";
  record.owner = "vsecret-of-its-owner";
  record.state = state;
  record.created_ms = 1795746602123;
  record.name = "A \"track\"\n\xff.mp3";
  record.source_kind = "file";
  record.sha256 = std::string(64, 'a');
  record.bytes = 12345;
  record.spool_file = "spool-name";
  return record;
}

AnalysisRecord done_record() {
  AnalysisRecord record = record_of(AnalysisState::done);
  record.finished_ms = record.created_ms + 1;
  record.label = "HIT";
  record.votes_for_hit = 3;
  record.probability = 0.61;
  record.duration_s = 183.5;
  return record;
}

TEST(Rfc3339, IsUtcWithMilliseconds) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(1795746602123), "2026-11-27T02:30:02.123Z");
  EXPECT_EQ(rfc3339(1795746602007), "2026-11-27T02:30:02.007Z");
}

TEST(AnalysisJson, EveryStateFitsTheDescription) {
  for (const AnalysisState state :
       {AnalysisState::queued, AnalysisState::running, AnalysisState::done, AnalysisState::failed,
        AnalysisState::interrupted, AnalysisState::cancelled}) {
    const AnalysisRecord record = record_of(state);
    for (const bool with_result : {false, true}) {
      const std::string text = analysis_json(record, std::nullopt, with_result);
      EXPECT_EQ(misfit_of(text), "") << name_of(state);
      EXPECT_EQ(Json::parse(text)["state"], name_of(state));
      EXPECT_EQ(text.find("secret"), std::string::npos) << "the owner is never shown";
      EXPECT_EQ(text.find("spool-name"), std::string::npos);
      EXPECT_EQ(text.find('\n'), std::string::npos) << "it has to fit in a line of events";
    }
  }
}

TEST(AnalysisJson, AQueuedOneHasAPlace) {
  JobStatus status;
  status.position = 3;
  Json json = Json::parse(analysis_json(record_of(AnalysisState::queued), status, true));
  EXPECT_EQ(misfit_of(json.dump()), "");
  EXPECT_EQ(json["queue"], (Json{{"position", 3}, {"eta_s", nullptr}}));
  EXPECT_EQ(json["progress"], nullptr);
  EXPECT_EQ(json["finished_at"], nullptr);
  status.eta_s = 4.5;
  json = Json::parse(analysis_json(record_of(AnalysisState::queued), status, true));
  EXPECT_EQ(misfit_of(json.dump()), "");
  EXPECT_EQ(json["queue"]["eta_s"], 4.5);
}

TEST(AnalysisJson, ARunningOneSaysHowFarItIs) {
  for (const WorkProgress::Stage stage :
       {WorkProgress::Stage::decoding, WorkProgress::Stage::measuring, WorkProgress::Stage::voting}) {
    JobStatus status;
    status.running = true;
    status.progress = {.stage = stage, .done_s = 12.5, .known_s = 180};
    // The job knows a moment before the store that it runs.
    for (const AnalysisState state : {AnalysisState::queued, AnalysisState::running}) {
      const Json json = Json::parse(analysis_json(record_of(state), status, true));
      EXPECT_EQ(misfit_of(json.dump()), "");
      EXPECT_EQ(json["state"], "running");
      EXPECT_EQ(json["queue"], nullptr);
      EXPECT_EQ(json["progress"]["stage"], name_of(stage));
      EXPECT_EQ(json["progress"]["done_s"], stage == WorkProgress::Stage::measuring ? Json(12.5) : Json());
      EXPECT_EQ(json["progress"]["known_s"], 180);
    }
  }
}

TEST(AnalysisJson, ADoneOneHasItsResultAndLinks) {
  AnalysisRecord record = done_record();
  record.keep_audio_until_ms = record.created_ms + 3600000;
  Json json = Json::parse(analysis_json(record, std::nullopt, false));
  EXPECT_EQ(misfit_of(json.dump()), "");
  EXPECT_EQ(json["summary"],
            (Json{{"label", "HIT"}, {"votes_for_hit", 3}, {"probability", 0.61}, {"duration_s", 183.5}}));
  EXPECT_EQ(json["created_at"], "2026-11-27T02:30:02.123Z");
  EXPECT_EQ(json["finished_at"], "2026-11-27T02:30:02.124Z");
  EXPECT_EQ(json["audio_kept_until"], "2026-11-27T03:30:02.123Z");
  EXPECT_EQ(json["source"], (Json{{"kind", "file"},
                                  {"url", nullptr},
                                  {"sha256", std::string(64, 'a')},
                                  {"bytes", 12345},
                                  {"site", nullptr}}));
  EXPECT_EQ(json["links"], (Json{{"self", "/v1/analyses/7Jq0cV9sR2yT5uW8xZ1aBg"},
                                 {"events", "/v1/analyses/7Jq0cV9sR2yT5uW8xZ1aBg/events"},
                                 {"dna", "/v1/analyses/7Jq0cV9sR2yT5uW8xZ1aBg/dna"},
                                 {"dna_svg", "/v1/analyses/7Jq0cV9sR2yT5uW8xZ1aBg/dna.svg"}}));
  EXPECT_EQ(json["result"], nullptr);
  record.report = R"({"path": "x"})";
  EXPECT_EQ(Json::parse(analysis_json(record, std::nullopt, true))["result"], (Json{{"path", "x"}}));
  EXPECT_EQ(Json::parse(analysis_json(record, std::nullopt, false))["result"], nullptr) << "not in lists";
  record.spool_file.clear();
  EXPECT_EQ(Json::parse(analysis_json(record, std::nullopt, true))["audio_kept_until"], nullptr);
}

TEST(AnalysisJson, OneWithoutAVerdictStillHasALength) {
  AnalysisRecord record = record_of(AnalysisState::done);
  record.duration_s = 3;
  const Json json = Json::parse(analysis_json(record, std::nullopt, true));
  EXPECT_EQ(misfit_of(json.dump()), "");
  EXPECT_EQ(json["summary"]["label"], nullptr);
  EXPECT_EQ(json["summary"]["duration_s"], 3);
}

TEST(AnalysisJson, AFailedOneSaysWhy) {
  AnalysisRecord record = record_of(AnalysisState::failed);
  record.error = error_json({ErrorKind::too_short, "Too \"short\".\n", "x"});
  const Json json = Json::parse(analysis_json(record, std::nullopt, true));
  EXPECT_EQ(misfit_of(json.dump()), "");
  EXPECT_EQ(json["error"]["type"], "too-short");
  EXPECT_EQ(json["links"]["dna"], nullptr);
}

TEST(AnalysisJson, SaysWhatCameFromTheHistory) {
  AnalysisRecord record = done_record();
  EXPECT_EQ(Json::parse(analysis_json(record, std::nullopt, true))["cached"], false);
  record.options = kFromHistory;
  EXPECT_EQ(Json::parse(analysis_json(record, std::nullopt, true))["cached"], true);
}

TEST(AnalysisJson, OneWhoseBytesAreNotThereYet) {
  AnalysisRecord record = record_of(AnalysisState::queued);
  record.source_kind = "url";
  record.source_url = "https://example.org/\"x\"";
  record.sha256.clear();
  const Json json = Json::parse(analysis_json(record, std::nullopt, true));
  EXPECT_EQ(misfit_of(json.dump()), "");
  EXPECT_EQ(json["source"], (Json{{"kind", "url"},
                                  {"url", "https://example.org/\"x\""},
                                  {"sha256", nullptr},
                                  {"bytes", nullptr},
                                  {"site", nullptr}}));
}

}  // namespace
}  // namespace hitscope::server
