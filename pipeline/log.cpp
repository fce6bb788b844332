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
    case ErrorClass::config:
    case ErrorClass::unreadable:
    case ErrorClass::unsupported:
    case ErrorClass::encrypted:
    case ErrorClass::empty:
    case ErrorClass::timeout:
    case ErrorClass::memory:
    case ErrorClass::output_limit:
    case ErrorClass::limit:
    case ErrorClass::crash:
    case ErrorClass::unreachable:
    case ErrorClass::withheld:
    case ErrorClass::output:
    case ErrorClass::cancelled:
      event.message = error.message;
      break;
    default:  // With words of servers, models and parsers, which may repeat a document's.
      event.quoting = error.message;
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
