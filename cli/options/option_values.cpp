#include "cli/options/option_values.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "pipeline/support/ascii.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

std::string bounds(std::int64_t minimum, std::int64_t maximum) {
  if (maximum == std::numeric_limits<std::int64_t>::max()) return "at least " + std::to_string(minimum);
  return std::to_string(minimum) + " to " + std::to_string(maximum);
}

}  // namespace

ValueCheck whole_number(std::int64_t minimum, std::int64_t maximum) {
  return [=](const std::string& text) -> std::string {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = end == text.data() + text.size();
    if (is_whole && error == std::errc() && number >= minimum && number <= maximum) return "";
    const bool is_number = is_whole && (error == std::errc() || error == std::errc::result_out_of_range);
    return "'" + text + "' is " + (is_number ? "out of range" : "not a number") + "; expected " +
           bounds(minimum, maximum);
  };
}

ValueCheck one_of_names(std::vector<std::string> names) {
  return [names = std::move(names)](const std::string& word) -> std::string {
    if (std::ranges::find(names, word) != names.end()) return "";
    return "'" + word + "' is none of " + joined(names, ", ") +
           did_you_mean(nearest(word, {names.begin(), names.end()}));
  };
}

std::optional<std::chrono::milliseconds> seconds_or_duration(const std::string& text) {
  const bool is_bare = !text.empty() && std::ranges::all_of(text, [](char c) { return is_digit(c); });
  return parse_duration(is_bare ? text + "s" : text);
}

ValueCheck duration_up_to(std::chrono::milliseconds most) {
  return [=](const std::string& text) -> std::string {
    const auto duration = seconds_or_duration(text);
    if (duration && *duration <= most) return "";
    return "'" + text + "' is " + (duration ? "too long" : "not a time") +
           "; expected one such as 5s, 2m or 30, at most " + format_duration(most);
  };
}

}  // namespace docket
