// Makes of docket-extract a worker that its documents have taken over: a document `attack: NAME ARGUMENT` has
// it do what NAME stands for, locked in as it is. It ends with exit code `worked`, or with the number of the
// error.
#include "tests/attacks/attacks.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using docket::attack_worked;

/// The document: the only file with a content. /proc/self/statm is open too, and has none.
int document() {
  for (int descriptor = 63; descriptor > 3; --descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) return descriptor;
  }
  return -1;
}

int outcome(long result) { return result < 0 ? errno : attack_worked; }

long open_and_read(const char* path) {
  std::array<char, 64> content;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  return file < 0 ? -1 : read(file, content.data(), content.size());
}

long list(const char* path) {
  DIR* const folder = opendir(path);
  return folder == nullptr ? -1 : 0;
}

long connect_nowhere(int family) { return socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0); }

long run(const char* program) {
  std::array<char*, 2> arguments = {const_cast<char*>(program), nullptr};
  return execv(program, arguments.data());
}

long read_memory_of(pid_t process) {
  std::array<char, 8> content;
  iovec here{content.data(), content.size()}, there{const_cast<char*>(program_invocation_name), 8};
  return process_vm_readv(process, &here, 1, &there, 1, 0);
}

long signal_by_descriptor(pid_t process) {
  if (fcntl(3, F_SETOWN, process) != 0) return -1;
  return fcntl(3, F_SETFL, O_ASYNC | O_NONBLOCK);
}

/// 1000 processes and no more, should it work.
long bomb() {
  for (int i = 0; i < 1000; ++i) {
    const pid_t child = fork();
    if (child < 0) return -1;
    if (child == 0) pause();
  }
  return 0;
}

long start_thread() {
  pthread_t thread{};
  errno = pthread_create(
      &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  return errno == 0 ? 0 : -1;
}

/// Touches each page, up to the size in MiB; volatile, or a compiler sees that nobody reads them.
long allocate(long mib) {
  for (long i = 0; i < mib; ++i) {
    volatile char* const piece = new char[1 << 20];
    for (int at = 0; at < 1 << 20; at += 4096)
      piece[at] = 1;
  }
  return 0;
}

long open_without_end() {
  for (int i = 0; i < 100'000; ++i)
    if (dup(3) < 0) return -1;
  return 0;
}

long more_memory() {
  const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
  return setrlimit(RLIMIT_AS, &none);
}

/// By the numbers of 32-bit programs, which a filter of 64-bit calls does not know.
long old_call() {
#ifdef __x86_64__
  long result = 0;
  asm volatile("int $0x80" : "=a"(result) : "a"(20 /* getpid */) : "memory");
  return result;
#else
  raise(SIGSYS);
  return 0;
#endif
}

long has_environment() {
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (std::strstr(*variable, "SAN_OPTIONS=") == nullptr && std::strncmp(*variable, "TZ=", 3) != 0) return 0;
  errno = ENOENT;
  return -1;
}

[[noreturn]] void spin() {
  while (true)
    sched_yield();
}

struct Attack {
  const char* name;
  long (*act)(const char* argument);
};

pid_t pid_in(const char* text) { return static_cast<pid_t>(std::atol(text)); }

constexpr Attack attacks[] = {
    {"socket-inet", [](const char*) { return connect_nowhere(AF_INET); }},
    {"socket-inet6", [](const char*) { return connect_nowhere(AF_INET6); }},
    {"socket-unix", [](const char*) { return connect_nowhere(AF_UNIX); }},
    {"socket-netlink", [](const char*) -> long { return socket(AF_NETLINK, SOCK_RAW, 0); }},
    {"socket-packet", [](const char*) -> long { return socket(AF_PACKET, SOCK_RAW, 0); }},
    {"io-uring",
     [](const char*) {
       io_uring_params parameters{};
       return syscall(SYS_io_uring_setup, 1, &parameters);
     }},
    {"write", [](const char* path) -> long { return open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); }},
    {"append", [](const char* path) -> long { return open(path, O_WRONLY | O_APPEND | O_CLOEXEC); }},
    {"truncate", [](const char* path) -> long { return truncate(path, 0); }},
    {"truncate-document", [](const char*) -> long { return ftruncate(document(), 0); }},
    {"write-document", [](const char*) -> long { return write(document(), "x", 1); }},
    {"temporary", [](const char* folder) -> long { return open(folder, O_RDWR | O_TMPFILE, 0600); }},
    {"memory-file", [](const char*) -> long { return memfd_create("x", 0); }},
    {"make-folder", [](const char* path) -> long { return mkdir(path, 0700); }},
    {"remove", [](const char* path) -> long { return unlink(path); }},
    {"link", [](const char* path) -> long { return symlink("/etc/passwd", path); }},
    {"chmod", [](const char* path) -> long { return chmod(path, 0777); }},
    {"read", [](const char* path) { return open_and_read(path); }},
    {"list", [](const char* path) { return list(path); }},
    {"exec", [](const char* path) { return run(path); }},
    {"exec-document",
     [](const char*) { return syscall(SYS_execveat, document(), "", nullptr, nullptr, AT_EMPTY_PATH); }},
    {"ptrace", [](const char* pid) { return ptrace(PTRACE_ATTACH, pid_in(pid), nullptr, nullptr); }},
    {"traced-by", [](const char*) { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }},
    {"read-memory", [](const char* pid) { return read_memory_of(pid_in(pid)); }},
    {"kill", [](const char* pid) -> long { return kill(pid_in(pid), SIGTERM); }},
    {"kill-group", [](const char*) -> long { return kill(0, SIGTERM); }},
    {"kill-thread", [](const char* pid) -> long { return tgkill(pid_in(pid), pid_in(pid), SIGTERM); }},
    {"kill-queue", [](const char* pid) -> long { return sigqueue(pid_in(pid), SIGTERM, {}); }},
    {"kill-by-descriptor", [](const char* pid) { return signal_by_descriptor(pid_in(pid)); }},
    {"pidfd", [](const char* pid) { return syscall(SYS_pidfd_open, pid_in(pid), 0); }},
    {"priority",
     [](const char* pid) -> long { return setpriority(PRIO_PROCESS, static_cast<id_t>(pid_in(pid)), 19); }},
    {"limit-parent",
     [](const char* pid) -> long {
       const rlimit none{0, 0};
       return prlimit(pid_in(pid), RLIMIT_NOFILE, &none, nullptr);
     }},
    {"fork-bomb", [](const char*) { return bomb(); }},
    {"vfork",
     [](const char*) { return syscall(SYS_clone, CLONE_VFORK | SIGCHLD, nullptr, nullptr, nullptr, 0); }},
    {"thread", [](const char*) { return start_thread(); }},
    {"unshare", [](const char*) -> long { return unshare(CLONE_NEWUSER | CLONE_NEWNET); }},
    {"mount", [](const char* path) -> long { return mount("none", path, "tmpfs", 0, nullptr); }},
    {"chroot", [](const char* path) -> long { return chroot(path); }},
    {"outlive-parent", [](const char*) -> long { return prctl(PR_SET_PDEATHSIG, 0); }},
    {"dumpable", [](const char*) -> long { return prctl(PR_SET_DUMPABLE, 1); }},
    {"more-memory", [](const char*) { return more_memory(); }},
    {"old-call", [](const char*) { return old_call(); }},
    {"allocate", [](const char* mib) { return allocate(std::atol(mib)); }},
    {"open-without-end", [](const char*) { return open_without_end(); }},
    {"environment", [](const char*) { return has_environment(); }},
    {"spin", [](const char*) -> long { spin(); }},
    {"sleep", [](const char*) -> long { return poll(nullptr, 0, -1); }},
};

}  // namespace

extern "C" void docket_fault_point(const char* moment) {
  constexpr const char* sign = "attack: ";
  if (std::strcmp(moment, "reading a file") != 0) return;
  std::array<char, 4096> text{};
  if (pread(document(), text.data(), text.size() - 1, 0) <= 0) return;
  if (std::strncmp(text.data(), sign, std::strlen(sign)) != 0) return;
  char* const name = text.data() + std::strlen(sign);
  char* const end = std::strchr(name, '\n');
  if (end != nullptr) *end = '\0';
  char* argument = std::strchr(name, ' ');
  if (argument != nullptr) *argument++ = '\0';
  for (const Attack& attack : attacks)
    if (std::strcmp(attack.name, name) == 0) _exit(outcome(attack.act(argument == nullptr ? "" : argument)));
  _exit(docket::no_such_attack);
}
