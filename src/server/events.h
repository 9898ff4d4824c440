// Who hears of what: events about analyses go to those of their owner's streams that want them.
//
// Events are numbered in one order; the last few hundred of each owner are kept, so that a stream that broke
// goes on where it was (Last-Event-ID). An id is "RUN-NUMBER": after a restart, or where too much was missed,
// resuming is not possible and says so; the stream then starts with the present state.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/http.h"

namespace hitscope::server {

class EventHub {
 public:
  EventHub();

  // `data`: JSON. `last`: after it nothing more comes of this analysis.
  void publish(const std::string& owner, const std::string& analysis, std::string_view type,
               std::string_view data, bool last = false);

  // Adds a stream; `analysis` empty: all of the owner's. It ends with its analysis. Returns whether it could
  // go on after `last_event_id`; if not, the caller sends the present state, read after this call, so that
  // nothing falls between.
  bool subscribe(const std::string& owner, const std::string& analysis, std::shared_ptr<EventStream> stream,
                 std::string_view last_event_id);

  void close_all();
  [[nodiscard]] std::size_t streams() const;

  // "event: TYPE\ndata: DATA\n\n" without an id, for the present state.
  [[nodiscard]] static std::string format(std::string_view type, std::string_view data);

 private:
  struct Event {
    std::uint64_t number;
    std::string analysis;
    std::string type;
    std::string text;
    bool last;
  };
  struct Subscriber {
    std::string analysis;
    std::shared_ptr<EventStream> stream;
  };
  struct Owner {
    std::uint64_t known_after = 0;  // every later event of the owner is in `recent`
    std::deque<Event> recent;
    std::vector<Subscriber> subscribers;
  };

  static bool is_gone(const Subscriber& subscriber);
  static void supersede(std::deque<Event>& recent, const std::string& analysis, std::string_view type);
  Owner& owner_called(const std::string& name);
  void forget_the_idle();

  const std::string run_;
  mutable std::mutex mutex_;
  std::uint64_t number_ = 0;
  std::unordered_map<std::string, Owner> owners_;
};

}  // namespace hitscope::server
