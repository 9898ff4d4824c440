#include "store/dialect.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <array>
#include <thread>

namespace hitscope {
namespace {

// The wait comes first: the others may need it.
constexpr std::array<std::string_view, 4> kSqliteSetup = {
    "PRAGMA busy_timeout = 10000", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON"};

// Readers and a writer at the same time. Not possible on some network drives, which then do with what they
// have. The change needs the file alone, and SQLite does not wait for that as it does for all else: who reads
// already and then wants to write is refused at once.
void keep_write_ahead_log(soci::session& session) {
  const auto end = std::chrono::steady_clock::now() + kDatabasePatience;
  for (;;) {
    try {
      session << "PRAGMA journal_mode = WAL";
      return;
    } catch (const soci::sqlite3_soci_error& error) {
      constexpr int kPrimaryCode = 0xff;
      const bool busy = (error.result() & kPrimaryCode) == SQLITE_BUSY;
      if (!busy || std::chrono::steady_clock::now() >= end) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// secure_delete overwrites what is deleted, but the write-ahead log still holds the pages as they were until
// it is moved into the file. Readers may be in the way: that is not worth a long wait.
constexpr std::array<std::string_view, 3> kSqliteAfterRemoval = {
    "PRAGMA busy_timeout = 200", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA busy_timeout = 10000"};

constexpr std::array<std::string_view, 1> kPostgresqlSetup = {"SET statement_timeout = 10000"};

void silence_postgresql(soci::session& session) {
  auto* const backend = static_cast<soci::postgresql_session_backend*>(session.get_backend());
  PQsetNoticeProcessor(backend->conn_, [](void* /*context*/, const char* /*words*/) {}, nullptr);
}

}  // namespace

const Dialect& sqlite_dialect() {
  static const Dialect dialect = {
      .product = "SQLite",
      .factory = soci::factory_sqlite3(),
      .silence = [](soci::session& /*session*/) {},
      .session_setup = kSqliteSetup,
      .database_setup = &keep_write_ahead_log,
      .version_query = "SELECT sqlite_version()",
      .count_own_tables =
          "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'",
      .count_all_tables = "SELECT COUNT(*) FROM sqlite_master",
      .begin_write = "BEGIN IMMEDIATE",
      .lock_migrations = "",
      .lock_removals = "",
      .one_writer = true,
      .after_removal = kSqliteAfterRemoval,
      .for_update = "",
      .for_key_share = "",
      .identity_type = "INTEGER",
      .exact_type = "TEXT",
      .position_of = "instr",
  };
  return dialect;
}

const Dialect& postgresql_dialect() {
  static const Dialect dialect = {
      .product = "PostgreSQL",
      .factory = soci::factory_postgresql(),
      .silence = &silence_postgresql,
      .session_setup = kPostgresqlSetup,
      .database_setup = [](soci::session& /*session*/) {},
      .version_query = "SHOW server_version",
      .count_own_tables =
          "SELECT COUNT(*) FROM information_schema.tables "
          "WHERE table_schema = current_schema() AND table_name = 'schema_version'",
      .count_all_tables = "",
      .begin_write = "BEGIN",
      // Numbers of our own choice, the same in every version of the program.
      .lock_migrations = "SELECT pg_advisory_xact_lock(4817231, 1)",
      .lock_removals = "SELECT pg_advisory_xact_lock(4817231, 2)",
      .one_writer = false,
      .after_removal = {},
      .for_update = " FOR UPDATE",
      .for_key_share = " FOR KEY SHARE",
      .identity_type = "BIGINT GENERATED ALWAYS AS IDENTITY",
      // The order of the machine's language may change with its C library, and break an index.
      .exact_type = "TEXT COLLATE \"C\"",
      .position_of = "strpos",
  };
  return dialect;
}

}  // namespace hitscope
