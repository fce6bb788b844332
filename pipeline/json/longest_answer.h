#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace docket {

/// JSON that is about as long as any that the schema allows: texts as long as `maxLength`, lists as
/// `maxItems`, the longest of alternatives. Where the schema sets no limit, as long as such values usually
/// are. It need not be valid by the schema. `words` fills the texts; not empty.
std::string longest_answer(const nlohmann::json& schema, std::string_view words);

/// Words with about as many tokens as those of invoices: names, dates, amounts.
inline constexpr std::string_view usual_words =
    "Nr. 4711-0815 vom 14.03.2026, Total 1.234,56 EUR, Ropewalk Yard; ";

/// Those of tables of numbers.
inline constexpr std::string_view usual_digits = "1047 2094 5831 4187 ";

/// What a text may take, whatever the model's vocabulary: small models spend a token on each digit.
std::int64_t most_tokens(std::string_view text);

}  // namespace docket
