#pragma once
#include <string_view>

namespace docket::worker {

/// What a byte shows in a font of symbols (Symbol, Wingdings), of which letters and the marks of forms are
/// known; 0: the font is no such font, or the sign is not known. `code` may be of the private-use area.
char32_t symbol_character(std::string_view font, char32_t code);

}  // namespace docket::worker
