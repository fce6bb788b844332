#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace docket {

/// A document's content as a model is shown it: between two lines with a mark that is made of the content, so
/// that nobody who writes a document can write the mark into it, and the same in every run.
std::string between_marks(std::string_view content);

/// The content of a text that stands so; nothing: it does not.
std::optional<std::string_view> content_between_marks(std::string_view text);

}  // namespace docket
