#pragma once
#include "pipeline/text.h"

namespace docket::worker {

/// Makes words whole that were hyphenated at the end of a line: the rest of the word comes up from the next
/// line, without the hyphen. Of pages that have word boxes: a plain text stays as it was written.
///
/// `agree-⏎ment under` becomes `agreement⏎under`. The two halves stay two words with a box each, and nothing
/// between them. A compound that has its hyphen anyway (`non-⏎exclusive`) comes up with it. What a hyphen
/// says is looked up in the rest of the document, which is likely to have the word unbroken, with the hyphen
/// or without. Left alone: what goes on with a digit (`2023-⏎2024`), with a
/// capital letter (`E-⏎Mail`, unless the document has `E-Mail`) or with a conjunction (`Haupt-⏎und
/// Nebenkosten`), cells of tables, addresses of the web, and the end of a page; the end of a column counts
/// when the document has the word elsewhere.
///
/// Soft hyphens that lay_out() left at the ends of lines are gone afterwards.
void join_hyphenated_words(Text& text);

}  // namespace docket::worker
