#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace docket {

/// `texts` of a report with `; ` between.
std::string joined(const nlohmann::ordered_json& texts);

/// Why a document is held, from its entry in `held`: "low confidence: classify (0.40)".
std::string held_reasons(const nlohmann::ordered_json& document);

/// What exit code 0 leaves out: "what failed is acknowledged"; empty: nothing.
std::string what_is_acknowledged(const nlohmann::ordered_json& report);

/// What a failure says, without the name of the document's file: messages often begin with it, and where a
/// document is listed it stands before them.
std::string without_file_name(const std::string& message, const std::string& path);

}  // namespace docket
