#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket {

// What the text of a scalar means; nothing when it means no such thing.

std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);  ///< Finite.
std::optional<bool> parse_boolean(std::string_view text);   ///< `true` or `false`.

/// The shortest decimal that reads back the same.
std::string shown(double number);

}  // namespace docket
