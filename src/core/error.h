// What can go wrong, said once for the whole product.
//
// Every fallible call across a module border returns Result<T>. `kind` is a closed enum that maps one to
// one to the error types of the command line's JSON and the HTTP API (type_name). `message` is one sentence
// for a person, without the path; `detail` adds what a developer needs (a library's own words, a position).
// Exceptions do not cross module borders.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace hitscope {

enum class ErrorKind {
  not_found,           // no such file or folder
  unreadable,          // it exists, but reading it failed (permission, I/O)
  unsupported_format,  // no decoder here knows this content
  corrupt,             // the format is known, the bytes are damaged beyond use
  too_short,           // not enough audio to measure
  too_long,            // more audio or time than the caller allowed
  too_large,           // more bytes than the caller allowed
  no_signal,           // digital silence where a signal is needed
  url_blocked,         // policy forbids fetching this address
  url_unreachable,     // the address did not answer usefully
  url_needs_login,     // the site wants cookies or an account
  url_playlist,        // the address names many tracks where one is wanted
  timeout,             // the wall-time limit passed
  busy,                // no capacity now; try again later
  model_invalid,       // a bundle is damaged, foreign or newer than this program
  table_invalid,       // a CSV table breaks its schema (with line and column)
  recipe_invalid,      // a training recipe is malformed
  interrupted,         // stopped by the user before it was done
  internal,            // a defect of ours
};

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::string detail;
};

template <typename T>
using Result = tl::expected<T, Error>;

// The stable external name: ErrorKind::unsupported_format -> "unsupported-format".
[[nodiscard]] std::string_view type_name(ErrorKind kind);
// And back; nothing for other words.
[[nodiscard]] std::optional<ErrorKind> kind_of(std::string_view type_name);

// For `return fail(ErrorKind::corrupt, "…");` in functions that return Result<T>.
[[nodiscard]] tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string detail = {});

}  // namespace hitscope
