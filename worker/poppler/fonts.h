#pragma once

namespace docket::worker {

/// Fonts are kept while a document is read, as poppler makes them for each page and form again. To be called
/// when it was closed, and before another is opened.
void forget_fonts();

}  // namespace docket::worker
