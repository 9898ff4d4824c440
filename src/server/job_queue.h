// The order of work: bounded, first come first served within one owner, owners taking turns, so that two
// hundred files of one do not keep another waiting. Not safe to share between threads: Jobs locks around it.
#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hitscope::server {

class JobQueue {
 public:
  struct Limits {
    std::size_t capacity = 512;
    std::size_t per_owner = 256;
  };
  explicit JobQueue(Limits limits) : limits_(limits) {}

  [[nodiscard]] bool has_room(const std::string& owner) const;
  // Keeps a place free for a job that is being made ready, so that those who come at once do not all find the
  // same one; false where there is none. Each is given back by unreserve(), after the push.
  [[nodiscard]] bool reserve(const std::string& owner);
  void unreserve(const std::string& owner);
  void push(const std::string& owner, const std::string& id);  // whether there is room or not
  [[nodiscard]] std::optional<std::string> pop();              // the id whose turn it is
  bool remove(std::string_view id);                            // false: not there

  // Ids in the order in which they will be taken if nothing else comes.
  [[nodiscard]] std::vector<std::string> order() const;
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Lane {
    std::string owner;
    std::deque<std::string> ids;
  };

  Limits limits_;
  std::list<Lane> lanes_;  // in the order of turns
  std::size_t size_ = 0;
  std::unordered_map<std::string, std::size_t> reserved_;
  std::size_t all_reserved_ = 0;
};

}  // namespace hitscope::server
