#include "core/line_channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace hitscope {

bool LineReader::fill() {
  std::array<char, std::size_t{1} << 16U> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  ssize_t count = 0;
  do count = ::read(descriptor_, chunk.data(), chunk.size());
  while (count < 0 && errno == EINTR);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
  if (count <= 0) {
    ended_ = true;
    return false;
  }
  pending_.append(chunk.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<LineReader::Line> LineReader::take_line() {
  const std::size_t end = pending_.find('\n', searched_);
  if (end == std::string::npos) {
    if (pending_.size() > max_line_bytes_) {
      swallowing_ = true;
      pending_.clear();
    }
    searched_ = pending_.size();
    if (!ended_ || (pending_.empty() && !swallowing_)) return std::nullopt;
  }
  const std::size_t length = std::min(end, pending_.size());
  Line line{.text = {}, .too_long = std::exchange(swallowing_, false) || length > max_line_bytes_};
  if (!line.too_long) line.text = pending_.substr(0, length);
  pending_.erase(0, end == std::string::npos ? length : length + 1);
  searched_ = 0;
  return line;
}

std::optional<std::string> LineReader::take_bytes(std::size_t count) {
  if (pending_.size() < count) return std::nullopt;
  std::string bytes = pending_.substr(0, count);
  pending_.erase(0, count);
  searched_ = 0;
  return bytes;
}

bool wait_readable(int descriptor, std::chrono::milliseconds time) {
  pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
  const auto limit = std::min<std::chrono::milliseconds>(time, std::chrono::hours(1));
  do {
    const int ready = ::poll(&waiting, 1, time.count() < 0 ? -1 : static_cast<int>(limit.count()));
    if (ready > 0) return true;
    if (ready == 0) return false;
  } while (errno == EINTR);
  return true;  // a descriptor that cannot be waited for: let the read say why
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    // MSG_NOSIGNAL exists for sockets only; writing to pipes is safe where SIGPIPE is ignored (worker.cpp).
    ssize_t count = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == ENOTSOCK) count = ::write(descriptor, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd waiting{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace hitscope
