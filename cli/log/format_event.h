#pragma once
#include <cstdint>
#include <string>

#include "pipeline/log.h"

namespace docket {

enum class LogFormat {
  text,  ///< `TIME LEVEL EVENT name=value … message`
  json,  ///< An object: {time, level, run, event, document, stage, backend, fields, message}; docs/logs.md
};

/// One line without its end, as a log has it. `time`: milliseconds since 1970. `quotes`: with
/// LogEvent::quoting.
std::string format_event(const LogEvent& event, const std::string& run, std::int64_t time_ms,
                         LogFormat format, bool quotes);

}  // namespace docket
