#include "worker/process/sandbox.h"

#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
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
    "getdents64", "getcwd", "fcntl", "poll", "ppoll",
    // The socket to the pool
    "recvmsg", "recvfrom", "sendmsg", "sendto", "shutdown",
    // Memory
    "brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "membarrier",
    // Itself
    "exit", "exit_group", "futex", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "tgkill",
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

/// Opening, as long as nothing can be written or made.
bool allow_opening_for_reading(const Filter& filter) {
  constexpr scmp_datum_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
  const auto only_reading = [&](const char* name, unsigned argument) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) return true;
    const scmp_arg_cmp condition{argument, SCMP_CMP_MASKED_EQ, writing, O_RDONLY};
    return seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, number, 1, &condition) == 0;
  };
  return only_reading("open", 1) && only_reading("openat", 2);
}

/// Asking for a limit, not setting one; asking whether a file is a terminal.
bool allow_questions(const Filter& filter) {
  const scmp_arg_cmp no_new_limit{2, SCMP_CMP_EQ, 0, 0};
  const scmp_arg_cmp is_terminal{1, SCMP_CMP_EQ, TCGETS, 0};
  return seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, &no_new_limit) == 0 &&
         seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, &is_terminal) == 0;
}

bool load_filter(FileAccess files) {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
  if (!filter) return false;
  for (const char* name : allowed) {
    if (!allow(filter, name)) return false;
  }
  if (files == FileAccess::data_only && !allow_opening_for_reading(filter)) return false;
  return allow_questions(filter) && seccomp_load(filter.get()) == 0;
}

void set_limit(__rlimit_resource resource, rlim_t value) {
  const rlimit limit{value, value};
  setrlimit(resource, &limit);
}

}  // namespace

std::optional<Error> lock_in() {
  set_limit(RLIMIT_CORE, 0);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
    const FileAccess files = leave_only_data();
    if (files == FileAccess::none) load_encodings();
    if (load_filter(files)) return {};
  }
  return Error{ErrorClass::unavailable,
               std::string("docket-extract cannot enter its sandbox (seccomp): ") + std::strerror(errno)};
}

void bind_to_parent() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 0);  // Documents are in its memory.
  set_limit(RLIMIT_FSIZE, 0);
  signal(SIGXFSZ, SIG_IGN);  // The write fails, and that is enough.
}

}  // namespace docket::worker
