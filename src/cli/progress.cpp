#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/paint.h"
#include "report/plain_text.h"
#include "report/wording.h"

namespace hitscope::cli {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr std::chrono::milliseconds kRedraw{100};
constexpr double kFirstEstimate = 0.5;  // seconds: earlier ones would jump about
constexpr const char* kEraseLine = "\r\033[K";

// At most `width` characters; the beginning gives way, since names differ at their ends.
std::string shortened(const std::string& text, std::size_t width) {
  const std::size_t length = count_characters(text);
  if (length <= width) return text;
  if (width == 0) return {};
  std::string_view rest = text;
  for (std::size_t left = length; left > width - 1; --left) {
    do {
      rest.remove_prefix(1);
    } while (!rest.empty() && (static_cast<unsigned char>(rest[0]) & 0xC0U) == 0x80U);
  }
  return "…" + std::string(rest);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::string progress_line(const ProgressState& state, std::size_t width) {
  const double share = std::clamp(state.share, 0.0, 1.0);
  std::string line = fmt::format("  {}/{} {} {:3.0f} %", state.items_done, state.items, bar(share, kBarWidth),
                                 share * 100.0);
  if (share > 0 && state.elapsed_s >= kFirstEstimate) {
    line += fmt::format("  {} left", minutes_seconds(state.elapsed_s / share - state.elapsed_s));
  }
  const std::size_t used = count_characters(line) + 2;
  if (!state.name.empty() && used < width) line += "  " + shortened(printable(state.name), width - used);
  return line;
}

ProgressBar::ProgressBar(const Console& console, ProgressMode mode)
    : err_(console.err),
      shown_(mode == ProgressMode::always || (mode == ProgressMode::automatic && console.err_is_terminal)),
      width_(console.width - 1) {}

ProgressBar::~ProgressBar() {
  erase();
}

void ProgressBar::draw(const ProgressState& state, bool at_once) {
  if (!shown_) return;
  const auto time = std::chrono::steady_clock::now();
  if (!at_once && on_screen_ && time - last_drawn_ < kRedraw) return;
  err_ << kEraseLine << progress_line(state, width_) << std::flush;
  on_screen_ = true;
  last_drawn_ = time;
}

void ProgressBar::erase() {
  if (std::exchange(on_screen_, false)) err_ << kEraseLine << std::flush;
}

Progress::Progress(const Console& console, ProgressMode mode, std::size_t items) : bar_(console, mode) {
  state_.items = items;
}

void Progress::begin(std::size_t item, const std::string& name) {
  const std::scoped_lock lock(mutex_);
  under_way_[item] = 0;
  state_.name = name;
  draw(false);
}

void Progress::advance(std::size_t item, double share) {
  const std::scoped_lock lock(mutex_);
  under_way_[item] = std::clamp(share, 0.0, 1.0);
  draw(false);
}

void Progress::finish(std::size_t item) {
  const std::scoped_lock lock(mutex_);
  under_way_.erase(item);
  ++state_.items_done;
  draw(state_.items_done == state_.items);
}

void Progress::hide() {
  const std::scoped_lock lock(mutex_);
  bar_.erase();
}

void Progress::draw(bool at_once) {
  double done = static_cast<double>(state_.items_done);
  for (const auto& [item, share] : under_way_) done += share;
  state_.share = state_.items == 0 ? 1.0 : done / static_cast<double>(state_.items);
  state_.elapsed_s = seconds_since(start_);
  bar_.draw(state_, at_once);
}

void StageProgress::show(std::string_view stage, std::size_t done, std::size_t total) {
  const bool new_stage = state_.name != stage;
  if (new_stage) start_ = std::chrono::steady_clock::now();
  state_.name = stage;
  state_.items = total;
  state_.items_done = done;
  state_.share = total == 0 ? 0.0 : static_cast<double>(done) / static_cast<double>(total);
  state_.elapsed_s = seconds_since(start_);
  bar_.draw(state_, new_stage);
}

}  // namespace hitscope::cli
