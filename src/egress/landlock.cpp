#include "egress/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "egress/confined_process.h"

namespace hitscope::egress {
namespace {

// The headers of Debian 12 know versions 1 and 2; the numbers are the kernel's for good.
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14U;     // 3
constexpr std::uint64_t kIoctlDevice = std::uint64_t{1} << 15U;  // 5
constexpr std::uint64_t kBindTcp = 1;                            // 4
constexpr std::uint64_t kConnectTcp = 2;                         // 4
constexpr std::uint64_t kAbstractSockets = 1;                    // 6
constexpr std::uint64_t kSignals = 2;                            // 6

struct RulesetAttributes {
  std::uint64_t files = 0;
  std::uint64_t tcp = 0;
  std::uint64_t scopes = 0;
};

constexpr std::uint64_t kRead =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kDevice = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kIoctlDevice;
constexpr std::uint64_t kOfFiles = kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate | kIoctlDevice;
constexpr std::uint64_t kOfFilesAlone = kOfFiles & ~std::uint64_t{LANDLOCK_ACCESS_FS_READ_DIR};

// What programs need of the system; nothing where others keep their data or secrets.
constexpr std::array kSystem{"/usr",
                             "/bin",
                             "/sbin",
                             "/lib",
                             "/lib32",
                             "/lib64",
                             "/libx32",
                             "/proc",
                             "/sys",
                             "/etc/ssl",
                             "/etc/pki",
                             "/etc/ca-certificates",
                             "/etc/alternatives",
                             "/etc/ld.so.cache",
                             "/etc/ld.so.conf",
                             "/etc/ld.so.conf.d",
                             "/etc/ld.so.preload",
                             "/etc/passwd",
                             "/etc/group",
                             "/etc/nsswitch.conf",
                             "/etc/hosts",
                             "/etc/host.conf",
                             "/etc/resolv.conf",
                             "/etc/gai.conf",
                             "/etc/services",
                             "/etc/protocols",
                             "/etc/localtime",
                             "/etc/timezone",
                             "/etc/mime.types",
                             "/etc/os-release",
                             "/etc/python3",
                             "/etc/python3.11",
                             "/etc/python3.13",
                             "/etc/fonts",
                             "/etc/locale.alias"};
constexpr std::array kDevices{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

std::uint64_t known_files(int version) {
  std::uint64_t known = (std::uint64_t{1} << 13U) - 1;
  if (version >= 2) known |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) known |= kTruncate;
  if (version >= 5) known |= kIoctlDevice;
  return known;
}

// 0, or an errno.
int allow(int rules, const char* path, std::uint64_t access) {
  const Descriptor place(::open(path, O_PATH | O_CLOEXEC));
  if (!place) return errno;
  struct stat about {};
  if (::fstat(place.number(), &about) != 0) return errno;
  if (!S_ISDIR(about.st_mode)) access &= kOfFilesAlone;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = access;
  rule.parent_fd = place.number();
  return ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ? 0 : errno;
}

tl::unexpected<Error> no_rules(const std::string& what, int error_number) {
  return fail(ErrorKind::internal, "A program's folders cannot be confined: " + what + ".",
              std::generic_category().message(error_number));
}

}  // namespace

int landlock_version() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? static_cast<int>(version) : 0;
}

Result<Descriptor> landlock_rules(const std::filesystem::path& writable,
                                  const std::vector<std::filesystem::path>& readable) {
  const int version = landlock_version();
  if (version == 0) return Descriptor();
  const std::uint64_t files = known_files(version);
  RulesetAttributes attributes{.files = files, .tcp = 0, .scopes = 0};
  std::size_t size = offsetof(RulesetAttributes, tcp);
  if (version >= 4) {
    attributes.tcp = kBindTcp | kConnectTcp;  // no rule allows any: connecting is our affair
    size = offsetof(RulesetAttributes, scopes);
  }
  if (version >= 6) {
    attributes.scopes = kAbstractSockets | kSignals;
    size = sizeof attributes;
  }
  Descriptor rules(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!rules) return no_rules("the kernel takes no rules", errno);
  const auto add = [&](const std::string& path, std::uint64_t access) {
    const int status = allow(rules.number(), path.c_str(), access & files);
    return status == ENOENT || status == ENOTDIR || status == EACCES ? 0 : status;
  };
  for (const char* path : kSystem) {
    if (const int status = add(path, kRead); status != 0) return no_rules(path, status);
  }
  for (const char* path : kDevices) {
    if (const int status = add(path, kDevice); status != 0) return no_rules(path, status);
  }
  for (const auto& path : readable) {
    if (const int status = add(path, kRead); status != 0) return no_rules(path, status);
  }
  if (!writable.empty()) {
    const int status = allow(rules.number(), writable.c_str(), files);
    if (status != 0) return no_rules(writable, status);
  }
  return rules;
}

int put_on(int landlock_rules) {
  return ::syscall(SYS_landlock_restrict_self, landlock_rules, 0) == 0 ? 0 : errno;
}

}  // namespace hitscope::egress
