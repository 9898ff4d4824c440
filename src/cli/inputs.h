// From what was named on the command line to the tracks to look at, in a stable order: as named, and within a
// folder in natural order of names (natural_order.h), subfolders in their place among the files.
//
// In folders, hidden entries and what is no regular file are passed over, links to folders are not followed
// (so a walk always ends), and whether a file is audio is left to its content.
#pragma once

#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "core/error.h"

namespace hitscope::cli {

struct Input {
  std::string path;
  bool from_folder = false;    // found there, not named by the user
  std::optional<Error> error;  // a folder that could not be read
};

[[nodiscard]] std::vector<Input> find_inputs(const std::vector<std::string>& paths, bool recursive);

// The paths of a list: separated by NUL if it holds one, otherwise by line ends; empty ones are dropped.
// Errors: not_found, unreadable.
[[nodiscard]] Result<std::vector<std::string>> read_list(const std::string& path,
                                                         std::istream& standard_input);

}  // namespace hitscope::cli
