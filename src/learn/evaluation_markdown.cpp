#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "learn/evaluation.h"

namespace hitscope {
namespace {

std::string with_interval(const Score& score) {
  if (std::isnan(score.value)) return "–";
  return fmt::format("{:.3f} ({:.3f}–{:.3f})", score.value, score.low, score.high);
}

std::string score_table(const std::vector<NamedScores>& models, const std::vector<NamedScores>& baselines) {
  std::string text = "|";
  std::string rule = "|---|";
  text += " |";
  for (const std::string_view name : kScoreNames) {
    text += fmt::format(" {} |", name);
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (const auto* list : {&models, &baselines}) {
    for (const NamedScores& one : *list) {
      text += fmt::format("| {}{} |", list == &baselines ? "baseline: " : "", one.name);
      for (const Score& score : one.scores.scores) text += fmt::format(" {} |", with_interval(score));
      text += "\n";
    }
  }
  return text;
}

std::string protocol_words(Protocol protocol) {
  switch (protocol) {
    case Protocol::random:
      return "a random share of the rows held out, stratified; copies of a song may stand on both sides";
    case Protocol::split:
      return "a given split; copies of a song may stand on both sides";
    case Protocol::grouped:
      return "folds by artist: no artist is both learned from and judged";
    case Protocol::transfer:
      return "each table held out in turn, its songs removed from the others";
  }
  return "";
}

std::string vote_table(const TableEvaluation& table) {
  std::string text = "| votes for hit | tracks | false discovery rate of HIT |\n|---|---|---|\n";
  for (std::size_t votes = table.votes.size(); votes-- > 0;) {
    const VoteCount& count = table.votes[votes];
    text += fmt::format("| {} | {} | {} |\n", votes, count.rows,
                        count.rows == 0 ? "–" : fmt::format("{:.3f}", 1 - count.share_of_hits));
  }
  return text;
}

std::string reliability_table(const TableEvaluation& table) {
  std::string text = "| probability | tracks | mean | hits among them |\n|---|---|---|---|\n";
  for (const ReliabilityBin& bin : table.reliability) {
    if (bin.rows == 0) continue;
    text += fmt::format("| {:.1f}–{:.1f} | {} | {:.3f} | {:.3f} |\n", bin.low, bin.high, bin.rows,
                        bin.mean_probability, bin.share_of_hits);
  }
  return text;
}

// The middle of the genres' AUC: within a genre little is left to tell.
std::string genre_words(const TableEvaluation& table) {
  std::vector<double> aucs;
  for (const GenreScore& genre : table.genres) {
    if (!std::isnan(genre.auc)) aucs.push_back(genre.auc);
  }
  if (aucs.empty()) return "";
  std::sort(aucs.begin(), aucs.end());
  return fmt::format(
      "Within a genre the consensus has an AUC of {:.3f} (median of {} genres; the middle half lies "
      "between {:.3f} and {:.3f}).\n",
      aucs[aucs.size() / 2], aucs.size(), aucs[aucs.size() / 4], aucs[aucs.size() * 3 / 4]);
}

std::string table_section(const TableEvaluation& table) {
  std::string text = fmt::format("\n## {}\n\n{} tracks, {} of them hits ({}). Learned from: {}.\n\n",
                                 table.name, table.rows, table.hits, table.event, table.learned);
  text += score_table(table.models, table.baselines);
  if (table.consensus_clean) {
    text += fmt::format(
        "\nWith the inputs as the table has them, not as they are served, the consensus has an AUC of {}.\n",
        with_interval(table.consensus_clean->auc()));
  }
  if (!table.best_feature.empty())
    text += fmt::format("\nThe best single feature is {}. ", table.best_feature);
  text += genre_words(table) + "\n" + vote_table(table) + "\n" + reliability_table(table);
  return text;
}

}  // namespace

std::string to_markdown(const Evaluation& evaluation) {
  std::string text = fmt::format("# Evaluation of the recipe `{}`\n\nProtocol: {} ({}).\n", evaluation.recipe,
                                 name_of(evaluation.protocol), protocol_words(evaluation.protocol));
  text += fmt::format("Features: {}; inputs {}.\n", fmt::join(evaluation.features, ", "),
                      evaluation.matched_inputs ? "as they are served" : "as the tables have them");
  if (!evaluation.note.empty()) text += fmt::format("\n> {}\n", evaluation.note);
  text += "\nScores are taken under the balanced prior (hits and flops weigh alike), with 95 % intervals.\n";
  if (evaluation.tables.size() > 1 && evaluation.protocol == Protocol::transfer) {
    text += "\n## Mean over the tables\n\n" + score_table(evaluation.models, evaluation.baselines);
  }
  for (const TableEvaluation& table : evaluation.tables) text += table_section(table);
  text += "\n## Rows\n\n| table | stage | in | out | |\n|---|---|---|---|---|\n";
  for (const TableStages& table : evaluation.stages) {
    for (const StageReport& stage : table.stages) {
      text += fmt::format("| {} | {} | {} | {} | {} |\n", table.table, stage.name, stage.rows_in,
                          stage.rows_out, stage.note);
    }
  }
  return text;
}

}  // namespace hitscope
