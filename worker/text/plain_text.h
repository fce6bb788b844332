#pragma once
#include <string>
#include <string_view>

#include "pipeline/text.h"

namespace docket::worker {

/// The pages of a plain text in valid UTF-8: form feeds part them, lines end with '\n', tabs become blanks
/// (at least two, so that cells stay apart), other controls are gone. No boxes.
Text text_pages(std::string_view utf8);

/// `text/markdown` when the text has the marks of it, else `text/plain`.
std::string text_media_type(std::string_view utf8);

}  // namespace docket::worker
