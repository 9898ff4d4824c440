#include "store/database.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "store/migrations.h"

namespace hitscope {
namespace {

// Without SOCI's context, which repeats the statement with the visitor's data in it.
std::string words_of(const std::exception& error) {
  const auto* database_error = dynamic_cast<const soci::soci_error*>(&error);
  std::string words = database_error != nullptr ? database_error->get_error_message() : error.what();
  while (!words.empty() && words.back() == '\n') words.pop_back();
  return words;
}

tl::unexpected<Error> cannot_open(std::string detail) {
  return fail(ErrorKind::unreadable, "The history database cannot be opened.", std::move(detail));
}

// SQLite would make the file readable for all. An existing one is not touched: closing any descriptor of it
// drops the locks that this process holds on it.
Result<void> prepare_file(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto status = std::filesystem::status(file, ignored);
  if (std::filesystem::is_directory(status)) return cannot_open("it is a folder");
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return cannot_open("it is no regular file");
  }
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno != EEXIST) {
    return cannot_open(std::error_code(errno, std::generic_category()).message());
  }
  if (descriptor >= 0) ::close(descriptor);
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const DatabaseAddress& address, std::size_t sessions) {
  if (!address.file.empty()) {
    if (auto ready = prepare_file(address.file); !ready) return tl::unexpected<Error>(ready.error());
  }
  // Not make_unique: the constructor is private.
  std::unique_ptr<Database> database(new Database(address, sessions == 0 ? 1 : sessions));
  try {
    if (auto ready = database->prepare(); !ready) return tl::unexpected<Error>(ready.error());
  } catch (const std::exception& error) {
    return cannot_open(without_secrets(words_of(error), address));
  }
  return database;
}

Result<void> Database::prepare() {
  Session session = connect();
  if (dialect().product == postgresql_dialect().product) {
    std::string encoding;
    *session << "SHOW server_encoding", soci::into(encoding);
    if (encoding != "UTF8") return cannot_open("its encoding is " + encoding + ", UTF8 is needed");
  }
  if (auto migrated = migrate(*session, dialect()); !migrated) return migrated;
  dialect().database_setup(*session);  // only now: a foreign file is left as it was

  std::string version;
  *session << dialect().version_query, soci::into(version);
  description_ = std::string(dialect().product) + ' ' + version.substr(0, version.find(' ')) + ", schema " +
                 std::to_string(newest_schema());
  free_.back() = std::move(session);
  return {};
}

Database::Session Database::connect() const {
  auto session = std::make_unique<soci::session>(*dialect().factory, address_.connect_string);
  dialect().silence(*session);
  for (const std::string_view statement : dialect().session_setup) *session << statement;
  return session;
}

std::optional<Database::Session> Database::take(bool turn_to_write) {
  std::unique_lock lock(guard_);
  const auto ready = [&] { return !free_.empty() && !(turn_to_write && writing_); };
  if (!changed_.wait_for(lock, kDatabasePatience, ready)) return std::nullopt;
  if (turn_to_write) writing_ = true;
  Session session = std::move(free_.back());
  free_.pop_back();
  return session;
}

void Database::give_back(Session session, bool turn_to_write) {
  {
    const std::scoped_lock lock(guard_);
    // The last one back is the next one out: idle ones stay unconnected. Room for all was made at the start.
    free_.push_back(std::move(session));
    if (turn_to_write) writing_ = false;
  }
  changed_.notify_all();  // some wait for the one, some for both
}

Result<void> Database::perform(Access access, const std::function<void(soci::session&)>& work) {
  const auto failed = [this](std::string_view words) {
    return fail(ErrorKind::unreadable, "The history database failed.",
                without_secrets(std::string(words), address_));
  };
  const bool turn_to_write = access != Access::read && dialect().one_writer;
  auto taken = take(turn_to_write);
  if (!taken) return failed("it was busy for too long");
  Session session = std::move(*taken);

  Result<void> outcome;
  for (bool again = false;; again = true) {
    bool committing = false;
    try {
      if (session == nullptr) session = connect();
      if (access == Access::write) *session << dialect().begin_write;
      work(*session);
      committing = access == Access::write;
      if (committing) *session << "COMMIT";
      outcome = {};
      break;
    } catch (const std::exception& error) {
      outcome = failed(words_of(error));
      if (session == nullptr) break;  // it could not be connected
    }
    const bool lost = !session->is_connected();
    if (!lost && access == Access::write) {
      try {
        *session << "ROLLBACK";
      } catch (const std::exception&) {
        session.reset();  // whatever state it is in, a new one is sound
      }
    }
    if (!lost) break;
    session.reset();
    if (again || committing) break;
  }
  give_back(std::move(session), turn_to_write);
  return outcome;
}

void Database::after_removal() {
  if (dialect().after_removal.empty()) return;
  const auto outcome = perform(Access::alone, [this](soci::session& session) {
    for (const std::string_view statement : dialect().after_removal) {
      try {
        session << statement;
      } catch (const soci::soci_error&) {
        continue;  // what was removed stays removed, and the next statement is needed all the same
      }
    }
  });
  static_cast<void>(outcome);
}

}  // namespace hitscope
