#pragma once
#include <string>
#include <vector>

namespace docket {

/// A row of RFC 4180 with its line end, without what a terminal or a spreadsheet would obey.
std::string csv_row(const std::vector<std::string>& cells);

}  // namespace docket
