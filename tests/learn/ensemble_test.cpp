#include "learn/ensemble.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "learn/made_tables.h"
#include "learn/metrics.h"

namespace hitscope {
namespace {

using testing::made_table;
using testing::small_recipe;

std::vector<TrainingTable> two_tables(const Recipe& recipe) {
  ArtistNumbers artists;
  std::vector<TrainingTable> tables;
  tables.push_back(std::move(*prepare_table(made_table({.seed = 1, .id = "a"}), recipe, artists)));
  tables.push_back(std::move(
      *prepare_table(made_table({.rows = 700, .seed = 2, .id = "b", .target = true}), recipe, artists)));
  return tables;
}

constexpr std::string_view kThirdsLesson = "[[lesson]]\nrule = \"outer_thirds\"\n";

double member_auc(const std::vector<MemberValues>& values, std::size_t member,
                  std::span<const std::uint8_t> labels) {
  std::vector<double> score;
  for (const MemberValues& row : values) score.push_back(row[member]);
  return auc(score, labels);
}

TEST(Members, AllFiveLearnTheRuleFromOneTable) {
  const Recipe recipe = small_recipe();
  const auto tables = two_tables(recipe);
  const auto parts = whole(std::span(tables).first(1));
  const auto members = fit_members(parts, recipe, {});
  ASSERT_TRUE(members) << members.error().message;
  ArtistNumbers artists;
  const auto fresh = prepare_table(made_table({.seed = 99}), recipe, artists);
  const auto rows = whole(std::span(&*fresh, 1));
  const auto values = member_values(*members, fresh->x, rows[0].rows, 0);
  for (std::size_t m = 0; m < kModelCount; ++m) {
    EXPECT_GT(member_auc(values, m, fresh->event), 0.68) << kModelNames[m];
  }
}

TEST(Members, FromSeveralTablesEachIsStillOneSumOfTrees) {
  const Recipe recipe = small_recipe(std::string(kThirdsLesson));
  const auto tables = two_tables(recipe);
  const auto members = fit_members(whole(tables), recipe, {});
  ASSERT_TRUE(members);
  EXPECT_EQ(members->random_forest.roots.size(), 40U) << "20 trees a table";
  EXPECT_EQ(members->decision_tree.roots.size(), 1U);
  for (const TreeEnsemble* ensemble : {&members->random_forest, &members->xgboost, &members->adaboost}) {
    EXPECT_TRUE(ensemble->validate(6));
    EXPECT_EQ(ensemble->link, Link::sigmoid);
  }
}

TEST(Members, SeveralTablesHaveSettingsOfTheirOwn) {
  const Recipe recipe = small_recipe("tempo_off_whole = true\n[pooled]\ntempo_off_whole = false\n" +
                                     std::string("[pooled.random_forest]\nn_estimators = 5\n"));
  const auto tables = two_tables(recipe);
  const auto one = fit_members(whole(std::span(tables).first(1)), recipe, {});
  const auto both = fit_members(whole(tables), recipe, {});
  ASSERT_TRUE(one && both);
  EXPECT_EQ(one->random_forest.roots.size(), 20U);
  EXPECT_EQ(both->random_forest.roots.size(), 10U) << "5 trees a table";
  ASSERT_EQ(one->derived.size(), 1U);
  EXPECT_EQ(one->derived[0].of, 0U) << "the tempo";
  EXPECT_EQ(one->scaler.mean.size(), 7U);
  EXPECT_EQ(one->knn.n_features, 6U) << "neighbours see no derived column";
  EXPECT_TRUE(one->xgboost.validate(7));
  EXPECT_TRUE(both->derived.empty());
}

TEST(Members, TheSameSeedGivesTheSameMembersWhateverTheThreads) {
  const Recipe recipe = small_recipe();
  const auto tables = two_tables(recipe);
  const auto parts = whole(std::span(tables).first(1));
  const auto one = fit_members(parts, recipe, {.seed = 3, .n_threads = 1});
  const auto two = fit_members(parts, recipe, {.seed = 3, .n_threads = 2});
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->random_forest.threshold, two->random_forest.threshold);
  EXPECT_EQ(one->adaboost.threshold, two->adaboost.threshold);
  EXPECT_EQ(one->xgboost.threshold, two->xgboost.threshold);
  EXPECT_EQ(one->knn.rows, two->knn.rows);
}

TEST(Members, CalibratingScalesWhatIsServedAsItScalesValues) {
  const Recipe recipe = small_recipe();
  const auto tables = two_tables(recipe);
  const auto parts = whole(std::span(tables).first(1));
  auto members = *fit_members(parts, recipe, {});
  const std::vector<std::uint32_t> rows = {0, 5, 17, 400};
  const auto values = member_values(members, tables[0].x, rows, 1);
  MemberScales scales = scales_of(members);
  scales.platt = PlattScales{{{2, -1}, {0.5, 0.1}, {3, 0}, {9, 9}, {4, -2}}};
  calibrate(members, *scales.platt);
  const auto served = member_values(members, tables[0].x, rows, 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto expected = scales.probabilities(values[i]);
    const auto got = scales_of(members).probabilities(served[i]);
    for (std::size_t m = 0; m < kModelCount; ++m) EXPECT_NEAR(got[m], expected[m], 1e-5) << kModelNames[m];
  }
}

TEST(Members, NothingToLearnIsSaid) {
  const Recipe recipe = small_recipe();
  const auto tables = two_tables(recipe);
  const std::vector<TablePart> only_target = {{&tables[1], {0, 1, 2}}};
  EXPECT_EQ(fit_members(only_target, recipe, {}).error().kind, ErrorKind::table_invalid)
      << "a table alone teaches the event, which a target is not";
}

TEST(Ensemble, NoArtistStandsInTwoFolds) {
  const Recipe recipe = small_recipe();
  const auto tables = two_tables(recipe);
  const auto parts = whole(tables);
  const auto folds = deal_folds(parts, HoldOut::artists, 5, 1);
  std::map<std::uint32_t, std::set<std::uint32_t>> where;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    for (std::size_t i = 0; i < parts[p].rows.size(); ++i)
      where[tables[p].artist[i]].insert(folds.fold_of[p][i]);
  }
  for (const auto& [artist, its] : where) EXPECT_EQ(its.size(), 1U);
}

TEST(Ensemble, WholeTablesCanBeHeldOut) {
  const Recipe recipe = small_recipe();
  const auto tables = two_tables(recipe);
  const auto folds = deal_folds(whole(tables), HoldOut::tables, 5, 1);
  EXPECT_EQ(folds.count, 2U);
  for (std::uint32_t p = 0; p < 2; ++p) {
    EXPECT_EQ(folds.fold_of[p], std::vector<std::uint32_t>(tables[p].size(), p));
  }
  EXPECT_EQ(deal_folds(whole(std::span(tables).first(1)), HoldOut::tables, 5, 1).count, 5U)
      << "a table alone is dealt by artist";
}

// With labels drawn at random nothing can be learned; an AUC above chance would show a leak.
TEST(Ensemble, HeldOutValuesOfNoiseAreNoise) {
  const Recipe recipe = small_recipe();
  ArtistNumbers artists;
  auto table = *prepare_table(made_table({.rows = 2000}), recipe, artists);
  Random random(4);
  for (std::uint8_t& label : table.event) label = random.below(2) == 0 ? 0 : 1;
  const auto parts = whole(std::span(&table, 1));
  const auto held_out = hold_out(parts, deal_folds(parts, HoldOut::artists, 5, 1), recipe, {});
  ASSERT_TRUE(held_out);
  for (std::size_t m = 0; m < kModelCount; ++m) {
    EXPECT_NEAR(member_auc(held_out->values[0], m, table.event), 0.5, 0.05) << kModelNames[m];
  }
}

TEST(Ensemble, TheConsensusIsCalibratedAndRanksAsWellAsItsBestMember) {
  const Recipe recipe = small_recipe();
  const auto tables = two_tables(recipe);
  const auto parts = whole(std::span(tables).first(1));
  const auto ensemble = fit_ensemble(parts, recipe, {});
  ASSERT_TRUE(ensemble) << ensemble.error().message;
  const auto said = cross_calibrate(parts, ensemble->held_out, recipe);
  ASSERT_TRUE(said);
  const Scores consensus = score((*said)[0].consensus, tables[0].event, {}, {.replicates = 0});
  EXPECT_LT(consensus.ece().value, 0.06);
  for (std::size_t m = 0; m < kModelCount; ++m) {
    EXPECT_GT(consensus.auc().value, member_auc(ensemble->held_out.values[0], m, tables[0].event) - 0.01)
        << kModelNames[m];
  }
  EXPECT_EQ(ensemble->stacking.consensus.replicates.size(), recipe.calibration.replicates);
  for (const double weight : ensemble->stacking.consensus.stack.weights) EXPECT_GE(weight, 0);
}

TEST(Ensemble, FromSeveralTablesTheFiveWeighAlike) {
  const Recipe recipe = small_recipe(std::string(kThirdsLesson));
  const auto tables = two_tables(recipe);
  const auto ensemble = fit_ensemble(whole(tables), recipe, {});
  ASSERT_TRUE(ensemble) << ensemble.error().message;
  const StackCoefficients& stack = ensemble->stacking.consensus.stack;
  // Of members that are calibrated themselves; the neighbours' weight also calibrates them.
  const double tree = stack.weights[0];
  for (const std::size_t m : {1U, 2U, 4U}) EXPECT_NEAR(stack.weights[m], tree, 0.01 * tree);
  EXPECT_GT(stack.weights[3], 0);
}

TEST(Ensemble, MembersKeepTheirOwnProbabilitiesWhereTheRecipeSaysSo) {
  const Recipe recipe = small_recipe("[calibration]\nmembers = false\n");
  const auto tables = two_tables(recipe);
  const auto ensemble = fit_ensemble(whole(std::span(tables).first(1)), recipe, {});
  ASSERT_TRUE(ensemble);
  EXPECT_FALSE(ensemble->stacking.members.platt.has_value());
}

}  // namespace
}  // namespace hitscope
