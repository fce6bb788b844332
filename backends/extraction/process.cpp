#include "backends/extraction/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace docket::backends {
namespace {

constexpr int patience_ms = 1000;         ///< For a process that is ending.
constexpr int send_patience_ms = 60'000;  ///< For a process that starts.
constexpr int spare_seconds = 2;          ///< Of CPU time, for the pool to come first.
constexpr int most_chunks = 64;           ///< Read in one go, so that no worker keeps the others waiting.

/// All that a worker learns of docket's environment, which may hold keys: the time zone, which conditions may
/// ask for, and what the sanitizers are told.
constexpr const char* handed_on[] = {"TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"};

std::vector<std::string> worker_environment() {
  std::vector<std::string> environment;
  for (const char* name : handed_on)
    if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
  return environment;
}

/// What posix_spawn shall do in the child, released with the object.
class SpawnPlan {
 public:
  explicit SpawnPlan(int socket) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, socket, worker_socket);
    posix_spawn_file_actions_addclosefrom_np(&actions_, worker_socket + 1);
    posix_spawnattr_init(&attributes_);
    // A session of its own: no terminal. Ctrl-C is for docket, whose workers finish their documents.
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int spawn(pid_t& pid, const char* file, const char* mode) {
    std::array<char*, 3> arguments = {const_cast<char*>(file), const_cast<char*>(mode), nullptr};
    std::vector<std::string> environment = worker_environment();
    std::vector<char*> variables;
    for (std::string& variable : environment)
      variables.push_back(variable.data());
    variables.push_back(nullptr);
    return posix_spawn(&pid, file, &actions_, &attributes_, arguments.data(), variables.data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

/// Address space of a process in bytes; 0 when the system does not say.
std::uint64_t address_space(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::uint64_t pages = 0;
  statm >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// The hard limit stays: it could not be raised again for the next document.
void set_soft_limit(pid_t pid, __rlimit_resource resource, rlim_t value) {
  rlimit limit{};
  if (prlimit(pid, resource, nullptr, &limit) != 0) return;
  limit.rlim_cur = std::min(value, limit.rlim_max);
  prlimit(pid, resource, &limit, nullptr);
}

std::chrono::nanoseconds as_duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

Result<std::unique_ptr<ExtractProcess>> ExtractProcess::start(const std::filesystem::path& worker,
                                                              const char* mode) {
  const auto unavailable = [&](int error_number) {
    return Error{ErrorClass::unavailable, "cannot start the extraction worker " + worker.string() + ": " +
                                              std::strerror(error_number)};
  };
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return unavailable(errno);
  Descriptor own_end(ends[0]);
  const Descriptor other_end(ends[1]);
  // The child's end must not be the number that it is moved to: then close-on-exec would not be taken off.
  const Descriptor child_end(fcntl(other_end.get(), F_DUPFD_CLOEXEC, worker_socket + 1));
  pid_t pid = -1;
  if (const int failed = SpawnPlan(child_end.get()).spawn(pid, worker.c_str(), mode))
    return unavailable(failed);
  fcntl(own_end.get(), F_SETFL, O_NONBLOCK);
  return std::unique_ptr<ExtractProcess>(new ExtractProcess(pid, std::move(own_end)));
}

ExtractProcess::~ExtractProcess() { kill(); }

bool ExtractProcess::send(const ExtractOrder& order, int file) {
  std::string body = encode(order);
  FrameHeader header{Frame::order, 0, body.size()};
  std::array<iovec, 2> parts = {iovec{&header, sizeof header}, iovec{body.data(), body.size()}};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* carried = CMSG_FIRSTHDR(&message);
  carried->cmsg_level = SOL_SOCKET;
  carried->cmsg_type = SCM_RIGHTS;
  carried->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(carried), &file, sizeof file);
  ++documents;
  // An order is small and the worker has read all before it, so it fits into the socket's buffer.
  const ssize_t sent = sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(sizeof header + body.size());
}

bool ExtractProcess::send(Frame kind, std::string_view body) {
  const FrameHeader header{kind, 0, body.size()};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += body;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (sent < 0 && errno == EINTR) continue;
    pollfd room{socket_.get(), POLLOUT, 0};
    if (sent == 0 || errno != EAGAIN || poll(&room, 1, send_patience_ms) <= 0) return false;
  }
  return true;
}

void ExtractProcess::limit(const KernelLimits& limits) {
  set_soft_limit(pid_, RLIMIT_AS, address_space(pid_) + static_cast<rlim_t>(limits.memory));
  if (limits.open_files > 0) set_soft_limit(pid_, RLIMIT_NOFILE, static_cast<rlim_t>(limits.open_files));
  // The pool watches the time more closely; this holds while docket is stopped.
  const auto whole = std::chrono::ceil<std::chrono::seconds>(cpu_time() + limits.cpu_time);
  set_soft_limit(pid_, RLIMIT_CPU, static_cast<rlim_t>(whole.count() + spare_seconds));
}

ExtractProcess::Received ExtractProcess::receive(std::uint64_t most, std::vector<WorkerFrame>& frames) {
  std::array<char, 1 << 16> chunk;
  for (int chunks = 0; chunks < most_chunks; ++chunks) {
    const std::size_t wanted = std::min(chunk.size(), arrived_.most_at_once());
    const ssize_t got = recv(socket_.get(), chunk.data(), wanted, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return Received::more_later;
    if (got <= 0) return Received::ended;
    if (!arrived_.add({chunk.data(), static_cast<std::size_t>(got)}, most, frames)) return Received::too_long;
    if (static_cast<std::size_t>(got) < wanted) return Received::more_later;
  }
  return Received::more_later;
}

std::chrono::nanoseconds ExtractProcess::cpu_time() {
  clockid_t clock{};
  timespec time{};
  if (!status_ && clock_getcpuclockid(pid_, &clock) == 0 && clock_gettime(clock, &time) == 0) {
    cpu_time_ = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
  return cpu_time_;
}

int ExtractProcess::reap() {
  if (status_) return *status_;
  cpu_time();
  // A worker that closed its socket is about to end by itself, and how it ends is what one wants to know.
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  pollfd ended{process.get(), POLLIN, 0};
  poll(&ended, 1, patience_ms);
  return kill();
}

int ExtractProcess::kill() {
  if (status_) return *status_;
  cpu_time();
  ::kill(pid_, SIGKILL);
  rusage usage{};
  int status = 0;
  pid_t ended = -1;
  do {
    ended = wait4(pid_, &status, 0, &usage);
  } while (ended < 0 && errno == EINTR);
  if (ended == pid_) cpu_time_ = as_duration(usage.ru_utime) + as_duration(usage.ru_stime);
  status_ = status;
  return status;
}

std::filesystem::path worker_program(std::string_view name) {
  std::error_code unknown;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
  const std::filesystem::path installed = folder.parent_path() / "libexec/docket" / name;
  return std::filesystem::exists(installed, unknown) ? installed : folder / name;
}

std::string signal_name(int number) {
  const char* const short_name = sigabbrev_np(number);
  return short_name ? std::string("SIG") + short_name : "signal " + std::to_string(number);
}

Error never_ready(const std::filesystem::path& worker) {
  return {ErrorClass::unavailable,
          "the extraction worker " + worker.string() + " does not start; run it with a file to see why"};
}

Error other_version(const std::filesystem::path& worker) {
  return {ErrorClass::unavailable, "the extraction worker " + worker.string() +
                                       " is of another version of docket: install both from the same build"};
}

}  // namespace docket::backends
