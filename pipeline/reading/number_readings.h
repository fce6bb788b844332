#pragma once
#include <vector>

#include "pipeline/reading/passage.h"
#include "pipeline/reading/writing.h"

namespace docket {

/// A number of a passage as it may be meant.
struct NumberReading {
  double value = 0;
  bool ambiguous = false;
};

/// Which numbers can be meant.
enum class NumbersMeant {
  any,
  integers,  ///< The mark of 10,240 parts thousands.
};

/// The readings of each number whose digits stand in the passage, at least one of each, as it is written
/// first: with its sign; in brackets both signs, in prose; per cent also as a fraction; with a word such as
/// "million" also times that. Not of one that is a piece of a code.
std::vector<std::vector<NumberReading>> numbers_in(const Passage& passage, const Writing& writing,
                                                   NumbersMeant meant);

}  // namespace docket
