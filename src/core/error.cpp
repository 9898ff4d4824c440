#include "core/error.h"

#include <utility>

namespace hitscope {

std::string_view type_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found:
      return "not-found";
    case ErrorKind::unreadable:
      return "unreadable";
    case ErrorKind::unsupported_format:
      return "unsupported-format";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::too_short:
      return "too-short";
    case ErrorKind::too_long:
      return "too-long";
    case ErrorKind::too_large:
      return "too-large";
    case ErrorKind::no_signal:
      return "no-signal";
    case ErrorKind::url_blocked:
      return "url-blocked";
    case ErrorKind::url_unreachable:
      return "url-unreachable";
    case ErrorKind::url_needs_login:
      return "url-needs-login";
    case ErrorKind::url_playlist:
      return "url-playlist";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::busy:
      return "busy";
    case ErrorKind::model_invalid:
      return "model-invalid";
    case ErrorKind::table_invalid:
      return "table-invalid";
    case ErrorKind::recipe_invalid:
      return "recipe-invalid";
    case ErrorKind::interrupted:
      return "interrupted";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

std::optional<ErrorKind> kind_of(std::string_view type_name) {
  for (int number = 0; number <= static_cast<int>(ErrorKind::internal); ++number) {
    const auto kind = static_cast<ErrorKind>(number);
    if (hitscope::type_name(kind) == type_name) return kind;
  }
  return std::nullopt;
}

tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string detail) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(detail)});
}

}  // namespace hitscope
