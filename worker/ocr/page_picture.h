#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/support/result.h"
#include "worker/ocr/pix.h"

namespace docket::worker {

/// A page as a picture, upright as far as its file says.
struct PagePicture {
  PixPtr pix;                   ///< Grey, 8 bits; or colours, 32 bits.
  float width = 0, height = 0;  ///< Of the page, in points.
};

/// Whether somebody reads it, or a program: the one needs colours, and the other resolution.
enum class Look { grey, colours };

/// No picture has more pixels: a page is drawn at a lower resolution, a file's picture is made smaller.
inline constexpr double most_pixels = 36e6;
/// Nor more than so many on one side, for a model that sees: it would make a larger one smaller.
inline constexpr double most_edge_to_see = 2000;

/// Page `number` (from 1) of a PDF or of a picture file. `passwords` are UTF-8, tried in turn. Errors:
/// damaged, encrypted, memory.
Result<PagePicture> page_picture(std::string_view bytes, int number,
                                 const std::vector<std::string>& passwords, Look look);

}  // namespace docket::worker
