#pragma once
#include <cstddef>
#include <optional>

#include "pipeline/reading/folded.h"

namespace docket {

/// Whose words for numbers and months are known. A set of them: bits.
enum Language : unsigned {
  english = 1,
  german = 2,
  french = 4,
  spanish = 8,
  italian = 16,
  dutch = 32,
  portuguese = 64,
  other_languages = 128,  ///< Their months alone.
};

struct NumberInWords {
  int value = 0;
  std::size_t tokens = 0;  ///< How many it takes.
  bool is_ordinal = false;
};

/// The number, below 10,000, that the tokens from `first` on say in words of one language: "twenty-first",
/// "two thousand and six", "nineteen ninety-nine", "einundzwanzigsten", "treinta y uno".
std::optional<NumberInWords> number_in_words(const Folded& folded, std::size_t first, std::size_t last,
                                             Language language);

}  // namespace docket
