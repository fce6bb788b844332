#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "worker/layout.h"

class PDFDoc;

namespace docket::worker {

/// Why a letter that a page draws is not seen.
enum class Unseen : unsigned char {
  not_at_all,      ///< It is seen.
  never_painted,   ///< A render mode that does not paint.
  transparent,     ///< Its opacity is nothing, or next to it.
  own_background,  ///< In the colour of what lies beneath: white on white.
  covered,         ///< Something opaque was painted over it.
  clipped,         ///< Outside the clipping path.
  off_page,        ///< Outside the crop box.
  tiny,            ///< Smaller than a point.
};
inline constexpr std::size_t reasons = 8;

/// The text of one page as a person sees it.
struct PdfPage {
  float width = 0, height = 0;                   ///< Points, upright.
  std::vector<PlacedText> text;                  ///< What runs in the page's own direction is the first.
  std::array<std::size_t, reasons> unseen = {};  ///< Letters left out, by Unseen.
  std::size_t seen = 0;                          ///< Letters that are seen, blanks not counted.
  std::size_t unreadable = 0;                    ///< Those of them whose font does not say what they are.
  std::size_t beneath_images = 0;                ///< Letters that are not seen and belong to an image: OCR.
};

/// Reads page `index` (0: the first) of `document`, in which poppler's GlobalParams must be alive. Letters
/// that nobody sees are left out, except over or under an image, where they are the text of a scan. Letters
/// drawn twice for a shadow or for weight are read once.
PdfPage read_pdf_page(PDFDoc& document, int index);

}  // namespace docket::worker
