// Any bytes as a form, cut anywhere: the same outcome as in one piece, and never more kept than the limits
// say. The first byte is how many of those after it are the sizes of pieces, taken in turn.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/multipart.h"

namespace {

using hitscope::server::MultipartLimits;
using hitscope::server::MultipartReader;

constexpr std::string_view kBoundary = "FORM";
// Small, so that a small input gets beyond them.
constexpr MultipartLimits kLimits{.head_bytes = 96, .field_bytes = 32, .parts = 4};

struct Outcome {
  std::string problem;
  std::string file;
  std::string file_name;
  std::map<std::string, std::string> fields;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view form, std::span<const std::uint8_t> pieces) {
  Outcome outcome;
  MultipartReader reader(
      kBoundary,
      [&](std::span<const char> bytes) -> hitscope::Result<void> {
        outcome.file.append(bytes.data(), bytes.size());
        return {};
      },
      kLimits);
  for (std::size_t i = 0; !form.empty() && outcome.problem.empty(); ++i) {
    const std::size_t size = pieces.empty() ? form.size() : std::size_t{1} + pieces[i % pieces.size()];
    const std::string_view piece = form.substr(0, size);
    form.remove_prefix(piece.size());
    if (const auto ok = reader.read(piece); !ok) outcome.problem = ok.error().detail;
  }
  if (const auto ok = reader.end(); !ok && outcome.problem.empty()) outcome.problem = ok.error().detail;
  for (const auto& [name, value] : reader.fields()) {
    if (name.size() > kLimits.head_bytes || value.size() > kLimits.field_bytes) std::abort();
  }
  if (reader.fields().size() > kLimits.parts) std::abort();
  if (!outcome.problem.empty()) {
    outcome.file.clear();  // what came before does not count
    return outcome;
  }
  outcome.file_name = reader.file_name();
  outcome.fields = reader.fields();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t count = std::min<std::size_t>(data[0], size - 1);
  const std::span<const std::uint8_t> pieces(data + 1, count);
  const std::string_view form(reinterpret_cast<const char*>(data) + 1 + count, size - 1 - count);
  const Outcome whole = read(form, {});
  if (read(form, pieces) != whole) std::abort();
  constexpr std::uint8_t kOneByte[] = {0};
  if (read(form, kOneByte) != whole) std::abort();
  static_cast<void>(hitscope::server::multipart_boundary(form));
  return 0;
}
