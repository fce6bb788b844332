#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "pipeline/reading/passage.h"

namespace docket {

/// credit_note, creditNote and "credit note" are the same words.
std::string name_in_words(std::string_view name);

/// Does the passage name this one of the choices, a list? It cannot tell if it names none.
ValueReading read_choice(const std::string& value, const nlohmann::json& choices, const Passage& passage);

}  // namespace docket
