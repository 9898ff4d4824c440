#include "egress/confinement_filter.h"

#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <system_error>

#include "core/descriptor.h"

namespace hitscope::egress {
namespace {

// Answered by us.
constexpr std::array kAsked{SCMP_SYS(socket), SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(tgkill)};

// Nobody may call on it.
constexpr std::array kServing{SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4)};

// What programs try and do without.
constexpr std::array kMissing{SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
                              SCMP_SYS(clone3)};  // its flags are in memory, where no filter looks

constexpr std::array kRefused{
    // out of the group that is killed at the end
    SCMP_SYS(setsid),
    SCMP_SYS(setpgid),
    // into other processes
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise),
    SCMP_SYS(process_mrelease),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(rt_sigqueueinfo),
    SCMP_SYS(rt_tgsigqueueinfo),
    SCMP_SYS(kcmp),
    SCMP_SYS(move_pages),
    SCMP_SYS(migrate_pages),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    // out of these walls
    SCMP_SYS(seccomp),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(chroot),
    SCMP_SYS(pivot_root),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsmount),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fspick),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(personality),
    // into the kernel
    SCMP_SYS(bpf),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd),
    SCMP_SYS(syslog),
    SCMP_SYS(vhangup),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    // what outlives the process, or reaches others that share our user
    SCMP_SYS(shmget),
    SCMP_SYS(semget),
    SCMP_SYS(msgget),
    SCMP_SYS(mq_open),
    SCMP_SYS(fanotify_init),
};

// bitwise-and of an argument
struct Bits {
  int call;
  unsigned argument;
  std::uint64_t mask;
  std::uint64_t value;
  std::uint32_t action;
};

constexpr std::uint32_t kNo = SCMP_ACT_ERRNO(EPERM);
constexpr std::uint32_t kNoAccess = SCMP_ACT_ERRNO(EACCES);
constexpr std::uint64_t kSocketType = 0xf;  // the rest of the argument are flags

constexpr std::array kRefusedByBits{
    // Unix datagram sockets send to whom they name; SOCK_RAW is another word for them.
    Bits{SCMP_SYS(socketpair), 1, kSocketType, SOCK_DGRAM, kNoAccess},
    Bits{SCMP_SYS(socketpair), 1, kSocketType, SOCK_RAW, kNoAccess},
    // connects while it sends
    Bits{SCMP_SYS(sendto), 3, MSG_FASTOPEN, MSG_FASTOPEN, kNo},
    Bits{SCMP_SYS(sendmsg), 2, MSG_FASTOPEN, MSG_FASTOPEN, kNo},
    Bits{SCMP_SYS(sendmmsg), 3, MSG_FASTOPEN, MSG_FASTOPEN, kNo},
    Bits{SCMP_SYS(clone), 0, CLONE_NEWNS, CLONE_NEWNS, kNo},
    Bits{SCMP_SYS(clone), 0, CLONE_NEWCGROUP, CLONE_NEWCGROUP, kNo},
    Bits{SCMP_SYS(clone), 0, CLONE_NEWUTS, CLONE_NEWUTS, kNo},
    Bits{SCMP_SYS(clone), 0, CLONE_NEWIPC, CLONE_NEWIPC, kNo},
    Bits{SCMP_SYS(clone), 0, CLONE_NEWUSER, CLONE_NEWUSER, kNo},
    Bits{SCMP_SYS(clone), 0, CLONE_NEWPID, CLONE_NEWPID, kNo},
    Bits{SCMP_SYS(clone), 0, CLONE_NEWNET, CLONE_NEWNET, kNo},
    Bits{SCMP_SYS(clone), 0, CLONE_PARENT, CLONE_PARENT, kNo},
};

// The kernel reads these arguments as 32 bits, whatever stands above them.
constexpr std::uint64_t kInt = 0xffffffff;
constexpr std::array kRefusedOptions{
    Bits{SCMP_SYS(prctl), 0, kInt, PR_SET_SECCOMP, kNo},
    Bits{SCMP_SYS(prctl), 0, kInt, PR_SET_PDEATHSIG, kNo},
    Bits{SCMP_SYS(prctl), 0, kInt, PR_SET_PTRACER, kNo},
    Bits{SCMP_SYS(ioctl), 1, kInt, 0x5412 /* TIOCSTI */, kNo},
};

struct ReleaseFilter {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, ReleaseFilter>;

// 0, or a negative errno.
int add_rules(scmp_filter_ctx filter) {
  int status = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  const auto add = [&](std::uint32_t action, int call) {
    if (status == 0) status = seccomp_rule_add(filter, action, call, 0);
  };
  const auto add_bits = [&](const Bits& bits) {
    const scmp_arg_cmp match{
        .arg = bits.argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits.mask, .datum_b = bits.value};
    if (status == 0) status = seccomp_rule_add_array(filter, bits.action, bits.call, 1, &match);
  };
  for (const int call : kAsked) add(SCMP_ACT_NOTIFY, call);
  add(SCMP_ACT_ERRNO(0), SCMP_SYS(connect));  // "done": every socket there is, is connected already
  for (const int call : kServing) add(kNoAccess, call);
  for (const int call : kMissing) add(SCMP_ACT_ERRNO(ENOSYS), call);
  for (const int call : kRefused) add(kNo, call);
  for (const Bits& bits : kRefusedByBits) add_bits(bits);
  for (const Bits& bits : kRefusedOptions) add_bits(bits);
  // Limits are its own affair, others' are not.
  const scmp_arg_cmp of_another{.arg = 0, .op = SCMP_CMP_NE, .datum_a = 0, .datum_b = 0};
  if (status == 0) status = seccomp_rule_add_array(filter, kNo, SCMP_SYS(prlimit64), 1, &of_another);
  // Would send the packets of a connection by way of another machine.
  const std::array source_route{
      scmp_arg_cmp{.arg = 1, .op = SCMP_CMP_MASKED_EQ, .datum_a = kInt, .datum_b = IPPROTO_IP},
      scmp_arg_cmp{.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = kInt, .datum_b = IP_OPTIONS}};
  if (status == 0)
    status =
        seccomp_rule_add_array(filter, kNo, SCMP_SYS(setsockopt), source_route.size(), source_route.data());
  const scmp_arg_cmp not_unix{.arg = 0, .op = SCMP_CMP_NE, .datum_a = AF_UNIX, .datum_b = 0};
  if (status == 0) status = seccomp_rule_add_array(filter, kNoAccess, SCMP_SYS(socketpair), 1, &not_unix);
  return status;
}

tl::unexpected<Error> no_seccomp(int error_number) {
  return fail(ErrorKind::internal,
              "Programs cannot be confined here: the system offers no seccomp filter with a listener.",
              std::generic_category().message(error_number));
}

// In front of libseccomp's program: calls that are younger than its list do not exist.
std::vector<sock_filter> known_calls_only() {
  constexpr unsigned kLastKnown = 450;   // set_mempolicy_home_node, Linux 5.17: the last one of 6.1
  constexpr unsigned kX32 = 0x40000000;  // its calls are killed by what follows
  return {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kX32, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, kLastKnown, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
  };
}

}  // namespace

Result<std::vector<sock_filter>> confinement_filter() {
  const Filter filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) return no_seccomp(ENOMEM);
  if (const int status = add_rules(filter.get()); status != 0) return no_seccomp(-status);
  const Descriptor file(::memfd_create("filter", MFD_CLOEXEC));
  if (!file) return no_seccomp(errno);
  if (const int status = seccomp_export_bpf(filter.get(), file.number()); status != 0)
    return no_seccomp(-status);
  const off_t size = ::lseek(file.number(), 0, SEEK_END);
  std::vector<sock_filter> program = known_calls_only();
  const std::size_t before = program.size();
  const std::size_t count = size > 0 ? static_cast<std::size_t>(size) / sizeof(sock_filter) : 0;
  program.resize(before + count);
  const ssize_t got = ::pread(file.number(), &program[before - 1] + 1, count * sizeof(sock_filter), 0);
  if (count == 0 || got != static_cast<ssize_t>(count * sizeof(sock_filter))) return no_seccomp(EIO);
  return program;
}

}  // namespace hitscope::egress
