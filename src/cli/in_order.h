// Work on several threads, results in order: the output is the same bytes whatever the number of threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace hitscope::cli {

// Calls work(i) for i = 0 .. count-1 on `threads` threads and deliver(i, result) on the calling one, for i in
// ascending order. No worker runs further ahead of the delivery than a few results a thread, so memory stays
// bounded when one item takes long. Once `stop` is true no item is begun any more; those begun are delivered.
// The calling thread first does meanwhile(), while the work goes on already. None of the functions may throw.
template <typename Work, typename Deliver, typename Meanwhile>
void in_order(std::size_t count, unsigned threads, const std::atomic<bool>& stop, Work work, Deliver deliver,
              Meanwhile meanwhile) {
  using Result = decltype(work(std::size_t{}));
  constexpr std::size_t kAheadPerThread = 8;
  const std::size_t workers = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(count, 1));

  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::size_t, Result> done;  // finished, not yet delivered
  std::size_t next = 0;                // to be begun
  std::size_t delivered = 0;
  std::size_t working = workers;

  const auto run = [&] {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(
          lock, [&] { return next >= count || next < delivered + workers * kAheadPerThread || stop.load(); });
      if (next >= count || stop.load()) break;
      const std::size_t item = next++;
      lock.unlock();
      Result result = work(item);
      lock.lock();
      done.emplace(item, std::move(result));
      changed.notify_all();
    }
    --working;
    changed.notify_all();
  };

  std::vector<std::jthread> pool;
  for (std::size_t i = 0; i < workers; ++i) pool.emplace_back(run);
  meanwhile();
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [&] { return done.contains(delivered) || working == 0; });
    const auto ready = done.find(delivered);
    if (ready == done.end()) break;  // all workers are gone: nothing more will come
    Result result = std::move(ready->second);
    done.erase(ready);
    lock.unlock();
    deliver(delivered, std::move(result));
    lock.lock();
    ++delivered;
    changed.notify_all();
  }
}

template <typename Work, typename Deliver>
void in_order(std::size_t count, unsigned threads, const std::atomic<bool>& stop, Work work,
              Deliver deliver) {
  in_order(count, threads, stop, work, deliver, [] {});
}

}  // namespace hitscope::cli
