#include "worker/formats/data_type.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "pipeline/json/bounded_json.h"
#include "pipeline/support/ascii.h"

namespace docket::worker {
namespace {

constexpr std::size_t most_json = std::size_t{64} << 20;
constexpr int deepest_json = 500;  ///< The library's parser does not recurse, but others that read it do.

bool is_json(std::string_view text) { return is_bounded_json(text, BoundedJson(deepest_json)); }

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_ndjson(std::string_view text) {
  constexpr std::size_t enough = 200;  // Lines.
  std::size_t lines = 0;
  while (!text.empty() && lines < enough) {
    const std::string_view line = trim(next_line(text));
    if (line.empty()) continue;
    if (!line.starts_with('{') || !is_json(line)) return false;
    ++lines;
  }
  return lines >= 2;
}

/// The columns of each row, quoted fields being one; none: quotes are not as they are in CSV.
std::vector<std::size_t> columns_of(std::string_view text, char delimiter, std::size_t most_rows) {
  std::vector<std::size_t> rows;
  std::size_t columns = 1;
  bool is_begin = true, is_blank = true;
  for (std::size_t i = 0; i < text.size() && rows.size() < most_rows; ++i) {
    const char c = text[i];
    if (c == '"' && is_begin) {
      for (++i; i < text.size(); ++i) {
        if (text[i] != '"') continue;
        if (i + 1 >= text.size() || text[i + 1] != '"') break;
        ++i;
      }
      const char next = i + 1 < text.size() ? text[i + 1] : '\n';
      if (i >= text.size() || (next != delimiter && next != '\n' && next != '\r')) return {};
      is_begin = is_blank = false;
    } else if (c == delimiter) {
      ++columns;
      is_begin = true;
      is_blank = false;
    } else if (c == '\n') {
      if (!is_blank) rows.push_back(columns);
      columns = 1;
      is_begin = is_blank = true;
    } else if (c != '\r') {
      is_begin = false;
      is_blank = is_blank && c == ' ';
    }
  }
  if (!is_blank && rows.size() < most_rows) rows.push_back(columns);
  return rows;
}

/// Prose has commas too, but not the same number in each line, and blanks behind them.
bool is_csv(std::string_view text, char delimiter) {
  constexpr std::size_t most_rows = 500;
  const std::vector<std::size_t> rows = columns_of(text, delimiter, most_rows);
  if (rows.size() < 2) return false;
  const std::size_t columns = rows.front();
  const auto same = static_cast<std::size_t>(std::ranges::count(rows, columns));
  const bool is_even = same == rows.size() || (rows.size() > 20 && same * 50 >= rows.size() * 49);
  if (!is_even) return false;
  if (columns < 2) return false;
  if (columns == 2 && rows.size() < 3) return false;
  std::size_t delimiters = 0, before_blank = 0;
  for (std::size_t at = text.find(delimiter); at != text.npos; at = text.find(delimiter, at + 1)) {
    ++delimiters;
    before_blank += at + 1 < text.size() && text[at + 1] == ' ';
  }
  // With blanks behind its commas it is prose, unless it has many columns in all rows.
  return before_blank * 2 < delimiters || (columns > 3 && rows.size() > 3);
}

}  // namespace

std::string_view data_media_type(std::string_view utf8) {
  const std::string_view text = trim(utf8);
  if (text.empty()) return {};
  const char first = text.front();
  if ((first == '{' || first == '[') && text.size() <= most_json) {
    if (is_json(text)) return "application/json";
    if (is_ndjson(text)) return "application/x-ndjson";
  }
  constexpr std::size_t looked_at = std::size_t{1} << 18;
  std::string_view beginning = utf8.substr(0, looked_at);
  if (beginning.size() == looked_at) beginning = beginning.substr(0, beginning.rfind('\n') + 1);
  if (beginning.find("| --") != beginning.npos || beginning.find("|--") != beginning.npos) return {};
  for (const char delimiter : {'\t', ';', ',', '|'})
    if (is_csv(beginning, delimiter)) return delimiter == '\t' ? "text/tab-separated-values" : "text/csv";
  return {};
}

}  // namespace docket::worker
