#pragma once
#include <vector>

#include "worker/ocr/reader.h"

namespace docket::worker {

/// Puts amounts together that were read as two words, as tesseract does where all characters are equally
/// wide: "73." and "00" is 73.00. `words` are in reading order.
void join_split_amounts(std::vector<ReadWord>& words);

}  // namespace docket::worker
