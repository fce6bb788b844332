#include "worker/pdf/verdict.h"

#include <cstdint>

#include "worker/pdf/paints.h"
#include "worker/pdf/shadows.h"

namespace docket::worker {

Verdict::Verdict(const PageToDraw& page, LookingDevice& look) : page_(page), look_(look) {
  for (Glyph& glyph : look_.glyphs())
    judge(glyph);
  for (const Glyph& glyph : look_.glyphs())
    count(glyph);
}

bool Verdict::is_read(const Glyph& glyph) const { return is_seen(glyph) && !is_double(glyph); }

bool Verdict::is_double(const Glyph& glyph) const {
  const std::uint32_t twin = look_.runs()[glyph.run].twin;
  return twin != Run::none && is_seen(look_.glyphs()[look_.runs()[twin].first_glyph]);
}

void Verdict::judge(Glyph& glyph) {
  switch (glyph.unseen) {
    case Unseen::off_page:
    case Unseen::clipped:
    case Unseen::tiny:
      return;
    case Unseen::not_at_all:
      cover(glyph);
      return;
    default:
      break;
  }
  const Paints& paints = look_.paints();
  if (paints.shows_image(glyph.core) || is_scan(0) || paints.shows_drawing(glyph.core)) {
    glyph.unseen = Unseen::not_at_all;
    ++counts_.beneath_images;
  }
}

void Verdict::cover(Glyph& glyph) {
  const Paints& paints = look_.paints();
  if (glyph.paints == paints.count()) return;
  const auto paint = paints.cover(glyph.core, glyph.paints);
  if (!paint) return;
  if (!paints.is_image(*paint)) {
    glyph.unseen = Unseen::covered;
  } else if (is_scan(glyph.paints)) {
    ++counts_.beneath_images;
  } else if (opaque_images().hide(glyph.core, paints)) {
    glyph.unseen = Unseen::covered;
  }
}

void Verdict::count(const Glyph& glyph) {
  if (is_double(glyph)) return;
  ++counts_.unseen[static_cast<std::size_t>(glyph.unseen)];
  if (!is_seen(glyph)) return;
  ++counts_.seen;
  counts_.unreadable += !glyph.is_readable;
}

/// Images from `first` on that take much of the page are a scan, whose text may lie beneath.
bool Verdict::is_scan(std::size_t first) const { return look_.paints().share_of_images(first) >= 0.5f; }

const OpaqueImages& Verdict::opaque_images() {
  if (!opaque_images_) opaque_images_.emplace(page_);
  return *opaque_images_;
}

}  // namespace docket::worker
