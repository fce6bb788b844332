#include "worker/pdf/letter_judge.h"

#include <GfxFont.h>
#include <GfxState.h>

#include <cmath>
#include <optional>

#include "worker/pdf/drawn_boxes.h"

namespace docket::worker {
namespace {

constexpr float smallest_letter = 1;      ///< Points.
constexpr float seen_difference = 0.05f;  ///< Of two colours, from which one is seen on the other.

/// A letter or two too many at the end of a box (its font is another one than was measured) are not hidden.
bool is_clipped(const LetterMeasure& letter, const Box& clip) {
  const Box& core = letter.core;
  if (contains(clip, core)) return false;
  const float size = letter.size;
  Box wide = clip;
  if (clip.right - clip.left > size && clip.bottom - clip.top > size / 2) {
    const bool is_upright = std::abs(std::abs(letter.angle) - 90) < 45;
    const float x = is_upright ? 0 : 1.5f * size, y = is_upright ? 1.5f * size : 0;
    wide = {clip.left - x, clip.top - y, clip.right + x, clip.bottom + y};
  }
  const Box left = common(core, wide);
  return left.right - left.left < 0.15f * (core.right - core.left) ||
         left.bottom - left.top < 0.15f * (core.bottom - core.top);
}

/// A colour that letters are painted with.
struct Ink {
  Rgb colour;
  double opacity;
  const GfxColorSpace& colours;
};

Unseen judge_ink(GfxState& state, const Box& core, const Ink& ink, const Level& level,
                 const Paints& beneath) {
  const double opacity = ink.opacity * level.opacity;
  if (opacity < faintest || ink.colours.isNonMarking()) return Unseen::transparent;
  const GfxBlendMode blend = state.getBlendMode();
  if (blend == gfxBlendMultiply || blend == gfxBlendDarken)  // White then leaves all as it is.
    return difference(ink.colour, Rgb{}) < seen_difference ? Unseen::own_background : Unseen::not_at_all;
  const GfxFont* font = state.getFont().get();
  const bool has_own_colours = font && font->getType() == fontType3;
  if (blend != gfxBlendNormal || !level.is_plain || has_own_colours) return Unseen::not_at_all;
  const std::optional<Rgb> background = beneath.background(core, ink.colour);
  if (!background) return Unseen::not_at_all;
  const float contrast = difference(*background, ink.colour);
  if (contrast * static_cast<float>(opacity) >= seen_difference) return Unseen::not_at_all;
  return contrast < seen_difference ? Unseen::own_background : Unseen::transparent;
}

}  // namespace

LetterJudge::LetterJudge(float width, float height, float unit)
    : width_(width), height_(height), smallest_(smallest_letter / unit) {}

Unseen LetterJudge::judge(GfxState& state, const LetterMeasure& letter, DrawingState& drawing,
                          const Paints& beneath) const {
  const Box& core = letter.core;
  if (!is_finite(core)) return Unseen::off_page;
  const float x = (core.left + core.right) / 2, y = (core.top + core.bottom) / 2;
  if (x < 0 || y < 0 || x > width_ || y > height_) return Unseen::off_page;
  if (is_clipped(letter, clip_of(state))) return Unseen::clipped;
  if (letter.size < smallest_) return Unseen::tiny;
  const int mode = state.getRender();
  const GfxColorSpace &fill = *state.getFillColorSpace(), &stroke = *state.getStrokeColorSpace();
  const bool has_pattern = fill.getMode() == csPattern;
  if (mode == 3 || (mode == 7 && !has_pattern)) return Unseen::never_painted;
  if (drawing.level().is_mask || has_pattern) return Unseen::not_at_all;
  const Inks& inks = drawing.inks(state);
  const auto judged = [&](const Ink& ink) { return judge_ink(state, core, ink, drawing.level(), beneath); };
  const bool fills = mode % 4 == 0 || mode % 4 == 2, strokes = mode % 4 == 1 || mode % 4 == 2;
  Unseen unseen = Unseen::not_at_all;
  if (fills) unseen = judged({inks.fill, state.getFillOpacity(), fill});
  if (strokes && (!fills || unseen != Unseen::not_at_all)) {
    if (stroke.getMode() == csPattern) return Unseen::not_at_all;
    unseen = judged({inks.stroke, state.getStrokeOpacity(), stroke});
  }
  return unseen;
}

}  // namespace docket::worker
