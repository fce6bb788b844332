#include "worker/ocr/print.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace docket::worker {
namespace {

/// Heights of what may be a letter, or a few that touch, among what hangs together.
std::vector<int> heights_of_letters(const Pix& ink) {
  std::vector<int> heights;
  constexpr l_int32 with_corners = 8;
  Boxa* boxes = pixConnCompBB(unlocked(ink), with_corners);
  if (boxes == nullptr) return heights;
  for (l_int32 i = 0; i < boxaGetCount(boxes); ++i) {
    l_int32 width = 0, height = 0;
    boxaGetBoxGeometry(boxes, i, nullptr, nullptr, &width, &height);
    const bool is_letter = height >= 5 && height <= 200 && width >= 2 && width <= 4 * height;
    if (is_letter) heights.push_back(height);
  }
  boxaDestroy(&boxes);
  return heights;
}

/// Half of all that stands upright is as high or higher: specks are many, but low.
float usual_height(const Pix& ink) {
  constexpr std::size_t least_letters = 20;
  std::vector<int> heights = heights_of_letters(ink);
  if (heights.size() < least_letters) return 0;
  std::ranges::sort(heights);
  double all = 0, sum = 0;
  for (const int height : heights)
    all += height;
  for (const int height : heights) {
    sum += height;
    if (sum >= all / 2) return static_cast<float>(height);
  }
  return 0;
}

}  // namespace

PixPtr black_and_white(const Pix& grey) {
  return PixPtr(
      pixOtsuThreshOnBackgroundNorm(unlocked(grey), nullptr, 10, 15, 100, 50, 255, 2, 2, 0.1F, nullptr));
}

Print print_of(const Pix& grey) {
  constexpr float whole = 1.3F;  // Of the height of its pieces: broken letters are at least so much higher.
  const PixPtr ink = black_and_white(grey);
  if (!ink) return {};
  const float pieces = usual_height(*ink);
  const l_int32 gap = std::clamp(static_cast<l_int32>(std::lround(pieces / 3)), 1, 15);
  const PixPtr closed(pixCloseSafeBrick(nullptr, ink.get(), gap, gap));
  const float letters = closed ? usual_height(*closed) : 0;
  return {std::max(pieces, letters), letters > whole * pieces};
}

PixPtr softened(const Pix& grey, float height) {
  const l_int32 reach = std::max(1, static_cast<l_int32>(std::lround(height / 16)));
  return PixPtr(pixBlockconvGray(unlocked(grey), nullptr, reach, reach));
}

}  // namespace docket::worker
