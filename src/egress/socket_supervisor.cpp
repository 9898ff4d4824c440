#include "egress/socket_supervisor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace hitscope::egress {
namespace {

constexpr int kTypeBits = 0xf;

// The kernel takes the lower half of the register.
int argument(const seccomp_data& call, unsigned index) {
  return static_cast<int>(static_cast<std::uint32_t>(call.args[index]));
}

// TCP over either family of addresses; every other kind of socket leads past the guard.
bool is_tcp(const seccomp_data& call) {
  const int family = argument(call, 0);
  const int type = argument(call, 1);
  const int protocol = argument(call, 2);
  return (family == AF_INET || family == AF_INET6) && (type & kTypeBits) == SOCK_STREAM &&
         (type & ~(kTypeBits | SOCK_NONBLOCK | SOCK_CLOEXEC)) == 0 &&
         (protocol == 0 || protocol == IPPROTO_TCP);
}

// The guard is this machine's and always listens: whoever waits longer waits for nothing.
Descriptor connect_to(std::uint16_t port) {
  constexpr int kTimeToConnect = 5000;  // milliseconds
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!socket) return {};
  if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return socket;
  if (errno != EINPROGRESS) return {};
  pollfd waiting{.fd = socket.number(), .events = POLLOUT, .revents = 0};
  int status = 0;
  do status = ::poll(&waiting, 1, kTimeToConnect);
  while (status < 0 && errno == EINTR);
  int error = 0;
  socklen_t size = sizeof error;
  if (status != 1 || ::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
    return {};
  return socket;
}

}  // namespace

SocketSupervisor::SocketSupervisor(Descriptor listener, std::uint16_t guard_port, pid_t group)
    : listener_(std::move(listener)), guard_port_(guard_port), group_(group) {
  seccomp_notif* asked = nullptr;
  seccomp_notif_resp* answer = nullptr;
  if (seccomp_notify_alloc(&asked, &answer) == 0) {
    asked_.reset(asked);
    answer_.reset(answer);
  }
}

bool SocketSupervisor::serve() {
  if (!asked_ || !answer_) return false;
  std::memset(asked_.get(), 0, sizeof(seccomp_notif));
  if (seccomp_notify_receive(listener_.number(), asked_.get()) != 0)
    return errno == ENOENT || errno == EINTR;  // whoever asked has gone
  const seccomp_data& call = asked_->data;
  seccomp_notif_resp& answer = *answer_;
  answer.id = asked_->id;
  answer.val = 0;
  answer.flags = 0;
  answer.error = 0;
  if (call.nr == SCMP_SYS(socket)) {
    answer.error = -(is_tcp(call) ? hand_over_socket(*asked_) : EACCES);
    if (answer.error == 0) return true;  // answered with the socket itself
  } else if (is_own(call)) {
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  } else {
    answer.error = -EPERM;
  }
  static_cast<void>(seccomp_notify_respond(listener_.number(), &answer));  // whoever asked may have gone
  return true;
}

// 0, or an errno to be answered with.
int SocketSupervisor::hand_over_socket(const seccomp_notif& asked) {
  const int type = argument(asked.data, 1);
  const Descriptor socket = connect_to(guard_port_);
  if (!socket) return ENETUNREACH;
  if ((type & SOCK_NONBLOCK) == 0) {
    fcntl(socket.number(), F_SETFL, 0);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  }
  seccomp_notif_addfd given{};
  given.id = asked.id;
  given.flags = SECCOMP_ADDFD_FLAG_SEND;
  given.srcfd = static_cast<std::uint32_t>(socket.number());
  given.newfd_flags = (type & SOCK_CLOEXEC) != 0 ? O_CLOEXEC : 0;
  // NOLINTBEGIN(cppcoreguidelines-pro-type-vararg)
  if (ioctl(listener_.number(), SECCOMP_IOCTL_NOTIF_ADDFD, &given) >= 0) return 0;
  if (errno != EINVAL) return errno == ENOENT ? 0 : errno;
  // Before Linux 5.14: in two steps.
  given.flags = 0;
  const int number = ioctl(listener_.number(), SECCOMP_IOCTL_NOTIF_ADDFD, &given);
  // NOLINTEND(cppcoreguidelines-pro-type-vararg)
  if (number < 0) return errno == ENOENT ? 0 : errno;
  answer_->val = number;
  static_cast<void>(seccomp_notify_respond(listener_.number(), answer_.get()));
  return 0;
}

// kill(), tkill() and tgkill() name a process, a group (negative), or their own group (0).
bool SocketSupervisor::is_own(const seccomp_data& call) const {
  const int target = argument(call, 0);
  if (target > 0) return ::getpgid(target) == group_;
  const bool of_group = call.nr == SCMP_SYS(kill);
  return of_group && (target == 0 || target == -group_);
}

}  // namespace hitscope::egress
