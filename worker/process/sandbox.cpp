#include "worker/process/sandbox.h"

#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <memory>

#include "worker/process/file_access.h"
#include "worker/text/encoding.h"

namespace docket::worker {
namespace {

/// What poppler, libmagic, iconv, the C and C++ libraries and the sanitizers need once everything is loaded.
constexpr const char* allowed[] = {
    // Files that are open, and looking at others
    "read", "readv", "pread64", "write", "writev", "lseek", "close", "dup", "dup2", "dup3", "fstat", "stat",
    "lstat", "statx", "newfstatat", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
    "getdents64", "getcwd", "poll", "ppoll",
    // The socket to the pool
    "recvmsg", "recvfrom", "sendmsg", "sendto", "shutdown",
    // Memory
    "brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "membarrier",
    // Itself
    "exit", "exit_group", "futex", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall", "arch_prctl",
    "set_robust_list", "rseq", "getrusage", "sched_yield", "sched_getaffinity", "sysinfo", "uname",
    "getrandom",
    // Time
    "clock_gettime", "clock_getres", "gettimeofday", "time", "nanosleep", "clock_nanosleep", "setitimer"};

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

bool allow(const Filter& filter, const char* name) {
  const int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return true;  // Not on this machine.
  return seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, number, 0) == 0;
}

using Conditions = std::initializer_list<scmp_arg_cmp>;

/// The call, where its arguments are so.
bool allow_if(const Filter& filter, const char* name, Conditions conditions) {
  const int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return true;
  return seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, number,
                                static_cast<unsigned>(conditions.size()), conditions.begin()) == 0;
}

scmp_arg_cmp is(unsigned argument, scmp_datum_t value) { return {argument, SCMP_CMP_EQ, value, 0}; }

/// Opening, as long as nothing can be written or made.
bool allow_opening_for_reading(const Filter& filter) {
  constexpr scmp_datum_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
  const auto reading = [](unsigned argument) {
    return scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, writing, O_RDONLY};
  };
  return allow_if(filter, "open", {reading(1)}) && allow_if(filter, "openat", {reading(2)});
}

/// Asking for a limit of its own, not setting one; asking whether a file is a terminal.
bool allow_questions(const Filter& filter) {
  return allow_if(filter, "prlimit64", {is(0, 0), is(2, 0)}) && allow_if(filter, "ioctl", {is(1, TCGETS)});
}

/// Signals to itself. Whom a descriptor belongs to is not set: that one would get signals, too (F_SETOWN).
bool allow_signals_to_itself(const Filter& filter) {
  for (const int what : {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC})
    if (!allow_if(filter, "fcntl", {is(1, static_cast<scmp_datum_t>(what))})) return false;
  return allow_if(filter, "tgkill", {is(0, static_cast<scmp_datum_t>(getpid()))});
}

/// An error number of what failed; 0: nothing did.
int load_filter(FileAccess files) {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
  if (!filter) return ENOMEM;
  seccomp_attr_set(filter.get(), SCMP_FLTATR_API_SYSRAWRC, 1);  // The kernel's own errors.
  for (const char* name : allowed) {
    if (!allow(filter, name)) return EINVAL;
  }
  if (files == FileAccess::data_only && !allow_opening_for_reading(filter)) return EINVAL;
  if (!allow_questions(filter) || !allow_signals_to_itself(filter)) return EINVAL;
  return -seccomp_load(filter.get());
}

void set_limit(__rlimit_resource resource, rlim_t value) {
  const rlimit limit{value, value};
  setrlimit(resource, &limit);
}

std::string no_filter(int error_number) {
  return std::string("the kernel, or the container, refuses filters of system calls (seccomp: ") +
         std::strerror(error_number) + "); run docket where seccomp(2) is allowed";
}

constexpr const char* no_landlock =
    "the kernel has no Landlock (Linux 5.13 and later have it, where it is switched on), so no library reads "
    "its "
    "data, and text in many Chinese, Japanese and Korean fonts of PDFs and in rare encodings is lost";

}  // namespace

std::string lock_in() {
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_NPROC, 0);  // Of root, only the filter holds it back.
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const FileAccess files = leave_only_data();
  if (files == FileAccess::none) load_encodings();
  if (const int error_number = load_filter(files)) return no_filter(error_number);
  return files == FileAccess::none ? no_landlock : "";
}

void bind_to_parent(int socket) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd pool{socket, 0, 0};
  if (poll(&pool, 1, 0) > 0 && (pool.revents & POLLHUP) != 0) _exit(0);  // It died before that.
  prctl(PR_SET_DUMPABLE, 0);                                             // Documents are in its memory.
  set_limit(RLIMIT_FSIZE, 0);
  signal(SIGXFSZ, SIG_IGN);  // The write fails, and that is enough.
}

}  // namespace docket::worker
