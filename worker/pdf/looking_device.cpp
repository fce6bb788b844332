#include "worker/pdf/looking_device.h"

#include <GfxFont.h>
#include <GfxState.h>
#include <goo/GooString.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "worker/pdf/directions.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

std::string_view bytes_of(const GooString& text) {
  return {text.c_str(), static_cast<std::size_t>(text.getLength())};
}

bool says_something(std::span<const Unicode> text) {
  return std::ranges::any_of(text, [](Unicode c) {
    if (c > ' ' && c < 0x7F) return true;
    std::string clean;
    append_clean(clean, c);
    return c == soft_hyphen || (!clean.empty() && !is_meaningless(first_character(clean)));
  });
}

/// The same for one font that several forms of a page have, of which poppler may make several.
std::uint64_t number_of_font(const GfxState& state) {
  const GfxFont* font = state.getFont().get();
  if (font == nullptr) return 0;
  const Ref& reference = *font->getID();
  return std::uint64_t{static_cast<std::uint32_t>(reference.num)} << 32 |
         static_cast<std::uint32_t>(reference.gen);
}

}  // namespace

LookingDevice::LookingDevice(const PageToDraw& page)
    : paints_(static_cast<float>(page.width()), static_cast<float>(page.height())),
      bounds_(static_cast<float>(page.width()), static_cast<float>(page.height())),
      judge_(static_cast<float>(page.width()), static_cast<float>(page.height()),
             static_cast<float>(page.unit())) {}

void LookingDevice::startPage(int number, GfxState* state, XRef* xref) {
  state_ = state;
  TextDevice::startPage(number, state, xref);
}

/// An /ActualText that does not end would hide all that follows it.
void LookingDevice::endPage() {
  if (actual_texts_.is_open()) false_texts_.add_false();
  TextDevice::endPage();
}

// ---- The state -----------------------------------------------------------------------------------------

void LookingDevice::saveState(GfxState* state) {
  state_ = state;
  drawing_.save(*state);
}

void LookingDevice::restoreState(GfxState* state) {
  state_ = state;
  drawing_.restore();
  TextDevice::restoreState(state);
}

void LookingDevice::beginTransparencyGroup(GfxState* state, const double*, GfxColorSpace*, bool, bool,
                                           bool is_mask) {
  state_ = state;
  drawing_.begin_group(is_mask);
}

void LookingDevice::change_inks(GfxState* state) {
  state_ = state;
  drawing_.change_inks();
}

void LookingDevice::narrow(GfxState& state) {
  if (rectangles_of(state, *state.getPath(), FillRule::nonzero).size() != 1) drawing_.clip_to_ragged_path();
}

// ---- Letters -------------------------------------------------------------------------------------------

void LookingDevice::endTextObject(GfxState*) {
  if (!clips_) return;
  clips_ = false;
  drawing_.clip_to_letters(text_object_, glyphs_.size());
}

void LookingDevice::beginString(GfxState*, const GooString* string) { runs_.begin(bytes_of(*string)); }

void LookingDevice::beginActualText(GfxState* state, const GooString* said) {
  if (!actual_texts_.begin()) return;
  false_texts_.begin(bytes_of(*said));
  TextDevice::beginActualText(state, said);
}

void LookingDevice::endActualText(GfxState* state) {
  if (!actual_texts_.end()) return;
  false_texts_.end();
  TextDevice::endActualText(state);
}

void LookingDevice::drawChar(GfxState* state, double x, double y, double dx, double dy, double origin_x,
                             double origin_y, CharCode code, int bytes, const Unicode* text, int length) {
  state_ = state;
  TextDevice::drawChar(state, x, y, dx, dy, origin_x, origin_y, code, bytes, text, length);
}

void LookingDevice::draw_letter(const ShownLetter& letter) {
  GfxState& state = *letter.state;
  const std::span<const Unicode> characters(letter.text, static_cast<std::size_t>(letter.length));
  const LetterMeasure measure =
      ruler_.measure(state, letter.x - letter.origin_x, letter.y - letter.origin_y, letter.dx, letter.dy);
  Glyph glyph;
  glyph.core = measure.core;
  glyph.slant = slant_of(measure.angle);
  glyph.paints = static_cast<std::uint32_t>(paints_.count());
  glyph.run = runs_.of(measure, number_of_font(state), static_cast<std::uint32_t>(glyphs_.size()));
  glyph.is_readable = says_something(characters);
  glyph.unseen = judge_.judge(state, measure, drawing_, paints_);
  if (state.getRender() >= 4) clips_ = true;
  false_texts_.add(characters);
  glyph.is_passed_on =
      is_seen(glyph) && runs_[glyph.run].twin == Run::none && std::abs(glyph.slant) <= straight;
  glyphs_.push_back(glyph);
  if (glyph.is_passed_on) pass_on(letter);
}

// ---- Paint ---------------------------------------------------------------------------------------------

/// Poppler asks when it is about to draw an image or a pattern, and only then. "No" saves decoding it.
bool LookingDevice::needNonText() {
  paint_unknown();
  return false;
}

void LookingDevice::add(Paints::Kind kind, const Box& box, const Rgb& colour) {
  const Level& level = drawing_.level();
  if (level.is_mask) return;
  for (std::uint32_t i = level.first_clip; i < level.last_clip && paints_.may_compare(); ++i) {
    if (glyphs_[i].unseen == Unseen::never_painted && meet(glyphs_[i].core, box))
      glyphs_[i].unseen = Unseen::not_at_all;
  }
  paints_.add(kind, box, colour);
}

void LookingDevice::paint_path(GfxState& state, FillRule rule) {
  const Rgb& colour = drawing_.inks(state).fill;
  if (state.getFillOpacity() * drawing_.level().opacity < faintest ||
      state.getFillColorSpace()->isNonMarking())
    return;
  const Box clip = clip_of(state);
  const GfxPath& path = *state.getPath();
  if (!drawing_.lets_nothing_through(state, state.getFillOpacity()))
    return add(Paints::Kind::other, common(bounds_.around(state, path), clip), colour);
  const std::vector<Box> rectangles = rectangles_of(state, path, rule);
  if (rectangles.empty()) add(Paints::Kind::shape, common(bounds_.around(state, path), clip), colour);
  for (const Box& box : rectangles)
    add(Paints::Kind::rectangle, common(box, clip), colour);
}

/// Lines as thick as letters hide them.
void LookingDevice::paint_lines(GfxState& state) {
  const auto half = static_cast<float>(state.getTransformedLineWidth() / 2);
  if (half < 1) return;
  const Rgb& colour = drawing_.inks(state).stroke;
  if (state.getStrokeOpacity() * drawing_.level().opacity < faintest) return;
  const GfxPath& path = *state.getPath();
  const Box box = bounds_.around(state, path);
  const bool is_level = path.getNumSubpaths() == 1 && path.getSubpath(0)->getNumPoints() == 2 &&
                        (box.right - box.left < 0.5f || box.bottom - box.top < 0.5f);
  const bool is_across = is_level && box.right - box.left >= box.bottom - box.top;
  const float x = is_across ? 0 : half, y = is_level && !is_across ? 0 : half;
  const Box thick{box.left - x, box.top - y, box.right + x, box.bottom + y};
  const bool is_opaque = drawing_.lets_nothing_through(state, state.getStrokeOpacity());
  const auto kind = !is_opaque ? Paints::Kind::other
                    : is_level ? Paints::Kind::rectangle
                               : Paints::Kind::shape;
  add(kind, common(thick, clip_of(state)), colour);
}

bool LookingDevice::paint_clip(GfxState& state) {
  add(Paints::Kind::other, clip_of(state), Rgb{});
  return true;
}

/// An image, or a pattern. Patterns fill a path; if poppler's state has none, the pattern may be anywhere.
void LookingDevice::paint_unknown() {
  if (!state_) return;
  const Box clip = clip_of(*state_);
  if (state_->isPath())
    return add(Paints::Kind::other, common(bounds_.around(*state_, *state_->getPath()), clip), Rgb{});
  add(Paints::Kind::image, common(unit_square(*state_), clip), Rgb{});
  if (state_->getFillColorSpace()->getMode() == csPattern ||
      state_->getStrokeColorSpace()->getMode() == csPattern)
    paint_clip(*state_);
}

}  // namespace docket::worker
