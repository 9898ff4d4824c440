// The work itself: a bounded queue and a pool of threads, each with a worker process of its own
// (ingest/worker_process.h), where the untrusted bytes are. Links have a queue and a pool before it, in which
// they are fetched (fetch/fetcher.h): a slow site keeps no file waiting.
//
// A job is in the store before it is here, so a kill loses none: what was queued or running is taken up again
// at the next start. Progress goes to the event hub, results to the store. A store that fails is asked again
// until it answers: no work is lost to a database that is away for a while.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "fetch/fetcher.h"
#include "ingest/worker_process.h"
#include "server/events.h"
#include "server/job_queue.h"
#include "server/metrics.h"
#include "server/spool.h"
#include "store/store.h"

namespace hitscope::server {

struct Job {
  std::string id;
  std::string owner;
  std::string name;  // empty for a link that nobody has named: what the site calls it
  std::string spool_file;
  std::string link;         // to be fetched first; empty: the bytes are in the spool
  bool keep_audio = false;  // beyond its end, as its record says
};

struct JobStatus {
  bool running = false;
  std::size_t position = 0;     // of a queued one, from 1
  std::optional<double> eta_s;  // until its result; unknown before the first job has shown how long one takes
  WorkProgress progress;        // of a running one
  std::optional<FetchProgress> fetching;  // of one that is being fetched
};

struct JobsOptions {
  WorkerOptions worker;
  unsigned workers = 1;
  unsigned fetchers = 4;   // links fetched at the same time
  JobQueue::Limits queue;  // of files; links have another of the same limits
  std::string engine;  // names engine, measurements, model and options: equal bytes and engine, equal result
};

class Jobs {
 public:
  // `fetcher`: null where nothing is fetched; `fetch_folder`: for what is on its way, emptied by the caller.
  Jobs(JobsOptions options, Store& store, const Spool& spool, EventHub& hub, Metrics& metrics,
       Fetcher* fetcher = nullptr, std::filesystem::path fetch_folder = {});
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  ~Jobs();

  // Starts the pool. Errors: those of WorkerProcess::start.
  [[nodiscard]] Result<void> start();

  [[nodiscard]] const std::string& engine() const { return options_.engine; }
  [[nodiscard]] bool has_room(const std::string& owner) const;
  // As JobQueue's, of one of the two.
  enum class Of { files, links };
  [[nodiscard]] bool reserve(const std::string& owner, Of what = Of::files);
  void unreserve(const std::string& owner, Of what = Of::files);
  // Takes every job, whether there is room or not: it is in the store, so it is accepted. Who may still
  // refuse one asks reserve() first.
  void submit(Job job);
  // A queued one is taken out, a running one is stopped; what is to be said of it is the caller's.
  void cancel(const std::string& id);

  [[nodiscard]] std::optional<JobStatus> status(const std::string& id) const;
  // Calls back once when the job is at its end, at once where it is not here, and where it will not come to
  // its end any more (drain). From another thread.
  void when_ended(const std::string& id, std::function<void()> callback);

  struct Counts {
    std::size_t queued = 0;
    std::size_t running = 0;
    std::size_t workers_alive = 0;
  };
  [[nodiscard]] Counts counts() const;

  // No new job is begun; running ones may take `seconds` to finish, then they are stopped. What is not done
  // stays in the store as it is, for the next start.
  void drain(double seconds);

 private:
  struct Active {
    Job job;
    bool running = false;
    WorkProgress progress;
    std::optional<FetchProgress> fetching;
    std::int64_t queued_ms = 0;
    std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);
    std::vector<std::function<void()>> waiting;
  };

  [[nodiscard]] JobQueue& queue_of(Of what) { return what == Of::files ? queue_ : links_; }
  [[nodiscard]] JobQueue& queue_of(const Job& job) { return job.link.empty() ? queue_ : links_; }
  struct Taken {
    Job job;
    std::shared_ptr<std::atomic<bool>> cancelled;
  };
  // Waits for the next of a queue and marks it as running; nothing at the end of the program.
  [[nodiscard]] std::optional<Taken> take(JobQueue& queue, std::condition_variable& has_some);
  void put_down();  // what take() took

  void fetch_links();
  // The job to measure, its bytes in the spool; nothing when it has come to its end.
  [[nodiscard]] std::optional<Job> fetch(const Job& job, const std::atomic<bool>& cancelled);
  [[nodiscard]] std::optional<Job> spool_fetched(const Job& job, const std::atomic<bool>& cancelled,
                                                 const FetchedTrack& track);
  void finish_from_history(const Job& job);
  // What ended early: for the next start, by its owner, or failed.
  void stop_or_fail(const Job& job, const std::atomic<bool>& cancelled, const Error& error);

  void work(unsigned index);
  void run(WorkerProcess& worker, const Job& job, const std::shared_ptr<std::atomic<bool>>& cancelled);
  void on_progress(const Job& job, const WorkProgress& progress, bool is_new_stage);
  void succeed(const Job& job, const std::atomic<bool>& cancelled, const WorkAnswer& answer);
  void publish_done(const Job& job, const StoredResult& result);
  void fail_job(const Job& job, const std::atomic<bool>& cancelled, const Error& error,
                const std::string& json = {});  // json: of the error
  void clean_up(const Job& job);
  void end(const std::string& id);
  // What `ask` gets from the store, asked again where that fails. An error: the program ends, the job was
  // cancelled, or `patience_s` are over; the job is then still in the store as it was.
  template <typename Ask>
  auto insist(const std::atomic<bool>& cancelled, double patience_s, const Ask& ask) -> decltype(ask());
  void announce_positions(std::string_view only = {});  // an id; empty: of all
  [[nodiscard]] std::optional<double> eta(std::size_t position) const;

  const JobsOptions options_;
  Store& store_;
  const Spool& spool_;
  EventHub& hub_;
  Metrics& metrics_;
  Fetcher* fetcher_;
  const std::filesystem::path fetch_folder_;

  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  std::condition_variable has_links_;
  std::condition_variable all_idle_;
  std::condition_variable ends_;
  JobQueue queue_;
  JobQueue links_;
  std::unordered_map<std::string, Active> active_;
  std::size_t running_ = 0;
  std::size_t alive_ = 0;
  double mean_seconds_ = 0;  // of recent jobs; 0: none yet
  bool draining_ = false;
  bool stopping_ = false;
  std::vector<std::unique_ptr<WorkerProcess>> workers_;
  std::vector<std::thread> threads_;
};

[[nodiscard]] std::int64_t now_ms();
[[nodiscard]] std::string_view name_of(WorkProgress::Stage stage);

}  // namespace hitscope::server
