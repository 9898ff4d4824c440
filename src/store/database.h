// Connections to the history's database: how one is made, how many there are, and what happens when one is
// lost. What is said over them is the store's business.
//
// Each piece of work gets a connection of its own while it lasts. A connection that turns out to be dead is
// given up, and the work done once more over a new one, unless it died while its transaction was being
// committed: whether that took effect cannot be known. Work may therefore run twice, but never has an effect
// twice.
#pragma once

#include <soci/soci.h>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "store/address.h"

namespace hitscope {

class Database {
 public:
  // Connects once, and brings the tables to the newest schema. Errors: unreadable.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const DatabaseAddress& address,
                                                              std::size_t sessions);

  [[nodiscard]] const Dialect& dialect() const { return *address_.dialect; }
  [[nodiscard]] const std::string& description() const { return description_; }

  // Runs work(soci::session&), which may throw, and returns its answer. read() is for statements that stand
  // for themselves; write() makes one transaction of them. Errors: unreadable.
  template <typename Work>
  [[nodiscard]] auto read(const Work& work) {
    return run(Access::read, work);
  }
  template <typename Work>
  [[nodiscard]] auto write(const Work& work) {
    return run(Access::write, work);
  }

  // Lets go of copies of what was removed, as far as that is possible now.
  void after_removal();

 private:
  enum class Access { read, write, alone };  // alone: no transaction, and no writer meanwhile
  using Session = std::unique_ptr<soci::session>;

  Database(DatabaseAddress address, std::size_t sessions) : address_(std::move(address)), free_(sessions) {}

  template <typename Work>
  auto run(Access access, const Work& work) -> Result<std::invoke_result_t<Work, soci::session&>> {
    std::optional<std::invoke_result_t<Work, soci::session&>> answer;
    auto done = perform(access, [&](soci::session& session) { answer.emplace(work(session)); });
    if (!done) return tl::unexpected<Error>(std::move(done.error()));
    return std::move(*answer);
  }

  Result<void> perform(Access access, const std::function<void(soci::session&)>& work);
  Result<void> prepare();
  [[nodiscard]] Session connect() const;
  // Waits for a free connection, and for the turn to write where that is needed; nothing after 10 s. What is
  // taken must be given back, if need be empty.
  std::optional<Session> take(bool turn_to_write);
  void give_back(Session session, bool turn_to_write);

  const DatabaseAddress address_;
  std::string description_;

  std::mutex guard_;
  std::condition_variable changed_;
  std::vector<Session> free_;  // empty ones are connected when they are needed
  // SQLite has one writer at a time. Those of this program take turns here: inside SQLite they would wait in
  // sleeps of up to 100 ms.
  bool writing_ = false;
};

}  // namespace hitscope
