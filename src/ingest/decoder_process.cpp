#include "ingest/decoder_process.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "ingest/protocol.h"

namespace hitscope {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kTimeToSeal = std::chrono::seconds(30);
constexpr auto kTimeToDie = std::chrono::seconds(2);

tl::unexpected<Error> cannot_start(int error_number) {
  return fail(ErrorKind::internal, "A decoder cannot be started.",
              std::generic_category().message(error_number));
}

// The first line it says. Errors: what it could not give up; internal.
Result<void> wait_until_sealed(DecoderProcess& decoder) {
  const Clock::time_point deadline = Clock::now() + kTimeToSeal;
  while (true) {
    if (const auto line = decoder.words().take_line()) {
      Result<DecoderWord> word = parse_decoder_word(line->text);
      if (!word) return tl::unexpected(std::move(word.error()));
      if (word->what == DecoderWord::What::failed) return tl::unexpected(std::move(word->error));
      return {};
    }
    if (decoder.words().ended()) return tl::unexpected(decoder.cause_of_death());
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0 || !wait_readable(decoder.socket(), left)) {
      return fail(ErrorKind::internal, "A decoder cannot be started.", "it does not answer");
    }
    static_cast<void>(decoder.words().fill());
  }
}

std::string words_of_signal(int number) {
  const char* const words = sigdescr_np(number);
  return fmt::format("signal {} ({})", number, words != nullptr ? words : "unknown");
}

Error meaning_of_signal(int number) {
  switch (number) {
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGABRT:
    case SIGSYS:
      return {ErrorKind::corrupt, "The decoder crashed on this file.", words_of_signal(number)};
    case SIGXCPU:
      return {ErrorKind::timeout, "It took more processor time than is allowed.", words_of_signal(number)};
    case SIGKILL:
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
    case SIGQUIT:
      return {ErrorKind::interrupted, "The decoder was killed before the track was measured.",
              words_of_signal(number) + ", from outside or for want of memory"};
    default:
      return {ErrorKind::internal, "The decoder ended unexpectedly.", words_of_signal(number)};
  }
}

}  // namespace

Result<DecoderProcess> DecoderProcess::start(const DecoderSetup& setup) {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return cannot_start(errno);
  Descriptor ours(pair[0]);
  Descriptor theirs(pair[1]);
  const pid_t broker = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return cannot_start(errno);
  if (pid == 0) run_decoder(setup, theirs.number(), broker);
  theirs.reset();
  DecoderProcess decoder(pid, std::move(ours));
  if (Result<void> sealed = wait_until_sealed(decoder); !sealed) {
    return tl::unexpected(std::move(sealed.error()));
  }
  return decoder;
}

DecoderProcess::DecoderProcess(pid_t pid, Descriptor socket)
    : pid_(pid), socket_(std::move(socket)), words_(socket_.number(), kMaxReportBytes) {}

DecoderProcess::DecoderProcess(DecoderProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      socket_(std::move(other.socket_)),
      words_(std::move(other.words_)) {}

DecoderProcess& DecoderProcess::operator=(DecoderProcess&& other) noexcept {
  if (this == &other) return *this;
  end();
  pid_ = std::exchange(other.pid_, -1);
  socket_ = std::move(other.socket_);
  words_ = std::move(other.words_);
  return *this;
}

DecoderProcess::~DecoderProcess() {
  end();
}

void DecoderProcess::end() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

bool DecoderProcess::assign(const Assignment& assignment, int file) {
  return send_assignment(socket_.number(), assignment, file);
}

std::optional<double> DecoderProcess::cpu_s() const {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0) return std::nullopt;
  constexpr double kNanosecond = 1e-9;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * kNanosecond;
}

Error DecoderProcess::cause_of_death() {
  const Clock::time_point deadline = Clock::now() + kTimeToDie;
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) break;
    const bool lost = ended < 0 && errno != EINTR;
    if (lost || Clock::now() > deadline) {
      end();
      return {ErrorKind::internal, "The decoder fell silent.", {}};
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
  pid_ = -1;
  if (WIFSIGNALED(status)) return meaning_of_signal(WTERMSIG(status));
  return {ErrorKind::internal, "The decoder ended unexpectedly.",
          fmt::format("exit status {}", WEXITSTATUS(status))};
}

}  // namespace hitscope
