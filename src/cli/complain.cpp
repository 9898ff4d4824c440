#include "cli/complain.h"

#include "report/plain_text.h"

namespace hitscope::cli {

int complain(const Console& console, std::string_view about, const Error& error) {
  console.err << "hitscope: " << printable(about) << ": " << printable(error.message) << '\n';
  if (!error.detail.empty()) console.err << "  " << printable(error.detail) << '\n';
  return kSomeFailed;
}

}  // namespace hitscope::cli
