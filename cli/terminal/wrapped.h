#pragma once
#include <cstddef>
#include <string>

namespace docket {

/// `text` in at most so many lines of `screen_columns`, with their ends, the second and further ones
/// indented; a mark where it is cut.
std::string wrapped(std::string text, std::size_t most, std::size_t indent);

}  // namespace docket
