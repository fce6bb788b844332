#include "worker/formats/list_numbers.h"

#include <utility>

namespace docket::worker {
namespace {

std::string roman(long number, bool is_upper) {
  constexpr std::pair<long, std::string_view> steps[] = {
      {1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"},
      {40, "xl"},  {10, "x"},   {9, "ix"},  {5, "v"},    {4, "iv"},  {1, "i"}};
  if (number < 1 || number > 4999) return std::to_string(number);
  std::string out;
  for (const auto& [value, letters] : steps)
    for (; number >= value; number -= value)
      out += letters;
  if (is_upper)
    for (char& c : out)
      c = static_cast<char>(c - 'a' + 'A');
  return out;
}

/// a, b, … z, aa, bb, …
std::string letter(long number, char first) {
  if (number < 1 || number > 26 * 20) return std::to_string(number);
  return std::string(static_cast<std::size_t>((number - 1) / 26 + 1),
                     static_cast<char>(first + (number - 1) % 26));
}

}  // namespace

std::string list_number(long number, std::string_view form) {
  if (form == "none" || form.empty()) return {};
  if (form == "lowerLetter" || form == "a") return letter(number, 'a');
  if (form == "upperLetter" || form == "A") return letter(number, 'A');
  if (form == "lowerRoman" || form == "i") return roman(number, false);
  if (form == "upperRoman" || form == "I") return roman(number, true);
  if (form == "decimalZero" && number < 10) return "0" + std::to_string(number);
  return std::to_string(number);
}

}  // namespace docket::worker
