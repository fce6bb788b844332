#include "worker/process/office_sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "pipeline/support/descriptor.h"

namespace docket::worker {
namespace {

constexpr std::uint64_t all_access = (1U << 13) - 1;  ///< That the first version of Landlock knows.
constexpr std::uint64_t reading_and_running =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE;

constexpr const char* system_folders[] = {"/usr",
                                          "/lib",
                                          "/lib64",
                                          "/bin",
                                          "/opt",
                                          "/etc/fonts",
                                          "/etc/libreoffice",
                                          "/etc/ld.so.cache",
                                          "/etc/passwd",
                                          "/etc/nsswitch.conf",
                                          "/etc/localtime",
                                          "/var/cache/fontconfig",
                                          "/var/lib/libreoffice",
                                          "/var/spool/libreoffice",
                                          "/etc/locale.alias",
                                          "/proc",
                                          "/dev/null",
                                          "/dev/urandom",
                                          "/dev/random",
                                          "/sys/devices/system/cpu"};

void allow_below(int rules, const char* path, std::uint64_t access) {
  const Descriptor place = open_file(path, O_PATH);
  struct stat status {};
  if (!place || fstat(place.get(), &status) != 0) return;
  landlock_path_beneath_attr rule{};
  const std::uint64_t of_files =
      LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE;
  rule.allowed_access = S_ISDIR(status.st_mode) ? access : access & of_files;
  rule.parent_fd = place.get();
  syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

bool restrict_files(const std::string& program, const char* folder) {
  landlock_ruleset_attr handled{};
  handled.handled_access_fs = all_access;
  const Descriptor rules(static_cast<int>(syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
  if (!rules) return false;
  for (const char* path : system_folders)
    allow_below(rules.get(), path, reading_and_running);
  allow_below(rules.get(), program.substr(0, program.rfind('/')).c_str(), reading_and_running);
  allow_below(rules.get(), folder,
              all_access & ~std::uint64_t{LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK});
  allow_below(rules.get(), "/dev/null", reading_and_running | LANDLOCK_ACCESS_FS_WRITE_FILE);
  allow_below(rules.get(), "/tmp", LANDLOCK_ACCESS_FS_MAKE_SOCK);  // See allow_listening().
  return syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0;
}

/// LibreOffice waits at a local socket in its folder for others of its kind; more than that it may not: it
/// can connect to nothing.
bool allow_listening(scmp_filter_ctx filter) {
  constexpr scmp_datum_t kind = 0xF;  // Beside flags.
  const scmp_arg_cmp other_family{0, SCMP_CMP_NE, AF_UNIX, 0};
  if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1, &other_family) != 0)
    return false;
  for (const scmp_datum_t type : {SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET}) {
    const scmp_arg_cmp other_kind{1, SCMP_CMP_MASKED_EQ, kind, type};
    if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1, &other_kind) != 0)
      return false;
  }
  return true;
}

/// No network, and nothing that looks into or steers other processes.
bool restrict_calls() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                                seccomp_release);
  if (!filter || !allow_listening(filter.get())) return false;
  for (const char* name : {"connect",
                           "ptrace",
                           "process_vm_readv",
                           "process_vm_writev",
                           "mount",
                           "umount2",
                           "pivot_root",
                           "chroot",
                           "setns",
                           "unshare",
                           "bpf",
                           "keyctl",
                           "add_key",
                           "request_key",
                           "io_uring_setup",
                           "userfaultfd",
                           "perf_event_open",
                           "kexec_load",
                           "open_by_handle_at",
                           "setsid"}) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) continue;
    if (seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), number, 0) != 0) return false;
  }
  return seccomp_load(filter.get()) == 0;
}

void limit_both(__rlimit_resource resource, rlim_t value) {
  const rlimit limit{value, value};
  setrlimit(resource, &limit);
}

}  // namespace

int become_office(char** arguments) {
  constexpr int cannot = 70;
  constexpr rlim_t reserved = rlim_t{4} << 30;      // Address space that LibreOffice takes and does not use.
  constexpr rlim_t largest_file = rlim_t{1} << 30;  // What it makes.
  const std::string program = arguments[0], folder = arguments[1], file = arguments[2], ending = arguments[3];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  limit_both(RLIMIT_CORE, 0);
  limit_both(RLIMIT_FSIZE, largest_file);
  limit_both(RLIMIT_CPU, std::strtoull(arguments[4], nullptr, 10));
  if (chdir(folder.c_str()) != 0) return cannot;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return cannot;
  if (!restrict_files(program, folder.c_str()) || !restrict_calls()) return cannot;
  const rlim_t memory = std::strtoull(arguments[5], nullptr, 10);
  const std::string profile = "-env:UserInstallation=file://" + folder + "/profile";
  // Last: it is LibreOffice's limit, and this program may have taken more already.
  limit_both(RLIMIT_AS, reserved + memory);
  execl(program.c_str(), program.c_str(), profile.c_str(), "--headless", "--norestore", "--nologo",
        "--nodefault", "--nolockcheck", "--convert-to", ending.c_str(), "--outdir", folder.c_str(),
        file.c_str(), nullptr);
  return cannot;
}

}  // namespace docket::worker
