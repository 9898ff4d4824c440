#include "egress/confined_process.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "egress/wire.h"

namespace hitscope::egress::testing {
namespace {

// The system's own: a virtual environment's would need its folders to be readable.
const std::string kPython = "/usr/bin/python3";

struct Outcome {
  std::string out;  // lines, each with its end
  std::string err;
  Result<ConfinedEnd> end = ConfinedEnd{};
};

class ConfinedProcesses : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto here = confinement_available(); !here)
      GTEST_SKIP() << here.error().message << " " << here.error().detail;
  }

  ConfinedCommand command(std::vector<std::string> arguments,
                          const std::vector<std::string>& environment = {}) const {
    ConfinedCommand made;
    made.arguments = std::move(arguments);
    made.environment = environment;
    made.environment.emplace_back("PATH=/usr/bin:/bin");
    made.folder = folder_.path();
    made.guard_port = guard_->port();
    made.limits.wall_s = std::chrono::duration<double>(kPatience).count();
    return made;
  }

  static Outcome run(const ConfinedCommand& command) {
    Outcome result;
    auto process = ConfinedProcess::start(command);
    if (!process) {
      result.end = tl::unexpected(process.error());
      return result;
    }
    const std::atomic<bool> never{false};
    result.end = process->wait(
        [&](OutputStream stream, std::string_view line) {
          (stream == OutputStream::out ? result.out : result.err).append(line).append("\n");
        },
        never);
    return result;
  }

  // As a job would: the proxy is in the environment.
  Outcome python(const std::string& program, const std::vector<std::string>& words = {}) const {
    std::vector<std::string> arguments{kPython, "-I", "-c", program};
    arguments.insert(arguments.end(), words.begin(), words.end());
    return run(
        command(arguments, {"http_proxy=" + ticket_.proxy_url(), "https_proxy=" + ticket_.proxy_url()}));
  }

  Canary canary_;
  Site site_{[](const std::string&) { return ok("hello"); }};
  TemporaryFolder folder_;
  std::unique_ptr<Guard> guard_ = guard_with(policy_of(PolicyMode::open, {site_.address()}));
  Ticket ticket_ = guard_->open();
};

TEST_F(ConfinedProcesses, GetWhatTheyAreGivenAndNothingElse) {
  ::setenv("HITSCOPE_SECRET", "x", 1);
  const Outcome result = python(R"(
import os, sys
print(sorted(name for name in os.environ if name != "LC_CTYPE"))
print(os.getcwd())
print(sys.argv[1:])
print(sorted(int(n) for n in os.listdir("/proc/self/fd"))[:3], len(os.listdir("/proc/self/fd")))
print(oct(os.umask(0)), os.getpgrp() == os.getpid() == os.getsid(0))
print(sys.stdin.read() == "")
print("to err", file=sys.stderr)
sys.exit(7)
)",
                                {"a b", ""});
  ASSERT_TRUE(result.end) << result.end.error().detail;
  EXPECT_EQ(result.end->status, 7);
  EXPECT_EQ(result.out,
            fmt::format("['PATH', 'http_proxy', 'https_proxy']\n{}\n['a b', '']\n[0, 1, 2] 4\n0o77 True\n"
                        "True\n",
                        std::filesystem::canonical(folder_.path()).string()));
  EXPECT_EQ(result.err, "to err\n");
}

TEST_F(ConfinedProcesses, FetchThroughTheGuard) {
  const Outcome result = python(
      "import urllib.request, sys; print(urllib.request.urlopen(sys.argv[1], timeout=100).read().decode())",
      {"http://" + site_.address() + "/"});
  ASSERT_TRUE(result.end);
  EXPECT_EQ(result.out, "hello\n") << result.err;
  EXPECT_GT(ticket_.bytes_received(), 0U);
}

TEST_F(ConfinedProcesses, FollowNoRedirectIntoThisMachine) {
  const Site leading([&](const std::string&) {
    return fmt::format(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{}/secret?token=1\r\n"
        "Content-Length: 0\r\n\r\n",
        canary_.port());
  });
  guard_ = guard_with(policy_of(PolicyMode::open, {leading.address()}));
  ticket_ = guard_->open();
  const Outcome result = python(R"(
import urllib.request, urllib.error, sys
try:
    urllib.request.urlopen(sys.argv[1], timeout=100)
except urllib.error.HTTPError as error:
    print(error.code, error.headers["X-Hitscope-Refusal"])
)",
                                {"http://" + leading.address() + "/"});
  EXPECT_EQ(result.out, "403 forbidden-address\n") << result.err;
  EXPECT_FALSE(canary_.was_reached());
  ASSERT_TRUE(ticket_.refusal());
  EXPECT_EQ(ticket_.refusal()->host, fmt::format("127.0.0.1:{}", canary_.port()));
  EXPECT_EQ(ticket_.refusal()->reason.find("token"), std::string::npos);
}

TEST_F(ConfinedProcesses, BigBodiesThroughTheGuard) {
  const std::string body(30'000'000, 'x');
  const Site big([&](const std::string&) { return ok(body); });
  guard_ = guard_with(policy_of(PolicyMode::open, {big.address()}));
  ticket_ = guard_->open();
  const Outcome result = python(
      "import urllib.request, sys; print(len(urllib.request.urlopen(sys.argv[1], timeout=100).read()))",
      {"http://" + big.address() + "/"});
  EXPECT_EQ(result.out, "30000000\n") << result.err;
}

TEST_F(ConfinedProcesses, CurlThroughTheGuard) {
  if (!std::filesystem::exists("/usr/bin/curl")) GTEST_SKIP() << "no curl here";
  const auto fetched = [&](const std::string& url) {
    return run(command({"/usr/bin/curl", "-sS", "-m", "100", url},
                       {"http_proxy=" + ticket_.proxy_url(), "https_proxy=" + ticket_.proxy_url()}));
  };
  EXPECT_EQ(fetched("http://" + site_.address() + "/").out, "hello\n");
  const Outcome direct = run(command({"/usr/bin/curl", "-sS", "-m", "100", "--noproxy", "*",
                                      fmt::format("http://127.0.0.1:{}/", canary_.port())}));
  EXPECT_EQ(direct.out.find("hello"), std::string::npos);
  EXPECT_NE(fetched(fmt::format("https://127.0.0.1:{}/", canary_.port())).err.find("403"), std::string::npos);
  EXPECT_FALSE(canary_.was_reached());
}

TEST_F(ConfinedProcesses, NodeThroughTheGuard) {
  const std::filesystem::path source = HITSCOPE_SOURCE_DIR;
  std::string node;
  std::vector<std::filesystem::path> readable;
  if (std::filesystem::exists("/usr/bin/node")) node = "/usr/bin/node";
  if (const auto own = source / "build/node-venv/bin/node"; node.empty() && std::filesystem::exists(own)) {
    node = std::filesystem::canonical(own);
    readable.push_back(source / "build/node-venv");
  }
  if (node.empty()) GTEST_SKIP() << "no Node here";
  ConfinedCommand made = command({node, "-e", R"(
const http = require("http");
const proxy = new URL(process.env.http_proxy);
const ask = (port, then) => http.get({
  host: proxy.hostname, port: proxy.port, path: `http://127.0.0.1:${port}/`,
  headers: {"Proxy-Authorization": "Basic " + Buffer.from(`${proxy.username}:${proxy.password}`).toString("base64")},
}, answer => { let text = ""; answer.on("data", d => text += d); answer.on("end", () => then(answer.statusCode, text)); });
ask(process.argv[1], (status, text) => {
  console.log(status, text);
  ask(process.argv[2], async status => {
    console.log(status);
    try { console.log((await fetch(`http://127.0.0.1:${process.argv[2]}/`)).status); } catch (error) { console.log("no"); }
    require("child_process").exec("echo child", (error, out) => console.log(out.trim()));
  });
});
)",
                                  std::to_string(site_.port()), std::to_string(canary_.port())},
                                 {"http_proxy=" + ticket_.proxy_url()});
  made.readable = readable;
  const Outcome result = run(made);
  ASSERT_TRUE(result.end) << result.end.error().message;
  // fetch knows of no proxy: it meets the guard, which answers 407, which it may not show.
  EXPECT_EQ(result.out, "200 hello\n403\nno\nchild\n") << result.err;
  EXPECT_FALSE(canary_.was_reached());
}

// Each is tried by a program of its own, which prints how it went.
TEST_F(ConfinedProcesses, ReachNothingElse) {
  struct Attempt {
    const char* what;
    const char* program;
    const char* says;
  };
  const std::array attempts{
      // Where to a socket seems to go is not where it goes: the guard answers.
      Attempt{"TCP", R"(
s = socket.create_connection(("127.0.0.1", port), 100); s.sendall(b"GET / HTTP/1.1\r\n\r\n")
print(s.recv(12).decode()))",
              "HTTP/1.1 407"},
      Attempt{"TCP over IPv6", R"(
s = socket.socket(socket.AF_INET6); s.connect(("::1", port)); s.sendall(b"GET / HTTP/1.1\r\n\r\n")
print(s.recv(12).decode()))",
              "HTTP/1.1 407"},
      Attempt{"TCP, not waiting", R"(
s = socket.socket(); s.setblocking(False); s.connect(("127.0.0.1", port)); s.setblocking(True)
s.sendall(b"x\r\n\r\n"); print(s.recv(12).decode()))",
              "HTTP/1.1 400"},
      Attempt{"TCP, connected again", R"(
s = socket.socket(); s.shutdown(2); s.connect(("127.0.0.1", port))
try: s.sendall(b"x\r\n\r\n"); s.sendall(b"x"); print("sent")
except OSError as e: print(e.errno in (errno.EPIPE, errno.ECONNRESET)))",
              "True"},
      Attempt{"fast open",
              "print(refused(lambda: socket.socket().sendto(b'x', 0x20000000, ('127.0.0.1', port))))",
              "EPERM"},
      Attempt{"fast open by message",
              "print(refused(lambda: socket.socket().sendmsg([b'x'], [], 0x20000000, ('127.0.0.1', port))))",
              "EPERM"},
      Attempt{"send with an address", R"(
s = socket.socket(); s.sendto(b"x\r\n\r\n", ("127.0.0.1", port)); print(s.recv(12).decode()))",
              "HTTP/1.1 400"},
      Attempt{"a way around",
              "print(refused(lambda: socket.socket().setsockopt(0, 4, "
              "b'\\x83\\x07\\x04\\x08\\x08\\x08\\x08\\x00')))",
              "EPERM"},
      Attempt{"UDP", "print(refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))", "EACCES"},
      Attempt{"UDP over IPv6", "print(refused(lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)))",
              "EACCES"},
      Attempt{"raw", "print(refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)))", "EACCES"},
      Attempt{"multipath TCP",
              "print(refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)))", "EACCES"},
      Attempt{"SCTP", "print(refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)))",
              "EACCES"},
      Attempt{"Unix", "print(refused(lambda: socket.socket(socket.AF_UNIX)))", "EACCES"},
      Attempt{"Unix datagrams", "print(refused(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)))",
              "EACCES"},
      Attempt{"a pair for datagrams",
              "print(refused(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)))", "EACCES"},
      Attempt{"a raw pair", "print(refused(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW)))",
              "EACCES"},
      Attempt{"a pair", R"(
a, b = socket.socketpair(); a.send(b"yes"); print(b.recv(3).decode()))",
              "yes"},
      Attempt{"netlink", "print(refused(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)))",
              "EACCES"},
      Attempt{"packets", "print(refused(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)))",
              "EACCES"},
      Attempt{"vsock", "print(refused(lambda: socket.socket(40, socket.SOCK_STREAM)))", "EACCES"},
      Attempt{"the kernel's ciphers", "print(refused(lambda: socket.socket(38, socket.SOCK_SEQPACKET)))",
              "EACCES"},
      Attempt{"to bind", "print(refused(lambda: socket.socket().bind(('127.0.0.1', 0))))", "EACCES"},
      Attempt{"to listen", "print(refused(lambda: socket.socket().listen()))", "EACCES"},
      Attempt{"to accept", "print(refused(lambda: socket.socket().accept()))", "EACCES"},
      Attempt{"a new session", "print(refused(lambda: call(112)))", "EPERM"},
      Attempt{"a new group", "print(refused(lambda: os.setpgid(0, 0)))", "EPERM"},
      Attempt{"io_uring", "print(refused(lambda: call(425, 8, 0)))", "ENOSYS"},
      Attempt{"ptrace", "print(refused(lambda: call(101, 16, os.getppid(), 0, 0)))", "EPERM"},
      Attempt{"its parent's memory", "print(refused(lambda: call(310, os.getppid(), 0, 0, 0, 0, 0)))",
              "EPERM"},
      Attempt{"its parent's descriptors", "print(refused(lambda: call(438, 0, 0, 0)))", "EPERM"},
      Attempt{"its parent's limits", "print(refused(lambda: call(302, os.getppid(), 7, 0, 0)))", "EPERM"},
      Attempt{"to end its parent", "print(refused(lambda: os.kill(os.getppid(), 0)))", "EPERM"},
      Attempt{"to end its parent's thread",
              "print(refused(lambda: call(234, os.getppid(), os.getppid(), 0)))", "EPERM"},
      Attempt{"to end all", "print(refused(lambda: os.kill(-1, 0)))", "EPERM"},
      Attempt{"to end its own", "os.kill(os.getpid(), 0); os.killpg(0, 0); print('yes')", "yes"},
      Attempt{"namespaces", "print(refused(lambda: call(272, 0x10000000)))", "EPERM"},
      Attempt{"another's namespace", "print(refused(lambda: call(308, 0, 0)))", "EPERM"},
      Attempt{"a child in a namespace", "print(refused(lambda: call(56, 0x40000000 | 17, 0, 0, 0, 0)))",
              "EPERM"},
      Attempt{"a child of its parent", "print(refused(lambda: call(56, 0x8000 | 17, 0, 0, 0, 0)))", "EPERM"},
      Attempt{"clone3", "print(refused(lambda: call(435, 0, 0)))", "ENOSYS"},
      Attempt{"mount", "print(refused(lambda: call(165, 0, 0, 0, 0, 0)))", "EPERM"},
      Attempt{"bpf", "print(refused(lambda: call(321, 0, 0, 0)))", "EPERM"},
      Attempt{"keys", "print(refused(lambda: call(250, 0, 0, 0, 0, 0)))", "EPERM"},
      Attempt{"a filter of its own", "print(refused(lambda: call(317, 1, 8, 0)))", "EPERM"},
      Attempt{"to outlive its parent", "print(refused(lambda: call(157, 1, 0, 0, 0, 0)))", "EPERM"},
      Attempt{"a call of tomorrow", "print(refused(lambda: call(999)))", "ENOSYS"},
      Attempt{"a call of x32",
              "pid = os.fork()\nif pid == 0: call(0x40000000 + 39)\nprint(os.waitpid(pid, 0)[1])",
              "31"},  // SIGSYS, no core
      Attempt{"privileges", R"(
words = dict(l.split(":", 1) for l in open("/proc/self/status").read().splitlines())
print(words["CapEff"].strip(), words["CapPrm"].strip(), words["NoNewPrivs"].strip()))",
              "0000000000000000 0000000000000000 1"},
      Attempt{"a name", R"(
try: socket.getaddrinfo("example.com", 80); print("found")
except OSError: print("none"))",
              "none"},
      Attempt{"its child's sockets", R"(
import subprocess
code = "import socket; s = socket.create_connection(('127.0.0.1', %d)); s.sendall(b'x\\r\\n\\r\\n'); print(s.recv(12).decode()) " % port
print(subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True).stdout.strip()))",
              "HTTP/1.1 400"},
      Attempt{"sockets close with exec", R"(
import fcntl
s = socket.socket(); print(fcntl.fcntl(s, fcntl.F_GETFD), fcntl.fcntl(s, fcntl.F_GETFL) & os.O_NONBLOCK)
s = socket.socket(type=socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
print(bool(fcntl.fcntl(s, fcntl.F_GETFL) & os.O_NONBLOCK)))",
              "1 0\nTrue"},
  };
  const std::string before = R"(
import ctypes, errno, os, socket, sys
port = int(sys.argv[1])
def refused(attempt):
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "allowed"
def call(number, *words):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(word) for word in words])
    if result == -1:
        raise OSError(ctypes.get_errno(), "")
    return result
)";
  for (const Attempt& attempt : attempts) {
#if !defined(__x86_64__)
    if (std::string_view(attempt.program).find("call(") != std::string_view::npos)
      continue;  // numbers of x86-64
#endif
    const Outcome result = python(before + attempt.program, {std::to_string(canary_.port())});
    ASSERT_TRUE(result.end) << attempt.what << " " << result.end.error().message;
    EXPECT_EQ(result.out, std::string(attempt.says) + "\n") << attempt.what << "\n" << result.err;
    EXPECT_FALSE(canary_.was_reached()) << attempt.what;
  }
}

TEST_F(ConfinedProcesses, ManySocketsAtOnce) {
  const Outcome result = python(R"(
import sys, threading, urllib.request
whole = []
def fetch():
    if urllib.request.urlopen(sys.argv[1], timeout=100).read() == b"hello": whole.append(1)
threads = [threading.Thread(target=fetch) for i in range(50)]
for t in threads: t.start()
for t in threads: t.join()
print(len(whole))
)",
                                {"http://" + site_.address() + "/"});
  EXPECT_EQ(result.out, "50\n") << result.err;
}

TEST_F(ConfinedProcesses, WithoutAGuardThereIsNoNet) {
  guard_.reset();
  std::uint16_t port = 0;
  {
    const LocalServer gone([](int) {});
    port = gone.port();
  }
  ConfinedCommand made;
  made.arguments = {kPython, "-I", "-c",
                    "import socket\ntry: socket.socket()\nexcept OSError as e: print(e.errno)"};
  made.folder = folder_.path();
  made.guard_port = port;
  EXPECT_EQ(run(made).out, fmt::format("{}\n", ENETUNREACH));
}

TEST_F(ConfinedProcesses, WriteTheirOwnFolderOnly) {
  if (landlock_version() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  const TemporaryFolder other;
  std::ofstream(other.path() / "secret") << "x";
  const std::string program = R"(
import os, sys
def tried(attempt):
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return "done"
print(tried(lambda: open("mine", "w").write("x")), tried(lambda: os.mkdir("folder")),
      tried(lambda: os.rename("mine", "folder/mine")), tried(lambda: os.remove("folder/mine")))
print(tried(lambda: open(sys.argv[1] + "/secret").read()), tried(lambda: open(sys.argv[1] + "/new", "w")))
print(tried(lambda: open("/etc/shadow").read()), tried(lambda: open("/usr/bin/new", "w")),
      tried(lambda: os.listdir("/root")), tried(lambda: os.listdir("/")))
print(tried(lambda: open("/proc/%d/environ" % os.getppid()).read()),
      tried(lambda: open("/proc/%d/mem" % os.getppid(), "r+b")))
print(tried(lambda: open("/etc/ssl/certs")), tried(lambda: open("/dev/null", "w")), tried(lambda: open("/dev/urandom", "rb")))
)";
  const Outcome result = python(program, {other.path()});
  EXPECT_EQ(result.out,
            "done done done done\n"
            "PermissionError PermissionError\n"
            "PermissionError PermissionError PermissionError PermissionError\n"
            "PermissionError PermissionError\n"
            "IsADirectoryError done done\n")
      << result.err;
  // Given to it, it reads the other folder, and still does not write there.
  ConfinedCommand made = command({kPython, "-I", "-c", program, other.path()});
  made.readable = {other.path(), "/nowhere/at/all"};
  EXPECT_NE(run(made).out.find("\ndone PermissionError\n"), std::string::npos);
}

TEST_F(ConfinedProcesses, LongLinesAreLeftOut) {
  ConfinedCommand made =
      command({kPython, "-I", "-c", "print('x' * 100); print('y' * 101); print('z'); print('end', end='')"});
  made.limits.line_bytes = 100;
  EXPECT_EQ(run(made).out, std::string(100, 'x') + "\nz\nend\n");
}

TEST_F(ConfinedProcesses, HaveLimits) {
  ConfinedCommand made = command({kPython, "-I", "-c", "while True: pass"});
  made.limits.cpu_s = 1;
  const Outcome busy = run(made);
  ASSERT_FALSE(busy.end);
  EXPECT_EQ(busy.end.error().kind, ErrorKind::timeout);

  made = command({kPython, "-I", "-c", R"(
try:
    with open("big", "wb") as f: f.write(b"x" * 2000000)
except OSError as error: print(error.errno)
)"});
  made.limits.file_bytes = 1'000'000;
  EXPECT_EQ(run(made).out, fmt::format("{}\n", EFBIG));

  made = command({kPython, "-I", "-c", R"(
files = []
try:
    while True: files.append(open("/dev/null"))
except OSError as error: print(error.errno)
)"});
  made.limits.open_files = 20;
  EXPECT_EQ(run(made).out, fmt::format("{}\n", EMFILE));

  made = command({kPython, "-I", "-c", "try: bytearray(1 << 30)\nexcept MemoryError: print('none')"});
  made.limits.memory_bytes = std::uint64_t{512} << 20U;
  EXPECT_EQ(run(made).out, "none\n");
}

// Says "started" when its children run, one of which left its parent.
constexpr const char* kFamily = R"(
import os, sys, time, signal
for twice in (False, True):
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if twice and os.fork() != 0: os._exit(0)
        print("child", flush=True)
        time.sleep(1000)
time.sleep(0 if sys.argv[1] == "ends" else 1000)
)";

bool is_gone(pid_t group) {
  return ::kill(-group, 0) != 0 && errno == ESRCH;
}

TEST_F(ConfinedProcesses, LeaveNobodyBehindWhenTheyEnd) {
  auto process = ConfinedProcess::start(command({kPython, "-I", "-c", kFamily, "ends"}));
  ASSERT_TRUE(process);
  const pid_t group = process->pid();
  const std::atomic<bool> never{false};
  const auto end = process->wait([](OutputStream, std::string_view) {}, never);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0);
  EXPECT_TRUE(becomes_true([&] { return is_gone(group); }));
}

TEST_F(ConfinedProcesses, LeaveNobodyBehindWhenCancelled) {
  auto process = ConfinedProcess::start(command({kPython, "-I", "-c", kFamily, "stays"}));
  ASSERT_TRUE(process);
  const pid_t group = process->pid();
  std::atomic<bool> cancelled{false};
  int children = 0;
  const auto end = process->wait(
      [&](OutputStream, std::string_view) {
        if (++children == 2) cancelled = true;
      },
      cancelled);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, ErrorKind::interrupted);
  EXPECT_TRUE(becomes_true([&] { return is_gone(group); }));
}

TEST_F(ConfinedProcesses, LeaveNobodyBehindWhenTheTimeIsOver) {
  ConfinedCommand made = command({kPython, "-I", "-c", kFamily, "stays"});
  made.limits.wall_s = 0.5;
  auto process = ConfinedProcess::start(made);
  ASSERT_TRUE(process);
  const pid_t group = process->pid();
  const std::atomic<bool> never{false};
  const auto end = process->wait([](OutputStream, std::string_view) {}, never);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, ErrorKind::timeout);
  EXPECT_TRUE(becomes_true([&] { return is_gone(group); }));
}

TEST_F(ConfinedProcesses, LeaveNobodyBehindWhenDropped) {
  pid_t group = 0;
  {
    const auto process = ConfinedProcess::start(command({kPython, "-I", "-c", kFamily, "stays"}));
    ASSERT_TRUE(process);
    group = process->pid();
  }
  EXPECT_TRUE(becomes_true([&] { return is_gone(group); }));
}

TEST_F(ConfinedProcesses, EndBySignal) {
  EXPECT_EQ(python("import os; os.abort()").end->status, 128 + SIGABRT);
  EXPECT_EQ(python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)").end->status, 128 + SIGKILL);
}

TEST_F(ConfinedProcesses, ThatCannotStart) {
  const auto error = [&](const ConfinedCommand& made) {
    const auto process = ConfinedProcess::start(made);
    return process ? Error{.kind = ErrorKind::busy, .message = "it started", .detail = {}} : process.error();
  };
  EXPECT_EQ(error(command({"/usr/bin/no-such-program"})).kind, ErrorKind::internal);
  EXPECT_NE(error(command({"/usr/bin/no-such-program"})).message.find("no such program"), std::string::npos);
  EXPECT_EQ(error(command({})).kind, ErrorKind::internal);
  ConfinedCommand nowhere = command({kPython});
  nowhere.folder = "/no/such/folder";
  EXPECT_EQ(error(nowhere).kind, ErrorKind::internal);
}

TEST_F(ConfinedProcesses, FromSeveralThreads) {
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      if (python("import urllib.request, sys; print(urllib.request.urlopen(sys.argv[1], timeout=100).read())",
                 {"http://" + site_.address() + "/"})
              .out == "b'hello'\n")
        ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4);
}

}  // namespace
}  // namespace hitscope::egress::testing
