#pragma once
#include <vector>

#include "worker/layout/layout.h"
#include "worker/pdf/page_to_draw.h"

namespace docket::worker {

/// Which letters of a page, blanks not counted, go where when it is drawn again: 0 nowhere, n to the n-th
/// direction.
using Plan = std::vector<unsigned char>;

/// Draws the page and takes its letters of one direction (1: the first), which runs `slant` degrees off a
/// quarter turn. `false_texts` tells the /ActualTexts which are not what the page shows: see LookingDevice.
PlacedText words_along(const PageToDraw& page, const Plan& plan, unsigned char direction, float slant,
                       const std::vector<bool>& false_texts);

}  // namespace docket::worker
