#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "pipeline/text.h"

namespace docket::worker {

/// Why a letter that a page draws is not seen.
enum class Unseen : unsigned char {
  not_at_all,      ///< It is seen.
  never_painted,   ///< A render mode that does not paint.
  transparent,     ///< Its opacity is nothing, or next to it.
  own_background,  ///< In the colour of what lies beneath: white on white.
  covered,         ///< Something opaque was painted over it.
  clipped,         ///< Outside the clipping path.
  off_page,        ///< Outside the crop box.
  tiny,            ///< Smaller than a point.
};
inline constexpr std::size_t reasons = 8;

/// A letter that a page draws, and what became of it.
struct Glyph {
  Box core;                  ///< The middle of the letter: what is there is seen of it.
  float slant = 0;           ///< Degrees off the nearest quarter turn.
  std::uint32_t paints = 0;  ///< Painted before it.
  std::uint32_t run = 0;     ///< The string that it was shown with, see Runs.
  Unseen unseen = Unseen::not_at_all;
  bool is_readable = true;    ///< Its font says what it is.
  bool is_passed_on = false;  ///< To poppler's text page, while the page was looked at.
};

inline bool is_seen(const Glyph& glyph) { return glyph.unseen == Unseen::not_at_all; }

/// The letters of a page; blanks do not count, and what is drawn twice counts once.
struct GlyphCounts {
  std::array<std::size_t, reasons> unseen = {};  ///< Letters left out, by Unseen.
  std::size_t seen = 0;
  std::size_t unreadable = 0;      ///< Those that are seen and whose font does not say what they are.
  std::size_t beneath_images = 0;  ///< Letters that are not seen and belong to an image: OCR.
};

}  // namespace docket::worker
