#pragma once
#include <cstddef>
#include <string_view>

#include "pipeline/text.h"

namespace docket::stages {

/// How far two readings of the same page have the same words, whatever their order.
struct Agreement {
  std::size_t words = 0, equal = 0;            ///< Of both readings.
  std::size_t numbers = 0, equal_numbers = 0;  ///< Of these, words with a digit.

  double share() const;   ///< Of the words, 0…1; 1 where there is none.
  bool in_doubt() const;  ///< They differ by more than what is usual for one misread word in ten.
};

/// Compares what OCR read with `seen`, another reading, and lowers the confidence of the words that this does
/// not have. A number is another one with other separators.
Agreement compare_readings(Page& read, std::string_view seen);

}  // namespace docket::stages
