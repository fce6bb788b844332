#pragma once
#include <string_view>
#include <vector>

#include "backends/extraction/wire.h"
#include "pipeline/backend.h"
#include "pipeline/support/result.h"
#include "worker/ocr/reader.h"

namespace docket::worker {

/// Answers an order about a page of a file that stands whole in memory.
///
/// For its words: `text` has the page, whose boxes are on the page as the file has it, and `value` is
///     {"grade": good|poor|none, "confidence": 0..100, "rotation": 0|90|180|270, "skew": degrees}
/// `confidence` is the mean over its letters; `rotation` and `skew` (clockwise) are what brought it upright.
/// For its picture: `image` is a PNG, or of a photograph a JPEG, of at most 2000 pixels each way, and `value`
/// is {}.
Result<Answer> look_at_page(OcrReader& reader, std::string_view bytes, const ExtractOrder& order);

}  // namespace docket::worker
