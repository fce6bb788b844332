#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace docket {

// Checks for the values of options, for `CLI::Option::check`: each returns what is wrong, or nothing.
using ValueCheck = std::function<std::string(const std::string& value)>;

/// A whole number within these bounds.
ValueCheck whole_number(std::int64_t minimum,
                        std::int64_t maximum = std::numeric_limits<std::int64_t>::max());

/// One of these names; says which one was probably meant.
ValueCheck one_of_names(std::vector<std::string> names);

/// `5s`, `2m` as in pipeline files, or a number of seconds; nothing for all else.
std::optional<std::chrono::milliseconds> seconds_or_duration(const std::string& text);

/// Such a time, of at most so much.
ValueCheck duration_up_to(std::chrono::milliseconds most);

}  // namespace docket
