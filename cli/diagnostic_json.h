#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "pipeline/config/diagnostics.h"

namespace docket {

/// `{file, line, column, field, message, suggestion}` for scripts and editors; what is not known is null.
nlohmann::ordered_json to_json(const Diagnostic& diagnostic);

/// A line `file:line:column: message` about this file, taken apart; what it does not have stays 0.
Diagnostic diagnostic_from_line(const std::string& line, const std::string& file);

}  // namespace docket
