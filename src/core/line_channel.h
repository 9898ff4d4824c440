// Lines and blocks of bytes over a descriptor, read without ever trusting the other side to end a line.
//
// Reading is split in two, so that callers can wait on several things at once: fill() makes one system call,
// which does not wait once poll() has said that there is something; the take_...() calls look at what has
// come in. A line longer than the limit is swallowed as it arrives and reported as too long, so the memory
// held is bounded by the limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hitscope {

class LineReader {
 public:
  // The descriptor is borrowed. max_line_bytes: without the line feed.
  LineReader(int descriptor, std::size_t max_line_bytes)
      : descriptor_(descriptor), max_line_bytes_(max_line_bytes) {}

  struct Line {
    std::string text;  // without the line feed; empty when too long
    bool too_long = false;
  };

  // One read(2). False at the end of the stream or where reading failed; what has come in before can still
  // be taken.
  [[nodiscard]] bool fill();

  // The next whole line; at the end of the stream also an unfinished one.
  [[nodiscard]] std::optional<Line> take_line();

  // The next `count` bytes, once they are there. Until then they pile up: bound `count`.
  [[nodiscard]] std::optional<std::string> take_bytes(std::size_t count);

  [[nodiscard]] bool ended() const { return ended_; }

 private:
  int descriptor_;
  std::size_t max_line_bytes_;
  std::string pending_;
  std::size_t searched_ = 0;  // no line feed stands before this offset
  bool swallowing_ = false;
  bool ended_ = false;
};

// True when something can be read (or the stream has ended); false when the time is over. A negative time is
// without limit.
[[nodiscard]] bool wait_readable(int descriptor, std::chrono::milliseconds time);

// All of it, however often the other side makes us wait; sockets raise no SIGPIPE. False when nobody reads
// any more.
[[nodiscard]] bool write_all(int descriptor, std::string_view bytes);

}  // namespace hitscope
