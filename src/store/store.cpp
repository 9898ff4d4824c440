#include "store/store.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <variant>

#include "core/base64.h"
#include "store/address.h"
#include "store/cursor.h"
#include "store/database.h"
#include "store/text.h"

namespace hitscope {
namespace {

constexpr std::array<std::string_view, 6> kStates = {"queued", "running",     "done",
                                                     "failed", "interrupted", "cancelled"};
constexpr std::string_view kUnfinished = "('queued', 'running')";
constexpr std::size_t kMaxPage = 200;

AnalysisState state_from(std::string_view name) {
  const auto* const found = std::ranges::find(kStates, name);
  if (found == kStates.end()) throw std::runtime_error("an analysis has an unknown state");
  return static_cast<AnalysisState>(found - kStates.begin());
}

// A value that may be NULL, the way SOCI binds it. NULL where it is absent or no number: SQLite knows no NaN.
template <typename T>
struct Nullable {
  T value{};
  soci::indicator indicator = soci::i_null;

  Nullable() = default;
  template <typename From>
  explicit Nullable(const std::optional<From>& from) {
    if (!from) return;
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(*from)) return;
    }
    value = static_cast<T>(*from);
    indicator = soci::i_ok;
  }

  template <typename To>
  [[nodiscard]] std::optional<To> get() const {
    if (indicator == soci::i_null) return std::nullopt;
    return static_cast<To>(value);
  }
};

// One row of kColumns.
class RecordReader {
 public:
  // The columns of an analysis `a` with its result `r`; select() puts the report before them.
  static constexpr std::string_view kColumns =
      "a.id, a.owner, a.state, a.created_ms, a.finished_ms, a.name, a.source_kind, a.source_url, "
      "a.source_details, a.sha256, a.bytes, a.options, a.spool_file, a.keep_audio_until_ms, a.error, "
      "r.label, r.votes_for_hit, "
      "r.probability, r.duration_s FROM analyses a LEFT JOIN results r ON r.id = a.result_id ";

  void receive_from(soci::statement& statement) {
    for (std::string* text : {&report_, &row_.id, &row_.owner, &state_}) into(statement, *text);
    into(statement, created_ms_);
    into(statement, finished_ms_);
    for (std::string* text :
         {&row_.name, &row_.source_kind, &row_.source_url, &row_.source_details, &row_.sha256}) {
      into(statement, *text);
    }
    into(statement, bytes_);
    for (std::string* text : {&row_.options, &row_.spool_file}) into(statement, *text);
    into(statement, keep_audio_until_ms_);
    into(statement, row_.error);
    into(statement, label_);
    into(statement, votes_for_hit_);
    into(statement, probability_);
    into(statement, duration_s_);
  }

  [[nodiscard]] AnalysisRecord record() const {
    AnalysisRecord record = row_;
    record.report = report_;
    record.state = state_from(state_);
    record.created_ms = created_ms_;
    record.finished_ms = finished_ms_.get<std::int64_t>();
    record.bytes = bytes_;
    record.keep_audio_until_ms = keep_audio_until_ms_.get<std::int64_t>();
    record.label = label_.get<std::string>();
    record.votes_for_hit = votes_for_hit_.get<int>();
    record.probability = probability_.get<double>();
    record.duration_s = duration_s_.get<double>();
    return record;
  }

 private:
  template <typename T>
  static void into(soci::statement& statement, T& value) {
    statement.exchange(soci::into(value));
  }
  template <typename T>
  static void into(soci::statement& statement, Nullable<T>& value) {
    statement.exchange(soci::into(value.value, value.indicator));
  }

  AnalysisRecord row_;  // its texts are received in place
  std::string report_;
  std::string state_;
  long long created_ms_ = 0;
  long long bytes_ = 0;
  Nullable<long long> finished_ms_;
  Nullable<long long> keep_audio_until_ms_;
  Nullable<std::string> label_;
  Nullable<int> votes_for_hit_;
  Nullable<double> probability_;
  Nullable<double> duration_s_;
};

using Parameter = std::variant<std::string, long long>;

enum class Report { with, without };

// `tail`: what follows FROM; `parameters`: in the order of their names in it.
std::vector<AnalysisRecord> select(soci::session& session, Report report, const std::string& tail,
                                   const std::vector<Parameter>& parameters) {
  RecordReader reader;
  soci::statement statement(session);
  statement.alloc();
  reader.receive_from(statement);
  for (const Parameter& parameter : parameters) {
    std::visit([&](const auto& value) { statement.exchange(soci::use(value)); }, parameter);
  }
  std::string sql = report == Report::with ? "SELECT COALESCE(r.report, ''), " : "SELECT '', ";
  sql.append(RecordReader::kColumns).append(tail);
  // Kept on the server it would cost PostgreSQL two more round trips.
  statement.prepare(sql, soci::details::st_one_time_query);
  statement.define_and_bind();
  std::vector<AnalysisRecord> records;
  for (bool more = statement.execute(true); more; more = statement.fetch())
    records.push_back(reader.record());
  return records;
}

void insert(soci::session& session, const AnalysisRecord& record, AnalysisState state,
            std::optional<long long> finished_ms, std::optional<long long> result_id) {
  const std::string state_name(name_of(state));
  const std::string name = storable(record.name);
  const std::string name_folded = folded(record.name);
  const std::string source_kind = storable(record.source_kind);
  const std::string source_url = storable(record.source_url);
  const std::string source_details = storable(record.source_details);
  const std::string sha256 = storable(record.sha256);
  const std::string options = storable(record.options);
  const std::string spool_file = storable(record.spool_file);
  const std::string error = storable(record.error);
  const long long created_ms = record.created_ms;
  const long long bytes = record.bytes;
  Nullable<long long> finished(finished_ms);
  Nullable<long long> keep_audio_until(record.keep_audio_until_ms);
  Nullable<long long> result(result_id);
  session << "INSERT INTO analyses (id, owner, state, created_ms, finished_ms, name, name_folded, "
             "source_kind, source_url, source_details, sha256, bytes, options, spool_file, "
             "keep_audio_until_ms, error, "
             "result_id) VALUES (:id, :owner, :state, :created_ms, :finished_ms, :name, :name_folded, "
             ":source_kind, :source_url, :source_details, :sha256, :bytes, :options, :spool_file, "
             ":keep_audio_until_ms, "
             ":error, :result_id)",
      soci::use(record.id), soci::use(record.owner), soci::use(state_name), soci::use(created_ms),
      soci::use(finished.value, finished.indicator), soci::use(name), soci::use(name_folded),
      soci::use(source_kind), soci::use(source_url), soci::use(source_details), soci::use(sha256),
      soci::use(bytes), soci::use(options), soci::use(spool_file),
      soci::use(keep_audio_until.value, keep_audio_until.indicator), soci::use(error),
      soci::use(result.value, result.indicator);
}

class SqlStore final : public Store {
 public:
  explicit SqlStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  [[nodiscard]] std::string description() const override { return database_->description(); }

  Result<void> check() override {
    return done(database_->read([](soci::session& session) {
      int version = 0;
      session << "SELECT MAX(version) FROM schema_version", soci::into(version);
      return version;
    }));
  }

  Result<void> add(const AnalysisRecord& record) override {
    if (record.state == AnalysisState::done) {
      return fail(ErrorKind::internal, "A finished analysis cannot be added without its result.");
    }
    if (auto sound = check_keys(record); !sound) return sound;
    return done(database_->write([&](soci::session& session) {
      insert(session, record, record.state, record.finished_ms, std::nullopt);
      return true;
    }));
  }

  Result<bool> add_from_cache(const AnalysisRecord& record, std::string_view engine) override {
    if (auto sound = check_keys(record); !sound) return tl::unexpected<Error>(sound.error());
    return database_->write([&](soci::session& session) {
      const auto result = result_of(session, storable(record.sha256), storable(engine));
      if (!result) return false;
      insert(session, record, AnalysisState::done, record.finished_ms.value_or(record.created_ms), result);
      return true;
    });
  }

  Result<bool> set_fetched(std::string_view id, const Fetched& fetched) override {
    if (!is_storable(id)) return false;
    return database_->write([&](soci::session& session) {
      const std::string key(id);
      const std::string name = storable(fetched.name);
      const std::string name_folded = folded(fetched.name);
      const std::string sha256 = storable(fetched.sha256);
      const std::string details = storable(fetched.source_details);
      const long long bytes = fetched.bytes;
      std::string changed;
      session << "UPDATE analyses SET name = CASE WHEN :has_name = '' THEN name ELSE :name END, "
                 "name_folded = CASE WHEN :has_folded = '' THEN name_folded ELSE :folded END, "
                 "sha256 = :sha256, bytes = :bytes, source_details = :details WHERE id = :id AND state IN "
              << kUnfinished << " RETURNING id",
          soci::use(name), soci::use(name), soci::use(name), soci::use(name_folded), soci::use(sha256),
          soci::use(bytes), soci::use(details), soci::use(key), soci::into(changed);
      return session.got_data();
    });
  }

  Result<bool> finish_from_cache(std::string_view id, std::string_view engine, std::int64_t now_ms) override {
    if (!is_storable(id)) return false;
    return database_->write([&](soci::session& session) {
      const std::string key(id);
      std::string sha256;
      session << "SELECT sha256 FROM analyses WHERE id = :id AND state IN " << kUnfinished
              << dialect().for_update,
          soci::use(key), soci::into(sha256);
      if (!session.got_data()) return false;
      const auto found = result_of(session, sha256, storable(engine));
      if (!found) return false;
      const long long result_id = *found;
      const long long now = now_ms;
      session << "UPDATE analyses SET state = 'done', finished_ms = :now, error = '', result_id = :result "
                 "WHERE id = :id",
          soci::use(now), soci::use(result_id), soci::use(key);
      return true;
    });
  }

  Result<bool> set_running(std::string_view id) override {
    if (!is_storable(id)) return false;
    return database_->write([&](soci::session& session) {
      const std::string key(id);
      std::string changed;
      session << "UPDATE analyses SET state = 'running' WHERE id = :id AND state IN " << kUnfinished
              << " RETURNING id",
          soci::use(key), soci::into(changed);
      return session.got_data();
    });
  }

  Result<bool> finish(std::string_view id, std::string_view engine, const StoredResult& result,
                      std::int64_t now_ms) override {
    if (!is_storable(id)) return false;
    return database_->write([&](soci::session& session) {
      // Held until the end: whoever removes or ends the analysis meanwhile waits.
      const std::string key(id);
      std::string sha256;
      session << "SELECT sha256 FROM analyses WHERE id = :id AND state IN " << kUnfinished
              << dialect().for_update,
          soci::use(key), soci::into(sha256);
      if (!session.got_data()) return false;

      const long long result_id = put_result(session, sha256, storable(engine), result, now_ms);
      const long long now = now_ms;
      session << "UPDATE analyses SET state = 'done', finished_ms = :now, error = '', result_id = :result "
                 "WHERE id = :id",
          soci::use(now), soci::use(result_id), soci::use(key);
      return true;
    });
  }

  Result<bool> end(std::string_view id, AnalysisState state, std::string_view error,
                   std::int64_t now_ms) override {
    if (state != AnalysisState::failed && state != AnalysisState::interrupted &&
        state != AnalysisState::cancelled) {
      return fail(ErrorKind::internal, "An analysis ends as failed, interrupted or cancelled.",
                  "not as " + std::string(name_of(state)));
    }
    if (!is_storable(id)) return false;
    return database_->write([&](soci::session& session) {
      const std::string key(id);
      const std::string name(name_of(state));
      const std::string words = storable(error);
      const long long now = now_ms;
      std::string changed;
      session << "UPDATE analyses SET state = :state, error = :error, finished_ms = :now WHERE id = :id "
                 "AND state IN "
              << kUnfinished << " RETURNING id",
          soci::use(name), soci::use(words), soci::use(now), soci::use(key), soci::into(changed);
      return session.got_data();
    });
  }

  Result<bool> forget_spool(std::string_view id) override {
    if (!is_storable(id)) return false;
    return database_->write([&](soci::session& session) {
      const std::string key(id);
      std::string changed;
      session << "UPDATE analyses SET spool_file = '', keep_audio_until_ms = NULL WHERE id = :id "
                 "AND spool_file <> '' RETURNING id",
          soci::use(key), soci::into(changed);
      return session.got_data();
    });
  }

  Result<std::optional<AnalysisRecord>> find(std::string_view owner, std::string_view id) override {
    if (!is_storable(owner) || !is_storable(id)) return std::nullopt;
    return database_->read([&](soci::session& session) -> std::optional<AnalysisRecord> {
      auto records = select(session, Report::with, "WHERE a.id = :id AND a.owner = :owner",
                            {std::string(id), std::string(owner)});
      if (records.empty()) return std::nullopt;
      return std::move(records.front());
    });
  }

  Result<std::optional<std::vector<std::byte>>> frames(std::string_view owner, std::string_view id) override {
    if (!is_storable(owner) || !is_storable(id)) return std::nullopt;
    const std::string owner_key(owner);
    const std::string id_key(id);
    return database_->read([&](soci::session& session) -> std::optional<std::vector<std::byte>> {
      std::string text;
      session << "SELECT COALESCE(f.data, '') FROM analyses a LEFT JOIN frames f "
                 "ON f.result_id = a.result_id WHERE a.id = :id AND a.owner = :owner AND a.state = 'done'",
          soci::use(id_key), soci::use(owner_key), soci::into(text);
      if (!session.got_data()) return std::nullopt;
      auto bytes = from_base64url(text);
      if (!bytes) throw std::runtime_error("the frames of an analysis are damaged");
      return bytes;
    });
  }

  Result<HistoryPage> list(std::string_view owner, const HistoryQuery& query) override {
    std::optional<Cursor> after;
    if (!query.cursor.empty()) {
      after = parse_cursor(query.cursor);
      if (!after) return fail(ErrorKind::not_found, "There is no such page of the history.");
    }
    if (!is_storable(owner)) return HistoryPage{};

    std::string tail = "WHERE a.owner = :owner";
    std::vector<Parameter> parameters = {std::string(owner)};
    if (query.state) {
      tail += " AND a.state = :state";
      parameters.emplace_back(std::string(name_of(*query.state)));
    }
    if (!query.search.empty()) {
      // Not LIKE: here no character has a meaning of its own.
      tail.append(" AND ").append(dialect().position_of).append("(a.name_folded, :search) > 0");
      parameters.emplace_back(folded(query.search));
    }
    if (after) {
      tail += " AND (a.created_ms, a.id) < (:created_ms, :id)";
      parameters.emplace_back(static_cast<long long>(after->created_ms));
      parameters.emplace_back(after->id);
    }
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxPage);
    // One more than asked for tells whether there is another page.
    tail += " ORDER BY a.created_ms DESC, a.id DESC LIMIT " + std::to_string(limit + 1);

    auto records = database_->read(
        [&](soci::session& session) { return select(session, Report::without, tail, parameters); });
    if (!records) return tl::unexpected<Error>(std::move(records.error()));
    HistoryPage page;
    page.analyses = std::move(*records);
    if (page.analyses.size() > limit) {
      page.analyses.resize(limit);
      page.next = to_text({page.analyses.back().created_ms, page.analyses.back().id});
    }
    return page;
  }

  Result<std::optional<Removed>> remove(std::string_view owner, std::string_view id) override {
    if (!is_storable(owner) || !is_storable(id)) return std::nullopt;
    auto removed = database_->write([&](soci::session& session) { return remove_rows(session, owner, id); });
    if (removed && *removed) database_->after_removal();
    return removed;
  }

  Result<std::vector<AnalysisRecord>> unfinished() override {
    return database_->read([&](soci::session& session) {
      return select(session, Report::without,
                    "WHERE a.state IN " + std::string(kUnfinished) + " ORDER BY a.created_ms, a.id", {});
    });
  }

  Result<std::vector<AnalysisRecord>> audio_due(std::int64_t now_ms) override {
    // A file that another analysis still works on, or keeps for longer, is not due yet.
    const std::string tail =
        "WHERE a.spool_file <> '' AND a.keep_audio_until_ms <= :now AND NOT EXISTS (SELECT 1 FROM analyses b "
        "WHERE b.spool_file = a.spool_file AND b.spool_file <> '' AND (b.state IN " +
        std::string(kUnfinished) +
        " OR b.keep_audio_until_ms > :still_now)) ORDER BY a.keep_audio_until_ms, a.id";
    const long long now = now_ms;
    return database_->read(
        [&](soci::session& session) { return select(session, Report::without, tail, {now, now}); });
  }

 private:
  [[nodiscard]] const Dialect& dialect() const { return database_->dialect(); }

  template <typename T>
  static Result<void> done(const Result<T>& outcome) {
    if (!outcome) return tl::unexpected<Error>(outcome.error());
    return {};
  }

  // Mending an owner could make two of them equal; so theirs, and the id, must be sound.
  static Result<void> check_keys(const AnalysisRecord& record) {
    if (!record.id.empty() && is_storable(record.id) && is_storable(record.owner)) return {};
    return fail(ErrorKind::internal, "An analysis needs an id and an owner that are plain text.");
  }

  // The result of these bytes, which then stays there until the end of the transaction.
  [[nodiscard]] std::optional<long long> result_of(soci::session& session, const std::string& sha256,
                                                   const std::string& engine) const {
    if (sha256.empty()) return std::nullopt;
    long long id = 0;
    session << "SELECT id FROM results WHERE sha256 = :sha256 AND engine = :engine"
            << dialect().for_key_share,
        soci::use(sha256), soci::use(engine), soci::into(id);
    if (!session.got_data()) return std::nullopt;
    return id;
  }

  // The result that is there, or else this one. Two may come at once with the same: the second one waits for
  // the first, then finds it; unless that was removed in between, hence the loop.
  [[nodiscard]] long long put_result(soci::session& session, const std::string& sha256,
                                     const std::string& engine, const StoredResult& result,
                                     std::int64_t now_ms) const {
    const std::string report = storable(result.report);
    Nullable<std::string> bytes_known(sha256.empty() ? std::nullopt : std::optional(sha256));
    Nullable<std::string> label(result.label ? std::optional(storable(*result.label)) : std::nullopt);
    Nullable<int> votes_for_hit(result.votes_for_hit);
    Nullable<double> probability(result.probability);
    Nullable<double> duration_s(result.duration_s);
    const long long now = now_ms;
    constexpr int kTries = 10;
    for (int i = 0; i < kTries; ++i) {
      long long id = 0;
      session << "INSERT INTO results (sha256, engine, report, label, votes_for_hit, probability, "
                 "duration_s, created_ms) VALUES (:sha256, :engine, :report, :label, :votes, :probability, "
                 ":duration, :now) ON CONFLICT (sha256, engine) DO NOTHING RETURNING id",
          soci::use(bytes_known.value, bytes_known.indicator), soci::use(engine), soci::use(report),
          soci::use(label.value, label.indicator), soci::use(votes_for_hit.value, votes_for_hit.indicator),
          soci::use(probability.value, probability.indicator),
          soci::use(duration_s.value, duration_s.indicator), soci::use(now), soci::into(id);
      if (session.got_data()) {
        put_parts(session, id, result);
        return id;
      }
      if (const auto there = result_of(session, sha256, engine)) return *there;
    }
    throw std::runtime_error("a result was removed as often as it was stored");
  }

  static void put_parts(soci::session& session, long long result_id, const StoredResult& result) {
    int place = 0;
    for (const StoredResult::Vote& vote : result.votes) {
      const std::string model = storable(vote.model);
      const std::string label = storable(vote.label);
      Nullable<double> probability{std::optional(vote.probability)};
      session << "INSERT INTO votes (result_id, place, model, label, probability) "
                 "VALUES (:result, :place, :model, :label, :probability)",
          soci::use(result_id), soci::use(place), soci::use(model), soci::use(label),
          soci::use(probability.value, probability.indicator);
      ++place;
    }
    if (result.frames.empty()) return;
    const std::string data = to_base64url(result.frames);
    session << "INSERT INTO frames (result_id, data) VALUES (:result, :data)", soci::use(result_id),
        soci::use(data);
  }

  [[nodiscard]] std::optional<Removed> remove_rows(soci::session& session, std::string_view owner,
                                                   std::string_view id) const {
    // Two at once might each take the other for one that still needs the audio.
    if (!dialect().lock_removals.empty()) session << dialect().lock_removals;
    const std::string owner_key(owner);
    const std::string id_key(id);
    std::string state;
    Removed removed;
    Nullable<long long> result;
    session
        << "DELETE FROM analyses WHERE id = :id AND owner = :owner RETURNING state, spool_file, result_id",
        soci::use(id_key), soci::use(owner_key), soci::into(state), soci::into(removed.spool_file),
        soci::into(result.value, result.indicator);
    if (!session.got_data()) return std::nullopt;
    removed.state = state_from(state);

    if (result.indicator == soci::i_ok) {
      // First the lock, then the question: once it is held, no one else can begin to need the result.
      long long locked = 0;
      session << "SELECT id FROM results WHERE id = :id" << dialect().for_update, soci::use(result.value),
          soci::into(locked);
      session << "DELETE FROM results WHERE id = :id AND NOT EXISTS "
                 "(SELECT 1 FROM analyses WHERE result_id = :same_id)",
          soci::use(result.value), soci::use(result.value);
    }
    if (!removed.spool_file.empty()) {
      int others = 0;
      session << "SELECT COUNT(*) FROM analyses WHERE spool_file = :file AND spool_file <> ''",
          soci::use(removed.spool_file), soci::into(others);
      if (others > 0) removed.spool_file.clear();
    }
    return removed;
  }

  std::unique_ptr<Database> database_;
};

}  // namespace

std::string_view name_of(AnalysisState state) {
  return kStates[static_cast<std::size_t>(state)];
}

Result<std::unique_ptr<Store>> Store::open(const std::string& url, std::size_t sessions) {
  const auto address = parse_address(url);
  if (!address) return tl::unexpected<Error>(address.error());
  auto database = Database::open(*address, sessions);
  if (!database) return tl::unexpected<Error>(std::move(database.error()));
  return std::make_unique<SqlStore>(std::move(*database));
}

}  // namespace hitscope
