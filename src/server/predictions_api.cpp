#include "server/predictions_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "report/json.h"
#include "report/judge.h"
#include "server/json_body.h"
#include "server/problem.h"

namespace hitscope::server {
namespace {

// Explanations waiting for their turn; more would only make everyone wait.
constexpr int kMostWaiting = 64;

struct Question {
  const ServedModel* model = nullptr;
  std::vector<float> row;  // NaN: unknown
  std::string unknown;     // the names of those, as JSON strings
  bool explain = false;
};

std::string answer(const Question& question) {
  const Predictor& predictor = question.model->predictor;
  const Verdict verdict = predictor.judge(question.row, question.explain);
  return fmt::format(R"({{"verdict": {}, "unknown": [{}]}})",
                     to_json(verdict, summary_of(predictor.bundle()), JsonLayout::compact), question.unknown);
}

Error bad(std::string why) {
  return {ErrorKind::table_invalid, "The body is not taken.", std::move(why)};
}

Result<Question> question_of(const Request& request, const std::vector<ServedModel>& models) {
  const auto body = json_object(request.body, {"features", "model", "explain"});
  if (!body) return tl::unexpected(body.error());
  Question question;
  question.model = &models.front();
  if (const auto name = body->find("model"); name != body->end()) {
    if (!name->is_string()) return tl::unexpected(bad("model is no text"));
    const auto found = std::ranges::find(models, name->get_ref<const std::string&>(), &ServedModel::name);
    if (found == models.end()) return fail(ErrorKind::not_found, "There is no model of that name here.");
    question.model = &*found;
  }
  if (const auto explain = body->find("explain"); explain != body->end()) {
    if (!explain->is_boolean()) return tl::unexpected(bad("explain is neither true nor false"));
    question.explain = explain->get<bool>();
  }
  const auto features = body->find("features");
  if (features == body->end() || !features->is_object()) return tl::unexpected(bad("features is no object"));
  const std::vector<Feature>& known = question.model->predictor.bundle().features;
  question.row.assign(known.size(), std::numeric_limits<float>::quiet_NaN());
  for (const auto& [name, value] : features->items()) {
    const auto feature = std::ranges::find(known, name, &Feature::name);
    if (feature == known.end()) return tl::unexpected(bad("the model knows no feature called " + name));
    if (value.is_null()) continue;
    const double number = value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
    if (!(std::abs(number) <= double{std::numeric_limits<float>::max()})) {
      return tl::unexpected(bad(name + " is neither a number in the range of float nor null"));
    }
    question.row[static_cast<std::size_t>(feature - known.begin())] = static_cast<float>(number);
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!std::isnan(question.row[i])) continue;
    question.unknown += (question.unknown.empty() ? "" : ", ") + json_string(known[i].name);
  }
  return question;
}

void predict(const Services& services, std::atomic<int>& waiting, Reply reply) {
  const Request& request = reply.request();
  const auto question = question_of(request, services.models);
  if (!question) {
    const Error& error = question.error();
    return reply(error.kind == ErrorKind::table_invalid
                     ? problem(request, HttpProblem::bad_request, error.detail)
                     : problem(request, error));
  }
  const auto respond = [](Reply to, const Question& of) {
    Response response;
    response.body = answer(of);
    to(std::move(response));
  };
  // A plain verdict takes microseconds; an explanation, or a row with unknowns, a thousand times that.
  if (!question->explain && question->unknown.empty()) return respond(std::move(reply), *question);
  if (waiting.fetch_add(1) >= kMostWaiting) {
    --waiting;
    return reply(
        problem(request, Error{ErrorKind::busy, "Too many explanations are asked for at once.", {}}));
  }
  boost::asio::post(services.computing,
                    [&waiting, respond, question = *question, reply = std::move(reply)]() mutable {
                      --waiting;
                      respond(std::move(reply), question);
                    });
}

std::string model_json(const ServedModel& model) {
  const Bundle& bundle = model.predictor.bundle();
  const BundleCard& card = bundle.card;
  std::string features;
  for (std::size_t f = 0; f < bundle.features.size(); ++f) {
    const Feature& feature = bundle.features[f];
    const auto quantiles = [&](const Matrix<float>& of) {
      return fmt::format("{}", fmt::join(of.row(f), ", "));
    };
    features += fmt::format(
        R"({}{{"name": {}, "unit": {}, "low": {}, "high": {}, "hit_quantiles": [{}], "flop_quantiles": [{}]}})",
        f == 0 ? "" : ", ", json_string(feature.name), json_string(feature.unit), feature.low, feature.high,
        quantiles(bundle.hit_quantiles), quantiles(bundle.flop_quantiles));
  }
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : "null";
  };
  std::string data;
  for (const DataFingerprint& table : card.data) {
    data += fmt::format(R"({}{{"name": {}, "sha256": {}, "rows": {}}})", data.empty() ? "" : ", ",
                        json_string(table.name), json_string(table.sha256), table.rows);
  }
  const std::vector<float> nothing(bundle.features.size(), std::numeric_limits<float>::quiet_NaN());
  return fmt::format(
      R"({{"name": {}, "version": {}, "event": {}, "trained_on": {}, "base_rate": {}, "features": [{}], )"
      R"("quality": {{"auc_grouped": {}, "ece": {}}}, )"
      R"("card": {{"created": {}, "data": [{}], "data_licence": {}, "recipe": {}, "metrics": {}}}}})",
      json_string(model.name), json_string(card.version), json_string(card.event),
      json_string(card.trained_on), model.predictor.judge(nothing).base_rate, features,
      number(card.auc_grouped), number(card.ece), json_string(card.created), data,
      json_string(card.data_licence), json_string(card.recipe),
      card.metrics_json.empty() ? "null" : card.metrics_json);
}

}  // namespace

void add_predictions_routes(Router& router, const Services& services) {
  const auto waiting = std::make_shared<std::atomic<int>>(0);
  Route predictions;
  predictions.method = Method::post;
  predictions.pattern = "/v1/predictions";
  predictions.takes_json = true;
  predictions.quiet = true;
  predictions.handler = [services, waiting](Reply reply) { predict(services, *waiting, std::move(reply)); };
  router.add(std::move(predictions));

  std::string models;
  for (const ServedModel& model : services.models) models += (models.empty() ? "" : ", ") + model_json(model);
  Route list;
  list.pattern = "/v1/models";
  list.handler = [body = std::make_shared<const std::string>(fmt::format(R"({{"models": [{}]}})", models))](
                     Reply reply) {
    Response response;
    response.body = *body;
    reply(std::move(response));
  };
  router.add(std::move(list));
}

}  // namespace hitscope::server
