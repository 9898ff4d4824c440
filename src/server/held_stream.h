// A stream that keeps back what it is sent until it is released: so that the present state, which is sent
// past it, comes before all that happens meanwhile. Safe to use from several threads.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/http.h"

namespace hitscope::server {

class HeldStream final : public EventStream {
 public:
  explicit HeldStream(std::shared_ptr<EventStream> stream) : stream_(std::move(stream)) {}
  HeldStream(const HeldStream&) = delete;
  HeldStream& operator=(const HeldStream&) = delete;
  ~HeldStream() override = default;

  void send(std::string event) override {
    const std::scoped_lock lock(mutex_);
    if (held_) {
      waiting_.push_back(std::move(event));
    } else {
      stream_->send(std::move(event));
    }
  }

  void close() override {
    const std::scoped_lock lock(mutex_);
    if (held_) {
      ends_ = true;
    } else {
      stream_->close();
    }
  }

  [[nodiscard]] bool open() const override { return stream_->open(); }

  // From here on everything passes.
  void release() {
    const std::scoped_lock lock(mutex_);
    held_ = false;
    for (std::string& event : waiting_) stream_->send(std::move(event));
    waiting_.clear();
    if (ends_) stream_->close();
  }

 private:
  const std::shared_ptr<EventStream> stream_;
  std::mutex mutex_;
  bool held_ = true;
  bool ends_ = false;
  std::vector<std::string> waiting_;
};

}  // namespace hitscope::server
