#pragma once
#include <string>

#include "pipeline/text.h"

namespace docket::worker {

/// The language of most of the text, by CLD2 (ISO 639-1). Looks at no more than 16 KiB, spread over all
/// pages. Empty: the text is too short or no language, two languages share it, or it has no code of two
/// letters.
std::string language_of(const Text& text);

}  // namespace docket::worker
