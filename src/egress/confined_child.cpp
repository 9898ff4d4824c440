#include "egress/confined_child.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <limits>

#include "core/forked.h"
#include "egress/landlock.h"

namespace hitscope::egress {
namespace {

constexpr int kControl = 3;
constexpr int kLandlock = 4;

void report(ChildStep step, int error, int descriptor = -1) {
  ChildReport words{.step = step, .error = error};
  iovec piece{.iov_base = &words, .iov_len = sizeof words};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptor)> space{};
  if (descriptor >= 0) {
    message.msg_control = space.data();
    message.msg_controllen = space.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  if (::sendmsg(kControl, &message, MSG_NOSIGNAL) < 0) ::_exit(127);
}

[[noreturn]] void give_up(ChildStep step, int error) {
  report(step, error);
  ::_exit(127);
}

// 0, 1 and 2 as planned, the control socket, the rules of Landlock, nothing else. 0, or an errno.
int arrange_descriptors(const ChildPlan& plan) {
  // First out of the way of the numbers that are about to be given away.
  constexpr int kBeyond = kLandlock + 1;
  const auto aside = [](int descriptor) {
    return descriptor < 0 ? -1 : ::fcntl(descriptor, F_DUPFD_CLOEXEC, kBeyond);
  };
  const int control = aside(plan.control);
  const int out = aside(plan.out);
  const int err = aside(plan.err);
  const int landlock = aside(plan.landlock);
  const int nothing = aside(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ::dup3(control, kControl, O_CLOEXEC);
  ::close(kLandlock);
  if (landlock >= 0) ::dup3(landlock, kLandlock, O_CLOEXEC);
  ::close(STDIN_FILENO);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  return ::syscall(SYS_close_range, kBeyond, std::numeric_limits<unsigned>::max(), 0) == 0 ? 0 : errno;
}

void limit_resources(const ChildPlan& plan) {
  const auto limit = [](__rlimit_resource resource, std::uint64_t most) {
    if (most > 0) lower_limit(resource, most, most);
  };
  if (plan.cpu_s > 0) lower_limit(RLIMIT_CPU, plan.cpu_s, plan.cpu_s + 1);  // SIGXCPU, then SIGKILL
  limit(RLIMIT_FSIZE, plan.file_bytes);
  limit(RLIMIT_AS, plan.memory_bytes);
  limit(RLIMIT_NOFILE, plan.open_files);
  lower_limit(RLIMIT_CORE, 0, 0);
}

// Root, too, is nobody special from here on: what exec would give back, no_new_privs withholds.
int give_up_privileges() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  return ::syscall(SYS_capset, &header, none.data()) == 0 ? 0 : errno;
}

// The listener, or a negative errno.
int install(std::span<sock_filter> filter) {
  constexpr unsigned kWaitKillable = 1U << 5U;  // Linux 5.19: a signal does not undo what was answered
  sock_fprog program{.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()};
  for (const unsigned more : {kWaitKillable, 0U}) {
    const long listener =
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER | more, &program);
    if (listener >= 0) return static_cast<int>(listener);
    if (errno != EINVAL) break;
  }
  return -errno;
}

// Whether a socket can be had, and leads to the one port there is. Its exit status is the answer.
[[noreturn]] void try_walls() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in elsewhere{};
  elsewhere.sin_family = AF_INET;
  elsewhere.sin_port = 0xffff;
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  const bool right =
      socket >= 0 &&
      ::connect(socket, reinterpret_cast<const sockaddr*>(&elsewhere), sizeof elsewhere) == 0 &&
      ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
      peer.sin_addr.s_addr == htonl(INADDR_LOOPBACK) && ::socket(AF_UNIX, SOCK_STREAM, 0) < 0;
  ::_exit(right ? 0 : 1);
}

}  // namespace

void be_confined_child(const ChildPlan& plan) {
  reset_signals();
  if (const int error = arrange_descriptors(plan); error != 0) give_up(ChildStep::descriptors, error);
  ::setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);
  ::umask(077);
  if (::chdir(plan.folder) != 0) give_up(ChildStep::folder, errno);
  limit_resources(plan);
  if (const int error = give_up_privileges(); error != 0) give_up(ChildStep::privileges, error);
  if (plan.landlock >= 0) {
    if (const int error = put_on(kLandlock); error != 0) give_up(ChildStep::landlock, error);
    ::close(kLandlock);
  }
  const int listener = install(plan.filter);
  if (listener < 0) give_up(ChildStep::filter, -listener);
  report(ChildStep::listener, 0, listener);
  ::close(listener);  // who holds it answers for others
  if (plan.arguments == nullptr) {
    ::close(kControl);
    try_walls();
  }
  ::execve(plan.arguments[0], plan.arguments, plan.environment);
  give_up(ChildStep::program, errno);
}

}  // namespace hitscope::egress
