#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "worker/pdf/paints.h"

class GfxState;

namespace docket::worker {

inline constexpr double faintest = 0.02;  ///< Opacity; less is not seen.
inline constexpr double opaque = 0.99;    ///< Opacity from which nothing shines through.

/// Colours of what is painted. Where there is a pattern in place of one: the last that there was.
struct Inks {
  Rgb fill{0, 0, 0}, stroke{0, 0, 0};
};

/// What holds for all that is drawn, from one q to its Q, beside what poppler keeps in its state.
struct Level {
  double opacity = 1;                           ///< Of the groups that this is drawn in.
  bool is_plain = true;                         ///< No group with a blend mode, no soft mask.
  bool is_mask = false;                         ///< Draws a soft mask and not the page.
  bool is_ragged = false;                       ///< The clipping path is no rectangle.
  std::uint32_t first_clip = 0, last_clip = 0;  ///< Letters of the page that paint shows through.
};

/// Follows what poppler tells of its state while it draws a page.
class DrawingState {
 public:
  const Level& level() const { return level_; }
  /// Converts poppler's colours, if they have changed since it was last asked.
  const Inks& inks(GfxState& state);
  /// Paint of this opacity hides what lies beneath.
  bool lets_nothing_through(GfxState& state, double opacity) const;

  void save(GfxState& state);
  void restore();
  void begin_group(bool is_mask);
  void set_soft_mask() { level_.is_plain = false; }
  void clear_soft_mask() { level_.is_plain = saved_.empty() || level_.is_mask; }
  void clip_to_ragged_path() { level_.is_ragged = true; }
  /// To the letters [first, last) of the page.
  void clip_to_letters(std::size_t first, std::size_t last);
  void change_inks() { are_inks_known_ = false; }

 private:
  struct Saved {
    Level level;
    double opacity;  ///< Of poppler's state when the level was left for another.
    bool is_plain;
  };

  std::vector<Saved> saved_;
  Level level_;
  bool are_inks_known_ = false;
  Inks inks_;
};

}  // namespace docket::worker
