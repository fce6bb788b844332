#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace docket {

/// Where the documents of a run went, from the input through the stages to how they ended, as SVG: bands as
/// wide as there are documents. Empty: there was none.
std::string flow_picture(const nlohmann::ordered_json& report);

}  // namespace docket
