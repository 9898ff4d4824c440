#include "server/job_queue.h"

#include <algorithm>

namespace hitscope::server {

bool JobQueue::has_room(const std::string& owner) const {
  if (size_ + all_reserved_ >= limits_.capacity) return false;
  const auto lane = std::ranges::find(lanes_, owner, &Lane::owner);
  const auto reserved = reserved_.find(owner);
  const std::size_t own =
      (lane == lanes_.end() ? 0 : lane->ids.size()) + (reserved == reserved_.end() ? 0 : reserved->second);
  return own < limits_.per_owner;
}

bool JobQueue::reserve(const std::string& owner) {
  if (!has_room(owner)) return false;
  ++reserved_[owner];
  ++all_reserved_;
  return true;
}

void JobQueue::unreserve(const std::string& owner) {
  const auto reserved = reserved_.find(owner);
  if (--reserved->second == 0) reserved_.erase(reserved);
  --all_reserved_;
}

void JobQueue::push(const std::string& owner, const std::string& id) {
  auto lane = std::ranges::find(lanes_, owner, &Lane::owner);
  if (lane == lanes_.end()) lane = lanes_.insert(lanes_.end(), {owner, {}});
  lane->ids.push_back(id);
  ++size_;
}

std::optional<std::string> JobQueue::pop() {
  if (lanes_.empty()) return std::nullopt;
  std::string id = std::move(lanes_.front().ids.front());
  lanes_.front().ids.pop_front();
  --size_;
  if (lanes_.front().ids.empty()) {
    lanes_.pop_front();
  } else {
    lanes_.splice(lanes_.end(), lanes_, lanes_.begin());
  }
  return id;
}

bool JobQueue::remove(std::string_view id) {
  for (auto lane = lanes_.begin(); lane != lanes_.end(); ++lane) {
    const auto found = std::ranges::find(lane->ids, id);
    if (found == lane->ids.end()) continue;
    lane->ids.erase(found);
    --size_;
    if (lane->ids.empty()) lanes_.erase(lane);
    return true;
  }
  return false;
}

std::vector<std::string> JobQueue::order() const {
  std::vector<std::string> ids;
  ids.reserve(size_);
  for (std::size_t turn = 0; ids.size() < size_; ++turn) {
    for (const Lane& lane : lanes_) {
      if (turn < lane.ids.size()) ids.push_back(lane.ids[turn]);
    }
  }
  return ids;
}

}  // namespace hitscope::server
