#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace docket::worker {

/// `D:20180311101500+01'00'` as `2018-03-11T10:15:00+01:00`, as far as it goes (`D:2018` is `2018`). Nothing
/// for what is no date.
std::optional<std::string> iso_date(std::string_view pdf_date);

}  // namespace docket::worker
