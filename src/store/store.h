// The history: what was asked, by whom, how it went, and what came out. One schema over SQLite and PostgreSQL
// (SOCI), brought to the newest version when it is opened.
//
// An *analysis* is one visitor's request; a *result* is what the engine makes of certain bytes. Results are
// pure functions of bytes, engine and model, so analyses of equal bytes share one; it goes with the last
// analysis that needs it. Visitors are told apart by `owner`, an opaque string: every call on behalf of a
// visitor takes it, and what is another's is as if it were not there.
//
// Text may be anything; what a database cannot hold (NUL, bytes that are not UTF-8) becomes U+FFFD. Only ids
// and owners have to be sound: one that is not is refused by add() (internal), and is nowhere found.
//
// Deleted means deleted: SQLite overwrites the rows, and lets go of its log's copies as soon as no reader is
// in the way; PostgreSQL does it when it next vacuums the table.
//
// Times are milliseconds since 1970, UTC. Safe to call from many threads; calls block, up to 10 s where the
// database is busy. Errors of every call: unreadable (the database fails, with its own words in detail, but
// never a password of its address).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace hitscope {

enum class AnalysisState { queued, running, done, failed, interrupted, cancelled };
[[nodiscard]] std::string_view name_of(AnalysisState state);  // "queued", ...

struct AnalysisRecord {
  std::string id;     // unguessable, made by the caller
  std::string owner;  // never shown
  AnalysisState state = AnalysisState::queued;
  std::int64_t created_ms = 0;
  std::optional<std::int64_t> finished_ms;
  std::string name;            // what the visitor calls it: a file's name or a title; any text
  std::string source_kind;     // "file", "url"
  std::string source_url;      // empty for files
  std::string source_details;  // JSON of what the site says of it: title, artist, ...; empty: nothing
  std::string sha256;          // of the bytes; empty while unknown
  std::int64_t bytes = 0;
  std::string options;     // JSON of what was asked for, as the server understands it
  std::string spool_file;  // name of the audio inside the server's spool folder; empty = deleted
  std::optional<std::int64_t> keep_audio_until_ms;
  std::string report;  // JSON of a done analysis; left empty by list()
  std::string error;   // JSON of a failed or interrupted one: {"type", "title", "detail"}
  // Columns of the result for lists; absent where unknown or not done.
  std::optional<std::string> label;  // "HIT", "FLOP"
  std::optional<int> votes_for_hit;
  std::optional<double> probability;
  std::optional<double> duration_s;
};

// What the engine made of some bytes.
struct StoredResult {
  std::string report;             // JSON of the track
  std::vector<std::byte> frames;  // the Spectral DNA, may be empty
  std::optional<std::string> label;
  std::optional<int> votes_for_hit;
  std::optional<double> probability;
  std::optional<double> duration_s;
  struct Vote {
    std::string model;
    std::string label;
    double probability = 0;
  };
  std::vector<Vote> votes;
};

struct HistoryQuery {
  std::string search;  // part of the name, whatever the case; empty = all. % and _ mean themselves
  std::optional<AnalysisState> state;
  std::string cursor;      // HistoryPage::next of the page before; empty = from the newest
  std::size_t limit = 50;  // 1..200
};

struct HistoryPage {
  std::vector<AnalysisRecord> analyses;  // newest first
  std::string next;                      // empty = this was the last page
};

// What is to be cleaned up outside the database.
struct Removed {
  std::string spool_file;  // empty = none, or another analysis still needs it
  AnalysisState state = AnalysisState::done;
};

class Store {
 public:
  // url: "sqlite:PATH" or a plain path; "postgresql://USER:PASSWORD@HOST:PORT/NAME?..." as libpq takes it.
  // `sessions`: how many calls can be at work at a time. A database of a newer schema is refused
  // (unreadable), as is a file that is no database.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& url, std::size_t sessions = 4);
  virtual ~Store() = default;

  [[nodiscard]] virtual std::string description() const = 0;  // "SQLite 3.40.1, schema 1"; no secrets
  [[nodiscard]] virtual Result<void> check() = 0;             // a real round trip

  // When it returns the record survives the death of the program. The report and the result's columns are not
  // taken from it. Errors besides: internal (a done one, which has no result; an id or owner that is no
  // text).
  [[nodiscard]] virtual Result<void> add(const AnalysisRecord& record) = 0;
  // Records a finished analysis that shares the result of equal bytes; false where that result is gone.
  [[nodiscard]] virtual Result<bool> add_from_cache(const AnalysisRecord& record,
                                                    std::string_view engine) = 0;

  // What was fetched for a link, as soon as it is known; the name only where it is not empty. As the three
  // below, it does nothing to an analysis that was deleted or is at its end.
  struct Fetched {
    std::string name;
    std::string sha256;
    std::int64_t bytes = 0;
    std::string source_details;
  };
  [[nodiscard]] virtual Result<bool> set_fetched(std::string_view id, const Fetched& fetched) = 0;
  // Ends it with the result of equal bytes; false where there is none (or no such unfinished analysis).
  [[nodiscard]] virtual Result<bool> finish_from_cache(std::string_view id, std::string_view engine,
                                                       std::int64_t now_ms) = 0;

  // These three do nothing to an analysis that was deleted or is at its end; the answer says whether there
  // was one to change. One that is running already may be set so again: whoever takes up work after a crash
  // does.
  [[nodiscard]] virtual Result<bool> set_running(std::string_view id) = 0;
  // Where the result of the same bytes and engine is there already, that one is kept.
  [[nodiscard]] virtual Result<bool> finish(std::string_view id, std::string_view engine,
                                            const StoredResult& result, std::int64_t now_ms) = 0;
  // state: failed, interrupted or cancelled (internal otherwise).
  [[nodiscard]] virtual Result<bool> end(std::string_view id, AnalysisState state, std::string_view error,
                                         std::int64_t now_ms) = 0;
  // Its audio is deleted, whatever state it is in; false where it had none.
  [[nodiscard]] virtual Result<bool> forget_spool(std::string_view id) = 0;

  [[nodiscard]] virtual Result<std::optional<AnalysisRecord>> find(std::string_view owner,
                                                                   std::string_view id) = 0;
  [[nodiscard]] virtual Result<std::optional<std::vector<std::byte>>> frames(std::string_view owner,
                                                                             std::string_view id) = 0;
  // Errors besides: not_found (a cursor that is none).
  [[nodiscard]] virtual Result<HistoryPage> list(std::string_view owner, const HistoryQuery& query) = 0;
  // Gone for good, with its result and frames where no other analysis needs them. Empty: not there.
  [[nodiscard]] virtual Result<std::optional<Removed>> remove(std::string_view owner,
                                                              std::string_view id) = 0;

  // For the start: queued and running ones of all owners, oldest first.
  [[nodiscard]] virtual Result<std::vector<AnalysisRecord>> unfinished() = 0;
  // Those whose kept audio is due for deletion: at their end, past keep_audio_until_ms, and the file not
  // needed by another that is unfinished or keeps it for longer.
  [[nodiscard]] virtual Result<std::vector<AnalysisRecord>> audio_due(std::int64_t now_ms) = 0;
};

}  // namespace hitscope
