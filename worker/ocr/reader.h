#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/support/result.h"
#include "pipeline/text.h"
#include "worker/ocr/pix.h"

namespace tesseract {
class TessBaseAPI;
}

namespace docket::worker {

/// A word as tesseract read it, in pixels of the picture.
struct ReadWord {
  Box box;  ///< As high as its line.
  std::string text;
  float confidence = 0;   ///< Percent.
  int quarter_turns = 0;  ///< Clockwise, until it stands upright: tesseract reads what lies on its side, too.
};

/// How a page is taken to be made up.
enum class Arrangement {
  page,    ///< Blocks and columns.
  block,   ///< Lines across all of it, one below the other.
  sparse,  ///< Words anywhere.
};

/// tesseract, with its data for the languages of one page after the other.
class OcrReader {
 public:
  OcrReader();
  ~OcrReader();

  /// Loads what the languages need, unless it is loaded. An Error (unavailable) names what is missing.
  std::optional<Error> use(const std::vector<std::string>& languages);

  /// `dpi`: of the picture.
  std::vector<ReadWord> read(const Pix& picture, int dpi, Arrangement arrangement);

  /// How often the picture has to be turned clockwise by 90 degrees to stand upright, and how sure that is
  /// (0: not at all, 15: quite). Always 0 where there are not enough letters.
  struct Orientation {
    int quarter_turns = 0;
    float confidence = 0;
  };
  Orientation orientation(const Pix& picture, int dpi);

 private:
  std::string languages_;
  std::unique_ptr<tesseract::TessBaseAPI> reader_, orientation_;
};

}  // namespace docket::worker
