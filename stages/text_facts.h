#pragma once
#include <cstdint>

#include "pipeline/text.h"

namespace docket::stages {

/// Tables in the text: three or more lines of three or more columns, which a text keeps apart by runs of
/// blanks or as Markdown does, with at most one other line between two of them (a description that takes two
/// lines).
std::int64_t count_tables(const Text& text);

}  // namespace docket::stages
