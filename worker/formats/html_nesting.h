#pragma once
#include <string>
#include <string_view>

namespace docket::worker {

/// HTML whose elements are nested in one another no deeper than browsers allow: for deeper ones, parsers take
/// time that grows with the square of the depth, and memory likewise; so do tags with thousands of
/// attributes. Such tags are replaced by blanks or `<br>`. `kept` holds the changed text; it is not used
/// where nothing had to be changed.
std::string_view limit_nesting(std::string_view html, std::string& kept);

}  // namespace docket::worker
