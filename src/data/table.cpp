#include "data/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/ascii.h"

namespace hitscope {
namespace {

constexpr std::uint64_t kFnvOffset = 0xCBF29CE484222325ULL;
constexpr std::uint64_t kFnvPrime = 0x100000001B3ULL;

std::uint64_t hash_byte(std::uint64_t hash, unsigned char byte) {
  return (hash ^ byte) * kFnvPrime;
}

std::uint64_t hash_field(std::uint64_t hash, std::string_view field) {
  for (const char c : field) hash = hash_byte(hash, static_cast<unsigned char>(c));
  return hash_byte(hash, 0xFF);  // never part of UTF-8, so fields cannot run together
}

bool is_null(std::string_view field) {
  if (field.empty()) return true;
  if (field.size() > 4) return false;
  const std::string name = lower(field);
  return name == "nan" || name == "null" || name == "none" || name == "na";
}

// Spaces around a number are let pass: published tables have them (" 0.0357").
std::string_view trimmed(std::string_view field) {
  const std::size_t first = field.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return field.substr(first, field.find_last_not_of(' ') - first + 1);
}

std::optional<double> parse_number(std::string_view field) {
  double value = 0;
  const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (problem != std::errc() || end != field.data() + field.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::string shortened(std::string_view field) {
  constexpr std::size_t kShown = 40;
  if (field.size() <= kShown) return std::string(field);
  std::size_t cut = kShown;
  while ((static_cast<unsigned char>(field[cut]) & 0xC0U) == 0x80U) --cut;  // not inside a character
  return std::string(field.substr(0, cut)) + "…";
}

// Spotify's own writing of a track: "spotify:track:ID".
std::string_view without_uri_scheme(std::string_view id) {
  constexpr std::string_view kScheme = "spotify:track:";
  return id.starts_with(kScheme) ? id.substr(kScheme.size()) : id;
}

}  // namespace

TextPool::TextPool() {
  intern({});
}

TextId TextPool::intern(std::string_view text) {
  if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
  const auto id = static_cast<TextId>(texts_.size());
  texts_.emplace_back(text);
  ids_.emplace(texts_.back(), id);
  return id;
}

Result<Table> Table::read(const std::filesystem::path& path, std::span<const ColumnMapping> mappings) {
  auto reader = CsvReader::open(path);
  if (!reader) return tl::unexpected(reader.error());
  return read(*reader, mappings);
}

Result<Table> Table::read(CsvReader& reader, std::span<const ColumnMapping> mappings) {
  auto schema = resolve_schema(reader.header(), mappings);
  if (!schema) return tl::unexpected(schema.error());
  Table table(std::move(*schema));

  const auto& header = reader.header();
  const auto field_of = [&](const std::string& source) {
    return static_cast<std::size_t>(std::find(header.begin(), header.end(), source) - header.begin());
  };
  std::vector<std::size_t> number_fields;
  std::vector<std::size_t> text_fields;
  std::size_t index_field = header.size();
  for (const ColumnMapping& column : table.schema_.columns) {
    const std::size_t field = field_of(column.source);
    if (column.name == "index") index_field = field;
    if (is_number_column(column.name)) {
      table.numbers_.push_back({column.name, {}});
      number_fields.push_back(field);
    } else {
      table.texts_.push_back({column.name, {}});
      text_fields.push_back(field);
    }
  }

  for (;;) {
    auto more = reader.next();
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    if (table.rows() == std::numeric_limits<std::uint32_t>::max()) {
      return fail(ErrorKind::table_invalid, "The table has too many rows.", to_string(reader.position(0)));
    }
    const auto fields = reader.fields();
    for (std::size_t c = 0; c < number_fields.size(); ++c) {
      const std::string_view field = trimmed(fields[number_fields[c]]);
      double value = std::numeric_limits<double>::quiet_NaN();
      if (!is_null(field)) {
        const auto parsed = parse_number(field);
        if (!parsed) {
          const std::string at = to_string(reader.position(number_fields[c]));
          return fail(ErrorKind::table_invalid,
                      fmt::format("The table is malformed at {}: \"{}\" is not a number ({}).", at,
                                  shortened(field), header[number_fields[c]]),
                      at);
        }
        value = *parsed;
      }
      table.numbers_[c].values.push_back(value);
    }
    for (std::size_t c = 0; c < text_fields.size(); ++c) {
      TextColumn& column = table.texts_[c];
      const std::string_view field = fields[text_fields[c]];
      column.values.push_back(
          table.pool_.intern(column.name == "track_id" ? without_uri_scheme(field) : field));
    }
    std::uint64_t hash = kFnvOffset;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i != index_field) hash = hash_field(hash, fields[i]);
    }
    table.fingerprints_.push_back(hash);
  }
  return table;
}

std::span<const double> Table::numbers(std::string_view column) const {
  for (const NumberColumn& candidate : numbers_) {
    if (candidate.name == column) return candidate.values;
  }
  return {};
}

std::span<const TextId> Table::texts(std::string_view column) const {
  for (const TextColumn& candidate : texts_) {
    if (candidate.name == column) return candidate.values;
  }
  return {};
}

bool Table::has(std::string_view column) const {
  return std::any_of(schema_.columns.begin(), schema_.columns.end(),
                     [&](const ColumnMapping& mapping) { return mapping.name == column; });
}

std::uint64_t Table::fingerprint() const {
  std::uint64_t hash = kFnvOffset;
  for (const std::uint64_t row : fingerprints_) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
      hash = hash_byte(hash, static_cast<unsigned char>((row >> shift) & 0xFFU));
    }
  }
  return hash;
}

Result<Matrix<float>> Table::matrix(std::span<const std::string> columns,
                                    std::span<const std::uint32_t> rows) const {
  Matrix<float> result(rows.size(), columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!has(columns[c]) || !is_number_column(columns[c])) {
      return fail(ErrorKind::table_invalid,
                  fmt::format("The table \"{}\" has no column {}.", name(), columns[c]));
    }
    const auto values = numbers(columns[c]);
    for (std::size_t r = 0; r < rows.size(); ++r) result(r, c) = static_cast<float>(values[rows[r]]);
  }
  return result;
}

}  // namespace hitscope
