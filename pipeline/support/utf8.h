#pragma once
#include <cstddef>
#include <string_view>

namespace docket {

/// Offset of the first byte that is not well-formed UTF-8 (no overlong form, no surrogate); npos: all is.
std::size_t first_invalid_utf8(std::string_view text);

/// Characters (code points) of valid UTF-8.
std::size_t characters(std::string_view text);

}  // namespace docket
