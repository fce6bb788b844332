#pragma once
#include <string>
#include <string_view>

#include "pipeline/reading/passage.h"
#include "pipeline/reading/writing.h"

namespace docket {

/// An ISO 4217 code that docket knows, and nothing else.
bool is_currency(std::string_view value);

/// Does the passage name this currency, by code, symbol or word? A symbol that others have too is ambiguous,
/// unless the document names the one that it means.
ValueReading read_currency(const std::string& value, const Passage& passage, const Writing& writing);

}  // namespace docket
