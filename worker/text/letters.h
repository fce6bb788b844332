#pragma once
#include "pipeline/text.h"

namespace docket::worker {

/// Whether the Latin letters of a text are other letters than a person sees: all moved along the alphabet, or
/// exchanged, as fonts do that lost the list of their letters.
///
/// Counts the letters of words only, so tables of numbers, lists of codes, redactions and other scripts say
/// nothing, and needs 60 of at least ten kinds. Letters of European languages have much the same frequencies;
/// it must be much better with a move than without, or very far from them.
bool are_letters_exchanged(const Text& text);

}  // namespace docket::worker
