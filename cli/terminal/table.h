#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// Rows of cells as text, in columns; the first column is flush left, the others flush right. Rows may be
/// short.
std::string format_table(const std::vector<std::vector<std::string>>& rows);

/// Of a terminal that nobody has made larger.
inline constexpr std::size_t screen_columns = 80;

/// Columns that a terminal needs for UTF-8 text.
std::size_t columns_of(std::string_view text);
/// Its beginning, at most so many columns, with a mark where it is cut.
std::string within_columns(const std::string& text, std::size_t columns);

}  // namespace docket
