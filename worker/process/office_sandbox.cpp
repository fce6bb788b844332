#include "worker/process/office_sandbox.h"

#include <asm/ioctls.h>
#include <asm/sockios.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>

#include "backends/extraction/wire.h"
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
                                          "/proc/filesystems",
                                          "/proc/cpuinfo",
                                          "/proc/meminfo",
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

/// Rules that refuse; all else is allowed.
class Refusals {
 public:
  Refusals() : filter_(seccomp_init(SCMP_ACT_ALLOW), seccomp_release) { good_ = filter_ != nullptr; }

  void add(const char* name, std::initializer_list<scmp_arg_cmp> conditions = {}, int error = EACCES) {
    const int number = seccomp_syscall_resolve_name(name);
    if (!good_ || number == __NR_SCMP_ERROR) return;  // Not on this machine.
    good_ = seccomp_rule_add_array(filter_.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)), number,
                                   static_cast<unsigned>(conditions.size()), conditions.begin()) == 0;
  }
  bool load() { return good_ && seccomp_load(filter_.get()) == 0; }

 private:
  std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter_;
  bool good_ = false;
};

scmp_arg_cmp unless(unsigned argument, scmp_datum_t value) { return {argument, SCMP_CMP_NE, value, 0}; }
scmp_arg_cmp where(unsigned argument, scmp_datum_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }
scmp_arg_cmp where_bits(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

/// LibreOffice waits at a local socket in its folder for others of its kind; more than that it may not: it
/// can connect to nothing, and send nothing to a socket that has a name.
void refuse_network(Refusals& calls) {
  constexpr scmp_datum_t kind = 0xF;  // Beside flags.
  for (const char* name : {"socket", "socketpair"}) {
    calls.add(name, {unless(0, AF_UNIX)});
    for (const scmp_datum_t type : {SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET})
      calls.add(name, {where_bits(1, kind, type)});
  }
  for (const char* name : {"connect", "io_uring_setup"})
    calls.add(name);
}

/// LibreOffice converts in one process, with threads.
void refuse_processes(Refusals& calls) {
  for (const char* name : {"fork", "vfork", "setsid", "setpgid", "unshare", "setns"})
    calls.add(name);
  calls.add("clone", {where_bits(0, CLONE_THREAD, 0)});
  calls.add("clone3", {},
            ENOSYS);  // Its flags are out of sight of a filter; the C library takes clone() then.
}

/// No signal to another process, and no look into it. The number of this one stays when LibreOffice begins.
void refuse_others(Refusals& calls) {
  const auto self = static_cast<scmp_datum_t>(getpid());
  for (const char* name : {"kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"})
    calls.add(name, {unless(0, self)});
  for (const scmp_datum_t owner : {F_SETOWN, F_SETOWN_EX})  // It would get signals.
    calls.add("fcntl", {where(1, owner)});
  for (const scmp_datum_t owner : {FIOSETOWN, SIOCSPGRP})
    calls.add("ioctl", {where(1, owner)});
  calls.add("prlimit64", {unless(0, 0)});
  for (const char* name : {"tkill",
                           "pidfd_open",
                           "pidfd_send_signal",
                           "pidfd_getfd",
                           "ptrace",
                           "process_vm_readv",
                           "process_vm_writev",
                           "process_madvise",
                           "process_mrelease",
                           "kcmp",
                           "move_pages",
                           "migrate_pages",
                           "setpriority",
                           "ioprio_set",
                           "sched_setscheduler",
                           "sched_setparam",
                           "sched_setattr",
                           "sched_setaffinity",
                           "perf_event_open",
                           "shmget",
                           "msgget",
                           "semget",
                           "mq_open"})
    calls.add(name);
}

void refuse_administration(Refusals& calls) {
  for (const char* name : {"mount", "umount2", "pivot_root", "chroot", "bpf", "keyctl", "add_key",
                           "request_key", "userfaultfd", "kexec_load", "open_by_handle_at"})
    calls.add(name);
}

bool restrict_calls() {
  Refusals calls;
  refuse_network(calls);
  refuse_processes(calls);
  refuse_others(calls);
  refuse_administration(calls);
  return calls.load();
}

/// What root may do beyond others: the rest of the machine, which no list of calls names in full.
bool drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none = {};
  return syscall(SYS_capset, &header, none.data()) == 0;
}

void limit_both(__rlimit_resource resource, rlim_t value) {
  const rlimit limit{value, value};
  setrlimit(resource, &limit);
}

}  // namespace

int become_office(char** arguments) {
  constexpr int cannot = static_cast<int>(WorkerExit::cannot_start);
  constexpr rlim_t reserved = rlim_t{4} << 30;      // Address space that LibreOffice takes and does not use.
  constexpr rlim_t largest_file = rlim_t{1} << 30;  // What it makes.
  const std::string program = arguments[0], folder = arguments[1], file = arguments[2], ending = arguments[3];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  limit_both(RLIMIT_CORE, 0);
  limit_both(RLIMIT_FSIZE, largest_file);
  limit_both(RLIMIT_CPU, std::strtoull(arguments[4], nullptr, 10));
  if (chdir(folder.c_str()) != 0) return cannot;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return cannot;
  if (!restrict_files(program, folder.c_str()) || !drop_capabilities() || !restrict_calls()) return cannot;
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
