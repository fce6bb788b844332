#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "pipeline/reading/number_readings.h"
#include "pipeline/reading/passage.h"
#include "pipeline/reading/writing.h"

namespace docket {

/// Does the passage say this number? In one of its `numbers_in`; or, an integer, as the year of a date, or as
/// a code where it has no numbers.
ValueReading read_number(const nlohmann::json& number, NumbersMeant meant, const Passage& passage,
                         const Writing& writing);

/// A number that is written as a text: "1234.50", or as documents write it: "1.234,50 EUR". Nothing: the text
/// is something else as well, or can be read in two ways.
std::optional<double> number_of(std::string_view text);

}  // namespace docket
