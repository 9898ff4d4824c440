// Where the SQL of SQLite and PostgreSQL differs; everything else is written once.
#pragma once

#include <soci/soci.h>

#include <chrono>
#include <span>
#include <string_view>

namespace hitscope {

// Of every wait for others; both dialects' session_setup says the same.
inline constexpr std::chrono::seconds kDatabasePatience{10};

struct Dialect {
  std::string_view product;
  const soci::backend_factory* factory = nullptr;
  void (*silence)(soci::session&) = nullptr;         // keeps the client library from writing to stderr
  std::span<const std::string_view> session_setup;   // run once on each new connection
  void (*database_setup)(soci::session&) = nullptr;  // run once the tables are ours; stays in the database
  std::string_view version_query;                    // one text, the version first
  std::string_view count_own_tables;                 // 1 where schema_version stands
  std::string_view count_all_tables;                 // empty: other programs' tables may stand beside ours

  std::string_view begin_write;      // opens a transaction that will write
  std::string_view lock_migrations;  // waits until no one else migrates; empty: begin_write has done so
  std::string_view lock_removals;    // the same for removals
  bool one_writer = false;           // writers wait for each other anyway
  // Best effort, outside a transaction: lets go of copies of what was removed.
  std::span<const std::string_view> after_removal;

  std::string_view for_update;     // ends a SELECT: its rows stay as they are until the end
  std::string_view for_key_share;  // ends a SELECT: its rows stay there until the end
  std::string_view identity_type;  // of a key that counts by itself
  std::string_view exact_type;     // of text that is compared byte by byte
  std::string_view position_of;    // function (text, part): where the part starts, from 1; 0 = nowhere
};

[[nodiscard]] const Dialect& sqlite_dialect();
[[nodiscard]] const Dialect& postgresql_dialect();

}  // namespace hitscope
