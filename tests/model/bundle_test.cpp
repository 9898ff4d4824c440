#include "model/bundle.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "model/digest.h"
#include "model/find_bundle.h"
#include "model/predictor.h"
#include "model/safetensors.h"
#include "model/sample_models.h"

namespace hitscope {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "hitscope-bundle-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Small, so that every byte of the file can be damaged in turn.
Bundle tiny() {
  return testing::sample_bundle(1, {.features = 2, .trees = 2, .depth = 2, .rows = 10, .background = 2});
}

std::vector<std::byte> encoded(const Bundle& bundle) {
  auto bytes = encode_bundle(bundle);
  EXPECT_TRUE(bytes);
  return *bytes;
}

void expect_refused(std::span<const std::byte> bytes, const std::string& what) {
  const auto bundle = load_bundle(bytes);
  ASSERT_FALSE(bundle) << what;
  EXPECT_EQ(bundle.error().kind, ErrorKind::model_invalid) << what;
  EXPECT_FALSE(bundle.error().message.empty()) << what;
  // Where: a byte, a tensor, a text of the header, or the digest over all.
  EXPECT_FALSE(bundle.error().detail.empty()) << what;
  EXPECT_LT(bundle.error().detail.size(), 400U) << what << ": " << bundle.error().detail;
}

// The bundle with its container changed by hand and its digest made right again, so that the change itself
// is what is judged.
std::vector<std::byte> forged(const std::function<void(SafeTensors&)>& change) {
  const std::vector<std::byte> bytes = encoded(tiny());
  SafeTensors content = *read_safetensors(bytes);
  change(content);
  // A wrong digest is answered with the right one.
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::vector<std::byte> again = *write_safetensors(content);
    const auto bundle = load_bundle(again);
    const std::string_view marker = "computed ";
    if (bundle || bundle.error().detail.find(marker) == std::string::npos) return again;
    content.metadata["digest"] =
        bundle.error().detail.substr(bundle.error().detail.find(marker) + marker.size());
  }
  return *write_safetensors(content);
}

std::string forged_error(const std::function<void(SafeTensors&)>& change) {
  const auto bundle = load_bundle(forged(change));
  if (bundle) return "";
  EXPECT_EQ(bundle.error().kind, ErrorKind::model_invalid);
  return bundle.error().message + " " + bundle.error().detail;
}

// One JSON text of the metadata, changed.
std::string edited(const std::string& key, const std::function<void(nlohmann::ordered_json&)>& change) {
  return forged_error([&](SafeTensors& content) {
    auto json = nlohmann::ordered_json::parse(content.metadata.at(key));
    change(json);
    content.metadata[key] = json.dump();
  });
}

TEST(Bundle, ComesBackAsItWas) {
  const Bundle bundle = testing::sample_bundle(2, {.features = 5, .derived = 1});
  const std::vector<std::byte> bytes = encoded(bundle);
  const auto loaded = load_bundle(bytes);
  ASSERT_TRUE(loaded) << loaded.error().message << loaded.error().detail;
  EXPECT_EQ(encoded(*loaded), bytes);
  EXPECT_EQ(loaded->features[1].source, "measured_1");
  EXPECT_EQ(loaded->random_forest.threshold, bundle.random_forest.threshold);
  EXPECT_EQ(loaded->random_forest.left, bundle.random_forest.left);
  EXPECT_EQ(loaded->xgboost.base, bundle.xgboost.base);
  EXPECT_EQ(loaded->xgboost.link, Link::sigmoid);
  ASSERT_EQ(loaded->derived.size(), 1U);
  EXPECT_EQ(loaded->derived[0].of, 1U);
  EXPECT_EQ(loaded->knn.k, bundle.knn.k);
  EXPECT_EQ(loaded->knn.distance_weights, bundle.knn.distance_weights);
  EXPECT_EQ(loaded->card.recipe, bundle.card.recipe);
  EXPECT_EQ(loaded->card.metrics_json, bundle.card.metrics_json);
  EXPECT_EQ(loaded->card.auc_grouped, bundle.card.auc_grouped);
  EXPECT_EQ(loaded->card.ece, std::nullopt);
  EXPECT_EQ(loaded->card.data.at(0).rows, 12U);
  EXPECT_EQ(loaded->estimators.at(0).inputs.at(1).transform, Transform::log10);
  EXPECT_EQ(loaded->estimators.at(0).residual_sd, bundle.estimators.at(0).residual_sd);

  const Predictor before(bundle);
  const Predictor after(*loaded);
  Random random(3);
  for (int i = 0; i < 50; ++i) {
    const std::vector<float> row = testing::sample_row(bundle, random);
    const Verdict a = before.judge(row);
    const Verdict b = after.judge(row);
    EXPECT_EQ(a.probability, b.probability);
    EXPECT_EQ(a.probability_low, b.probability_low);
    EXPECT_EQ(before.probabilities(row), after.probabilities(row));
  }
}

TEST(Bundle, IsSavedWholeAndReadable) {
  const Folder folder;
  const fs::path path = folder.path() / "model.safetensors";
  ASSERT_TRUE(save_bundle(tiny(), path));
  ASSERT_TRUE(save_bundle(tiny(), path));  // over the old one
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
  EXPECT_EQ(fs::status(path).permissions() & fs::perms::mask, fs::perms{0644});
  const auto loaded = load_bundle(path);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->card.name, "sample");
}

TEST(Bundle, AnInvalidOneIsNotWritten) {
  const Folder folder;
  Bundle bundle = tiny();
  bundle.knn.k = 1000;
  const auto saved = save_bundle(bundle, folder.path() / "x");
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind, ErrorKind::model_invalid);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Bundle, SaysWhereItCannotWriteOrRead) {
  const Folder folder;
  EXPECT_EQ(save_bundle(tiny(), folder.path() / "no" / "such").error().kind, ErrorKind::unreadable);
  EXPECT_EQ(load_bundle(folder.path() / "absent").error().kind, ErrorKind::not_found);
  EXPECT_EQ(load_bundle(folder.path()).error().kind, ErrorKind::unreadable);
  std::ofstream(folder.path() / "empty").close();
  EXPECT_EQ(load_bundle(folder.path() / "empty").error().kind, ErrorKind::model_invalid);
}

TEST(Bundle, TruncationIsNoticedEverywhere) {
  const std::vector<std::byte> bytes = encoded(tiny());
  ASSERT_GE(bytes.size(), 200U);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    // A copy of exactly that length, so that the sanitizer sees a read beyond it.
    const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    expect_refused(part, "length " + std::to_string(length));
  }
}

TEST(Bundle, AFlippedBitIsNoticedEverywhereButInPadding) {
  std::vector<std::byte> bytes = encoded(tiny());
  std::uint64_t header_size = 0;
  std::memcpy(&header_size, bytes.data(), sizeof header_size);
  const std::size_t data_start = sizeof header_size + static_cast<std::size_t>(header_size);
  int refused = 0;
  Random random(4);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool padding = i < data_start && bytes[i] == std::byte{' '} && bytes[i + 1] != std::byte{'"'};
    if (padding) continue;
    const auto mask = static_cast<std::byte>(1U << random.below(8));
    bytes[i] ^= mask;
    const auto bundle = load_bundle(bytes);
    if (bundle) {
      // JSON has two spellings for some texts (an escape's letter case); the content must then be the same.
      EXPECT_LT(i, data_start);
      EXPECT_EQ(encoded(*bundle), encoded(tiny())) << "byte " << i;
    } else {
      ++refused;
      expect_refused(bytes, "byte " + std::to_string(i));
    }
    bytes[i] ^= mask;
  }
  EXPECT_GE(refused, 200);
  EXPECT_TRUE(load_bundle(bytes));
}

TEST(Bundle, AForeignSafetensorsFileIsRefused) {
  const std::array<float, 2> weights = {1, 2};
  SafeTensors content;
  content.metadata = {{"format", "pt"}};
  content.tensors["layer.0.weight"] = {DType::f32, {2}, std::as_bytes(std::span(weights))};
  const auto bundle = load_bundle(*write_safetensors(content));
  ASSERT_FALSE(bundle);
  EXPECT_EQ(bundle.error().kind, ErrorKind::model_invalid);
  EXPECT_NE(bundle.error().detail.find("hitscope-bundle"), std::string::npos);
}

TEST(Bundle, ANewerVersionIsNamedAsSuch) {
  const auto error = forged_error([](SafeTensors& c) { c.metadata["schema_version"] = "2"; });
  EXPECT_NE(error.find("made by a newer hitscope"), std::string::npos) << error;
  for (const char* nonsense : {"", "0", "-1", "1.5", "x", "99999999999999999999"}) {
    EXPECT_NE(forged_error([&](SafeTensors& c) { c.metadata["schema_version"] = nonsense; }), "") << nonsense;
  }
}

TEST(Bundle, TheForgeItselfIsSound) {
  EXPECT_EQ(forged_error([](SafeTensors&) {}), "");
  EXPECT_EQ(forged_error([](SafeTensors& c) { c.metadata["recipe"] = "other"; }), "");
}

TEST(Bundle, EveryPartIsNeeded) {
  const std::vector<std::byte> bytes = encoded(tiny());
  const SafeTensors content = *read_safetensors(bytes);
  for (const auto& entry : content.tensors) {
    const std::string& name = entry.first;  // clang 14 captures no structured binding
    EXPECT_NE(forged_error([&](SafeTensors& c) { c.tensors.erase(name); }), "") << name;
    EXPECT_NE(forged_error([&](SafeTensors& c) {
                c.tensors[name].dtype = DType::boolean;
                c.tensors[name].shape = {c.tensors[name].bytes.size()};
              }),
              "")
        << name;
    const bool optional = name == "estimator.0.coefficients" || name == "estimator.0.trees.roots";
    if (entry.second.bytes.empty() || optional) continue;
    EXPECT_NE(forged_error([&](SafeTensors& c) {
                c.tensors[name].bytes = {};
                std::fill(c.tensors[name].shape.begin(), c.tensors[name].shape.end(), 0U);
              }),
              "")
        << name;
  }
  for (const auto& entry : content.metadata) {
    const std::string& key = entry.first;
    EXPECT_NE(forged_error([&](SafeTensors& c) { c.metadata.erase(key); }), "") << key;
  }
}

TEST(Bundle, HostileTextsAreRefused) {
  using Json = nlohmann::ordered_json;
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  for (const char* key : {"features", "models", "estimators", "card"}) {
    for (const std::string& text :
         {std::string(), std::string("null"), std::string("1e999"), std::string("[1,2]"),
          std::string("\"text\""), std::string("{\"a\":"), deep}) {
      EXPECT_NE(forged_error([&](SafeTensors& c) { c.metadata[key] = text; }), "")
          << key << " " << text.substr(0, 20);
    }
  }
  EXPECT_NE(edited("features", [](Json& j) { j[0]["name"] = j[1]["name"]; }), "");
  EXPECT_NE(edited("features", [](Json& j) { j[0]["low"] = "zero"; }), "");
  EXPECT_NE(edited("features", [](Json& j) { j.push_back(j[0]); }), "");
  EXPECT_NE(edited("derived", [](Json& j) { j.push_back({{"derivation", "cube"}, {"of", "feature_1"}}); }),
            "");
  EXPECT_NE(edited("derived", [](Json& j) { j.push_back({{"derivation", "off_whole"}, {"of", "x"}}); }), "");
  EXPECT_NE(
      edited("derived", [](Json& j) { j.push_back({{"derivation", "off_whole"}, {"of", "feature_1"}}); }), "")
      << "one column more than the scaler and the trees know";
  EXPECT_NE(edited("models", [](Json& j) { j["knn"]["k"] = -1; }), "");
  EXPECT_NE(edited("models", [](Json& j) { j["knn"]["k"] = 0; }), "");
  EXPECT_NE(edited("models", [](Json& j) { j["knn"]["k"] = 1e300; }), "");
  EXPECT_NE(edited("models", [](Json& j) { j["xgboost"]["link"] = "softmax"; }), "");
  EXPECT_NE(edited("models", [](Json& j) { j["xgboost"].erase("base"); }), "");
  EXPECT_NE(edited("estimators", [](Json& j) { j[0]["inputs"][0]["transform"] = "exp"; }), "");
  EXPECT_NE(edited("estimators", [](Json& j) { j[0]["low"] = 1e9; }), "");
  EXPECT_NE(edited("estimators", [](Json& j) { j.push_back(j[0]); }), "");
  EXPECT_NE(edited("card", [](Json& j) { j["data"][0]["rows"] = "many"; }), "");
  EXPECT_NE(edited("card", [](Json& j) { j["auc_grouped"] = "good"; }), "");
}

// Digests can be forged; what matters then is that every walk still ends and stays within its arrays.
TEST(Bundle, ForgedTensorsAreRefusedOrHarmless) {
  const std::vector<std::byte> original = encoded(tiny());
  const SafeTensors sound = *read_safetensors(original);
  Random random(5);
  for (const auto& entry : sound.tensors) {
    const std::string& name = entry.first;
    const TensorView& tensor = entry.second;
    if (tensor.bytes.empty()) continue;
    for (int i = 0; i < 20; ++i) {
      std::vector<std::byte> damaged(tensor.bytes.begin(), tensor.bytes.end());
      damaged[random.below(damaged.size())] = static_cast<std::byte>(random.below(256));
      const auto bytes = forged([&](SafeTensors& c) { c.tensors[name].bytes = damaged; });
      auto bundle = load_bundle(bytes);
      if (!bundle) {
        EXPECT_EQ(bundle.error().kind, ErrorKind::model_invalid);
        continue;
      }
      const Verdict verdict = Predictor(std::move(*bundle)).judge(std::vector<float>{0.5F, 1.5F}, true);
      EXPECT_GE(verdict.probability, 0.0) << name;
      EXPECT_LE(verdict.probability, 1.0) << name;
    }
  }
}

TEST(FindBundle, LooksInTheGivenFolderAndTakesPathsAsTheyAre) {
  const Folder folder;
  const fs::path path = folder.path() / "default.safetensors";
  ASSERT_TRUE(save_bundle(tiny(), path));
  ASSERT_EQ(::setenv("HITSCOPE_MODELS", folder.path().c_str(), 1), 0);
  EXPECT_EQ(model_folders().front(), folder.path());
  EXPECT_EQ(find_bundle("default").value(), path);
  EXPECT_EQ(find_bundle(path.string()).value(), path);
  const auto missing = find_bundle("no-such-model");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_NE(missing.error().detail.find((folder.path() / "no-such-model.safetensors").string()),
            std::string::npos);
  EXPECT_EQ(find_bundle((folder.path() / "x.safetensors").string()).error().kind, ErrorKind::not_found);
  EXPECT_FALSE(find_bundle(""));
  EXPECT_FALSE(find_bundle("../default"));
  ::unsetenv("HITSCOPE_MODELS");
  EXPECT_EQ(model_folders().front().filename(), "models");
}

}  // namespace
}  // namespace hitscope
