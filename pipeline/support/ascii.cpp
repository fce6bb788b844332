#include "pipeline/support/ascii.h"

#include <algorithm>

namespace docket {

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return to_lower(c); });
  return lower;
}

std::string to_upper(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), [](char c) { return to_upper(c); });
  return upper;
}

std::string words_apart(std::string_view text) {
  std::string words = " ";
  for (const char c : text) {
    const bool is_part = is_alnum(c) || static_cast<unsigned char>(c) >= 0x80;
    if (is_part || words.back() != ' ') words += is_part ? to_lower(c) : ' ';
  }
  return words + " ";
}

std::string joined(std::span<const std::string> texts, std::string_view separator) {
  std::string all;
  for (const std::string& text : texts) {
    if (&text != texts.data()) all += separator;
    all += text;
  }
  return all;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
  const std::size_t end = text.find_last_not_of(blanks);
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count || !std::ranges::all_of(text.substr(0, count), is_digit)) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, count))
    number = number * 10 + (c - '0');
  text.remove_prefix(count);
  return number;
}

}  // namespace docket
