#pragma once
#include <cstdint>
#include <string>

#include "pipeline/text.h"

namespace docket::stages {

/// Tables in the text: three or more lines of three or more columns, which a text keeps apart by runs of
/// blanks, with at most one other line between two of them (a description that takes two lines).
std::int64_t count_tables(const Text& text);

/// The language of the text (ISO 639-1) by its commonest words, or by a script that is one language's. Looks
/// at the beginning. Empty: it is not clear, or the text is too short or has two.
std::string language_of(const Text& text);

}  // namespace docket::stages
