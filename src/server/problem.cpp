#include "server/problem.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/json.h"

namespace hitscope::server {
namespace {

constexpr std::string_view kProblemJson = "application/problem+json";

struct HttpProblemRow {
  unsigned status;
  std::string_view type;
  std::string_view title;
};

HttpProblemRow row_of(HttpProblem kind) {
  switch (kind) {
    case HttpProblem::bad_request:
      return {400, "bad-request", "The request is not understood."};
    case HttpProblem::unauthorized:
      return {401, "unauthorized", "This token is not known here."};
    case HttpProblem::forbidden:
      return {403, "forbidden", "This request is refused for safety."};
    case HttpProblem::method_not_allowed:
      return {405, "method-not-allowed", "This address does not answer that method."};
    case HttpProblem::unsupported_media_type:
      return {415, "unsupported-media-type", "This kind of body is not taken here."};
    case HttpProblem::headers_too_large:
      return {431, "headers-too-large", "The head of the request is too large."};
    case HttpProblem::uri_too_long:
      return {414, "uri-too-long", "The address is too long."};
    case HttpProblem::request_timeout:
      return {408, "request-timeout", "The request took too long to arrive."};
  }
  return {500, "internal", "Something went wrong here."};
}

Response problem(const Request& request, unsigned status, std::string_view type, std::string_view title,
                 std::string_view detail, std::string_view analysis) {
  Response response;
  response.status = status;
  response.content_type = kProblemJson;
  response.body = fmt::format(R"({{"type": {}, "title": {}, "status": {})", json_string(type),
                              json_string(title), status);
  if (!detail.empty()) response.body += fmt::format(R"(, "detail": {})", json_string(detail));
  if (!analysis.empty()) response.body += fmt::format(R"(, "analysis": {})", json_string(analysis));
  response.body += fmt::format(R"(, "request_id": {}}})", json_string(request.id));
  return response;
}

}  // namespace

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::unsupported_format:
      return 415;
    case ErrorKind::unreadable:
    case ErrorKind::corrupt:
    case ErrorKind::too_short:
    case ErrorKind::too_long:
    case ErrorKind::no_signal:
    case ErrorKind::url_needs_login:
    case ErrorKind::url_playlist:
    case ErrorKind::table_invalid:
    case ErrorKind::recipe_invalid:
      return 422;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::url_blocked:
      return 403;
    case ErrorKind::interrupted:
      return 409;
    case ErrorKind::url_unreachable:
      return 502;
    case ErrorKind::timeout:
      return 504;
    case ErrorKind::busy:
    case ErrorKind::model_invalid:
      return 503;
    case ErrorKind::internal:
      return 500;
  }
  return 500;
}

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Unknown";
  }
}

Response problem(const Request& request, const Error& error, std::string_view analysis) {
  Response response =
      problem(request, status_of(error.kind), type_name(error.kind), error.message, error.detail, analysis);
  if (error.kind == ErrorKind::busy) response.headers.emplace_back("Retry-After", "5");
  return response;
}

Response problem(const Request& request, HttpProblem kind, std::string_view detail) {
  const HttpProblemRow row = row_of(kind);
  Response response = problem(request, row.status, row.type, row.title, detail, {});
  if (kind == HttpProblem::unauthorized) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

std::string error_json(const Error& error) {
  std::string json = fmt::format(R"({{"type": {}, "title": {})", json_string(type_name(error.kind)),
                                 json_string(error.message));
  json +=
      error.detail.empty() ? std::string("}") : fmt::format(R"(, "detail": {}}})", json_string(error.detail));
  return json;
}

Error error_of_json(const std::string& json) {
  Error error{ErrorKind::internal, "The analysis failed.", {}};
  const auto object = nlohmann::json::parse(json, nullptr, false);
  if (!object.is_object()) return error;
  const auto text = [&](const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  error.kind = kind_of(text("type")).value_or(ErrorKind::internal);
  if (std::string title = text("title"); !title.empty()) error.message = std::move(title);
  error.detail = text("detail");
  return error;
}

}  // namespace hitscope::server
