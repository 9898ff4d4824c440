#include "server/legacy_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "fetch/link.h"
#include "report/wording.h"
#include "server/log.h"
#include "server/problem.h"
#include "server/upload.h"

namespace hitscope::server {
namespace {

using Ordered = nlohmann::ordered_json;

struct ModelWord {
  std::string_view theirs;
  std::string_view ours;  // "" is the consensus
};
constexpr std::array<ModelWord, 6> kModelWords = {{{"consensus", ""},
                                                   {"RandomForest", "random_forest"},
                                                   {"XGBoost", "xgboost"},
                                                   {"AdaBoost", "adaboost"},
                                                   {"KNN", "knn"},
                                                   {"DecisionTree", "decision_tree"}}};

const ModelWord* model_called(std::string_view name) {
  const auto found = std::ranges::find(kModelWords, name, &ModelWord::theirs);
  return found == kModelWords.end() ? nullptr : &*found;
}

std::string chosen_model(const std::map<std::string, std::string>& fields) {
  const auto name = fields.find("model_name");
  return name == fields.end() || name->second.empty() ? "consensus" : name->second;
}

std::optional<std::string> wrong_legacy_field(const MultipartReader& form) {
  for (const auto& [name, value] : form.fields()) {
    if (name != "model_name" && name != kLinkField) return "unknown field: " + name;
    if (name != kLinkField) continue;
    if (form.has_file() && !value.empty()) return "give either a file or youtube_url, not both";
    if (!form.has_file() && !is_link(value)) return "youtube_url is no http or https address";
  }
  if (model_called(chosen_model(form.fields())) == nullptr) {
    return "model_name is none of consensus, RandomForest, XGBoost, AdaBoost, KNN, DecisionTree";
  }
  return std::nullopt;
}

// The words of the report, from what the history keeps of it.
TrackReport report_of(const Ordered& json) {
  TrackReport report;
  const Ordered& verdict = json.at("verdict");
  Verdict& of = report.verdict.emplace();
  of.label = verdict.at("label") == "HIT" ? Label::hit : Label::flop;
  of.votes_for_hit = verdict.at("votes_for_hit");
  of.tier = tier_of(of.votes_for_hit);
  of.probability = verdict.at("probability");
  of.probability_low = verdict.at("probability_interval").at(0);
  of.probability_high = verdict.at("probability_interval").at(1);
  of.base_rate = verdict.at("base_rate");
  for (const Ordered& part : verdict.at("explanation")) {
    of.explanation.push_back(
        {part.at("feature"), part.at("value"), part.at("contribution"), part.at("percentile")});
  }
  ModelSummary& model = report.model.emplace();
  const Ordered& from = verdict.at("model");
  model.name = from.at("name");
  if (from.at("event").is_string()) model.event = from.at("event");
  if (from.at("auc_grouped").is_number()) model.auc_grouped = from.at("auc_grouped").get<double>();
  return report;
}

std::string legacy_answer(const AnalysisRecord& record, const std::string& model_name) {
  const Ordered report = Ordered::parse(record.report);
  const Ordered& verdict = report.at("verdict");
  const ModelWord& model = *model_called(model_name);
  bool is_hit = verdict.at("label") == "HIT";
  double probability = verdict.at("probability");
  for (const Ordered& vote : verdict.at("votes")) {
    if (vote.at("model") != model.ours) continue;
    is_hit = vote.at("label") == "HIT";
    probability = vote.at("probability");
  }
  const Ordered& measured = report.at("features");
  Ordered features;
  features["tempo"] = measured.at("tempo_bpm");
  features["key"] = measured.at("key");
  features["mode"] = measured.at("mode");
  features["loudness"] = measured.at("integrated_lufs");
  features["rms"] = measured.at("rms");
  features["spectral_centroid"] = measured.at("spectral_centroid_hz");
  features["duration_ms"] = measured.at("duration_ms");
  for (const auto& [name, estimate] : report.at("estimates").items()) {
    if (!features.contains(name)) features[name] = estimate.at("value");
  }
  const TrackReport words = report_of(report);
  Ordered analysis = {{"tier", verdict.at("tier")},
                      {"votesForHit", verdict.at("votes_for_hit")},
                      {"votes", verdict.at("votes")},
                      {"probabilityInterval", verdict.at("probability_interval")},
                      {"baseRate", verdict.at("base_rate")},
                      {"keyName", measured.at("key_name")},
                      {"explanation", verdict.at("explanation")},
                      {"limits", limits_in_words(words)}};
  return Ordered{{"isHit", is_hit},
                 {"probability", probability},
                 {"trackName", record.name},
                 {"model", model_name},
                 {"features", std::move(features)},
                 {"analysis", std::move(analysis)},
                 {"reasoning", probability_in_words(words) + " " + explanation_in_words(words)}}
      .dump();
}

void answer(const Services& services, Reply reply, const Upload& upload) {
  const auto record = services.store.find(upload.owner, upload.id);
  if (!record || !*record) {
    return reply(
        problem(reply.request(), Error{ErrorKind::not_found, "The analysis was deleted meanwhile.", {}}));
  }
  const AnalysisState state = (*record)->state;
  if (state == AnalysisState::queued || state == AnalysisState::running) {
    return reply(
        problem(reply.request(),
                Error{ErrorKind::busy, "The server is stopping; the analysis goes on at its next start.", {}},
                upload.id));
  }
  if (state != AnalysisState::done) {
    return reply(problem(reply.request(), error_of_json((*record)->error), upload.id));
  }
  Response response;
  try {
    response.body = legacy_answer(**record, chosen_model(upload.fields));
  } catch (const nlohmann::json::exception& error) {
    log_event(LogLevel::error, "legacy answer", {{"problem", error.what()}});
    return reply(
        problem(reply.request(), Error{ErrorKind::internal, "The result is not understood.", {}}, upload.id));
  }
  reply(std::move(response));
}

void wait_and_answer(const Services& services, Reply reply, const Upload& upload) {
  // std::function copies, a reply does not.
  const auto held = std::make_shared<Reply>(std::move(reply));
  services.jobs.when_ended(upload.id, [services, held, upload] {
    boost::asio::post(services.blocking,
                      [services, held, upload] { answer(services, std::move(*held), upload); });
  });
}

}  // namespace

void add_legacy_routes(Router& router, const Services& services) {
  Route route;
  route.method = Method::post;
  route.pattern = "/predict";
  route.needs_owner = true;
  route.sink = upload_sink(services, wrong_legacy_field, [services](Reply reply, const Upload& upload) {
    wait_and_answer(services, std::move(reply), upload);
  });
  router.add(std::move(route));
}

}  // namespace hitscope::server
