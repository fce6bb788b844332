#pragma once
#include <ostream>

#include "pipeline/backend.h"
#include "worker/text/extraction.h"

namespace docket::worker {

enum class Form { json, text };

/// For people and tests: the text, pages parted by form feeds; or JSON
/// {"value": {…}, "pages": [{"width", "height", "text", "words": [[left, top, right, bottom, offset, length],
/// …]}, …]}.
void print(std::ostream& out, const Extraction& extraction, const FileFacts& facts, Form form);

}  // namespace docket::worker
