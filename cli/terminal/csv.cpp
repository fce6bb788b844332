#include "cli/terminal/csv.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

#include "cli/terminal/words.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

bool is_plain_number(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && (is_digit(text[0]) || text[0] == '.');
}

/// A spreadsheet computes what begins so, also in the wide forms of East Asian writing; an apostrophe makes
/// it a text (https://owasp.org/www-community/attacks/CSV_Injection).
bool looks_like_formula(std::string_view cell) {
  static constexpr std::string_view signs[] = {"=",  "+",      "-",      "@",      "\t",    "\r",
                                               "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  return std::ranges::any_of(signs, [&](std::string_view sign) { return cell.starts_with(sign); }) &&
         !is_plain_number(cell);
}

std::string csv_cell(const std::string& value) {
  const std::string cell = (looks_like_formula(value) ? "'" : "") + printable(value, "\t\r\n");
  if (cell.find_first_of(",;\t\"\r\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell)
    text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

}  // namespace

std::string csv_row(const std::vector<std::string>& cells) {
  if (cells.size() == 1 && cells[0].empty()) return "\"\"\r\n";  // Readers pass over an empty line.
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i)
    row += (i > 0 ? "," : "") + csv_cell(cells[i]);
  return row + "\r\n";
}

}  // namespace docket
