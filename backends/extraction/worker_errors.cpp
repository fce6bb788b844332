#include "backends/extraction/worker_errors.h"

#include <signal.h>
#include <sys/wait.h>

#include <filesystem>

#include "backends/extraction/process.h"
#include "backends/extraction/wire.h"
#include "pipeline/support/byte_size.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

std::string in_words(nanoseconds duration) { return format_duration(duration_cast<milliseconds>(duration)); }

Error memory_error(const DocumentLimits& limits) {
  return {ErrorClass::memory, "needed more than " + format_byte_size(limits.memory) +
                                  " of memory (`limits.memory` of the extract stage)"};
}

}  // namespace

Error invalid_reply() { return {ErrorClass::crash, "made its worker send an invalid reply"}; }

Error cancelled() { return {ErrorClass::cancelled, "the run was stopped before the file was read"}; }

Error time_error(const DocumentLimits& limits) {
  return {ErrorClass::timeout, "took longer than " + in_words(limits.cpu) +
                                   " of CPU time (`limits.cpu_time` of the extract stage)"};
}

Error clock_error(const DocumentLimits& limits) {
  return {ErrorClass::timeout,
          "gave no answer within " + in_words(limits.wall) + " (`limits.wall_time` of the extract stage)"};
}

std::string unprotected(const std::string& refused) {
  return "the extraction workers are not locked in entirely: " + refused +
         ". Their limits of time, memory and files hold; `sandbox: require` of the extract stage would read "
         "nothing here";
}

Error no_sandbox(const std::string& refused) {
  return {ErrorClass::unavailable,
          "the extraction workers cannot be locked in, and `sandbox: require` of the "
          "extract stage wants that: " +
              refused};
}

Error death(int status, const DocumentLimits& limits) {
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  if (code == static_cast<int>(WorkerExit::out_of_memory)) return memory_error(limits);
  if (code == static_cast<int>(WorkerExit::file_shrank)) {
    return {ErrorClass::unreadable, "became shorter while it was read"};
  }
  if (!WIFSIGNALED(status)) {
    return {ErrorClass::crash, "made the parser stop (exit code " + std::to_string(code) + ")"};
  }
  const int signal_number = WTERMSIG(status);
  if (signal_number == SIGXCPU) return time_error(limits);
  if (signal_number == SIGKILL) {
    return {ErrorClass::crash,
            "could not be read: its parser was killed from outside, perhaps because the machine ran out of "
            "memory"};
  }
  return {ErrorClass::crash, "crashed the parser (" + signal_name(signal_number) + ")"};
}

Error naming(const ExtractQuestion& question, Error error) {
  switch (error.error_class) {
    case ErrorClass::unavailable:
    case ErrorClass::cancelled:
    case ErrorClass::bug:
      return error;
    default:
      break;
  }
  const std::filesystem::path named =
      question.members.empty() ? question.file : std::filesystem::path(question.members.back());
  const std::string file_name = named.filename().string();
  return {error.error_class, (is_utf8(file_name) ? file_name : "the file") + ' ' + error.message};
}

std::string_view exceeded(const Error& error, const DocumentLimits& limits) {
  if (error == time_error(limits)) return "cpu_time";
  if (error == clock_error(limits)) return "wall_time";
  if (error.error_class == ErrorClass::memory) return "memory";
  return error.error_class == ErrorClass::output_limit ? "output" : "";
}

}  // namespace docket::backends
