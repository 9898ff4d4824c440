#include "server/jobs.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "audio/byte_source.h"
#include "fetch/link.h"
#include "fetch/remove_folder.h"
#include "report/sha256.h"
#include "server/log.h"
#include "server/problem.h"

namespace hitscope::server {
namespace {

namespace fs = std::filesystem;
using OrderedJson = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kBetweenAsking{1};
constexpr double kPatienceS = 120;  // what fails for longer may fail because of what it is
constexpr double kForEver = std::numeric_limits<double>::infinity();

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

template <typename T>
std::optional<T> known(const OrderedJson& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return found->get<T>();
}

// The worker's JSON with the columns that lists show beside it.
StoredResult stored(const WorkAnswer& answer) {
  StoredResult result;
  result.report = answer.report;
  result.frames = answer.frames;
  const OrderedJson report = OrderedJson::parse(answer.report);
  result.duration_s = known<double>(report.at("audio"), "duration_s");
  const OrderedJson& verdict = report.at("verdict");
  if (verdict.is_null()) return result;
  result.label = known<std::string>(verdict, "label");
  result.votes_for_hit = known<int>(verdict, "votes_for_hit");
  result.probability = known<double>(verdict, "probability");
  for (const OrderedJson& vote : verdict.at("votes")) {
    result.votes.push_back({vote.at("model"), vote.at("label"), vote.at("probability")});
  }
  return result;
}

std::string of_analysis(const std::string& id) {
  return fmt::format(R"({{"analysis": "{}"}})", id);
}

std::string number_or_null(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "null";
}

}  // namespace

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string_view name_of(WorkProgress::Stage stage) {
  switch (stage) {
    case WorkProgress::Stage::decoding:
      return "decoding";
    case WorkProgress::Stage::measuring:
      return "measuring";
    case WorkProgress::Stage::voting:
      return "voting";
  }
  return "";
}

Jobs::Jobs(JobsOptions options, Store& store, const Spool& spool, EventHub& hub, Metrics& metrics,
           Fetcher* fetcher, fs::path fetch_folder)
    : options_(std::move(options)),
      store_(store),
      spool_(spool),
      hub_(hub),
      metrics_(metrics),
      fetcher_(fetcher),
      fetch_folder_(std::move(fetch_folder)),
      queue_(options_.queue),
      links_(options_.queue) {}

Jobs::~Jobs() {
  drain(0);
}

Result<void> Jobs::start() {
  for (unsigned i = 0; i < options_.workers; ++i) {
    workers_.push_back(std::make_unique<WorkerProcess>(options_.worker));
    // The first shows whether a worker can be had at all; each of the others starts on its own thread.
    if (i > 0) continue;
    if (auto started = workers_.front()->start(); !started) return started;
  }
  alive_ = options_.workers;
  for (unsigned i = 0; i < options_.workers; ++i) threads_.emplace_back([this, i] { work(i); });
  if (fetcher_ == nullptr) return {};
  for (unsigned i = 0; i < options_.fetchers; ++i) threads_.emplace_back([this] { fetch_links(); });
  return {};
}

bool Jobs::has_room(const std::string& owner) const {
  const std::scoped_lock lock(mutex_);
  return !draining_ && queue_.has_room(owner);
}

bool Jobs::reserve(const std::string& owner, Of what) {
  const std::scoped_lock lock(mutex_);
  return !draining_ && queue_of(what).reserve(owner);
}

void Jobs::unreserve(const std::string& owner, Of what) {
  const std::scoped_lock lock(mutex_);
  queue_of(what).unreserve(owner);
}

void Jobs::submit(Job job) {
  const std::string id = job.id;
  const bool is_link = !job.link.empty();
  {
    const std::scoped_lock lock(mutex_);
    queue_of(job).push(job.owner, job.id);
    Active active;
    active.queued_ms = now_ms();
    active.job = std::move(job);
    active_.emplace(id, std::move(active));
  }
  announce_positions(id);
  (is_link ? has_links_ : has_work_).notify_one();
}

void Jobs::cancel(const std::string& id) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = active_.find(id);
    if (found == active_.end()) return;
    *found->second.cancelled = true;
    if (found->second.running || !queue_of(found->second.job).remove(id)) return;  // its thread ends it
  }
  end(id);
  announce_positions();
}

// A job that comes after `position` - 1 others and those at work, at the pace of the recent ones.
std::optional<double> Jobs::eta(std::size_t position) const {
  if (mean_seconds_ <= 0) return std::nullopt;
  const std::size_t workers = std::max(1U, options_.workers);
  const std::size_t rounds = (position + running_ + workers - 1) / workers;
  return static_cast<double>(rounds) * mean_seconds_;
}

std::optional<JobStatus> Jobs::status(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = active_.find(id);
  if (found == active_.end()) return std::nullopt;
  JobStatus status;
  status.running = found->second.running;
  status.progress = found->second.progress;
  status.fetching = found->second.fetching;
  if (status.running) return status;
  const bool is_link = !found->second.job.link.empty();
  const std::vector<std::string> order = (is_link ? links_ : queue_).order();
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] == id) status.position = i + 1;
  }
  if (!is_link) status.eta_s = eta(status.position);  // how long a site takes, nobody knows
  return status;
}

void Jobs::when_ended(const std::string& id, std::function<void()> callback) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = active_.find(id); found != active_.end() && !stopping_) {
      found->second.waiting.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

Jobs::Counts Jobs::counts() const {
  const std::scoped_lock lock(mutex_);
  return {queue_.size() + links_.size(), running_, alive_};
}

// Everyone who waits is told where in the line they are. Under the lock, so that no older place is told after
// a newer one.
void Jobs::announce_positions(std::string_view only) {
  const std::scoped_lock lock(mutex_);
  for (const JobQueue* queue : {&queue_, &links_}) {
    const std::vector<std::string> order = queue->order();
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (!only.empty() && order[i] != only) continue;
      const Active& active = active_.at(order[i]);
      const std::optional<double> eta_s = queue == &queue_ ? eta(i + 1) : std::nullopt;
      hub_.publish(active.job.owner, order[i], "queued",
                   fmt::format(R"({{"analysis": "{}", "position": {}, "eta_s": {}}})", order[i], i + 1,
                               number_or_null(eta_s)));
    }
  }
}

std::optional<Jobs::Taken> Jobs::take(JobQueue& queue, std::condition_variable& has_some) {
  std::unique_lock lock(mutex_);
  while (true) {
    has_some.wait(lock, [&] { return stopping_ || (!draining_ && queue.size() > 0); });
    if (stopping_) return std::nullopt;
    const auto id = queue.pop();
    if (!id) continue;
    Active& active = active_.at(*id);
    active.running = true;
    ++running_;
    metrics_.stage("queued", static_cast<double>(now_ms() - active.queued_ms) / 1000);
    return Taken{active.job, active.cancelled};
  }
}

void Jobs::put_down() {
  {
    const std::scoped_lock lock(mutex_);
    --running_;
  }
  all_idle_.notify_all();
}

void Jobs::fetch_links() {
  while (const auto taken = take(links_, has_links_)) {
    announce_positions();
    const auto begun = Clock::now();
    auto fetched = fetch(taken->job, *taken->cancelled);
    metrics_.stage("fetching", seconds_since(begun));
    if (!fetched) {
      put_down();
      end(taken->job.id);
      continue;
    }
    const std::string id = fetched->id;
    bool is_gone = false;
    {
      const std::scoped_lock lock(mutex_);
      Active& active = active_.at(id);
      active.running = false;
      active.fetching.reset();
      active.queued_ms = now_ms();
      active.job = std::move(*fetched);
      is_gone = *active.cancelled;  // no thread would look at it any more
      if (!is_gone) queue_.push(active.job.owner, id);
    }
    put_down();
    if (is_gone) {
      end(id);
      continue;
    }
    announce_positions(id);
    has_work_.notify_one();
  }
}

template <typename Ask>
auto Jobs::insist(const std::atomic<bool>& cancelled, double patience_s, const Ask& ask) -> decltype(ask()) {
  const auto begun = Clock::now();
  for (bool first = true;; first = false) {
    auto answer = ask();
    if (answer) return answer;
    if (first) {
      log_event(LogLevel::error, "store",
                {{"problem", answer.error().message}, {"detail", answer.error().detail}});
    }
    if (cancelled || seconds_since(begun) > patience_s) return answer;
    std::unique_lock lock(mutex_);
    if (ends_.wait_for(lock, kBetweenAsking, [this] { return stopping_; })) return answer;
  }
}

std::optional<Job> Jobs::fetch(const Job& job, const std::atomic<bool>& cancelled) {
  const auto started = insist(cancelled, kForEver, [&] { return store_.set_running(job.id); });
  if (!started) return std::nullopt;                // the next start takes it up
  if (!*started || cancelled) return std::nullopt;  // deleted meanwhile
  const fs::path folder = fetch_folder_ / job.id;
  std::error_code error;
  fs::create_directory(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) {
    fail_job(job, cancelled, {ErrorKind::busy, "There is no room to fetch it to.", {}});
    return std::nullopt;
  }
  const auto on_progress = [&](const FetchProgress& progress) {
    {
      const std::scoped_lock lock(mutex_);
      if (const auto found = active_.find(job.id); found != active_.end()) found->second.fetching = progress;
    }
    hub_.publish(job.owner, job.id, "fetching",
                 fmt::format(R"({{"analysis": "{}", "bytes": {}, "total": {}}})", job.id, progress.bytes,
                             progress.total ? fmt::format("{}", *progress.total) : "null"));
  };
  on_progress({});
  const auto fetched = fetcher_->fetch(job.link, folder, on_progress, cancelled);
  std::optional<Job> next;
  if (!fetched) {
    stop_or_fail(job, cancelled, fetched.error());
  } else if (const auto* const playlist = std::get_if<Playlist>(&*fetched)) {
    const Error refusal = playlist_error(*playlist);
    OrderedJson json = OrderedJson::parse(error_json(refusal));
    for (const Playlist::Entry& entry : playlist->entries) {
      json["entries"].push_back({{"url", entry.link}, {"title", entry.title}});
    }
    fail_job(job, cancelled, refusal, json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
  } else {
    next = spool_fetched(job, cancelled, std::get<FetchedTrack>(*fetched));
  }
  if (const std::error_code left = remove_folder(folder)) {
    log_event(LogLevel::warning, "fetch",
              {{"problem", "The folder of a link is not deleted."}, {"detail", left.message()}});
  }
  return next;
}

// From here on it is like an upload: its bytes in the spool, known by their digest.
std::optional<Job> Jobs::spool_fetched(const Job& job, const std::atomic<bool>& cancelled,
                                       const FetchedTrack& track) {
  const auto give_up = [&](const Error& error) {
    fail_job(job, cancelled, error);
    return std::nullopt;
  };
  const auto source = open_file(track.file);
  if (!source) return give_up(source.error());
  const auto digest = sha256_hex(**source);
  if (!digest) return give_up(digest.error());
  std::error_code error;
  const auto bytes = fs::file_size(track.file, error);
  if (!error) fs::rename(track.file, spool_.path(job.spool_file), error);
  if (error) return give_up({ErrorKind::busy, "There is no room for what was fetched.", {}});
  OrderedJson details;
  const auto put = [&](const char* name, const std::string& text) {
    details[name] = text.empty() ? OrderedJson() : OrderedJson(text);
  };
  put("title", track.title);
  put("artist", track.artist);
  put("page", track.page);
  put("thumbnail", track.thumbnail);
  put("site", track.site);
  Store::Fetched known{.name = job.name.empty() ? track.title : std::string(),
                       .sha256 = *digest,
                       .bytes = static_cast<std::int64_t>(bytes),
                       .source_details = details.dump(-1, ' ', false, OrderedJson::error_handler_t::replace)};
  const auto kept = insist(cancelled, kPatienceS, [&] { return store_.set_fetched(job.id, known); });
  if (!kept) return give_up({ErrorKind::internal, "What was fetched could not be recorded.", {}});
  if (!*kept) {  // deleted meanwhile
    spool_.remove(job.spool_file);
    return std::nullopt;
  }
  const auto cached = store_.finish_from_cache(job.id, options_.engine, now_ms());
  if (cached && *cached) {
    metrics_.answered_from_history();
    finish_from_history(job);
    return std::nullopt;
  }
  Job next = job;
  next.link.clear();
  if (next.name.empty()) next.name = track.title.empty() ? link_origin(job.link) : track.title;
  return next;
}

void Jobs::finish_from_history(const Job& job) {
  clean_up(job);
  const auto record = store_.find(job.owner, job.id);
  if (!record || !*record) return;  // deleted meanwhile
  StoredResult result;
  result.label = (*record)->label;
  result.votes_for_hit = (*record)->votes_for_hit;
  result.probability = (*record)->probability;
  result.duration_s = (*record)->duration_s;
  publish_done(job, result);
}

void Jobs::work(unsigned index) {
  WorkerProcess& worker = *workers_[index];
  std::uint64_t restarts = 0;
  while (const auto taken = take(queue_, has_work_)) {
    announce_positions();
    const auto begun = Clock::now();
    run(worker, taken->job, taken->cancelled);
    malloc_trim(0);  // an hour's frames, passed on as text, leave tens of megabytes that nothing needs now
    const double seconds = seconds_since(begun);
    metrics_.stage("working", seconds);
    for (; restarts < worker.restarts(); ++restarts) metrics_.worker_restarted();
    {
      const std::scoped_lock lock(mutex_);
      mean_seconds_ = mean_seconds_ <= 0 ? seconds : 0.8 * mean_seconds_ + 0.2 * seconds;
    }
    put_down();
    end(taken->job.id);
  }
  const std::scoped_lock lock(mutex_);
  --alive_;
}

void Jobs::run(WorkerProcess& worker, const Job& job, const std::shared_ptr<std::atomic<bool>>& cancelled) {
  const auto started = insist(*cancelled, kForEver, [&] { return store_.set_running(job.id); });
  if (!started) return;                 // the next start takes it up
  if (!*started || *cancelled) return;  // deleted meanwhile
  std::optional<WorkProgress::Stage> stage;
  auto stage_begun = Clock::now();
  const auto leave_stage = [&] {
    if (stage) metrics_.stage(name_of(*stage), seconds_since(stage_begun));
    stage_begun = Clock::now();
  };
  const auto progress = [&](const WorkProgress& now) {
    const bool is_new = stage != now.stage;
    if (is_new) leave_stage();
    stage = now.stage;
    on_progress(job, now, is_new);
  };
  const WorkRequest request{.id = job.id, .file = spool_.path(job.spool_file), .name = job.name};
  const Result<WorkAnswer> answer = worker.run(request, progress, *cancelled);
  leave_stage();
  if (answer) return succeed(job, *cancelled, *answer);
  stop_or_fail(job, *cancelled, answer.error());
}

void Jobs::stop_or_fail(const Job& job, const std::atomic<bool>& cancelled, const Error& error) {
  {
    const std::scoped_lock lock(mutex_);
    if (cancelled && (draining_ || stopping_)) return;  // the next start takes it up again
  }
  if (cancelled) return metrics_.failed("cancelled");
  fail_job(job, cancelled, error);
}

void Jobs::on_progress(const Job& job, const WorkProgress& progress, bool is_new_stage) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = active_.find(job.id); found != active_.end()) found->second.progress = progress;
  }
  if (progress.stage == WorkProgress::Stage::measuring) {
    hub_.publish(job.owner, job.id, "measuring",
                 fmt::format(R"({{"analysis": "{}", "done_s": {:.2f}, "known_s": {}}})", job.id,
                             progress.done_s, number_or_null(progress.known_s)));
  } else if (is_new_stage && progress.stage == WorkProgress::Stage::decoding) {
    hub_.publish(job.owner, job.id, "decoding", of_analysis(job.id));
  }
}

void Jobs::succeed(const Job& job, const std::atomic<bool>& cancelled, const WorkAnswer& answer) {
  StoredResult result;
  try {
    result = stored(answer);
  } catch (const nlohmann::json::exception& error) {
    return fail_job(job, cancelled,
                    {ErrorKind::internal, "The worker's answer is not understood.", error.what()});
  }
  const auto finished =
      insist(cancelled, kPatienceS, [&] { return store_.finish(job.id, options_.engine, result, now_ms()); });
  if (!finished) {
    return fail_job(job, cancelled, {ErrorKind::internal, "The result could not be kept.", {}});
  }
  if (!*finished) return;  // deleted meanwhile
  clean_up(job);
  for (const StoredResult::Vote& vote : result.votes) {
    hub_.publish(job.owner, job.id, "vote",
                 OrderedJson{{"analysis", job.id},
                             {"model", vote.model},
                             {"label", vote.label},
                             {"probability", vote.probability}}
                     .dump());
  }
  publish_done(job, result);
}

void Jobs::publish_done(const Job& job, const StoredResult& result) {
  const auto or_null = [](const auto& value) { return value ? OrderedJson(*value) : OrderedJson(); };
  hub_.publish(job.owner, job.id, "done",
               OrderedJson{{"analysis", job.id},
                           {"summary",
                            {{"label", or_null(result.label)},
                             {"votes_for_hit", or_null(result.votes_for_hit)},
                             {"probability", or_null(result.probability)},
                             {"duration_s", or_null(result.duration_s)}}}}
                   .dump(),
               true);
}

void Jobs::fail_job(const Job& job, const std::atomic<bool>& cancelled, const Error& error,
                    const std::string& json) {
  const std::string words = json.empty() ? error_json(error) : json;
  metrics_.failed(type_name(error.kind));
  log_event(LogLevel::info, "analysis failed",
            {{"analysis", job.id.substr(0, 6)}, {"type", type_name(error.kind)}, {"problem", error.message}});
  const AnalysisState state =
      error.kind == ErrorKind::interrupted ? AnalysisState::interrupted : AnalysisState::failed;
  const auto ended =
      insist(cancelled, kPatienceS, [&] { return store_.end(job.id, state, words, now_ms()); });
  if (!ended || !*ended) return;  // still in the store: the next start takes it up; or deleted meanwhile
  clean_up(job);
  hub_.publish(job.owner, job.id, name_of(state),
               fmt::format(R"({{"analysis": "{}", "error": {}}})", job.id, words), true);
}

void Jobs::clean_up(const Job& job) {
  if (job.keep_audio) return;
  spool_.remove(job.spool_file);
  if (const auto forgotten = store_.forget_spool(job.id); !forgotten) {
    log_event(LogLevel::error, "store", {{"problem", forgotten.error().message}});
  }
}

void Jobs::end(const std::string& id) {
  std::vector<std::function<void()>> waiting;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = active_.find(id);
    if (found == active_.end()) return;
    waiting = std::move(found->second.waiting);
    active_.erase(found);
  }
  for (const auto& callback : waiting) callback();
}

void Jobs::drain(double seconds) {
  {
    std::unique_lock lock(mutex_);
    draining_ = true;
    all_idle_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return running_ == 0; });
    for (auto& [id, active] : active_) {
      if (active.running) *active.cancelled = true;
    }
    stopping_ = true;
  }
  has_work_.notify_all();
  has_links_.notify_all();
  ends_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  // Who waits for what stays behind waits for nothing.
  std::vector<std::function<void()>> waiting;
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [id, active] : active_) {
      std::ranges::move(active.waiting, std::back_inserter(waiting));
      active.waiting.clear();
    }
  }
  for (const auto& callback : waiting) callback();
}

}  // namespace hitscope::server
