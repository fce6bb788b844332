#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace docket {

/// What is wrong with a report, as words about a member: none of the forms could be made of it. None: it has
/// all that they read. Reports of older dockets have less, where the forms do without.
std::optional<std::string> misfit_of_report(const nlohmann::ordered_json& report);

}  // namespace docket
