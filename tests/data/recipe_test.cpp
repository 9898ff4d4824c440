#include "data/recipe.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hitscope {
namespace {

constexpr std::string_view kSmallest = "name = \"x\"\nfeatures = [\"tempo\", \"energy\"]\n";

std::string refused(const std::string& toml) {
  const auto recipe = parse_recipe(toml);
  if (recipe) return "";
  EXPECT_EQ(recipe.error().kind, ErrorKind::recipe_invalid);
  return recipe.error().detail;
}

TEST(Recipe, TheSmallestOneTakesTheDefaults) {
  const auto recipe = parse_recipe(kSmallest);
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->name, "x");
  EXPECT_EQ(recipe->features, (std::vector<std::string>{"tempo", "energy"}));
  EXPECT_EQ(recipe->random_forest.n_estimators, 100U);
  EXPECT_EQ(recipe->xgboost.learning_rate, 0.3);
  EXPECT_EQ(recipe->knn.n_neighbors, 5U);
  EXPECT_EQ(recipe->source, kSmallest);
}

TEST(Recipe, TitlesMayHaveAnyLetters) {
  const auto recipe = parse_recipe(std::string(kSmallest) + "title = \"\xC3\xA9t\xC3\xA9\"\n");
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->title, "\xC3\xA9t\xC3\xA9");
}

TEST(Recipe, ReadsEverySection) {
  const auto recipe = parse_recipe(R"(
name = "x"
features = ["valence"]
seed = 7
event_popularity = 20
[rows]
energy_above = 0.25
drop_duplicates = ["row", "song"]
balance = "weights"
test_share = 0.3
[[lesson]]
rule = "genre_median"
drop_unheard = true
[[lesson]]
rule = "event"
weight = 0.5
[serving]
match = true
tempo_half = 0.25
[random_forest]
n_estimators = 7
min_samples_leaf = 9
[xgboost]
max_depth = 4
subsample = 0.8
[adaboost]
learning_rate = 0.5
[knn]
weights = "distance"
[decision_tree]
criterion = "entropy"
[calibration]
folds = 3
hold_out = "rows"
members = false
)");
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->seed, 7U);
  EXPECT_TRUE(recipe->match_serving);
  EXPECT_EQ(recipe->energy_above, 0.25);
  EXPECT_EQ(recipe->duplicates, (std::vector{DuplicateRule::row, DuplicateRule::song}));
  EXPECT_EQ(recipe->balance, Balance::weights);
  EXPECT_EQ(recipe->test_share, 0.3);
  ASSERT_EQ(recipe->lessons.size(), 2U);
  EXPECT_EQ(recipe->lessons[0].label.rule, LabelRule::genre_median);
  EXPECT_TRUE(recipe->lessons[0].label.drop_unheard);
  EXPECT_EQ(recipe->lessons[1].label.rule, LabelRule::popularity_threshold);
  EXPECT_EQ(recipe->lessons[1].label.threshold, 20);
  EXPECT_EQ(recipe->lessons[1].weight, 0.5);
  EXPECT_EQ(recipe->serving_errors.tempo_half, 0.25);
  EXPECT_EQ(recipe->event_popularity, 20);
  EXPECT_EQ(recipe->random_forest.n_estimators, 7U);
  EXPECT_EQ(recipe->random_forest.min_samples_leaf, 9U);
  EXPECT_EQ(recipe->xgboost.max_depth, 4U);
  EXPECT_EQ(recipe->xgboost.subsample, 0.8);
  EXPECT_EQ(recipe->adaboost.learning_rate, 0.5);
  EXPECT_TRUE(recipe->knn.distance_weights);
  EXPECT_TRUE(recipe->decision_tree.entropy);
  EXPECT_EQ(recipe->calibration.folds, 3U);
  EXPECT_EQ(recipe->calibration.hold_out, HoldOut::rows);
  EXPECT_FALSE(recipe->calibration.members);
}

TEST(Recipe, SettingsForSeveralTablesAreThoseForOneUnlessStated) {
  const std::string start = std::string(kSmallest) + "tempo_off_whole = true\n[xgboost]\nmax_depth = 8\n";
  const auto same = parse_recipe(start);
  ASSERT_TRUE(same) << same.error().message;
  EXPECT_TRUE(same->pooled.tempo_off_whole);
  EXPECT_EQ(same->pooled.xgboost.max_depth, 8U);
  const auto apart =
      parse_recipe(start + "[pooled]\ntempo_off_whole = false\n[pooled.xgboost]\nn_estimators = 7\n");
  ASSERT_TRUE(apart) << apart.error().message;
  EXPECT_TRUE(apart->tempo_off_whole);
  EXPECT_FALSE(apart->pooled.tempo_off_whole);
  EXPECT_EQ(apart->xgboost.n_estimators, 100U);
  EXPECT_EQ(apart->pooled.xgboost.n_estimators, 7U);
  EXPECT_EQ(apart->pooled.xgboost.max_depth, 8U) << "what is not stated is as for one table";
  EXPECT_EQ(refused(std::string(kSmallest) + "[pooled.svm]\n"), "line 3, column 9");
}

TEST(Recipe, RefusesWhatItDoesNotKnowWithItsPlace) {
  const std::string start(kSmallest);
  EXPECT_EQ(refused(start + "sead = 1\n"), "line 3, column 1");
  EXPECT_EQ(refused(start + "[knn]\nk = 5\n"), "line 4, column 1");
  EXPECT_EQ(refused(start + "[svm]\n"), "line 3, column 2");
  EXPECT_EQ(refused("name = \"x\"\nfeatures = [\"tempo\", \"melody\"]\n"), "line 2, column 22");
  EXPECT_EQ(refused("name = \"x\"\nfeatures = [\"tempo\", \"tempo\"]\n"), "line 2, column 22");
}

TEST(Recipe, RefusesValuesOfTheWrongKindOrRange) {
  const std::string start(kSmallest);
  EXPECT_EQ(refused(start + "seed = -1\n"), "line 3, column 8");
  EXPECT_EQ(refused(start + "seed = 1.5\n"), "line 3, column 8");
  EXPECT_NE(refused("name = \"x\"\nfeatures = [\"energy\"]\ntempo_off_whole = true\n"), "");
  EXPECT_EQ(refused(start + "[serving]\nmatch = 1\n"), "line 4, column 9");
  EXPECT_EQ(refused(start + "[serving]\nkey_fifth = 0.6\nkey_other = 0.6\n"), "line 3, column 1");
  EXPECT_EQ(refused(start + "[[lesson]]\nweight = 1\n"), "line 3, column 1") << "a lesson needs a rule";
  EXPECT_EQ(refused(start + "lesson = 1\n"), "line 3, column 10");
  EXPECT_EQ(refused(start + "rows = 3\n"), "line 3, column 8");
  EXPECT_EQ(refused(start + "[rows]\nenergy_above = nan\n"), "line 4, column 16");
  EXPECT_EQ(refused(start + "[[lesson]]\nrule = \"best\"\n"), "line 4, column 8");
  EXPECT_EQ(refused(start + "[random_forest]\nn_estimators = 0\n"), "line 4, column 16");
  EXPECT_EQ(refused(start + "[xgboost]\nlearning_rate = \"fast\"\n"), "line 4, column 17");
}

TEST(Recipe, RefusesWhatIsNotToml) {
  EXPECT_EQ(refused("name = \n"), "line 1, column 8");
  EXPECT_FALSE(refused("[ = 1\n").empty()) << "on which the parser's own assertion fails";
  EXPECT_FALSE(refused("n\xC3\xA9 = 1\n").empty()) << "letters that its tables do not know";
  EXPECT_FALSE(refused("features = [\"tempo\"]\n").empty()) << "a recipe needs a name";
  EXPECT_FALSE(refused("name = \"x\"\n").empty()) << "and features";
  EXPECT_FALSE(refused("name = \"x\"\nfeatures = []\n").empty());
}

TEST(Recipe, TheBuiltInOnesAreSound) {
  std::vector<std::string> names;
  for (const BuiltInRecipe& built_in : built_in_recipes()) {
    const auto recipe = load_recipe(std::string(built_in.name));
    ASSERT_TRUE(recipe) << built_in.name << ": " << recipe.error().message;
    EXPECT_EQ(recipe->name, built_in.name) << "a recipe is named like its file";
    names.push_back(recipe->name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"attributes", "audio", "seed13", "seed5"}));
  EXPECT_EQ(load_recipe("seed5")->features,
            (std::vector<std::string>{"tempo", "loudness", "key", "mode", "energy"}));
  EXPECT_EQ(load_recipe("seed13")->features.size(), 13U);
  EXPECT_FALSE(load_recipe("seed5")->note.empty()) << "the leaked protocol says that it leaks";
  EXPECT_EQ(load_recipe("nothing").error().kind, ErrorKind::not_found);
  EXPECT_EQ(load_recipe("/no/such.toml").error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace hitscope
