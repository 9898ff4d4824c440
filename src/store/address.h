// The address of a history database, as a person writes it:
//   sqlite:PATH, or a plain PATH                                a file of SQLite's
//   postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTION=VALUE...   as libpq reads it; also postgres://
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "store/dialect.h"

namespace hitscope {

struct DatabaseAddress {
  const Dialect* dialect = nullptr;
  std::filesystem::path file;        // of SQLite, absolute
  std::string connect_string;        // what SOCI's backend takes
  std::vector<std::string> secrets;  // never to be shown, in every spelling that may turn up
};

// Errors: unreadable. They do not repeat the address, which may hold a password.
[[nodiscard]] Result<DatabaseAddress> parse_address(const std::string& url);

// The text with every secret of the address replaced by "***".
[[nodiscard]] std::string without_secrets(std::string text, const DatabaseAddress& address);

}  // namespace hitscope
