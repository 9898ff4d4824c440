#include "server/server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "features/analyzer.h"
#include "fetch/fetcher.h"
#include "fetch/remove_folder.h"
#include "fetch/settings.h"
#include "model/find_bundle.h"
#include "report/sha256.h"
#include "report/version.h"
#include "server/analyses_api.h"
#include "server/demo_api.h"
#include "server/gate.h"
#include "server/legacy_api.h"
#include "server/listener.h"
#include "server/operations_api.h"
#include "server/predictions_api.h"
#include "server/problem.h"
#include "server/services.h"
#include "server/visitors.h"

namespace hitscope::server {
namespace {

namespace fs = std::filesystem;
namespace net = boost::asio;

constexpr unsigned kBlockingThreads = 4;
constexpr auto kSweep = std::chrono::seconds(30);
constexpr auto kSettle = std::chrono::seconds(5);

constexpr std::string_view kCommonHeaders =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
// Pages may load and send what is ours, and play what their visitor dropped on them; nothing else.
constexpr std::string_view kPageHeaders =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: "
    "blob:; "
    "connect-src 'self'; font-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n";

std::string_view word_of(Method method) {
  static constexpr std::array<std::string_view, 6> kWords = {"GET",    "HEAD",    "POST",
                                                             "DELETE", "OPTIONS", "OTHER"};
  return kWords[static_cast<std::size_t>(method)];
}

// X-Frame-Options knows no list of origins, and where the policy names some it has no say.
std::string page_headers(const std::vector<std::string>& may_frame) {
  if (may_frame.empty()) return std::string(kPageHeaders);
  std::string headers(kPageHeaders);
  const auto replace = [&](std::string_view what, std::string_view by) {
    headers.replace(headers.find(what), what.size(), by);
  };
  replace("X-Frame-Options: DENY\r\n", "");
  replace("frame-ancestors 'none'", fmt::format("frame-ancestors 'self' {}", fmt::join(may_frame, " ")));
  return headers;
}

// "https://app.example" or "https://app.example:8443": what can stand in a policy as it is.
bool is_origin(std::string_view text) {
  const std::size_t host = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  return host != 0 && host < text.size() && std::ranges::all_of(text.substr(host), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' ||
                  c == '*';
         });
}

// Reads the query: what the route does not know, or knows once and is given twice, is said and not ignored.
std::optional<std::string> take_arguments(Request& request, const Route& route) {
  if (request.query.empty() || route.any_arguments) return std::nullopt;
  auto arguments = parse_query(request.query);
  if (!arguments) return "the query holds a broken escape";
  for (std::size_t i = 0; i < arguments->size(); ++i) {
    const std::string& name = (*arguments)[i].first;
    if (std::ranges::find(route.arguments, name) == route.arguments.end())
      return "unknown parameter: " + name;
    for (std::size_t j = 0; j < i; ++j) {
      if ((*arguments)[j].first == name) return "given twice: " + name;
    }
  }
  request.arguments = std::move(*arguments);
  return std::nullopt;
}

class OurSite final : public Site {
 public:
  OurSite(const ServeOptions& options, Visitors visitors, Metrics& metrics)
      : options_(options),
        gate_({options.allow_hosts, options.allow_origins}),
        visitors_(std::move(visitors)),
        metrics_(metrics),
        page_headers_(page_headers(options.allow_frames)) {}

  Router& router() { return router_; }

  Admission admit(Request& request) const override {
    if (options_.behind_proxy && !request.forwarded_for.empty()) {
      const std::string_view list = request.forwarded_for;
      request.client = list.substr(list.find_last_of(", ") + 1);  // whom our own proxy saw
    }
    if (const auto refusal = gate_.refusal(request)) {
      return {nullptr, problem(request, HttpProblem::forbidden, *refusal)};
    }
    if (request.method == Method::options && gate_.is_allowed_origin(request.origin))
      return {nullptr, preflight()};
    Router::Match match = router_.match(request.method, request.path);
    if (match.route == nullptr) {
      if (match.allowed.empty()) {
        if (auto page = no_such_page(request)) return {nullptr, std::move(page)};
        return {nullptr,
                problem(request, Error{ErrorKind::not_found, "There is nothing at this address.", {}})};
      }
      Response response = problem(request, HttpProblem::method_not_allowed, {});
      response.headers.emplace_back("Allow", match.allowed);
      return {nullptr, std::move(response)};
    }
    request.parameters = std::move(match.parameters);
    if (const auto wrong = take_arguments(request, *match.route)) {
      return {match.route, problem(request, HttpProblem::bad_request, *wrong)};
    }
    if (match.route->needs_owner) {
      auto visitor = visitors_.identify(request.cookie, request.authorization,
                                        options_.behind_proxy && request.forwarded_proto == "https",
                                        !options_.allow_frames.empty());
      if (!visitor) return {match.route, problem(request, HttpProblem::unauthorized, {})};
      request.owner = std::move(visitor->owner);
      request.set_cookie = std::move(visitor->set_cookie);
    }
    return {match.route, std::nullopt};
  }

  std::string_view common_headers(const Request& request, const Response& response) const override {
    const bool page = response.content_type.starts_with("text/html");
    if (!gate_.is_allowed_origin(request.origin)) return page ? page_headers_ : kCommonHeaders;
    thread_local std::string with_origin;
    with_origin = fmt::format(
        "{}Access-Control-Allow-Origin: {}\r\nAccess-Control-Allow-Credentials: true\r\nVary: Origin\r\n",
        page ? std::string_view(page_headers_) : kCommonHeaders, request.origin);
    return with_origin;
  }

  void answered(const Request& request, const Route* route, unsigned status, double seconds) const override {
    const std::string_view pattern = route != nullptr ? std::string_view(route->pattern) : "none";
    metrics_.request(word_of(request.method), pattern, status, seconds);
    const LogLevel level =
        route != nullptr && route->quiet && status < 500 ? LogLevel::debug : LogLevel::info;
    if (!is_logged(level)) return;
    log_event(level, "request",
              {{"request", request.id},
               {"method", word_of(request.method)},
               {"route", pattern},
               {"status", status},
               {"ms", std::round(seconds * 1e6) / 1e3},
               {"client", request.client}});
  }

 private:
  static Response preflight() {
    Response response;
    response.status = 204;
    response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, DELETE");
    response.headers.emplace_back("Access-Control-Allow-Headers",
                                  "Authorization, Content-Type, Last-Event-ID");
    response.headers.emplace_back("Access-Control-Max-Age", "600");
    return response;
  }

  const ServeOptions& options_;
  const Gate gate_;
  const Visitors visitors_;
  Metrics& metrics_;
  const std::string page_headers_;
  Router router_;
};

// NOLINTBEGIN(concurrency-mt-unsafe): the environment is not written to while the program runs
Result<fs::path> data_folder(const ServeOptions& options) {
  fs::path folder = options.data_folder;
  if (folder.empty()) {
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    if (data != nullptr && *data == '/') {
      folder = fs::path(data) / "hitscope";
    } else if (home != nullptr && *home == '/') {
      folder = fs::path(home) / ".local" / "share" / "hitscope";
    } else {
      return fail(ErrorKind::not_found, "There is no place for the history: give one with --data-dir.");
    }
  }
  std::error_code error;
  if (!fs::exists(folder, error)) {
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  }
  if (error || access(folder.c_str(), W_OK) != 0) {
    return fail(ErrorKind::unreadable, "The data folder cannot be written to.", folder.string());
  }
  return folder;
}
// NOLINTEND(concurrency-mt-unsafe)

// Held as long as the server lives: two servers over one folder would take each other's uploads for rubbish.
class FolderLock {
 public:
  static Result<FolderLock> take(const fs::path& folder) {
    FolderLock lock;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
    lock.descriptor_ =
        open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (lock.descriptor_ < 0)
      return fail(ErrorKind::unreadable, "The data folder cannot be locked.", folder.string());
    if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
      return fail(ErrorKind::busy,
                  "Another hitscope serve uses this data folder: give a different one with --data-dir.",
                  folder.string());
    }
    return lock;
  }
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }

 private:
  FolderLock() = default;
  int descriptor_ = -1;
};

Result<ServedModel> load_model(const std::string& name_or_path) {
  const auto path = find_bundle(name_or_path);
  if (!path) return tl::unexpected(path.error());
  auto bundle = load_bundle(*path);
  if (!bundle) return tl::unexpected(bundle.error());
  return ServedModel{path->stem().string(), Predictor(std::move(*bundle))};
}

// Equal engines give equal results for equal bytes.
Result<std::string> engine_name(const std::string& model) {
  const auto path = find_bundle(model);
  if (!path) return tl::unexpected(path.error());
  const auto source = open_file(*path);
  if (!source) return tl::unexpected(source.error());
  const auto digest = sha256_hex(**source);
  if (!digest) return tl::unexpected(digest.error());
  return fmt::format("{}/{}/{}", kVersion, kFeaturesVersion, digest->substr(0, 16));
}

WorkerOptions worker_options(const ServeOptions& options) {
  WorkerOptions worker;
  worker.model = options.model;
  worker.sandbox = options.sandbox;
  worker.limits = {.wall_s = options.job_timeout_s,
                   .cpu_s = options.job_cpu_s,
                   .memory_bytes = options.job_memory_bytes,
                   .max_bytes = options.max_upload_bytes,
                   .max_audio_s = options.max_audio_s};
  return worker;
}

// Each connection is an open file, and many systems give a program 1,024 of them until it asks for more.
void raise_open_files() {
  constexpr rlim_t kEnough = 16384;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kEnough) return;
  limit.rlim_cur = std::min(limit.rlim_max, kEnough);
  setrlimit(RLIMIT_NOFILE, &limit);
}

// What a kill left there is of no use to anyone.
Result<void> make_empty(const fs::path& folder) {
  std::error_code error = remove_folder(folder);
  if (!error) fs::create_directory(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error)
    return fail(ErrorKind::unreadable, "The folder for fetching cannot be written to.", folder.string());
  return {};
}

// The fetcher, or why there is none here. Errors: settings that cannot be understood.
Result<std::variant<std::unique_ptr<Fetcher>, Error>> make_fetcher(const ServeOptions& options) {
  FetchSettings settings = options.fetch;
  settings.limits.bytes = options.max_upload_bytes;
  settings.limits.audio_s = options.max_audio_s;
  auto understood = fetcher_options(settings);
  if (!understood) return tl::unexpected(understood.error());
  if (understood->guard.policy.mode() == egress::PolicyMode::off) {
    return Error{ErrorKind::url_blocked, "This server does not fetch addresses.",
                 "download the file and send it instead"};
  }
  auto fetcher = Fetcher::make(std::move(*understood));
  if (!fetcher) return fetcher.error();
  return std::move(*fetcher);
}

// Returns when all that was posted to the pool before has been done, or after some seconds.
void settle(net::thread_pool& pool, unsigned threads) {
  struct Meeting {
    std::mutex mutex;
    std::condition_variable came;
    unsigned here = 0;
  };
  const auto meeting = std::make_shared<Meeting>();
  const auto come = [meeting, threads] {
    std::unique_lock lock(meeting->mutex);
    ++meeting->here;
    meeting->came.notify_all();
    meeting->came.wait_for(lock, kSettle, [&] { return meeting->here > threads; });
  };
  for (unsigned i = 0; i < threads; ++i) net::post(pool, come);
  come();
}

unsigned processors() {
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

// They end in the opposite order. What may hold an answer that was not given yet (the pools' queues, those
// who wait for a job, event streams) ends before the listener, whose threads and memory such an answer needs.
struct Server::Parts {
  Parts(ServeOptions its_options, FolderLock its_lock, Spool its_spool)
      : options(std::move(its_options)), lock(std::move(its_lock)), spool(std::move(its_spool)) {}

  const ServeOptions options;
  FolderLock lock;
  Spool spool;
  std::unique_ptr<Store> store;
  Metrics metrics;
  std::vector<ServedModel> models;
  std::unique_ptr<OurSite> site;
  std::unique_ptr<Listener> listener;
  EventHub hub;
  net::thread_pool blocking{kBlockingThreads};
  net::thread_pool computing{1};
  std::unique_ptr<Fetcher> fetcher;
  std::optional<Error> no_fetching;
  std::unique_ptr<Jobs> jobs;
  std::optional<net::steady_timer> sweep_timer;
  bool stopped = false;

  [[nodiscard]] Result<void> recover() const;
  void sweep();
};

// What an earlier run accepted and did not finish: done now where its audio is still there.
Result<void> Server::Parts::recover() const {
  const auto unfinished = store->unfinished();
  if (!unfinished) return tl::unexpected(unfinished.error());
  std::unordered_set<std::string> needed;
  std::size_t resumed = 0;
  for (const AnalysisRecord& record : *unfinished) {
    if (spool.has(record.spool_file)) {
      needed.insert(record.spool_file);
      jobs->submit({.id = record.id,
                    .owner = record.owner,
                    .name = record.name,
                    .spool_file = record.spool_file,
                    .link = {},
                    .keep_audio = record.keep_audio_until_ms.has_value()});
      ++resumed;
      continue;
    }
    if (record.source_kind == "url" && fetcher) {
      const bool is_named = record.name != record.source_url;
      needed.insert(record.id);  // it may be fetched before the spool is cleaned
      jobs->submit({.id = record.id,
                    .owner = record.owner,
                    .name = is_named ? record.name : std::string(),
                    .spool_file = record.id,
                    .link = record.source_url,
                    .keep_audio = record.keep_audio_until_ms.has_value()});
      ++resumed;
      continue;
    }
    const Error error{ErrorKind::interrupted, "The server stopped before this analysis was done.",
                      "its audio is gone; send it again"};
    if (const auto ended = store->end(record.id, AnalysisState::interrupted, error_json(error), now_ms());
        !ended) {
      return tl::unexpected(ended.error());
    }
  }
  // Kept audio stays until it is due.
  const auto kept = store->audio_due(std::numeric_limits<std::int64_t>::max());
  if (!kept) return tl::unexpected(kept.error());
  for (const AnalysisRecord& record : *kept) needed.insert(record.spool_file);
  spool.remove_all_but(needed);
  if (!unfinished->empty()) {
    log_event(LogLevel::info, "recovered",
              {{"resumed", resumed}, {"interrupted", unfinished->size() - resumed}});
  }
  return {};
}

// Deletes kept audio that is due, now and then.
void Server::Parts::sweep() {
  sweep_timer->expires_after(kSweep);
  sweep_timer->async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (const auto due = store->audio_due(now_ms()); due) {
      for (const AnalysisRecord& record : *due) {
        spool.remove(record.spool_file);
        if (const auto forgotten = store->forget_spool(record.id); !forgotten) break;
      }
    }
    sweep();
  });
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  stop(0);
}

Result<std::unique_ptr<Server>> Server::start(const ServeOptions& options) {
  set_log_level(options.log_level);
  raise_open_files();
  for (const std::string& origin : options.allow_frames) {
    if (!is_origin(origin))
      return fail(ErrorKind::not_found, "--allow-frame takes an origin, such as https://app.example.",
                  origin);
  }
  auto folder = data_folder(options);
  if (!folder) return tl::unexpected(folder.error());
  auto lock = FolderLock::take(*folder);
  if (!lock) return tl::unexpected(lock.error());
  auto spool = Spool::open(*folder / "spool");
  if (!spool) return tl::unexpected(spool.error());
  auto visitors = Visitors::open(*folder / "visitor.key", options.token_file);
  if (!visitors) return tl::unexpected(visitors.error());

  auto parts = std::make_unique<Parts>(options, std::move(*lock), std::move(*spool));
  const std::string database =
      options.database.empty() ? "sqlite:" + (*folder / "history.sqlite").string() : options.database;
  auto store = Store::open(database, kBlockingThreads + 2);
  if (!store) return tl::unexpected(store.error());
  parts->store = std::move(*store);

  // The audio model first; the others that are there for what-if questions.
  auto model = load_model(options.model);
  if (!model) return tl::unexpected(model.error());
  parts->models.push_back(std::move(*model));
  for (const char* other : {"default", "attributes"}) {
    if (parts->models.front().name == other) continue;
    if (auto loaded = load_model(other)) parts->models.push_back(std::move(*loaded));
  }
  auto engine = engine_name(options.model);
  if (!engine) return tl::unexpected(engine.error());

  JobsOptions jobs;
  jobs.worker = worker_options(options);
  jobs.workers = options.workers != 0 ? options.workers : processors();
  jobs.queue = {options.queue, options.queue_per_client};
  jobs.engine = std::move(*engine);
  jobs.fetchers = options.fetchers;
  const fs::path fetch_folder = *folder / "fetch";
  if (auto emptied = make_empty(fetch_folder); !emptied) return tl::unexpected(emptied.error());
  auto fetcher = make_fetcher(options);
  if (!fetcher) return tl::unexpected(fetcher.error());
  if (auto* const reason = std::get_if<Error>(&*fetcher)) {
    parts->no_fetching = std::move(*reason);
    log_event(LogLevel::warning, "links are not fetched",
              {{"problem", parts->no_fetching->message}, {"detail", parts->no_fetching->detail}});
  } else {
    parts->fetcher = std::move(std::get<std::unique_ptr<Fetcher>>(*fetcher));
  }
  parts->jobs = std::make_unique<Jobs>(std::move(jobs), *parts->store, parts->spool, parts->hub,
                                       parts->metrics, parts->fetcher.get(), fetch_folder);

  parts->site = std::make_unique<OurSite>(parts->options, std::move(*visitors), parts->metrics);
  const unsigned threads = options.threads != 0 ? options.threads : std::min(4U, processors());
  parts->listener =
      std::make_unique<Listener>(*parts->site, parts->options.http, threads, !options.behind_proxy);
  if (auto listening = parts->listener->listen(options.host, options.port); !listening) {
    return tl::unexpected(listening.error());
  }
  if (auto started = parts->jobs->start(); !started) return tl::unexpected(started.error());
  if (auto recovered = parts->recover(); !recovered) return tl::unexpected(recovered.error());

  const Services services{parts->options,  *parts->store,   parts->spool,       parts->hub,
                          parts->metrics,  *parts->jobs,    parts->no_fetching, parts->models,
                          parts->blocking, parts->computing};
  Router& router = parts->site->router();
  add_analyses_routes(router, services);
  add_predictions_routes(router, services);
  add_legacy_routes(router, services);
  add_operations_routes(router, services,
                        [listener = parts->listener.get()] { return listener->connections(); });
  add_demo_routes(router, services, demo_folder());
  add_page_routes(router);

  parts->sweep_timer.emplace(parts->blocking);
  parts->sweep();
  parts->listener->start();
  log_event(LogLevel::info, "started",
            {{"version", kVersion},
             {"port", parts->listener->port()},
             {"database", parts->store->description()},
             {"workers", parts->jobs->counts().workers_alive}});
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

std::string Server::address() const {
  const std::string& host = parts_->options.host;
  const bool any = host == "0.0.0.0" || host == "::";
  const bool is_v6 = host.find(':') != std::string::npos;
  return fmt::format("http://{}:{}",
                     any     ? "127.0.0.1"
                     : is_v6 ? "[" + host + "]"
                             : host,
                     parts_->listener->port());
}

void Server::stop(double seconds) {
  if (std::exchange(parts_->stopped, true)) return;
  parts_->listener->stop_accepting();
  parts_->jobs->drain(seconds);
  parts_->hub.close_all();
  // Answers that were waiting for jobs go out before their connections end.
  settle(parts_->blocking, kBlockingThreads);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  parts_->listener->stop();
  parts_->blocking.stop();
  parts_->computing.stop();
  parts_->blocking.join();
  parts_->computing.join();
  log_event(LogLevel::info, "stopped", nlohmann::ordered_json::object());
}

}  // namespace hitscope::server
