#include "ingest/assignment.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <type_traits>

namespace hitscope {
namespace {

static_assert(std::is_trivially_copyable_v<Assignment>);

// The buffer of a message that carries one descriptor.
struct Carrier {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> bytes{};
};

}  // namespace

bool send_assignment(int socket, const Assignment& assignment, int file) {
  Assignment copy = assignment;
  iovec content{.iov_base = &copy, .iov_len = sizeof copy};
  Carrier carrier;
  msghdr message{};
  message.msg_iov = &content;
  message.msg_iovlen = 1;
  message.msg_control = carrier.bytes.data();
  message.msg_controllen = carrier.bytes.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof file);
  std::memcpy(CMSG_DATA(header), &file, sizeof file);
  ssize_t count = 0;
  do count = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  return count == static_cast<ssize_t>(sizeof copy);
}

std::optional<ReceivedAssignment> receive_assignment(int socket) {
  ReceivedAssignment received;
  iovec content{.iov_base = &received.assignment, .iov_len = sizeof received.assignment};
  Carrier carrier;
  msghdr message{};
  message.msg_iov = &content;
  message.msg_iovlen = 1;
  message.msg_control = carrier.bytes.data();
  message.msg_controllen = carrier.bytes.size();
  ssize_t count = 0;
  do count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  const cmsghdr* const header = count > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return std::nullopt;
  int file = -1;
  std::memcpy(&file, CMSG_DATA(header), sizeof file);
  received.file = Descriptor(file);
  if (count != static_cast<ssize_t>(sizeof received.assignment)) return std::nullopt;
  return received;
}

}  // namespace hitscope
