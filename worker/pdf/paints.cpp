#include "worker/pdf/paints.h"

#include <algorithm>
#include <cmath>

namespace docket::worker {
namespace {

constexpr std::size_t most_paints = 50'000;  ///< A map has as many; some megabytes.
constexpr float thinnest = 1.5f;             ///< Points; what is thinner is a line and hides no letter.
constexpr float same_colour = 0.05f;

float width(const Box& box) { return box.right - box.left; }
float height(const Box& box) { return box.bottom - box.top; }

}  // namespace

float difference(const Rgb& a, const Rgb& b) {
  return std::max({std::abs(a.red - b.red), std::abs(a.green - b.green), std::abs(a.blue - b.blue)});
}

Paints::Paints(float width, float height, std::size_t comparisons)
    : width_(std::max(width, 1.0f)), height_(std::max(height, 1.0f)), comparisons_left_(comparisons) {}

std::size_t Paints::band_of(float y) const {
  const float part =
      std::clamp(y / height_, 0.0f, 0.9999f);  // What is no number becomes no index: see add().
  return static_cast<std::size_t>(part * static_cast<float>(bands));
}

void Paints::add(Kind kind, const Box& box, const Rgb& colour) {
  const Box on_page{std::max(box.left, 0.0f), std::max(box.top, 0.0f), std::min(box.right, width_),
                    std::min(box.bottom, height_)};
  if (!(width(on_page) >= thinnest && height(on_page) >= thinnest)) return;
  if (paints_.size() == most_paints) is_full_ = true;
  if (is_full_) return;
  const auto index = static_cast<std::uint32_t>(paints_.size());
  paints_.push_back({on_page, colour, kind});
  if (kind == Kind::image) {
    const double before = image_areas_.empty() ? 0 : image_areas_.back();
    images_.push_back(index);
    image_areas_.push_back(before +
                           static_cast<double>(width(on_page)) * static_cast<double>(height(on_page)));
  }
  for (std::size_t band = band_of(on_page.top); band <= band_of(on_page.bottom); ++band)
    by_band_[band].push_back(index);
}

bool Paints::may_compare() const {
  if (comparisons_left_ == 0) is_full_ = true;
  if (is_full_) return false;
  --comparisons_left_;
  return true;
}

const std::vector<std::uint32_t>& Paints::around(const Box& box) const {
  return by_band_[band_of((box.top + box.bottom) / 2)];
}

std::optional<Rgb> Paints::background(const Box& box, const Rgb& ink) const {
  if (paints_.empty() && !is_full_) return Rgb{};
  const std::vector<std::uint32_t>& near = around(box);
  for (auto index = near.rbegin(); index != near.rend(); ++index) {
    if (!may_compare()) return {};
    const Paint& paint = paints_[*index];
    if (!meet(paint.box, box)) continue;
    if (paint.kind == Kind::rectangle && contains(paint.box, box)) return paint.colour;
    const bool is_one_colour = paint.kind == Kind::rectangle || paint.kind == Kind::shape;
    if (!is_one_colour || difference(paint.colour, ink) >= same_colour) return {};
  }
  return Rgb{};
}

std::optional<std::size_t> Paints::cover(const Box& box, std::size_t first) const {
  const std::vector<std::uint32_t>& near = around(box);
  std::optional<std::size_t> found;
  for (auto index = near.rbegin(); index != near.rend() && *index >= first; ++index) {
    if (!may_compare()) return {};
    const Paint& paint = paints_[*index];
    const bool hides = paint.kind == Kind::rectangle || paint.kind == Kind::image;
    if (hides && contains(paint.box, box)) found = *index;
  }
  return found;
}

bool Paints::shows_image(const Box& box) const {
  return std::ranges::any_of(
      images_, [&](std::uint32_t index) { return !may_compare() || meet(paints_[index].box, box); });
}

bool Paints::shows_drawing(const Box& box) const {
  constexpr float much_larger = 8;
  return std::ranges::any_of(around(box), [&](std::uint32_t index) {
    if (!may_compare()) return true;
    const Paint& paint = paints_[index];
    return paint.kind != Kind::rectangle && meet(paint.box, box) &&
           height(paint.box) < much_larger * std::max(height(box), 1.0f);
  });
}

float Paints::share_of_images(std::size_t first) const {
  if (images_.empty()) return 0;
  const auto before = std::ranges::lower_bound(images_, first) - images_.begin();
  const double area =
      image_areas_.back() - (before == 0 ? 0 : image_areas_[static_cast<std::size_t>(before) - 1]);
  return std::min(1.0f, static_cast<float>(area) / (width_ * height_));
}

}  // namespace docket::worker
