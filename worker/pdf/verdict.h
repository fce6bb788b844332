#pragma once
#include <cstddef>
#include <optional>

#include "worker/pdf/glyph.h"
#include "worker/pdf/looking_device.h"
#include "worker/pdf/opaque_images.h"
#include "worker/pdf/page_to_draw.h"

namespace docket::worker {

/// Which letters of a page are seen in the end: what is painted over them, and what belongs to images, is
/// known when the page is drawn.
class Verdict {
 public:
  /// Corrects what `look` found of its letters. Both must live as long as the verdict.
  Verdict(const PageToDraw& page, LookingDevice& look);

  const GlyphCounts& counts() const { return counts_; }

  /// Is seen, and is not the shadow of a letter that is.
  bool is_read(const Glyph& glyph) const;

 private:
  bool is_double(const Glyph& glyph) const;
  void judge(Glyph& glyph);
  void cover(Glyph& glyph);
  void count(const Glyph& glyph);
  bool is_scan(std::size_t first) const;
  const OpaqueImages& opaque_images();

  const PageToDraw& page_;
  LookingDevice& look_;
  GlyphCounts counts_;
  std::optional<OpaqueImages> opaque_images_;
};

}  // namespace docket::worker
