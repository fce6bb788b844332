#include "pipeline/reading/quoted_number.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "pipeline/reading/amounts.h"
#include "pipeline/reading/number_readings.h"
#include "pipeline/reading/quoted_date.h"
#include "pipeline/reading/text_match.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/same_number.h"

namespace docket {
namespace {

using nlohmann::json;
using Says = ValueReading::Says;

}  // namespace

ValueReading read_number(const json& number, NumbersMeant meant, const Passage& passage,
                         const Writing& writing) {
  const auto value = number.get<double>();
  ValueReading reading;
  std::set<double> others;
  const auto numbers = numbers_in(passage, writing, meant);
  for (const std::vector<NumberReading>& one : numbers) {
    const auto found = std::ranges::find_if(
        one, [&](const NumberReading& read) { return is_same_number(read.value, value); });
    if (found == one.end()) {
      others.insert(one.front().value);
      continue;
    }
    reading.ambiguous = found->ambiguous && (reading.says != Says::yes || reading.ambiguous);
    reading.says = Says::yes;
  }
  reading.others = static_cast<int>(others.size());
  if (reading.says == Says::yes || !number.is_number_integer()) return reading;
  // A year may be that of a date; long numbers are codes.
  for (const DateFound& date : dates_in(passage, writing))
    if (value >= 1000 && date.iso.starts_with(number.dump() + "-")) reading.says = Says::yes;
  if (value >= 10'000 && numbers.empty() && text_in(number.dump(), words_in(passage)))
    reading.says = Says::yes;
  return reading;
}

std::optional<double> number_of(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  const bool is_plain = !digits.empty() && is_digit(digits.front()) && is_digit(digits.back()) &&
                        std::ranges::count(digits, '.') <= 1 &&
                        std::ranges::all_of(digits, [](char c) { return is_digit(c) || c == '.'; });
  if (is_plain) return std::strtod(std::string(text).c_str(), nullptr);
  DecimalMark ignored;
  const std::vector<NumberFound> found =
      find_numbers(text, 0, static_cast<std::uint32_t>(text.size()), ignored);
  if (found.size() != 1 || found[0].begin != 0 || found[0].end != text.size() || found[0].unclear != 0)
    return std::nullopt;
  return found[0].value;
}

}  // namespace docket
