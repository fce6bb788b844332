#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "worker/ocr/page_picture.h"

namespace docket::worker {

/// Draws page `number` (from 1) of a PDF, for OCR at a resolution that is a multiple of, or the same as, that
/// of its largest picture, so that no dot is lost; 300 dpi where there is none.
Result<PagePicture> draw_pdf_page(std::string_view bytes, int number,
                                  const std::vector<std::string>& passwords, Look look);

}  // namespace docket::worker
