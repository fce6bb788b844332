#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// The text as it may stand in HTML, SVG and XML, also within quotes: on one line, without what these do not
/// allow at all.
std::string markup(std::string_view text);

/// 1,234,567
std::string grouped(std::int64_t number);
/// Of what may be null, which is not known: `–`.
std::string duration_of(const nlohmann::ordered_json& ms);

/// A cell of a table: what is read, and what it is sorted by where that is another.
struct TableCell {
  std::string text;
  std::string sort = {};
};
TableCell number_cell(std::int64_t number);
TableCell duration_cell(std::int64_t ms);
/// Of US dollars; null: the price is not known.
TableCell cost_cell(const nlohmann::ordered_json& usd);

struct TableColumn {
  std::string name;
  bool is_number = false;
};

/// A table that can be sorted by each column; the first cell of a row is its heading.
struct PageTable {
  std::string id, caption;
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableCell>> rows;
  bool has_filter = false;
};
/// As HTML; empty: it has no row.
std::string html(const PageTable& table);

/// A file of cli/report/templates.
std::string_view report_template(std::string_view name);

}  // namespace docket
