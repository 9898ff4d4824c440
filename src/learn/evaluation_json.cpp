#include <nlohmann/json.hpp>

#include <cmath>

#include "learn/evaluation.h"

namespace hitscope {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::round(value * 1e6) / 1e6;
}

Json object(const Scores& scores) {
  Json json = Json::object();
  for (std::size_t s = 0; s < kScoreNames.size(); ++s) {
    const std::string name(kScoreNames[s]);
    json[name] = number(scores.scores[s].value);
    json[name + "_ci"] = {number(scores.scores[s].low), number(scores.scores[s].high)};
  }
  return json;
}

Json object(const std::vector<NamedScores>& list) {
  Json json = Json::object();
  for (const NamedScores& one : list) json[one.name] = object(one.scores);
  return json;
}

Json object(const TableEvaluation& table) {
  Json json = {
      {"learned", table.learned}, {"event", table.event}, {"rows", table.rows}, {"hits", table.hits}};
  json["models"] = object(table.models);
  json["baselines"] = object(table.baselines);
  json["best_feature"] = table.best_feature.empty() ? Json(nullptr) : Json(table.best_feature);
  if (table.consensus_clean) json["consensus_with_table_inputs"] = object(*table.consensus_clean);
  json["votes"] = Json::array();
  for (std::size_t v = 0; v < table.votes.size(); ++v) {
    const bool seen = table.votes[v].rows > 0;
    json["votes"].push_back(
        {{"votes_for_hit", v},
         {"rows", table.votes[v].rows},
         {"false_discovery_rate", seen ? number(1 - table.votes[v].share_of_hits) : nullptr}});
  }
  json["reliability"] = Json::array();
  for (const ReliabilityBin& bin : table.reliability) {
    if (bin.rows == 0) continue;
    json["reliability"].push_back({{"from", number(bin.low)},
                                   {"to", number(bin.high)},
                                   {"rows", bin.rows},
                                   {"probability", number(bin.mean_probability)},
                                   {"share_of_hits", number(bin.share_of_hits)}});
  }
  json["genres"] = Json::array();
  for (const GenreScore& genre : table.genres) {
    json["genres"].push_back({{"genre", genre.genre},
                              {"rows", genre.rows},
                              {"share_of_hits", number(genre.share_of_hits)},
                              {"auc", number(genre.auc)}});
  }
  return json;
}

}  // namespace

std::string to_json(const Evaluation& evaluation, int indent) {
  Json json = {{"recipe", evaluation.recipe},
               {"protocol", name_of(evaluation.protocol)},
               {"rows", evaluation.rows},
               {"features", evaluation.features},
               {"inputs", evaluation.matched_inputs ? "as served" : "as in the tables"},
               {"prior", "1:1"}};
  if (!evaluation.note.empty()) json["note"] = evaluation.note;
  json["models"] = object(evaluation.models);
  json["baselines"] = object(evaluation.baselines);
  json["tables"] = Json::object();
  for (const TableEvaluation& table : evaluation.tables) json["tables"][table.name] = object(table);
  json["stages"] = Json::object();
  for (const TableStages& table : evaluation.stages) {
    Json& list = json["stages"][table.table] = Json::array();
    for (const StageReport& stage : table.stages) {
      list.push_back({{"stage", stage.name},
                      {"rows_in", stage.rows_in},
                      {"rows_out", stage.rows_out},
                      {"note", stage.note}});
    }
  }
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hitscope
