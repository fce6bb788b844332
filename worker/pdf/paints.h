#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "worker/layout/boxes.h"

namespace docket::worker {

/// A colour as it comes out on a screen; 0 to 1 each.
struct Rgb {
  float red = 1, green = 1, blue = 1;
};

/// The largest difference of two colours in one of their components: 0 is equal, 1 black on white.
float difference(const Rgb& a, const Rgb& b);

/// What was painted on a page beside letters, in its order. Boxes are in points from the page's top left.
/// A page with more paint than fits in the bounds of paints.cpp, or one that takes more comparisons than it
/// may, `is_full`: it gets no more paint, and nothing can be said of what is seen on it. Nothing is hidden
/// then, and what is not painted may be an image.
class Paints {
 public:
  enum class Kind : std::uint8_t {
    rectangle,  ///< Fills its whole box with one colour that nothing shines through.
    shape,      ///< Paints somewhere in its box with one such colour.
    image,      ///< An image fills the box; what it shows is not known.
    other,      ///< Paints somewhere in its box, nobody knows how.
  };

  static constexpr std::size_t most_comparisons = 30'000'000;  ///< A tenth of a second.

  Paints(float width, float height, std::size_t comparisons = most_comparisons);

  void add(Kind kind, const Box& box, const Rgb& colour);

  /// Paints so far: an image or rectangle with this index or a higher one comes later than what is drawn now.
  std::size_t count() const { return paints_.size(); }
  bool is_full() const { return is_full_; }
  /// Takes one of the comparisons that are left, for this page, of a box with another. False: none is.
  bool may_compare() const;

  /// The colour of what lies beneath `box`, of the paints so far; the page is white. None: not known.
  /// A shape that `ink` would not be seen on either does not count.
  std::optional<Rgb> background(const Box& box, const Rgb& ink) const;

  /// The first rectangle or image from `first` on that hides the whole of `box`; none: no such.
  std::optional<std::size_t> cover(const Box& box, std::size_t first) const;
  /// Any image of the page is where `box` is.
  bool shows_image(const Box& box) const;
  /// Something that is not much larger than `box` was painted across it: a letter as a drawing, maybe.
  bool shows_drawing(const Box& box) const;

  bool is_image(std::size_t paint) const { return paints_[paint].kind == Kind::image; }
  /// Share of the page that images from `first` on take, when none is above another.
  float share_of_images(std::size_t first) const;

 private:
  struct Paint {
    Box box;
    Rgb colour;
    Kind kind;
  };

  static constexpr std::size_t bands = 64;
  std::size_t band_of(float y) const;
  const std::vector<std::uint32_t>& around(const Box& box) const;

  float width_, height_;
  std::vector<Paint> paints_;
  std::array<std::vector<std::uint32_t>, bands> by_band_;  ///< Indices into paints_; the page in slices.
  std::vector<std::uint32_t> images_;
  std::vector<double> image_areas_;  ///< Of the first image, of the first two, and so on.
  mutable std::size_t comparisons_left_;
  mutable bool is_full_ = false;
};

}  // namespace docket::worker
