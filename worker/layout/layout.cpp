#include "worker/layout/layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "worker/layout/block.h"
#include "worker/layout/columns.h"

namespace docket::worker {
namespace {

constexpr float farthest = 20000;  ///< Points; a page is at most 14,400 wide. Keeps all sums small.

bool is_sane(const Box& box) {
  const auto sane = [](float x) { return std::abs(x) <= farthest; };  // False for what is no number, too.
  return sane(box.left) && sane(box.top) && sane(box.right) && sane(box.bottom) && box.left <= box.right &&
         box.top <= box.bottom;
}

/// The box as it stands when the page is turned so that the text reads to the right.
Box upright(const Box& box, int quarter_turns, float width, float height) {
  switch (quarter_turns) {
    case 1:
      return {box.top, width - box.right, box.bottom, width - box.left};
    case 2:
      return {width - box.right, height - box.bottom, width - box.left, height - box.top};
    case 3:
      return {height - box.bottom, box.left, height - box.top, box.right};
    default:
      return box;
  }
}

/// The part of a word's box that its bytes [first, last) take, as if all characters were of one width.
Box share(const Box& box, int quarter_turns, float first, float last) {
  const float width = box.right - box.left, height = box.bottom - box.top;
  switch (quarter_turns) {
    case 1:
      return {box.left, box.top + height * first, box.right, box.top + height * last};
    case 2:
      return {box.right - width * last, box.top, box.right - width * first, box.bottom};
    case 3:
      return {box.left, box.bottom - height * last, box.right, box.bottom - height * first};
    default:
      return {box.left + width * first, box.top, box.left + width * last, box.bottom};
  }
}

/// The box that a box of slanted text takes on the page, see PlacedText.
Box on_page(const Box& box, float slant, float width, float height) {
  if (slant == 0) return box;
  const float turn = slant * std::numbers::pi_v<float> / 180, c = std::cos(turn), s = std::sin(turn);
  const float ac = std::abs(c), as = std::abs(s);
  const float scale = std::min(width / (width * ac + height * as), height / (height * ac + width * as));
  const float x = ((box.left + box.right) / 2 - width / 2) / scale;
  const float y = ((box.top + box.bottom) / 2 - height / 2) / scale;
  const float wide = (box.right - box.left) / 2 / scale, high = (box.bottom - box.top) / 2 / scale;
  const float right = wide * ac + high * as, down = wide * as + high * ac;
  const float at_x = width / 2 + c * x - s * y, at_y = height / 2 + s * x + c * y;
  return {at_x - right, at_y - down, at_x + right, at_y + down};
}

using Directions = std::array<std::vector<Piece>, 4>;

void add_pieces(Directions& directions, const PlacedWord& word, float slant, float width, float height) {
  const std::string_view text = word.text;
  const auto size = static_cast<float>(text.size());
  for (std::size_t first = text.find_first_not_of(' '); first != text.npos;) {
    const std::size_t last = std::min(text.find(' ', first), text.size());
    const Box box = share(word.box, word.quarter_turns, static_cast<float>(first) / size,
                          static_cast<float>(last) / size);
    const bool space_after = last < text.size() || word.space_after;
    directions[static_cast<std::size_t>(word.quarter_turns)].push_back(
        {upright(box, word.quarter_turns, width, height), on_page(box, slant, width, height),
         text.substr(first, last - first), space_after});
    first = text.find_first_not_of(' ', last);
  }
}

void lay_out_text(Page& page, const PlacedText& text) {
  Directions directions;
  for (const PlacedWord& word : text.words) {
    if (is_sane(word.box)) add_pieces(directions, word, text.slant, page.width, page.height);
  }
  std::stable_sort(directions.begin(), directions.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
  for (std::vector<Piece>& pieces : directions) {
    for (std::vector<Line>& block : split_columns(std::move(pieces))) {
      write_block(page, std::move(block));
    }
  }
}

}  // namespace

Page lay_out(float width, float height, const std::vector<PlacedText>& texts) {
  Page page{width, height, {}, {}};
  for (const PlacedText& text : texts)
    lay_out_text(page, text);
  return page;
}

}  // namespace docket::worker
