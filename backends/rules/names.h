#pragma once
#include <cstdint>
#include <string_view>

#include "backends/rules/layout.h"

namespace docket::rules {

constexpr std::size_t longest_name = 80;  ///< Bytes.

/// 0 to 1: how much a piece of text looks like the name of a person or an organisation.
float looks_like_party(std::string_view name);

/// "12345 Stadt", "3012 CN Rotterdam", "Seattle, WA 98109", "SW1A 2AA": the line of an address that a town is
/// in.
bool looks_like_town(std::string_view line);

/// Does the name in the cell seem to begin in the line above, or to go on in the line below?
bool is_part_of_longer_name(const Layout& layout, std::uint32_t cell);

/// "GmbH", "B.V.", "S.A.R.L." in a name, but not as its first word.
bool has_legal_form(std::string_view name);

}  // namespace docket::rules
