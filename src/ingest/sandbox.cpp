#include "ingest/sandbox.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <system_error>

#include "core/forked.h"

namespace hitscope {
namespace {

// Memory, time, randomness, and reading and writing what is open. Not among them: stat and its kin, since the
// size comes with the assignment; ioctl; anything that names a path or another process.
constexpr std::array kAllowed{
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(write),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(times),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sysinfo),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

// How sanitizers find out whether an address can be read.
constexpr std::array kAllowedToSanitizers{SCMP_SYS(pipe), SCMP_SYS(pipe2)};

// No library asks for these while it decodes: whoever does is no longer under our control.
constexpr std::array kDeadly{
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise),
    SCMP_SYS(kill),
    SCMP_SYS(tkill),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(kcmp),
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(capset),
    SCMP_SYS(personality),
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
  for (const int call : kAllowed) add(SCMP_ACT_ALLOW, call);
  if (kSanitized) {
    for (const int call : kAllowedToSanitizers) add(SCMP_ACT_ALLOW, call);
  }
  for (const int call : kDeadly) add(SCMP_ACT_KILL_PROCESS, call);
  // Memory may be had, but none from which instructions are executed.
  const scmp_arg_cmp not_executable{.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0};
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    if (status == 0) status = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &not_executable);
  }
  return status;
}

tl::unexpected<Error> no_seccomp(int error_number) {
  return fail(ErrorKind::internal, "The sandbox cannot be set up here: the system offers no seccomp filter.",
              std::generic_category().message(error_number));
}

// In bytes; 0 when unknown.
std::uint64_t mapped_now() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

int shed_surroundings(int socket) {
  constexpr int kSocket = 3;
  reset_signals();
  // First out of the way of the numbers that are about to be given away.
  const int spare = ::fcntl(socket, F_DUPFD_CLOEXEC, kSocket + 1);
  ::dup2(spare, kSocket);
  close_range(kSocket + 1, std::numeric_limits<unsigned>::max(), 0);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  constexpr int kLast = kSanitized ? STDOUT_FILENO : STDERR_FILENO;
  for (int number = STDIN_FILENO; number <= kLast; ++number) {
    if (nothing >= 0) {
      ::dup2(nothing, number);
    } else {
      ::close(number);
    }
  }
  if (nothing > kSocket) ::close(nothing);
  return kSocket;
}

bool leave_namespaces() {
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0;
}

void bind_to_parent(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_DUMPABLE, 0);
  if (::getppid() != parent) ::_exit(0);
}

void limit_resources(const ResourceLimits& limits) {
  constexpr std::uint64_t kDescriptors = 8;
  if (limits.memory_bytes > 0 && !kSanitized) {
    const std::uint64_t most = mapped_now() + limits.memory_bytes;
    lower_limit(RLIMIT_AS, most, most);
  }
  if (limits.cpu_s > 0) {
    constexpr double kMostSeconds = 1e9;  // about 30 years
    const auto most = static_cast<std::uint64_t>(std::ceil(std::min(limits.cpu_s, kMostSeconds)));
    lower_limit(RLIMIT_CPU, most, most + 1);  // SIGXCPU, and SIGKILL where that is not obeyed
  }
  lower_limit(RLIMIT_FSIZE, 0, 0);
  lower_limit(RLIMIT_CORE, 0, 0);
  lower_limit(RLIMIT_NPROC, 0, 0);
  lower_limit(RLIMIT_MEMLOCK, 0, 0);
  lower_limit(RLIMIT_MSGQUEUE, 0, 0);
  lower_limit(RLIMIT_NOFILE, kDescriptors, kDescriptors);
}

Result<void> seal() {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return no_seccomp(ENOMEM);
  int status = add_rules(filter.get());
  if (status == 0) status = seccomp_load(filter.get());
  if (status != 0) return no_seccomp(-status);
  return {};
}

}  // namespace hitscope
