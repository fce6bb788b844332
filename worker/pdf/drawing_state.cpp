#include "worker/pdf/drawing_state.h"

#include <GfxState.h>

namespace docket::worker {
namespace {

Rgb rgb(const GfxRGB& colour) {
  return {static_cast<float>(colToDbl(colour.r)), static_cast<float>(colToDbl(colour.g)),
          static_cast<float>(colToDbl(colour.b))};
}

}  // namespace

const Inks& DrawingState::inks(GfxState& state) {
  if (are_inks_known_) return inks_;
  are_inks_known_ = true;
  GfxRGB colour;
  if (state.getFillColorSpace()->getMode() != csPattern) {
    state.getFillRGB(&colour);
    inks_.fill = rgb(colour);
  }
  if (state.getStrokeColorSpace()->getMode() != csPattern) {
    state.getStrokeRGB(&colour);
    inks_.stroke = rgb(colour);
  }
  return inks_;
}

bool DrawingState::lets_nothing_through(GfxState& state, double opacity) const {
  return opacity * level_.opacity >= opaque && level_.is_plain && !level_.is_ragged &&
         state.getBlendMode() == gfxBlendNormal && !state.getFillOverprint();
}

void DrawingState::save(GfxState& state) {
  saved_.push_back({level_, state.getFillOpacity(), state.getBlendMode() == gfxBlendNormal});
}

void DrawingState::restore() {
  are_inks_known_ = false;
  if (saved_.empty()) return;
  level_ = saved_.back().level;
  saved_.pop_back();
}

void DrawingState::begin_group(bool is_mask) {
  level_.is_mask = level_.is_mask || is_mask;
  if (saved_.empty()) return;
  const Saved& outside = saved_.back();
  level_.opacity *= outside.opacity;
  level_.is_plain = outside.level.is_plain && outside.is_plain;
}

void DrawingState::clip_to_letters(std::size_t first, std::size_t last) {
  level_.is_ragged = true;
  level_.first_clip = static_cast<std::uint32_t>(first);
  level_.last_clip = static_cast<std::uint32_t>(last);
}

}  // namespace docket::worker
