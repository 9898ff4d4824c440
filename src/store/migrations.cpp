#include "store/migrations.h"

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace hitscope {
namespace {

// {identity} and {exact} stand for types that the dialects spell differently.
//
// sha256 of a result is NULL where it is not known, and then equal to no other. votes are kept as rows for
// those who ask the database itself. frames stand apart, so that reading a result does not drag them along.
constexpr std::array<std::string_view, 8> kSchema1 = {
    R"(CREATE TABLE results (
         id {identity} PRIMARY KEY,
         sha256 {exact},
         engine {exact} NOT NULL,
         report TEXT NOT NULL,
         label TEXT,
         votes_for_hit INTEGER,
         probability DOUBLE PRECISION,
         duration_s DOUBLE PRECISION,
         created_ms BIGINT NOT NULL,
         UNIQUE (sha256, engine)))",
    R"(CREATE TABLE votes (
         result_id BIGINT NOT NULL REFERENCES results (id) ON DELETE CASCADE,
         place INTEGER NOT NULL,
         model TEXT NOT NULL,
         label TEXT NOT NULL,
         probability DOUBLE PRECISION,
         PRIMARY KEY (result_id, place)))",
    R"(CREATE TABLE frames (
         result_id BIGINT PRIMARY KEY REFERENCES results (id) ON DELETE CASCADE,
         data TEXT NOT NULL))",
    R"(CREATE TABLE analyses (
         id {exact} PRIMARY KEY,
         owner {exact} NOT NULL,
         state TEXT NOT NULL
           CHECK (state IN ('queued', 'running', 'done', 'failed', 'interrupted', 'cancelled')),
         created_ms BIGINT NOT NULL,
         finished_ms BIGINT,
         name TEXT NOT NULL,
         name_folded TEXT NOT NULL,
         source_kind TEXT NOT NULL,
         source_url TEXT NOT NULL,
         sha256 {exact} NOT NULL,
         bytes BIGINT NOT NULL,
         options TEXT NOT NULL,
         spool_file {exact} NOT NULL,
         keep_audio_until_ms BIGINT,
         error TEXT NOT NULL,
         result_id BIGINT REFERENCES results (id),
         CHECK ((state = 'done') = (result_id IS NOT NULL))))",
    "CREATE INDEX analyses_by_owner ON analyses (owner, created_ms DESC, id DESC)",
    "CREATE INDEX analyses_by_result ON analyses (result_id)",
    "CREATE INDEX analyses_by_spool_file ON analyses (spool_file) WHERE spool_file <> ''",
    "CREATE INDEX analyses_unfinished ON analyses (created_ms, id) WHERE state IN ('queued', 'running')",
};

constexpr std::array<std::string_view, 1> kSchema2 = {
    "ALTER TABLE analyses ADD COLUMN source_details TEXT NOT NULL DEFAULT ''",
};

constexpr std::array<std::span<const std::string_view>, 2> kMigrations = {kSchema1, kSchema2};

std::string spelled(std::string_view statement, const Dialect& dialect) {
  std::string text(statement);
  const auto replace = [&](std::string_view mark, std::string_view by) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size())) {
      text.replace(at, mark.size(), by);
    }
  };
  replace("{identity}", dialect.identity_type);
  replace("{exact}", dialect.exact_type);
  return text;
}

// 0 for a database without any of our tables.
int schema_of(soci::session& session, const Dialect& dialect) {
  int tables = 0;
  session << dialect.count_own_tables, soci::into(tables);
  if (tables == 0) return 0;
  int version = 0;
  session << "SELECT COALESCE(MAX(version), 0) FROM schema_version", soci::into(version);
  return version;
}

bool has_tables(soci::session& session, const Dialect& dialect) {
  if (dialect.count_all_tables.empty()) return false;
  int tables = 0;
  session << dialect.count_all_tables, soci::into(tables);
  return tables > 0;
}

Result<void> check_version(int version) {
  if (version <= newest_schema()) return {};
  return fail(ErrorKind::unreadable, "The history was written by a newer hitscope.",
              "it has schema " + std::to_string(version) + ", this program knows up to " +
                  std::to_string(newest_schema()));
}

}  // namespace

int newest_schema() {
  return static_cast<int>(kMigrations.size());
}

Result<void> migrate(soci::session& session, const Dialect& dialect) {
  // Mostly there is nothing to do, and nothing to wait for.
  int version = schema_of(session, dialect);
  if (version == newest_schema()) return {};
  if (auto known = check_version(version); !known) return known;

  session << dialect.begin_write;
  if (!dialect.lock_migrations.empty()) {
    session << "SET LOCAL statement_timeout = 0";  // another's migration, or ours, may take its time
    session << dialect.lock_migrations;
  }
  // Someone else may have been faster.
  version = schema_of(session, dialect);
  auto acceptable = check_version(version);
  if (acceptable && version == 0 && has_tables(session, dialect)) {
    acceptable = fail(ErrorKind::unreadable, "The database belongs to another program.",
                      "it has tables, but not those of a history");
  }
  if (!acceptable) {
    session << "ROLLBACK";
    return acceptable;
  }
  if (version == 0) {
    session << "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_ms BIGINT NOT NULL)";
  }
  for (std::size_t step = static_cast<std::size_t>(version); step < kMigrations.size(); ++step) {
    for (const std::string_view statement : kMigrations[step]) session << spelled(statement, dialect);
    const int number = static_cast<int>(step) + 1;
    const long long now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count();
    session << "INSERT INTO schema_version (version, applied_ms) VALUES (:version, :now)", soci::use(number),
        soci::use(now_ms);
  }
  session << "COMMIT";
  return {};
}

}  // namespace hitscope
