// Runs independent tasks on a few threads: task(index, worker) for every index below `count`, worker in
// [0, threads used). Whoever is free takes the next index, so results must depend on the index alone;
// `worker` only names scratch memory. With one thread everything runs in the caller.
//
// A task that throws ends the program, as an exception leaving any thread does: tasks here only allocate.
// Where no thread can be had (a sandbox refuses them) the caller does all the work.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace hitscope {

// What n_threads means everywhere: 0 asks for one thread per processor.
[[nodiscard]] inline std::size_t threads_or_all(unsigned n_threads) {
  return n_threads != 0 ? n_threads : std::max(1U, std::thread::hardware_concurrency());
}

// Never more threads than tasks.
[[nodiscard]] inline std::size_t threads_for(std::size_t count, unsigned n_threads) {
  return std::clamp<std::size_t>(threads_or_all(n_threads), 1, std::max<std::size_t>(count, 1));
}

template <typename Task>
void parallel_for(std::size_t count, unsigned n_threads, const Task& task) {
  std::atomic<std::size_t> next{0};
  const auto work = [&](std::size_t worker) {
    for (std::size_t i = next++; i < count; i = next++) task(i, worker);
  };
  std::vector<std::jthread> others;
  try {
    for (std::size_t worker = 1; worker < threads_for(count, n_threads); ++worker)
      others.emplace_back(work, worker);
    // NOLINTNEXTLINE(bugprone-empty-catch): those there are will do
  } catch (const std::system_error&) {
  }
  work(0);
}

}  // namespace hitscope
