// A place in one of the queues of Jobs, kept until the job has taken it or does not come.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "server/jobs.h"

namespace hitscope::server {

class Place {
 public:
  static std::optional<Place> take(Jobs& jobs, const std::string& owner, Jobs::Of what = Jobs::Of::files) {
    return jobs.reserve(owner, what) ? std::optional<Place>(Place(jobs, owner, what)) : std::nullopt;
  }
  Place(Place&& other) noexcept
      : jobs_(std::exchange(other.jobs_, nullptr)), owner_(std::move(other.owner_)), what_(other.what_) {}
  Place& operator=(Place&&) = delete;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (jobs_ != nullptr) jobs_->unreserve(owner_, what_);
  }

 private:
  Place(Jobs& jobs, std::string owner, Jobs::Of what) : jobs_(&jobs), owner_(std::move(owner)), what_(what) {}

  Jobs* jobs_;
  std::string owner_;
  Jobs::Of what_;
};

}  // namespace hitscope::server
