#include "server/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "server/visitors.h"

namespace hitscope::server {
namespace {

constexpr std::size_t kKept = 512;         // events of one owner
constexpr std::size_t kMostOwners = 2048;  // of whom events are kept

}  // namespace

EventHub::EventHub() : run_(random_id().substr(0, 8)) {}

std::string EventHub::format(std::string_view type, std::string_view data) {
  return fmt::format("event: {}\ndata: {}\n\n", type, data);
}

bool EventHub::is_gone(const Subscriber& subscriber) {
  return !subscriber.stream->open();
}

// A newer place in the line, or more seconds done, makes the older one worthless: it is not kept.
void EventHub::supersede(std::deque<Event>& recent, const std::string& analysis, std::string_view type) {
  const auto older = std::find_if(recent.rbegin(), recent.rend(), [&](const Event& event) {
    return event.type == type && event.analysis == analysis;
  });
  if (older != recent.rend()) recent.erase(std::next(older).base());
}

EventHub::Owner& EventHub::owner_called(const std::string& name) {
  const auto [of, is_new] = owners_.try_emplace(name);
  if (is_new) of->second.known_after = number_;
  return of->second;
}

void EventHub::publish(const std::string& owner, const std::string& analysis, std::string_view type,
                       std::string_view data, bool last) {
  const std::scoped_lock lock(mutex_);
  Owner& of = owner_called(owner);
  ++number_;
  if (type == "queued" || type == "measuring") supersede(of.recent, analysis, type);
  of.recent.push_back({number_, analysis, std::string(type),
                       fmt::format("id: {}-{}\n{}", run_, number_, format(type, data)), last});
  if (of.recent.size() > kKept) {
    of.known_after = of.recent.front().number;
    of.recent.pop_front();
  }
  const std::string& text = of.recent.back().text;
  std::erase_if(of.subscribers, [&](const Subscriber& subscriber) {
    if (is_gone(subscriber)) return true;
    if (!subscriber.analysis.empty() && subscriber.analysis != analysis) return false;
    subscriber.stream->send(text);
    const bool ends = last && !subscriber.analysis.empty();
    if (ends) subscriber.stream->close();
    return ends;
  });
  if (owners_.size() > kMostOwners) forget_the_idle();
}

// Owners nobody listens for, oldest events first, until half as many are left.
void EventHub::forget_the_idle() {
  std::vector<std::pair<std::uint64_t, std::string>> idle;
  for (auto& [owner, of] : owners_) {
    std::erase_if(of.subscribers, is_gone);
    if (of.subscribers.empty()) idle.emplace_back(of.recent.empty() ? 0 : of.recent.back().number, owner);
  }
  std::ranges::sort(idle);
  for (std::size_t i = 0; i < idle.size() && owners_.size() > kMostOwners / 2; ++i)
    owners_.erase(idle[i].second);
}

bool EventHub::subscribe(const std::string& owner, const std::string& analysis,
                         std::shared_ptr<EventStream> stream, std::string_view last_event_id) {
  const std::scoped_lock lock(mutex_);
  if (owners_.size() > kMostOwners) forget_the_idle();
  Owner& of = owner_called(owner);
  std::erase_if(of.subscribers, is_gone);
  std::optional<std::uint64_t> after;
  const std::size_t dash = last_event_id.rfind('-');
  if (dash != std::string_view::npos && last_event_id.substr(0, dash) == run_) {
    std::uint64_t number = 0;
    const std::string_view digits = last_event_id.substr(dash + 1);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size();
    if (whole && number <= number_) after = number;
  }
  const bool resumed = after && *after >= of.known_after;
  if (resumed) {
    for (const Event& event : of.recent) {
      if (event.number <= *after || (!analysis.empty() && event.analysis != analysis)) continue;
      stream->send(event.text);
      if (event.last && !analysis.empty()) {
        stream->close();
        return true;
      }
    }
  }
  if (stream->open()) of.subscribers.push_back({analysis, std::move(stream)});
  return resumed;
}

void EventHub::close_all() {
  const std::scoped_lock lock(mutex_);
  for (auto& [name, of] : owners_) {
    for (const Subscriber& subscriber : of.subscribers) subscriber.stream->close();
    of.subscribers.clear();
  }
}

std::size_t EventHub::streams() const {
  const std::scoped_lock lock(mutex_);
  std::size_t count = 0;
  for (const auto& [name, of] : owners_) {
    count += static_cast<std::size_t>(
        std::ranges::count_if(of.subscribers, [](const Subscriber& s) { return s.stream->open(); }));
  }
  return count;
}

}  // namespace hitscope::server
