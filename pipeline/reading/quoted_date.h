#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/reading/dates.h"
#include "pipeline/reading/passage.h"
#include "pipeline/reading/writing.h"

namespace docket {

/// 2024-03-05, whether or not there is such a day: a model's value may be wrong. Behind it only a time.
bool looks_like_date(std::string_view text);

/// The dates that stand in the passage, read as the document writes them. One may go on in the next line.
std::vector<DateFound> dates_in(const Passage& passage, const Writing& writing);

/// Does the passage say this date? `value` looks like one; its hour and minute must stand there too, unless
/// they are midnight.
ValueReading read_date(const std::string& value, const Passage& passage, const Writing& writing);

}  // namespace docket
