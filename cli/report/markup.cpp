#include "cli/report/markup.h"

#include <chrono>
#include <stdexcept>

#include "cli/report/templates.h"
#include "cli/terminal/words.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/utf8.h"
#include "stages/prompt_template.h"

namespace docket {

using nlohmann::json;
using nlohmann::ordered_json;

std::string markup(std::string_view text) {
  std::string safe;
  const std::string shown = printable(text, "");
  for (std::size_t at = 0; at < shown.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(shown, at);
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else if (c == '\'')
      safe += "&#39;";
    else if ((c & 0xFFFE) == 0xFFFE)  // No characters, and XML knows them not.
      safe += '?';
    else
      safe += shown.substr(begin, at - begin);
  }
  return safe;
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3; at -= 3)
    digits.insert(at - 3, ",");
  return digits;
}

std::string duration_of(const ordered_json& ms) {
  return ms.is_null() ? "–" : format_duration(std::chrono::milliseconds(ms.get<std::int64_t>()));
}

TableCell number_cell(std::int64_t number) { return {grouped(number), std::to_string(number)}; }

TableCell duration_cell(std::int64_t ms) {
  return {format_duration(std::chrono::milliseconds(ms)), std::to_string(ms)};
}

TableCell cost_cell(const ordered_json& usd) {
  return {usd.is_null() ? "price not known" : format_cost(usd), usd.is_null() ? "-1" : usd.dump()};
}

std::string html(const PageTable& table) {
  if (table.rows.empty()) return "";
  json values = {{"id", table.id},
                 {"caption", printable(table.caption, "")},
                 {"has_filter", table.has_filter},
                 {"columns", json::array()},
                 {"rows", json::array()}};
  for (const TableColumn& column : table.columns)
    values["columns"].push_back({{"name", column.name}, {"is_number", column.is_number}});
  for (const auto& row : table.rows) {
    json cells = json::array();
    for (std::size_t i = 1; i < row.size(); ++i)
      cells.push_back({{"text", printable(row[i].text, "")},
                       {"sort", printable(row[i].sort, "")},
                       {"is_number", i < table.columns.size() && table.columns[i].is_number}});
    values["rows"].push_back({{"head", printable(row[0].text, "")}, {"cells", std::move(cells)}});
  }
  return stages::render_html(report_template("table.mustache"), values);
}

std::string_view report_template(std::string_view name) {
  for (const EmbeddedFile& file : report_templates())
    if (file.name == name) return file.content;
  throw std::logic_error("the report has no template '" + std::string(name) + "'");
}

}  // namespace docket
