#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/support/result.h"

namespace docket {

enum class LogLevel { trace, debug, info, warning, error };
std::string_view name(LogLevel level);
std::optional<LogLevel> log_level(std::string_view name);

/// Something that happened, for the log of a run: docs/logs.md lists all events with their fields. Never has
/// a key, nor any text of a document: what servers and parsers say of one may quote it, and stands in
/// `quoting`.
struct LogEvent {
  LogLevel level = LogLevel::info;
  std::string_view event;                               ///< `call_ended`; a literal.
  std::string document = {}, stage = {}, backend = {};  ///< Empty: of none.
  /// Values by name, with units in their names; an object.
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();
  std::string message = {};  ///< For people; mostly empty.
  std::string quoting = {};  ///< Likewise, with words of a document perhaps: written at level trace only.
};

/// Gives an event the class of the error and its message, which stands in `quoting` unless all errors of that
/// class are in docket's own words.
void add_error(LogEvent& event, const Error& error);

/// Where events go, from any thread; those below `least` are dropped. One for the whole program, as for
/// stderr: set before other threads begin, and taken away (an empty function) when they have ended.
void set_log(LogLevel least, std::function<void(const LogEvent&)> write);

/// Whether an event of that level would be written: for those whose fields cost something to make.
bool logs(LogLevel level);
void log(const LogEvent& event);

}  // namespace docket
