#pragma once
#include <vector>

#include "pipeline/text.h"

namespace docket::rules {

/// The words of a page that was scanned askew or lies on its side or head, as if it had been brought upright:
/// their boxes are those of the page in its file. How much they are turned is told by the lines of the text.
/// Empty where they stand upright, and for pages that OCR has not read.
std::vector<Word> upright_words(const Page& page);

}  // namespace docket::rules
