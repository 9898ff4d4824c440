#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdlib>
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

template <typename Choice>
using Choices = std::vector<std::pair<std::string, Choice>>;

const Choices<ProgressMode> kProgressModes = {
    {"auto", ProgressMode::automatic}, {"always", ProgressMode::always}, {"never", ProgressMode::never}};
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

void add_track_options(CLI::App& command, TrackArguments& tracks) {
  command.add_option("paths", tracks.paths, "Audio files, folders, or - for standard input");
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
      ->check(CLI::NonNegativeNumber.description("S"))
      ->default_str("14400");
  command.add_option("--timeout", tracks.timeout_s, "Give a track up after so many seconds; 0: never")
      ->check(CLI::NonNegativeNumber.description("S"));
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
  Parser()
      : app_(
            "Hears a track, measures it, lets five models vote on whether it finds an audience, and shows "
            "why.",
            "hitscope") {
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
    CLI::App& command = add("doctor", "What works here: decoders, processor, model", "");
    command.add_option("-m,--model", doctor_.model, "The bundle to look at")
        ->type_name("BUNDLE")
        ->capture_default_str();
    add_format(command, doctor_.format, kPlainFormats, "text on a terminal, JSON elsewhere");
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
  DoctorArguments doctor_;
};

}  // namespace

std::variant<Invocation, Answer> parse_arguments(std::vector<std::string> arguments) {
  return Parser().parse(std::move(arguments));
}

}  // namespace hitscope::cli
