#include "worker/conditions/condition_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "backends/extraction/condition_wire.h"
#include "backends/extraction/wire.h"
#include "pipeline/support/descriptor.h"
#include "worker/conditions/jq_programs.h"
#include "worker/process/fatal_signals.h"
#include "worker/process/frames.h"
#include "worker/process/sanitizers.h"

namespace docket::worker {
namespace {

/// For the signal handlers: what is being evaluated.
struct {
  int socket = -1;
  volatile std::uint64_t position = 0;
} under_way;

/// Only calls that a signal handler may make.
void tell_the_end(Dying::Reason reason, int signal_number) {
  struct {
    FrameHeader header{Frame::dying, 0, sizeof(Dying)};
    Dying dying;
  } message;
  message.dying = {reason, static_cast<std::uint32_t>(signal_number), under_way.position};
  static_cast<void>(send(under_way.socket, &message, sizeof message, MSG_NOSIGNAL));
}

/// jq aborts when an allocation fails; that leaves ENOMEM behind, and little happens between the two.
void at_fatal_signal(int signal_number) {
  const bool for_want_of_memory = errno == ENOMEM;
  tell_the_end(for_want_of_memory ? Dying::Reason::memory : Dying::Reason::crash, signal_number);
  if (for_want_of_memory) _exit(static_cast<int>(WorkerExit::out_of_memory));
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

void at_time_out(int signal_number) {
  tell_the_end(Dying::Reason::time, signal_number);
  _exit(static_cast<int>(WorkerExit::done));
}

/// CPU time from now on; 0: no limit.
void limit_time(std::chrono::seconds limit) {
  const itimerval timer{{0, 0}, {limit.count(), 0}};
  setitimer(ITIMER_PROF, &timer, nullptr);
}

/// Beyond the address space that the process has already.
void limit_memory() {
  if (under_sanitizer) return;
  const Descriptor statm = open_file("/proc/self/statm", O_RDONLY);
  std::array<char, 128> line{};
  unsigned long pages = 0;
  if (pread(statm.get(), line.data(), line.size() - 1, 0) <= 0) return;
  if (std::sscanf(line.data(), "%lu", &pages) != 1) return;
  const rlim_t most =
      pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + static_cast<rlim_t>(evaluation_memory);
  const rlimit limit{most, most};
  setrlimit(RLIMIT_AS, &limit);
}

bool receive_frame(int socket, FrameHeader& header, std::string& body) {
  if (!receive_all(socket, reinterpret_cast<char*>(&header), sizeof header)) return false;
  body.resize(header.size);
  return receive_all(socket, body.data(), body.size());
}

class ConditionServer {
 public:
  explicit ConditionServer(int socket) : socket_(socket) { under_way.socket = socket; }

  WorkerExit run() {
    if (!send_frame(socket_, Frame::ready, encode(Ready{std::string(wire_version)}))) return WorkerExit::done;
    FrameHeader header;
    std::string body;
    while (receive_frame(socket_, header, body)) {
      const bool goes_on = header.kind == Frame::programs ? compile(body) : evaluate(body);
      if (!goes_on) break;
    }
    return WorkerExit::done;
  }

 private:
  bool compile(const std::string& body) {
    const auto expressions = decode_texts(body);
    if (!expressions) return false;
    under_way.position = 0;
    std::vector<std::string> problems;
    limit_time(compilation_limit);
    programs_ = std::make_unique<JqPrograms>(*expressions, problems);
    limit_time({});
    count_ = expressions->size();
    return send_frame(socket_, Frame::compiled, encode_texts(problems));
  }

  bool evaluate(const std::string& body) {
    const auto questions = decode_questions(body);
    if (!questions || !programs_) return false;
    under_way.position = 0;
    std::vector<Verdict> verdicts;
    for (const ConditionQuestion& question : *questions) {
      programs_->set_value(question.value);
      for (const ConditionQuestion::Asked& asked : question.asked) {
        if (asked.condition >= count_) return false;
        errno = 0;
        limit_time(evaluation_limit);
        verdicts.push_back(programs_->run(asked.condition, asked.quantifier));
        under_way.position = verdicts.size();
      }
    }
    limit_time({});
    return send_frame(socket_, Frame::verdicts, encode(verdicts));
  }

  const int socket_;
  std::unique_ptr<JqPrograms> programs_;
  std::size_t count_ = 0;
};

}  // namespace

void prepare_for_conditions() {
  unsetenv("HOME");  // Of which jq would read `~/.jq`.
  tzset();           // Reads a file.
  limit_memory();
  prctl(PR_SET_DUMPABLE, 0);  // What is known of documents is in its memory.
  handle(SIGPROF, at_time_out);
  if (under_sanitizer) return;
  for (const int signal_number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    handle(signal_number, at_fatal_signal);
}

WorkerExit serve_conditions(int socket) try {
  return ConditionServer(socket).run();
} catch (const std::bad_alloc&) {
  tell_the_end(Dying::Reason::memory, 0);
  return WorkerExit::out_of_memory;
}

}  // namespace docket::worker
