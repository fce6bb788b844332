#pragma once
#include <cstddef>
#include <vector>

#include "worker/layout/layout.h"
#include "worker/pdf/glyph.h"

class PDFDoc;

namespace docket::worker {

/// The text of one page as a person sees it.
struct PdfPage {
  float width = 0, height = 0;   ///< Points, upright.
  std::vector<PlacedText> text;  ///< What runs in the page's own direction is the first.
  GlyphCounts letters;
  std::size_t paints = 0;  ///< Paths and images.
  float images = 0;        ///< Share of the page that images take, when none is above another.
};

/// Reads page `index` (0: the first) of `document`, in which poppler's GlobalParams must be alive. Letters
/// that nobody sees are left out, except over or under an image, where they are the text of a scan. Letters
/// drawn twice for a shadow or for weight are read once.
PdfPage read_pdf_page(PDFDoc& document, int index);

}  // namespace docket::worker
