#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "pipeline/field.h"

namespace docket {

/// What the settings say that decides the answer. `resolved`: as Settings::resolved gives them. Left out is
/// what has `affects_answer = false` (addresses, limits, prices, time-outs); the name of a backend gives way
/// to what `backend` says of it, so that a new name changes nothing.
nlohmann::json answer_settings(std::span<const Field> fields, const nlohmann::json& resolved,
                               const std::function<nlohmann::json(const std::string&)>& backend);

}  // namespace docket
