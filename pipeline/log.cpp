#include "pipeline/log.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

namespace docket {
namespace {

constexpr std::array<std::string_view, 5> level_names = {"trace", "debug", "info", "warning", "error"};
constexpr int nothing_is_logged = 100;

std::atomic<int> least_level = nothing_is_logged;
std::function<void(const LogEvent&)> write_event;

}  // namespace

std::string_view name(LogLevel level) { return level_names[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> log_level(std::string_view name) {
  const auto found = std::ranges::find(level_names, name);
  if (found == level_names.end()) return std::nullopt;
  return static_cast<LogLevel>(found - level_names.begin());
}

void add_error(LogEvent& event, const Error& error) {
  event.fields["error_class"] = name(error.error_class);
  switch (error.error_class) {
    case ErrorClass::condition:
    case ErrorClass::unavailable:
    case ErrorClass::transient:
    case ErrorClass::rejected:
    case ErrorClass::content:
    case ErrorClass::damaged:
    case ErrorClass::bug:
      event.quoting = error.message;
      break;
    default:
      event.message = error.message;
  }
}

void set_log(LogLevel least, std::function<void(const LogEvent&)> write) {
  least_level = nothing_is_logged;
  write_event = std::move(write);
  if (write_event) least_level = static_cast<int>(least);
}

bool logs(LogLevel level) { return static_cast<int>(level) >= least_level.load(std::memory_order_relaxed); }

void log(const LogEvent& event) {
  if (logs(event.level)) write_event(event);
}

}  // namespace docket
