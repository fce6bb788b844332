#pragma once
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// What the header of a picture says of it; nothing is decoded.
struct PictureFrame {
  int width = 0, height = 0;  ///< Pixels, as stored.
  double dpi = 0;             ///< 0: it does not say.
  int orientation = 1;        ///< As Exif and TIFF count: 1 is upright, 6 lies on its left side.

  bool lies() const { return orientation >= 5; }  ///< Width and height change places when it is upright.
  /// Points that a pixel has; one, where the picture does not say its resolution.
  double points() const { return dpi > 0 ? 72 / dpi : 1; }
};

/// One frame for each page: TIFF files may have many. PNG, JPEG (JFIF, Exif), TIFF (also BigTIFF's refusal)
/// and WebP by their specifications. Empty: it is none of them, or is damaged where its sizes stand.
std::vector<PictureFrame> picture_frames(std::string_view bytes);

/// A picture as a document: its pages have sizes and no text, which OCR may find. An Error (damaged) where no
/// size stands, or a page has none.
Result<Extraction> read_picture(std::string_view bytes, std::string_view media_type);

/// Whether `media_type` is one of those that read_picture() reads.
bool is_picture(std::string_view media_type);

}  // namespace docket::worker
