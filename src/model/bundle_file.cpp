// The bundle's file form (bundle.h): every part as tensors, the texts and small numbers as JSON in the
// metadata.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "model/bundle.h"
#include "model/digest.h"
#include "model/json_reason.h"
#include "model/mapped_file.h"
#include "model/safetensors.h"

namespace hitscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "hitscope-bundle";

tl::unexpected<Error> damaged(std::string detail) {
  return fail(ErrorKind::model_invalid, "The model file is damaged or not a hitscope bundle.",
              std::move(detail));
}

// Over everything in the file but the digest itself and the header's spelling.
std::string digest_of(const SafeTensors& content) {
  std::uint64_t digest = 0;
  const auto add_text = [&digest](std::string_view text) {
    const std::uint64_t length = text.size();
    digest = xxh64(std::as_bytes(std::span(&length, 1)), digest);
    digest = xxh64(std::as_bytes(std::span(text)), digest);
  };
  for (const auto& [key, text] : content.metadata) {
    if (key == "digest") continue;
    add_text(key);
    add_text(text);
  }
  for (const auto& [name, tensor] : content.tensors) {
    add_text(name);
    add_text(dtype_name(tensor.dtype));
    digest = xxh64(std::as_bytes(std::span(tensor.shape)), digest);
    digest = xxh64(tensor.bytes, digest);
  }
  return fmt::format("xxh64:{:016x}", digest);
}

template <typename T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return DType::u8;
  if constexpr (std::is_same_v<T, std::int8_t>) return DType::i8;
  if constexpr (std::is_same_v<T, std::uint32_t>) return DType::u32;
  if constexpr (std::is_same_v<T, float>) return DType::f32;
  if constexpr (std::is_same_v<T, double>) return DType::f64;
}

// ---- writing

class Writer {
 public:
  template <typename T>
  void add(const std::string& name, std::span<const T> values, std::vector<std::uint64_t> shape) {
    const auto bytes = std::as_bytes(values);
    content_.tensors[name] = {dtype_of<T>(), std::move(shape), bytes};
  }
  template <typename T>
  void add(const std::string& name, const std::vector<T>& values) {
    add(name, std::span<const T>(values), {values.size()});
  }
  void add(const std::string& name, const Matrix<float>& matrix) {
    add(name, matrix.values(), {matrix.rows(), matrix.columns()});
  }
  // Values made for the file, kept alive until it is written.
  template <typename T>
  void add_owned(const std::string& name, std::vector<T> values, std::vector<std::uint64_t> shape) {
    const auto bytes = std::as_bytes(std::span(values));
    owned_.emplace_back(bytes.begin(), bytes.end());
    content_.tensors[name] = {dtype_of<T>(), std::move(shape), owned_.back()};
  }

  void add_forest(const std::string& name, const TreeEnsemble& forest) {
    add_owned(name + ".feature", std::vector<std::int8_t>(forest.feature.begin(), forest.feature.end()),
              {forest.feature.size()});
    add(name + ".threshold", forest.threshold);
    add(name + ".left", forest.left);
    add(name + ".roots", forest.roots);
  }

  SafeTensors& content() { return content_; }

 private:
  SafeTensors content_;
  std::vector<std::vector<std::byte>> owned_;
};

Json forest_json(const TreeEnsemble& forest) {
  return {{"base", forest.base}, {"link", forest.link == Link::sigmoid ? "sigmoid" : "identity"}};
}

Json features_json(const std::vector<Feature>& features) {
  Json array = Json::array();
  for (const Feature& f : features) {
    array.push_back(
        {{"name", f.name}, {"unit", f.unit}, {"source", f.source}, {"low", f.low}, {"high", f.high}});
  }
  return array;
}

Json derived_json(const Bundle& bundle) {
  Json array = Json::array();
  for (const DerivedColumn& column : bundle.derived) {
    array.push_back({{"derivation", name_of(column.derivation)}, {"of", bundle.features[column.of].name}});
  }
  return array;
}

Json estimator_json(const Estimator& e) {
  Json inputs = Json::array();
  for (const EstimatorInput& input : e.inputs) {
    inputs.push_back(
        {{"name", input.name}, {"transform", input.transform == Transform::log10 ? "log10" : "none"}});
  }
  return {{"name", e.name},
          {"unit", e.unit},
          {"inputs", std::move(inputs)},
          {"intercept", e.intercept},
          {"low", e.low},
          {"high", e.high},
          {"r2", e.r2},
          {"rmse", e.rmse},
          {"residual_sd", e.residual_sd},
          {"trees", forest_json(e.trees)}};
}

Json card_json(const BundleCard& card) {
  Json data = Json::array();
  for (const DataFingerprint& table : card.data) {
    data.push_back({{"name", table.name}, {"sha256", table.sha256}, {"rows", table.rows}});
  }
  return {{"name", card.name},
          {"version", card.version},
          {"created", card.created},
          {"event", card.event},
          {"trained_on", card.trained_on},
          {"data_licence", card.data_licence},
          {"data", std::move(data)},
          {"auc_grouped", card.auc_grouped ? Json(*card.auc_grouped) : Json()},
          {"ece", card.ece ? Json(*card.ece) : Json()}};
}

std::vector<double> flatten(std::span<const StackCoefficients> stacks) {
  std::vector<double> values;
  for (const StackCoefficients& stack : stacks) {
    values.push_back(stack.intercept);
    values.insert(values.end(), stack.weights.begin(), stack.weights.end());
  }
  return values;
}

constexpr std::size_t kStackWidth = 1 + kModelCount;

std::string estimator_prefix(std::size_t index) {
  return "estimator." + std::to_string(index);
}

void describe(const Bundle& bundle, Writer& writer) {
  writer.add("scaler.mean", bundle.scaler.mean);
  writer.add("scaler.scale", bundle.scaler.scale);
  writer.add_forest("random_forest", bundle.random_forest);
  writer.add_forest("xgboost", bundle.xgboost);
  writer.add_forest("adaboost", bundle.adaboost);
  writer.add_forest("decision_tree", bundle.decision_tree);
  writer.add("knn.rows", std::span<const float>(bundle.knn.rows),
             {bundle.knn.labels.size(), bundle.knn.n_features});
  writer.add("knn.labels", bundle.knn.labels);
  writer.add("knn.index", bundle.knn.index);
  const ConsensusCalibration& calibration = bundle.calibration;
  writer.add_owned("calibration.stack", flatten(std::span(&calibration.stack, 1)), {kStackWidth});
  writer.add_owned("calibration.replicates", flatten(calibration.replicates),
                   {calibration.replicates.size(), kStackWidth});
  writer.add("calibration.map_x", calibration.map_x);
  writer.add("calibration.map_y", calibration.map_y);
  writer.add("background", bundle.background);
  writer.add("quantiles.hit", bundle.hit_quantiles);
  writer.add("quantiles.flop", bundle.flop_quantiles);
  Json estimators = Json::array();
  for (std::size_t i = 0; i < bundle.estimators.size(); ++i) {
    const Estimator& estimator = bundle.estimators[i];
    const std::string prefix = estimator_prefix(i);
    estimators.push_back(estimator_json(estimator));
    writer.add(prefix + ".scaler.mean", estimator.scaler.mean);
    writer.add(prefix + ".scaler.scale", estimator.scaler.scale);
    writer.add(prefix + ".coefficients", estimator.coefficients);
    writer.add(prefix + ".curve_x", estimator.curve_x);
    writer.add(prefix + ".curve_y", estimator.curve_y);
    writer.add_forest(prefix + ".trees", estimator.trees);
  }
  const Json models = {{"random_forest", forest_json(bundle.random_forest)},
                       {"xgboost", forest_json(bundle.xgboost)},
                       {"adaboost", forest_json(bundle.adaboost)},
                       {"knn", {{"k", bundle.knn.k}, {"distance_weights", bundle.knn.distance_weights}}},
                       {"decision_tree", forest_json(bundle.decision_tree)}};
  auto& metadata = writer.content().metadata;
  metadata["format"] = kFormat;
  metadata["schema_version"] = std::to_string(kBundleSchemaVersion);
  metadata["features"] = features_json(bundle.features).dump();
  metadata["derived"] = derived_json(bundle).dump();
  metadata["models"] = models.dump();
  metadata["estimators"] = estimators.dump();
  metadata["card"] = card_json(bundle.card).dump();
  metadata["recipe"] = bundle.card.recipe;
  metadata["metrics"] = bundle.card.metrics_json;
}

// ---- reading

// Thrown and caught within this file only: reading is a long straight line of lookups, any of which may fail.
struct Damage {
  std::string what;
};

class Reader {
 public:
  explicit Reader(const SafeTensors& content) : content_(content) {}

  [[nodiscard]] const std::string& text(const std::string& key) const {
    const auto found = content_.metadata.find(key);
    if (found == content_.metadata.end()) throw Damage{"no \"" + key + "\" in the metadata"};
    return found->second;
  }

  [[nodiscard]] Json json(const std::string& key) const {
    const std::string& source = text(key);
    // The parser itself does not recurse, but what it builds would be unwound by recursion.
    const auto shallow = [](int depth, Json::parse_event_t /*event*/, Json& /*value*/) {
      if (depth > 8) throw Damage{"metadata nested too deep"};
      return true;
    };
    return Json::parse(source, shallow);
  }

  // A tensor of this type and number of dimensions.
  template <typename T>
  [[nodiscard]] const TensorView& tensor(const std::string& name, std::size_t dimensions) const {
    const auto found = content_.tensors.find(name);
    if (found == content_.tensors.end()) throw Damage{"no tensor \"" + name + "\""};
    if (found->second.dtype != dtype_of<T>() || found->second.shape.size() != dimensions) {
      throw Damage{"tensor \"" + name + "\" has the wrong type or shape"};
    }
    return found->second;
  }

  template <typename T>
  [[nodiscard]] std::vector<T> vector(const std::string& name, std::size_t dimensions = 1) const {
    return copy<T>(tensor<T>(name, dimensions));
  }

  [[nodiscard]] Matrix<float> matrix(const std::string& name) const {
    const TensorView& view = tensor<float>(name, 2);
    Matrix<float> result(static_cast<std::size_t>(view.shape[0]), static_cast<std::size_t>(view.shape[1]));
    if (!view.bytes.empty()) std::memcpy(result.row(0).data(), view.bytes.data(), view.bytes.size());
    return result;
  }

  [[nodiscard]] std::vector<StackCoefficients> stacks(const std::string& name, std::size_t dimensions) const {
    const std::vector<double> values = vector<double>(name, dimensions);
    if (tensor<double>(name, dimensions).shape.back() != kStackWidth)
      throw Damage{name + " has the wrong width"};
    std::vector<StackCoefficients> result(values.size() / kStackWidth);
    for (std::size_t i = 0; i < result.size(); ++i) {
      const double* stack = values.data() + i * kStackWidth;
      result[i].intercept = stack[0];
      std::copy_n(stack + 1, kModelCount, result[i].weights.begin());
    }
    return result;
  }

  [[nodiscard]] TreeEnsemble forest(const std::string& name, const Json& json) const {
    TreeEnsemble forest;
    const auto feature = vector<std::int8_t>(name + ".feature");
    forest.feature.assign(feature.begin(), feature.end());
    forest.threshold = vector<float>(name + ".threshold");
    forest.left = vector<std::uint32_t>(name + ".left");
    forest.roots = vector<std::uint32_t>(name + ".roots");
    forest.base = json.at("base").get<double>();
    const auto link = json.at("link").get<std::string>();
    if (link != "identity" && link != "sigmoid") throw Damage{"unknown link \"" + link + "\""};
    forest.link = link == "sigmoid" ? Link::sigmoid : Link::identity;
    return forest;
  }

 private:
  template <typename T>
  static std::vector<T> copy(const TensorView& view) {
    std::vector<T> values(view.bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), view.bytes.data(), view.bytes.size());
    return values;
  }

  const SafeTensors& content_;
};

std::optional<double> optional_number(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

// JSON's own conversion of a negative, broken or huge number to an unsigned one is undefined.
std::uint64_t count(const Json& json) {
  if (!json.is_number_unsigned()) throw Damage{"metadata has something else where a count belongs"};
  return json.get<std::uint64_t>();
}

// Iterating over anything but an array would also work, after a fashion.
const Json& array(const Json& json) {
  if (!json.is_array()) throw Damage{"metadata has something else where a list belongs"};
  // NOLINTNEXTLINE(bugprone-return-const-ref-from-parameter): callers pass parts of a document they hold
  return json;
}

std::vector<Feature> read_features(const Json& json) {
  std::vector<Feature> features;
  for (const Json& f : array(json)) {
    features.push_back({f.at("name").get<std::string>(), f.at("unit").get<std::string>(),
                        f.at("source").get<std::string>(), f.at("low").get<double>(),
                        f.at("high").get<double>()});
  }
  return features;
}

Estimator read_estimator(const Reader& reader, const Json& json, const std::string& prefix) {
  Estimator e;
  e.name = json.at("name").get<std::string>();
  e.unit = json.at("unit").get<std::string>();
  for (const Json& input : array(json.at("inputs"))) {
    const auto transform = input.at("transform").get<std::string>();
    if (transform != "none" && transform != "log10") throw Damage{"unknown transform \"" + transform + "\""};
    e.inputs.push_back(
        {input.at("name").get<std::string>(), transform == "log10" ? Transform::log10 : Transform::none});
  }
  e.scaler = {reader.vector<double>(prefix + ".scaler.mean"),
              reader.vector<double>(prefix + ".scaler.scale")};
  e.intercept = json.at("intercept").get<double>();
  e.coefficients = reader.vector<double>(prefix + ".coefficients");
  e.trees = reader.forest(prefix + ".trees", json.at("trees"));
  e.curve_x = reader.vector<double>(prefix + ".curve_x");
  e.curve_y = reader.vector<double>(prefix + ".curve_y");
  e.low = json.at("low").get<double>();
  e.high = json.at("high").get<double>();
  e.r2 = json.at("r2").get<double>();
  e.rmse = json.at("rmse").get<double>();
  e.residual_sd = json.at("residual_sd").get<double>();
  return e;
}

BundleCard read_card(const Reader& reader) {
  const Json json = reader.json("card");
  BundleCard card;
  card.name = json.at("name").get<std::string>();
  card.version = json.at("version").get<std::string>();
  card.created = json.at("created").get<std::string>();
  card.event = json.at("event").get<std::string>();
  card.trained_on = json.at("trained_on").get<std::string>();
  card.data_licence = json.at("data_licence").get<std::string>();
  for (const Json& table : array(json.at("data"))) {
    card.data.push_back({table.at("name").get<std::string>(), table.at("sha256").get<std::string>(),
                         count(table.at("rows"))});
  }
  card.auc_grouped = optional_number(json.at("auc_grouped"));
  card.ece = optional_number(json.at("ece"));
  card.recipe = reader.text("recipe");
  card.metrics_json = reader.text("metrics");
  return card;
}

std::vector<DerivedColumn> read_derived(const Json& json, const std::vector<Feature>& features) {
  std::vector<DerivedColumn> derived;
  for (const Json& column : array(json)) {
    const auto name = column.at("derivation").get<std::string>();
    const auto derivation = derivation_named(name);
    if (!derivation) throw Damage{"unknown derivation \"" + name + "\""};
    const auto of = column.at("of").get<std::string>();
    const auto feature = std::find_if(features.begin(), features.end(),
                                      [&](const Feature& candidate) { return candidate.name == of; });
    derived.push_back({*derivation, static_cast<std::size_t>(feature - features.begin())});
  }
  return derived;
}

Bundle read_bundle(const Reader& reader) {
  Bundle bundle;
  bundle.features = read_features(reader.json("features"));
  bundle.derived = read_derived(reader.json("derived"), bundle.features);
  bundle.scaler = {reader.vector<double>("scaler.mean"), reader.vector<double>("scaler.scale")};
  const Json models = reader.json("models");
  bundle.random_forest = reader.forest("random_forest", models.at("random_forest"));
  bundle.xgboost = reader.forest("xgboost", models.at("xgboost"));
  bundle.adaboost = reader.forest("adaboost", models.at("adaboost"));
  bundle.decision_tree = reader.forest("decision_tree", models.at("decision_tree"));
  bundle.knn.n_features = bundle.features.size();
  bundle.knn.k = count(models.at("knn").at("k"));
  bundle.knn.distance_weights = models.at("knn").at("distance_weights").get<bool>();
  bundle.knn.rows = reader.vector<float>("knn.rows", 2);
  bundle.knn.labels = reader.vector<std::uint8_t>("knn.labels");
  bundle.knn.index = reader.vector<std::uint32_t>("knn.index");
  bundle.calibration.stack = reader.stacks("calibration.stack", 1).at(0);
  bundle.calibration.replicates = reader.stacks("calibration.replicates", 2);
  bundle.calibration.map_x = reader.vector<double>("calibration.map_x");
  bundle.calibration.map_y = reader.vector<double>("calibration.map_y");
  bundle.background = reader.matrix("background");
  bundle.hit_quantiles = reader.matrix("quantiles.hit");
  bundle.flop_quantiles = reader.matrix("quantiles.flop");
  const Json estimators = reader.json("estimators");
  for (std::size_t i = 0; i < array(estimators).size(); ++i) {
    bundle.estimators.push_back(read_estimator(reader, estimators.at(i), estimator_prefix(i)));
  }
  bundle.card = read_card(reader);
  return bundle;
}

Result<void> check_version(const Reader& reader) {
  const std::string& text = reader.text("schema_version");
  const bool digits =
      !text.empty() && text.size() <= 6 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) return damaged("schema version \"" + text + "\"");
  const int version = std::stoi(text);
  if (version > kBundleSchemaVersion) {
    return fail(ErrorKind::model_invalid, "The model was made by a newer hitscope.",
                fmt::format("schema version {}, this program reads {}", version, kBundleSchemaVersion));
  }
  if (version < 1) return damaged("schema version \"" + text + "\"");
  return {};
}

tl::unexpected<Error> write_failure(const char* what) {
  const int number = errno;
  return fail(ErrorKind::unreadable, "The model file cannot be written.",
              std::string(what) + ": " + std::generic_category().message(number));
}

}  // namespace

Result<Bundle> load_bundle(std::span<const std::byte> bytes) {
  const Result<SafeTensors> content = read_safetensors(bytes);
  if (!content) return tl::unexpected(content.error());
  const auto format = content->metadata.find("format");
  if (format == content->metadata.end() || format->second != kFormat) {
    return damaged("a safetensors file, but its format is not \"" + std::string(kFormat) + "\"");
  }
  try {
    const Reader reader(*content);
    if (const auto readable = check_version(reader); !readable) return tl::unexpected(readable.error());
    if (const std::string digest = digest_of(*content); digest != reader.text("digest")) {
      return damaged("the content does not match its digest: computed " + digest);
    }
    Bundle bundle = read_bundle(reader);
    if (const auto sound = bundle.validate(); !sound) return tl::unexpected(sound.error());
    bundle.knn.prepare();
    return bundle;
  } catch (const Damage& damage) {
    return damaged(damage.what);
  } catch (const nlohmann::json::exception& error) {
    return damaged(json_reason(error.what()));
  }
}

Result<Bundle> load_bundle(const std::filesystem::path& path) {
  const Result<MappedFile> file = MappedFile::open(path);
  if (!file) return tl::unexpected(file.error());
  return load_bundle(file->bytes());
}

Result<std::vector<std::byte>> encode_bundle(const Bundle& bundle) {
  if (const auto sound = bundle.validate(); !sound) return tl::unexpected(sound.error());
  Writer writer;
  try {
    describe(bundle, writer);
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::model_invalid, "The model's texts cannot be written.", error.what());
  }
  writer.content().metadata["digest"] = digest_of(writer.content());
  return write_safetensors(writer.content());
}

Result<void> save_bundle(const Bundle& bundle, const std::filesystem::path& path) {
  const Result<std::vector<std::byte>> bytes = encode_bundle(bundle);
  if (!bytes) return tl::unexpected(bytes.error());
  std::string temporary = path.string() + ".XXXXXX";
  const int descriptor = ::mkstemp(temporary.data());
  if (descriptor < 0) return write_failure("create");
  struct Cleanup {
    int descriptor;
    const std::string& temporary;
    ~Cleanup() {
      ::close(descriptor);
      ::unlink(temporary.c_str());  // no longer there once renamed
    }
  } const cleanup{descriptor, temporary};

  std::span<const std::byte> rest = *bytes;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return write_failure("write");
    rest = rest.subspan(static_cast<std::size_t>(written));
  }
  constexpr mode_t kReadableByAll = 0644;
  if (::fchmod(descriptor, kReadableByAll) != 0) return write_failure("permissions");
  if (::fsync(descriptor) != 0) return write_failure("sync");
  if (::rename(temporary.c_str(), path.c_str()) != 0) return write_failure("rename");
  return {};
}

}  // namespace hitscope
