#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <utility>

#include "cli/nearest_word.h"
#include "report/plain_text.h"
#include "report/version.h"

namespace hitscope::cli {
namespace {

constexpr const char* kProgramFooter = R"(
Examples:
  hitscope predict song.mp3                 measure a track and let five models vote
  hitscope predict --explain song.mp3       ... and say why
  hitscope analyze -r Music --format csv    measure a whole library
  hitscope evaluate --data tracks.csv       how far such verdicts can be trusted
  hitscope serve                            the dashboard, at http://127.0.0.1:8080
  hitscope doctor                           what works on this machine

Every option can also be set by an environment variable (--max-bytes: HITSCOPE_MAX_BYTES) or in a TOML file
given by --config, in a table named like the command. Exit status: 0 all done, 1 some failed, 2 wrong usage.)";

constexpr const char* kAnalyzeFooter = R"(
Examples:
  hitscope analyze song.flac
  hitscope analyze --recursive Music --format jsonl > music.jsonl
  curl -s https://example.org/song.ogg | hitscope analyze -
  find Music -name '*.mp3' -print0 | hitscope analyze --files-from - --format csv

In a folder, what is not audio is left out (judged by content, not by name) and counted on stderr; hidden
files are not looked at. A file that is named gives a result or an error.)";

constexpr const char* kPredictFooter = R"(
Examples:
  hitscope predict song.mp3
  hitscope predict --explain demo/*.wav
  hitscope predict -r Music --format csv > verdicts.csv
  hitscope predict --attributes table.csv --format csv

A table's columns are named tempo, loudness, key, mode, energy, duration_ms, ...; what it lacks is unknown to
the models. Its answer has one row for each of the table's, counted from 0.)";

constexpr const char* kTrainFooter = R"(
Example:
  hitscope train --data spotify_tracks.csv --recipe audio --out my.safetensors --report report

Recipes by name: audio (only what sound tells), attributes (13 of the Spotify scale), seed5 and seed13 (the
published protocol); or a TOML file. The bundle is called like its file.)";

constexpr const char* kEvaluateFooter = R"(
Example:
  hitscope evaluate --data spotify_tracks.csv --recipe attributes --protocol grouped --format markdown

Protocols: random (the published one, whose test tracks leak), grouped (5 folds by artist, no duplicates),
transfer (each table held out in turn), split=FILE.csv (a split given by row).)";

constexpr const char* kModelFooter = R"(
Examples:
  hitscope model show                   the default bundle: what it was trained on and how good it is
  hitscope model verify my.safetensors  is it whole and usable?)";

constexpr const char* kServeFooter = R"(
Examples:
  hitscope serve                                     http://127.0.0.1:8080, for this machine alone
  hitscope serve --port 9000 --keep-audio 12h
  hitscope serve --host 0.0.0.0 --allow-host music.example --behind-proxy
  hitscope serve --database postgresql://hitscope@localhost/hitscope

Without --host only this machine is served. Behind a name of its own, that name must be given by --allow-host
(repeatable, "*.example" for all below it). SIGINT or SIGTERM ends it: no new work is begun, what runs may
finish, and what is left is taken up at the next start.)";

constexpr const char* kWorkerFooter = R"(
Reads one JSON request a line from stdin, {"id": "1", "path": "song.mp3"}, and writes JSON lines to stdout:
docs/worker.md has them all. Untrusted audio is decoded in a process that can reach neither files nor network.)";

template <typename Choice>
using Choices = std::vector<std::pair<std::string, Choice>>;

const Choices<ProgressMode> kProgressModes = {
    {"auto", ProgressMode::automatic}, {"always", ProgressMode::always}, {"never", ProgressMode::never}};
const Choices<server::LogLevel> kLogLevels = {{"debug", server::LogLevel::debug},
                                              {"info", server::LogLevel::info},
                                              {"warning", server::LogLevel::warning},
                                              {"error", server::LogLevel::error},
                                              {"off", server::LogLevel::off}};
const Choices<Format> kTrackFormats = {
    {"json", Format::json}, {"jsonl", Format::jsonl}, {"csv", Format::csv}, {"text", Format::text}};
const Choices<Format> kEvaluateFormats = {{"json", Format::json}, {"markdown", Format::markdown}};
const Choices<Format> kPlainFormats = {{"json", Format::json}, {"text", Format::text}};

// An option that takes one word of a few. (CLI11's own transformers also let the enumerators' numbers pass.)
template <typename Choice>
void add_choice(CLI::App& command, const std::string& names, Choice& choice, const Choices<Choice>& choices,
                const std::string& help) {
  std::string words;
  for (const auto& [word, value] : choices) words += (words.empty() ? "" : "|") + word;
  const auto known = [choices, words](const std::string& typed) {
    const bool found =
        std::ranges::find(choices, typed, &std::pair<std::string, Choice>::first) != choices.end();
    return found ? std::string() : fmt::format("{} is none of {}", typed, words);
  };
  const auto take = [&choice, choices](const std::string& typed) {
    choice = std::ranges::find(choices, typed, &std::pair<std::string, Choice>::first)->second;
  };
  command.add_option_function<std::string>(names, take, help)->check(known)->type_name(words);
}

// CLI11's own say the whole range of double.
CLI::Validator number_that(bool (*holds)(double), const char* words, const char* unit) {
  const auto check = [holds, words](const std::string& typed) {
    double value = 0;
    const bool good = CLI::detail::lexical_cast(typed, value) && holds(value);
    return good ? std::string() : fmt::format("{} is no number {}", typed, words);
  };
  return {check, unit};
}

CLI::Validator at_least_zero(const char* unit) {
  return number_that([](double value) { return value >= 0; }, "of 0 or more", unit);
}

CLI::Validator above_zero(const char* unit) {
  return number_that([](double value) { return value > 0; }, "above 0", unit);
}

void add_progress(CLI::App& command, ProgressMode& mode) {
  add_choice(command, "--progress", mode, kProgressModes,
             "A progress bar on stderr; auto: when that is a terminal");
}

void add_format(CLI::App& command, Format& format, const Choices<Format>& formats,
                const std::string& otherwise) {
  add_choice(command, "-f,--format", format, formats, "How to write the result; otherwise " + otherwise);
}

void add_jobs(CLI::App& command, unsigned& jobs, const std::string& help) {
  command.add_option("-j,--jobs", jobs, help + "; 0: one for each processor")
      ->check(CLI::Range(0U, 1024U).description("N"));
}

// The options of fetching; their limits are each command's own.
void add_fetch_options(CLI::App& command, FetchSettings& fetch) {
  constexpr const char* kGroup = "Links";
  command
      .add_option("--network", fetch.network,
                  "Where links may lead: off (nowhere), public (the open Internet), allow-list")
      ->check(CLI::IsMember({"off", "public", "allow-list"}).description("WHERE"))
      ->capture_default_str()
      ->group(kGroup);
  command
      .add_option("--network-allow", fetch.allow,
                  "What they may lead to besides: example.com, *.example.com, ADDRESS:PORT; repeatable")
      ->type_name("ENTRY")
      ->allow_extra_args(false)  // what follows may be a link
      ->group(kGroup);
  command
      .add_option("--resolve", fetch.resolve, "Take this address for that host, without asking; repeatable")
      ->type_name("HOST:PORT:ADDRESS")
      ->allow_extra_args(false)  // what follows may be a link
      ->group(kGroup);
  command
      .add_option("--dns-server", fetch.dns_server,
                  "Ask this server for names, not the system's; https://... for DNS over HTTPS")
      ->type_name("SERVER")
      ->group(kGroup);
  command.add_option("--proxy", fetch.proxy, "The proxy between this machine and the Internet")
      ->type_name("http://HOST:PORT")
      ->group(kGroup);
  command
      .add_option(
          "--cookies", fetch.cookies_file,
          "Cookies lent to sites that ask who is there, in Netscape's format; or their text in YT_COOKIES")
      ->type_name("FILE")
      ->group(kGroup);
  command.add_option("--yt-dlp", fetch.yt_dlp, "Where yt-dlp is; otherwise the usual places")
      ->type_name("PATH")
      ->group(kGroup);
  command
      .add_option("--js-runtime", fetch.js_runtime,
                  "Where Deno or Node is, for YouTube; otherwise the usual places")
      ->type_name("PATH")
      ->group(kGroup);
  command
      .add_option("--fetch-timeout", fetch.limits.wall_s, "Give fetching up after so many seconds; 0: never")
      ->check(at_least_zero("S"))
      ->capture_default_str()
      ->group(kGroup);
}

void add_track_options(CLI::App& command, TrackArguments& tracks) {
  command.add_option("paths", tracks.paths, "Audio files, folders, links, or - for standard input");
  command
      .add_option("--files-from", tracks.files_from,
                  "Read more paths from this file (- for standard input), one a line or separated by NUL")
      ->type_name("LIST");
  command.add_flag("-r,--recursive", tracks.recursive, "Go into the folders of folders too");
  add_format(command, tracks.format, kTrackFormats, "text on a terminal, JSON elsewhere");
  add_jobs(command, tracks.jobs, "Tracks at a time");
  add_progress(command, tracks.progress);
  command
      .add_option("--frames", tracks.frames_folder,
                  "Write each track's Spectral DNA to this folder as NAME.hdna")
      ->type_name("DIR");
  command.add_flag("--true-peak", tracks.true_peak, "Measure the true peak too, which takes longer");
  command.add_option("--max-bytes", tracks.max_bytes, "Refuse larger files, such as 200MB; 0: no limit")
      ->transform(CLI::AsSizeValue(false).description("SIZE"))
      ->default_str("4GB");
  command.add_option("--max-seconds", tracks.max_seconds, "Refuse longer audio; 0: no limit")
      ->check(at_least_zero("S"))
      ->default_str("14400");
  command.add_option("--timeout", tracks.timeout_s, "Give a track up after so many seconds; 0: never")
      ->check(at_least_zero("S"));
  command.add_flag("--playlist", tracks.playlist, "Where a link names a playlist, take all of its entries");
  add_fetch_options(command, tracks.fetch);
}

void add_columns(CLI::App& command, std::vector<std::string>& columns) {
  command
      .add_option("--column", columns,
                  "What a column of a foreign table is to us, such as tempo=BPM; repeatable")
      ->type_name("OURS=THEIRS");
}

void add_learning_options(CLI::App& command, LearningArguments& learning) {
  command.add_option("-d,--data", learning.data, "Tables of tracks to learn from")->type_name("FILE");
  add_columns(command, learning.columns);
  command.add_option("--recipe", learning.recipe, "What to learn and how, by name or as a TOML file")
      ->type_name("NAME|FILE")
      ->capture_default_str();
  command.add_option("--report", learning.report_folder, "Write a report with plots to this folder")
      ->type_name("DIR");
  add_jobs(command, learning.jobs, "Threads");
  add_progress(command, learning.progress);
}

// CLI11 from 2.5 on passes silently over an environment variable whose value the option refuses.
void refuse_passed_over(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() > 0 || option->get_envname().empty()) continue;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the environment is not written to while the program runs
    const char* value = std::getenv(option->get_envname().c_str());
    if (value == nullptr || *value == '\0') continue;
    throw CLI::ValidationError(option->get_envname(),
                               fmt::format("\"{}\" is no value of {}", value, option->get_name(false, true)));
  }
}

// "--max-bytes" -> "HITSCOPE_MAX_BYTES", for every option but help and version.
void name_environment_variables(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty() || option == command.get_help_ptr()) continue;
    std::string name = "HITSCOPE_" + option->get_lnames().front();
    std::ranges::replace(name, '-', '_');
    std::ranges::transform(name, name.begin(), [](char c) {
      return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    });
    option->envname(name);
  }
  // CLI11 reads a command's environment only after the configuration file, unless the command has a callback
  // for the end of its own arguments; with one, the environment comes first and wins.
  command.parse_complete_callback([&command] { refuse_passed_over(command); });
}

class Parser {
 public:
  explicit Parser(const std::string& cookies)
      : app_(
            "Hears a track, measures it, lets five models vote on whether it finds an audience, and shows "
            "why.",
            "hitscope") {
    for (FetchSettings* fetch :
         {&analyze_.tracks.fetch, &predict_.tracks.fetch, &serve_.options.fetch, &doctor_.fetch}) {
      fetch->cookies = cookies;
    }
    app_.set_version_flag("--version", fmt::format("hitscope {}", kVersion));
    app_.set_config("--config", "", "Options from a TOML file (HITSCOPE_CONFIG)")->type_name("FILE");
    app_.allow_config_extras(CLI::config_extras_mode::error);
    app_.require_subcommand(1);
    app_.footer(kProgramFooter);
    add_analyze();
    add_predict();
    add_train();
    add_evaluate();
    add_model();
    add_doctor();
    add_serve();
    add_worker();
  }

  std::variant<Invocation, Answer> parse(std::vector<std::string> arguments) {
    add_config_from_environment(arguments);
    const std::vector<std::string> typed = arguments;
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    try {
      app_.parse(std::move(arguments));
      take_flags_from_file();
    } catch (const CLI::CallForHelp&) {
      return Answer{0, help()};
    } catch (const CLI::CallForVersion& version) {
      return Answer{0, fmt::format("{}\n", version.what())};
    } catch (const CLI::ConfigError& error) {
      return usage_error(fmt::format("the configuration file is not understood: {}", error.what()), typed);
    } catch (const CLI::RequiredError&) {
      return usage_error("a command is missing: " + command_names(), typed);
    } catch (const CLI::ParseError& error) {
      return usage_error(error.what(), typed);
    }
    return chosen(typed);
  }

 private:
  CLI::App& add(const char* name, const char* description, const char* footer) {
    CLI::App& command = *app_.add_subcommand(name, description);
    command.footer(footer);
    command.fallthrough();
    return command;
  }

  void add_analyze() {
    CLI::App& command = add("analyze", "Measure tracks: tempo, key, loudness, spectrum", kAnalyzeFooter);
    add_track_options(command, analyze_.tracks);
    name_environment_variables(command);
  }

  void add_predict() {
    CLI::App& command = add("predict", "Measure tracks and let the five models vote", kPredictFooter);
    add_track_options(command, predict_.tracks);
    command
        .add_option("-m,--model", predict_.model, "The bundle that votes, by name or path; otherwise default")
        ->type_name("BUNDLE");
    command.add_flag("-e,--explain", predict_.explain, "Say what moved the probability, and by how much");
    command
        .add_option("--attributes", predict_.attributes_table, "Judge the rows of a table instead of audio")
        ->type_name("TABLE.csv");
    add_columns(command, predict_.columns);
    name_environment_variables(command);
  }

  void add_train() {
    CLI::App& command = add("train", "Train the five models on tables of tracks", kTrainFooter);
    add_learning_options(command, train_.learning);
    command.add_option("-o,--out", train_.out, "Where to write the bundle; its card goes beside it as .md")
        ->type_name("BUNDLE");
    name_environment_variables(command);
  }

  void add_evaluate() {
    CLI::App& command = add("evaluate", "Measure honestly how good a recipe's models are", kEvaluateFooter);
    add_learning_options(command, evaluate_.learning);
    command.add_option("--protocol", evaluate_.protocol, "How what is asked is kept from what is learnt")
        ->type_name("random|grouped|transfer|split=FILE.csv")
        ->capture_default_str();
    add_format(command, evaluate_.format, kEvaluateFormats, "markdown on a terminal, JSON elsewhere");
    name_environment_variables(command);
  }

  void add_model() {
    CLI::App& command = add("model", "Look into a bundle of trained models", kModelFooter);
    command.require_subcommand(1);
    add_model_action(command, "show", "What it was trained on, what it needs, how good it is", model_show_);
    add_model_action(command, "verify", "Whether it is whole and usable", model_verify_);
  }

  static void add_model_action(CLI::App& parent, const char* name, const char* description,
                               ModelArguments& arguments) {
    CLI::App& command = *parent.add_subcommand(name, description);
    command.fallthrough();
    command.add_option("bundle", arguments.bundle, "Name or path")->capture_default_str();
    add_format(command, arguments.format, kPlainFormats, "text on a terminal, JSON elsewhere");
    name_environment_variables(command);
  }

  void add_doctor() {
    CLI::App& command = add("doctor", "What works here: decoders, processor, model, sandbox, database", "");
    command.add_option("-m,--model", doctor_.model, "The bundle to look at")
        ->type_name("BUNDLE")
        ->capture_default_str();
    command.add_option("--database", doctor_.database, "The history to look at, as serve takes it")
        ->type_name("URL");
    add_fetch_options(command, doctor_.fetch);
    add_format(command, doctor_.format, kPlainFormats, "text on a terminal, JSON elsewhere");
    name_environment_variables(command);
  }

  void add_serve() {
    CLI::App& command = add("serve", "The dashboard and the HTTP API, on this machine", kServeFooter);
    server::ServeOptions& o = serve_.options;
    command.add_option("--host", o.host, "The address to listen on")->capture_default_str();
    command.add_option("--port", o.port, "The port; 0: any free one")->capture_default_str();
    command
        .add_option("--data-dir,--data", o.data_folder,
                    "Where history and uploads live; otherwise the user's data folder")
        ->type_name("DIR");
    command
        .add_option(
            "--database", o.database,
            "The history: sqlite:PATH or postgresql://...; otherwise history.sqlite in the data folder")
        ->type_name("URL");
    command.add_option("-m,--model", o.model, "The bundle that votes, by name or path")
        ->type_name("BUNDLE")
        ->capture_default_str();
    command
        .add_option("--token-file", o.token_file,
                    "Bearer tokens of programs that may use the API, one a line")
        ->type_name("FILE");
    command.add_option("--allow-host", o.allow_hosts, "A name this server is reached by; repeatable")
        ->type_name("NAME");
    command
        .add_option("--allow-origin", o.allow_origins,
                    "An origin whose pages may use the API, such as https://app.example; repeatable")
        ->type_name("ORIGIN");
    command
        .add_option("--allow-frame", o.allow_frames,
                    "An origin whose pages may show the dashboard in a frame, such as https://huggingface.co")
        ->type_name("ORIGIN");
    command.add_flag("--behind-proxy", o.behind_proxy, "Believe X-Forwarded-For and X-Forwarded-Proto");
    command.add_option("--workers", o.workers, "Tracks measured at a time; 0: one for each processor")
        ->check(CLI::Range(0U, 256U).description("N"));
    command.add_option("--threads", o.threads, "Threads that answer; 0: one for each processor, at most 4")
        ->check(CLI::Range(0U, 64U).description("N"));
    command.add_option("--queue", o.queue, "Tracks that may wait")
        ->check(CLI::Range(1U, 100000U).description("N"))
        ->capture_default_str();
    command.add_option("--queue-per-client", o.queue_per_client, "... of one visitor")
        ->check(CLI::Range(1U, 100000U).description("N"))
        ->capture_default_str();
    command.add_option("--max-upload", o.max_upload_bytes, "Refuse larger uploads, such as 200MB")
        ->transform(CLI::AsSizeValue(false).description("SIZE"))
        ->check(above_zero(""))
        ->default_str("512MB");
    command.add_option("--max-seconds", o.max_audio_s, "Refuse longer audio; 0: no limit")
        ->check(at_least_zero("S"))
        ->default_str("7200");
    command.add_option("--fetchers", o.fetchers, "Links fetched at a time")
        ->check(CLI::Range(1U, 64U).description("N"))
        ->capture_default_str()
        ->group("Links");
    add_fetch_options(command, o.fetch);
    command.add_option("--job-timeout", o.job_timeout_s, "Give a track up after so many seconds")
        ->check(above_zero("S"))
        ->default_str("600");
    command.add_option("--job-cpu", o.job_cpu_s, "... or so many seconds of processor time")
        ->check(above_zero("S"))
        ->default_str("300");
    command.add_option("--job-memory", o.job_memory_bytes, "Memory one track may take")
        ->transform(CLI::AsSizeValue(false).description("SIZE"))
        ->default_str("2GB");
    command
        .add_option("--keep-audio", o.keep_audio_s,
                    "Keep uploads for so long, such as 12h or 7d; otherwise they are deleted when measured")
        ->transform(CLI::AsNumberWithUnit(
                        std::map<std::string, double>{{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}})
                        .description("DURATION"))
        ->check(at_least_zero(""));
    command.add_option("--drain", o.drain_s, "At the end, wait so many seconds for what runs")
        ->check(at_least_zero("S"))
        ->default_str("30");
    command.add_flag("!--no-sandbox", o.sandbox, "Decode without the sandbox: only for input you trust");
    add_choice(command, "--log-level", o.log_level, kLogLevels, "What is logged to stderr; otherwise info");
    name_environment_variables(command);
  }

  void add_worker() {
    CLI::App& command =
        add("worker", "The sandboxed process that measures what is asked on stdin", kWorkerFooter);
    command.add_option("-m,--model", worker_.model, "The bundle that votes; empty: measure only")
        ->type_name("BUNDLE")
        ->capture_default_str();
    command.add_option("--timeout", worker_.timeout_s, "Give a request up after so many seconds")
        ->check(above_zero("S"))
        ->default_str("600");
    command.add_option("--cpu-seconds", worker_.cpu_s, "... or so many seconds of processor time")
        ->check(above_zero("S"))
        ->default_str("300");
    command.add_option("--memory", worker_.memory_bytes, "Memory one request may take")
        ->transform(CLI::AsSizeValue(false).description("SIZE"))
        ->default_str("2GB");
    command.add_option("--max-bytes", worker_.max_bytes, "Refuse larger files; 0: no limit")
        ->transform(CLI::AsSizeValue(false).description("SIZE"))
        ->default_str("1GB");
    command.add_option("--max-seconds", worker_.max_seconds, "Refuse longer audio; 0: no limit")
        ->check(at_least_zero("S"))
        ->default_str("7200");
    command.add_flag("!--no-sandbox", worker_.sandbox,
                     "Decode without the sandbox: only for input you trust");
    command.add_flag("--debug-markers", worker_.debug_markers,
                     "For tests: obey files that begin with HITSCOPE-DEBUG and crash, hang or memory");
    name_environment_variables(command);
  }

  // As if it had been typed, so that a file which does not exist is an error here too.
  static void add_config_from_environment(std::vector<std::string>& arguments) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the environment is not written to while the program runs
    const char* file = std::getenv("HITSCOPE_CONFIG");
    const bool typed = std::ranges::any_of(arguments, [](const std::string& word) {
      return word == "--config" || word.starts_with("--config=");
    });
    if (file != nullptr && *file != '\0' && !typed) arguments.insert(arguments.begin(), {"--config", file});
  }

  // The other side of name_environment_variables(): with a callback, CLI11 does not hand on the flags it
  // reads from a file (it does other options).
  void take_flags_from_file() {
    for (CLI::Option* option : app_.get_subcommands().front()->get_options()) {
      if (option->count() > 0) option->run_callback();
    }
  }

  // The deepest command that was reached.
  [[nodiscard]] const CLI::App& reached() const {
    const CLI::App* app = &app_;
    for (auto chosen = app->get_subcommands(); !chosen.empty(); chosen = app->get_subcommands())
      app = chosen.front();
    return *app;
  }

  // "hitscope model show"
  static std::string full_name(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + " " + app.get_name();
  }

  [[nodiscard]] std::string help() const {
    const CLI::App& app = reached();
    return app.help(app.get_parent() == nullptr ? std::string() : full_name(*app.get_parent()));
  }

  // "analyze, predict, ..." of where the user stands.
  [[nodiscard]] std::string command_names() const {
    std::vector<std::string> names;
    for (const CLI::App* command : reached().get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(command->get_name());
    }
    return fmt::format("{}", fmt::join(names, ", "));
  }

  // Commands and options that could have been meant where `app` stands.
  static std::vector<std::string> known_words(const CLI::App& app) {
    std::vector<std::string> words;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
      words.push_back(command->get_name());
    }
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
    return words;
  }

  [[nodiscard]] Answer usage_error(std::string_view message, const std::vector<std::string>& typed) const {
    const CLI::App& app = reached();
    const std::vector<std::string> known = known_words(app);
    std::string hint;
    for (const std::string& word : typed) {
      const bool is_command_place = !app.get_subcommands([](const CLI::App*) { return true; }).empty();
      if (!word.starts_with("--") && !is_command_place) continue;
      const std::string_view name = std::string_view(word).substr(0, word.find('='));
      if (std::ranges::find(known, name) != known.end()) continue;
      if (const std::string nearest = nearest_word(name, known); !nearest.empty()) {
        hint = fmt::format("Did you mean {}? ", nearest);
        break;
      }
    }
    return {2, fmt::format("hitscope: {}\n{}`{} --help` shows how it is used.\n", printable(message), hint,
                           full_name(app))};
  }

  std::variant<Invocation, Answer> chosen(const std::vector<std::string>& typed) const {
    const std::string name = full_name(reached());
    if (name == "hitscope analyze") {
      if (lacks_input(analyze_.tracks)) return usage_error("give at least one file or folder", typed);
      return Invocation(analyze_);
    }
    if (name == "hitscope predict") {
      const bool audio = !lacks_input(predict_.tracks);
      const bool table = !predict_.attributes_table.empty();
      if (!audio && !table) return usage_error("give at least one file or folder, or --attributes", typed);
      if (audio && table) return usage_error("give either audio or --attributes, not both", typed);
      return Invocation(predict_);
    }
    if (name == "hitscope train") {
      if (train_.learning.data.empty())
        return usage_error("--data is missing: the tables to learn from", typed);
      if (train_.out.empty()) return usage_error("--out is missing: where to write the bundle", typed);
      return Invocation(train_);
    }
    if (name == "hitscope evaluate") {
      if (evaluate_.learning.data.empty())
        return usage_error("--data is missing: the tables to learn from", typed);
      if (!is_protocol(evaluate_.protocol)) {
        return usage_error(fmt::format("--protocol: {} is none of random|grouped|transfer|split=FILE.csv",
                                       evaluate_.protocol),
                           typed);
      }
      return Invocation(evaluate_);
    }
    if (name == "hitscope doctor") return Invocation(doctor_);
    if (name == "hitscope serve") return Invocation(serve_);
    if (name == "hitscope worker") return Invocation(worker_);
    ModelArguments model = name == "hitscope model verify" ? model_verify_ : model_show_;
    model.action =
        name == "hitscope model verify" ? ModelArguments::Action::verify : ModelArguments::Action::show;
    return Invocation(model);
  }

  static bool is_protocol(std::string_view text) {
    return text == "random" || text == "grouped" || text == "transfer" ||
           (text.starts_with("split=") && text.size() > std::string_view("split=").size());
  }

  static bool lacks_input(const TrackArguments& tracks) {
    return tracks.paths.empty() && tracks.files_from.empty();
  }

  CLI::App app_;
  AnalyzeArguments analyze_;
  PredictArguments predict_;
  TrainArguments train_;
  EvaluateArguments evaluate_;
  ModelArguments model_show_;
  ModelArguments model_verify_;
  ServeArguments serve_;
  WorkerArguments worker_;
  DoctorArguments doctor_;
};

}  // namespace

std::variant<Invocation, Answer> parse_arguments(std::vector<std::string> arguments,
                                                 const std::string& cookies) {
  return Parser(cookies).parse(std::move(arguments));
}

}  // namespace hitscope::cli
