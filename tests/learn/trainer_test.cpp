// The whole way from files to a bundle and to an evaluation, on tables made up here.
#include "learn/trainer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "learn/made_tables.h"
#include "model/predictor.h"

namespace hitscope {
namespace {

using testing::made_csv;
using testing::small_recipe;

class Trainer : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() /
        ("hitscope_trainer_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  std::vector<std::filesystem::path> two_files() const {
    return {write("one.csv", made_csv({.seed = 1, .id = "a"})),
            write("two.csv", made_csv({.rows = 800, .seed = 2, .id = "b", .target = true}))};
  }
  static TrainOptions training(std::vector<std::filesystem::path> data, const std::string& more) {
    TrainOptions options;
    options.data = std::move(data);
    options.recipe = small_recipe(more);
    return options;
  }
  static EvaluateOptions evaluating(std::vector<std::filesystem::path> data, const std::string& more) {
    EvaluateOptions options;
    options.data = std::move(data);
    options.recipe = small_recipe(more);
    return options;
  }
  std::filesystem::path folder_;
};

constexpr std::string_view kLesson = "[[lesson]]\nrule = \"median\"\n";

TEST_F(Trainer, MakesABundleThatServes) {
  std::vector<std::string> told;
  TrainOptions options = training(two_files(), std::string(kLesson));
  options.digest = [](const std::filesystem::path&) -> Result<std::string> { return std::string("00ff"); };
  options.learn.progress = [&](std::string_view doing, std::size_t, std::size_t) {
    told.emplace_back(doing);
  };
  auto trained = train(options);
  ASSERT_TRUE(trained) << trained.error().message;
  const Bundle& bundle = trained->bundle;
  EXPECT_TRUE(bundle.validate());
  EXPECT_EQ(bundle.card.data.size(), 2U);
  EXPECT_EQ(bundle.card.data[0].sha256, "00ff");
  ASSERT_TRUE(bundle.card.auc_grouped);
  EXPECT_GT(*bundle.card.auc_grouped, 0.7) << "energetic, loud tracks are popular here";
  EXPECT_FALSE(told.empty());

  const Predictor predictor(bundle);
  const std::vector<float> loud = {120, -4, 0, 1, 0.95F, 200'000};
  const std::vector<float> quiet = {120, -16, 0, 1, 0.05F, 200'000};
  const Verdict hit = predictor.judge(loud);
  const Verdict flop = predictor.judge(quiet);
  EXPECT_EQ(hit.label, Label::hit);
  EXPECT_EQ(flop.label, Label::flop);
  EXPECT_GT(hit.probability, 0.7);
  EXPECT_LT(flop.probability, 0.3);

  const std::string card = card_markdown(*trained);
  EXPECT_NE(card.find("# Model card"), std::string::npos);
  EXPECT_EQ(card.find("artist1"), std::string::npos) << "no names of artists leave the tables";
}

TEST_F(Trainer, TheSameFilesGiveTheSameBytes) {
  TrainOptions options = training(two_files(), std::string(kLesson));
  options.learn.n_threads = 1;
  const auto once = train(options);
  options.learn.n_threads = 2;
  const auto again = train(options);
  ASSERT_TRUE(once && again);
  EXPECT_EQ(*encode_bundle(once->bundle), *encode_bundle(again->bundle));
}

TEST_F(Trainer, SaysWhatIsMissing) {
  TrainOptions options = training(two_files(), "[serving]\nmatch = true\n");
  EXPECT_EQ(train(options).error().kind, ErrorKind::recipe_invalid) << "no tables to match serving with";
  options.data = {folder_ / "two.csv"};
  options.recipe = small_recipe();
  EXPECT_EQ(train(options).error().kind, ErrorKind::table_invalid) << "a target is not the event";
  options.data = {folder_ / "none.csv"};
  const auto missing = train(options);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_NE(missing.error().message.find("none.csv"), std::string::npos);
}

TEST_F(Trainer, EvaluatesByEveryProtocol) {
  std::string split = "index,part,hit\n";
  const Table table = testing::table_of(made_csv({.seed = 1, .id = "a"}));
  for (std::size_t r = 0; r < table.rows(); ++r) {
    split += fmt::format("{},{},{}\n", r, r % 5 == 0 ? "test" : "train",
                         table.numbers("popularity")[r] >= 30 ? 1 : 0);
  }
  EvaluateOptions options = evaluating(two_files(), std::string(kLesson));
  options.split_file = write("split.csv", split);
  for (const Protocol protocol : {Protocol::random, Protocol::grouped, Protocol::transfer, Protocol::split}) {
    options.protocol = protocol;
    const auto result = evaluate(options);
    ASSERT_TRUE(result) << name_of(protocol) << ": " << result.error().message;
    ASSERT_EQ(result->models.size(), 8U);
    EXPECT_EQ(result->models.back().name, "consensus");
    EXPECT_GT(result->models.back().scores.auc().value, 0.68) << name_of(protocol);
    EXPECT_NEAR(result->baselines.front().scores.auc().value, 0.5, 1e-9) << "majority";
    EXPECT_EQ(result->tables.front().best_feature, "energy");
    std::size_t rows = 0;
    for (const VoteCount& votes : result->tables.front().votes) rows += votes.rows;
    EXPECT_EQ(rows, result->tables.front().rows);

    const std::string json = to_json(*result);
    for (const char* key :
         {"\"recipe\"", "\"protocol\"", "\"rows\"", "\"models\"", "\"random_forest\"", "\"hard_vote\"",
          "\"soft_vote\"", "\"consensus\"", "\"auc\"", "\"auc_ci\"", "\"baselines\"", "\"tables\""}) {
      EXPECT_NE(json.find(key), std::string::npos) << key;
    }
    EXPECT_NE(to_markdown(*result).find("consensus"), std::string::npos);
  }
}

TEST_F(Trainer, ProtocolsNeedTheirTables) {
  EvaluateOptions options = evaluating({}, "");
  EXPECT_FALSE(evaluate(options));
  options.data = {two_files()[0]};
  options.protocol = Protocol::transfer;
  EXPECT_EQ(evaluate(options).error().kind, ErrorKind::table_invalid) << "nothing to hold out";
  options.data = {folder_ / "two.csv"};
  options.protocol = Protocol::grouped;
  EXPECT_EQ(evaluate(options).error().kind, ErrorKind::table_invalid) << "no popularity";
}

}  // namespace
}  // namespace hitscope
