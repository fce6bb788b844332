#include "backends/rules/upright_words.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string_view>
#include <utility>

namespace docket::rules {
namespace {

constexpr double quarter = std::numbers::pi / 2;
constexpr double least_turn = 0.002;  // Radians: 1 point on the width of a page.

struct Vector {
  double x = 0, y = 0;
};

Vector center(const Box& box) { return {(box.left + box.right) / 2.0, (box.top + box.bottom) / 2.0}; }

/// From the first word of each line to its last, all lines together: long lines count most.
Vector along_lines(const Page& page) {
  Vector sum;
  for (std::size_t first = 0, last = 0; first < page.words.size(); first = last + 1) {
    last = first;
    const auto goes_on = [&](const Word& word, const Word& next) {
      if (next.offset < word.offset || next.offset > page.text.size()) return false;
      return std::string_view(page.text).substr(word.offset, next.offset - word.offset).find('\n') ==
             std::string_view::npos;
    };
    while (last + 1 < page.words.size() && goes_on(page.words[last], page.words[last + 1]))
      ++last;
    const Vector from = center(page.words[first].box), to = center(page.words[last].box);
    sum.x += to.x - from.x;
    sum.y += to.y - from.y;
  }
  return sum;
}

/// A box around something that was turned by less than an eighth, back to what was turned.
Vector size_before(Vector turned, double angle) {
  const double c = std::cos(angle), s = std::abs(std::sin(angle)), scale = c * c - s * s;
  constexpr double least = 0.3;  // Of the box: what is not what it seems must not vanish.
  if (scale < 0.1) return turned;
  return {std::max((turned.x * c - turned.y * s) / scale, least * turned.x),
          std::max((turned.y * c - turned.x * s) / scale, least * turned.y)};
}

Box turned_back(const Box& box, double angle, const Page& page) {
  const double quarters = std::round(angle / quarter);
  const bool lies = std::abs(quarters) == 1;
  Vector size{box.right - box.left, box.bottom - box.top};
  if (lies) std::swap(size.x, size.y);
  size = size_before(size, angle - quarters * quarter);
  const Vector at = center(box), off{at.x - page.width / 2.0, at.y - page.height / 2.0};
  const double c = std::cos(angle), s = std::sin(angle);
  const Vector middle{c * off.x + s * off.y + (lies ? page.height : page.width) / 2.0,
                      c * off.y - s * off.x + (lies ? page.width : page.height) / 2.0};
  return {static_cast<float>(middle.x - size.x / 2), static_cast<float>(middle.y - size.y / 2),
          static_cast<float>(middle.x + size.x / 2), static_cast<float>(middle.y + size.y / 2)};
}

}  // namespace

std::vector<Word> upright_words(const Page& page) {
  if (page.confidence.empty()) return {};
  const Vector along = along_lines(page);
  if (!std::isfinite(along.x) || !std::isfinite(along.y)) return {};
  const double angle = std::atan2(along.y, along.x);
  if (std::abs(angle) < least_turn) return {};
  std::vector<Word> words = page.words;
  for (Word& word : words)
    word.box = turned_back(word.box, angle, page);
  return words;
}

}  // namespace docket::rules
