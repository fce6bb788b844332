#include "worker/layout/columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

constexpr int deepest = 6;                   ///< Cuts within cuts; a newspaper needs three.
constexpr std::size_t fewest_lines = 8;      ///< Beside each other, to be columns.
constexpr std::size_t most_candidates = 12;  ///< Places tried for a gutter, most frequent first.
constexpr float narrowest = 0.7f;            ///< Gutter, in heights of its lines.
constexpr float wider_than_blanks = 1.6f;    ///< Times the usual blank of its lines.
constexpr std::size_t fewest_beside = 5;     ///< Lines of what stands beside prose and is none.
constexpr float dense = 1.9f;                ///< From line to line, in their heights.
constexpr float white_above = 0.6f;          ///< A paragraph, in heights of its lines.
constexpr std::size_t fewest_rows = 2;       ///< Beside each other, behind the first.
constexpr std::size_t most_rows = 200;       ///< The same; each costs a look at all that is left.
constexpr float raster = 3;                  ///< Points; how exactly gaps of several lines must agree.

/// A gutter at `x` that the lines [first, last) leave free.
struct Gutter {
  float x = 0;
  std::size_t first = 0, last = 0;
  std::size_t both_sides = 0;  ///< Lines with text on both sides.
};

enum class Sides { left, right, both, crossed };

Sides sides_of(const Line& line, float x) {
  if (line.right <= x) return Sides::left;
  if (line.left >= x) return Sides::right;
  for (const Piece& piece : line.pieces) {
    if (piece.at.left < x && piece.at.right > x) return Sides::crossed;
  }
  return Sides::both;
}

/// The lines of two columns need not be at one height: then they are lines of their own, one beside the
/// other.
bool stand_side_by_side(const Line& a, const Line& b) {
  return std::min(a.bottom, b.bottom) - std::max(a.top, b.top) > 0.15f * std::min(a.height(), b.height());
}

/// The pieces of line `i` and of the next where that stands beside it, from left to right.
std::vector<Piece> row_at(const std::vector<Line>& lines, std::size_t i) {
  std::vector<Piece> row = lines[i].pieces;
  if (i + 1 == lines.size() || !stand_side_by_side(lines[i], lines[i + 1])) return row;
  row.insert(row.end(), lines[i + 1].pieces.begin(), lines[i + 1].pieces.end());
  std::stable_sort(row.begin(), row.end(),
                   [](const Piece& a, const Piece& b) { return a.at.left < b.at.left; });
  return row;
}

/// Places that many lines leave free, most frequent first.
std::vector<float> candidates(const std::vector<Line>& lines) {
  std::map<int, int> votes;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::vector<Piece> row = row_at(lines, i);
    float end = row.front().at.left;
    for (const Piece& piece : row) {
      if (piece.at.left - end > 0.6f * lines[i].height()) {
        const int last = static_cast<int>(std::floor(piece.at.left / raster));
        for (int x = static_cast<int>(std::ceil(end / raster)); x <= last; ++x)
          ++votes[x];
      }
      end = std::max(end, piece.at.right);
    }
  }
  std::vector<std::pair<int, int>> ranked;
  for (const auto& [x, count] : votes) {
    if (count >= static_cast<int>(fewest_lines)) ranked.emplace_back(-count, x);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<float> places;
  for (const auto& [count, x] : ranked) {
    const float place = static_cast<float>(x) * raster;
    const auto near = [&](float other) { return std::abs(other - place) < 4 * raster; };
    if (std::none_of(places.begin(), places.end(), near)) places.push_back(place);
    if (places.size() == most_candidates) break;
  }
  return places;
}

/// Has text on both sides of a gutter, or stands beside a line that has it on the other.
bool is_parted(const std::vector<Line>& lines, const std::vector<Sides>& sides, std::size_t i) {
  const auto other_side = [&](std::size_t j) {
    return sides[j] != Sides::crossed && sides[j] != sides[i] && stand_side_by_side(lines[i], lines[j]);
  };
  return sides[i] == Sides::both || (i > 0 && other_side(i - 1)) ||
         (i + 1 < lines.size() && other_side(i + 1));
}

/// The longest stretch of lines that leave `x` free, without one-sided lines far from the rest.
std::optional<Gutter> longest_gutter(const std::vector<Line>& lines, float x) {
  std::vector<Sides> sides;
  for (const Line& line : lines) {
    sides.push_back(sides_of(line, x));
  }
  Gutter best{x, 0, 0, 0}, current = best;
  const auto close = [&](std::size_t end) {
    current.last = end;
    if (current.both_sides > best.both_sides) best = current;
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool far = i > current.first && lines[i].top - lines[i - 1].bottom > 2.5f * lines[i].height();
    if (sides[i] == Sides::crossed || far) {
      close(i);
      current = {x, sides[i] == Sides::crossed ? i + 1 : i, 0, 0};
    }
    current.both_sides += sides[i] != Sides::crossed && is_parted(lines, sides, i);
  }
  close(lines.size());
  if (best.both_sides < fewest_lines) return {};
  while (!is_parted(lines, sides, best.first))
    ++best.first;
  return best;
}

/// Blanks of several lines may stand below each other by chance, most of all in type of one width. A gutter
/// is wider than they are.
bool is_wide_enough(const std::vector<Line>& lines, const Gutter& gutter) {
  float left = -std::numeric_limits<float>::infinity(), right = -left;
  std::vector<float> blanks, heights;
  for (std::size_t i = gutter.first; i < gutter.last; ++i) {
    float end = lines[i].left;
    for (const Piece& piece : lines[i].pieces) {
      if (end > lines[i].left && piece.at.left > end) blanks.push_back(piece.at.left - end);
      end = std::max(end, piece.at.right);
      (piece.at.right <= gutter.x ? left : right) =
          piece.at.right <= gutter.x ? std::max(left, piece.at.right) : std::min(right, piece.at.left);
    }
    heights.push_back(lines[i].height());
  }
  const float width = right - left;
  return width >= narrowest * median(heights) && width >= wider_than_blanks * median(blanks);
}

std::vector<Piece> pieces_of(const std::vector<Line>& lines, std::size_t first, std::size_t last) {
  std::vector<Piece> pieces;
  for (std::size_t i = first; i < last; ++i) {
    pieces.insert(pieces.end(), lines[i].pieces.begin(), lines[i].pieces.end());
  }
  return pieces;
}

/// What a side of a gutter looks like, line by line.
struct Prose {
  std::size_t lines = 0, full_lines = 0, pieces = 0, words = 0, characters = 0, gaps = 0;

  /// A narrow column has three words a line, and stretched lines in it have gaps like those between cells.
  bool reads_like_prose() const {
    return lines >= fewest_lines && full_lines * 10 >= lines * 6 && words * 10 >= pieces * 7 &&
           characters >= lines * 15 && pieces * 2 >= lines * 5 && gaps * 4 <= pieces - lines;
  }
};

Prose measure(const std::vector<Line>& lines) {
  Prose prose;
  if (lines.empty()) return prose;
  float left = lines.front().left, right = lines.front().right;
  for (const Line& line : lines) {
    left = std::min(left, line.left);
    right = std::max(right, line.right);
  }
  for (const Line& line : lines) {
    ++prose.lines;
    prose.full_lines += line.right - line.left >= 0.75f * (right - left);
    const float gap = 1.4f * line.height();
    float end = line.left;
    for (const Piece& piece : line.pieces) {
      prose.gaps += piece.at.left - end > gap;
      end = std::max(end, piece.at.right);
      ++prose.pieces;
      prose.words += is_word(piece.text);
      prose.characters += characters(piece.text);
    }
  }
  return prose;
}

struct Cut {
  Gutter gutter;
  std::vector<Piece> left, right;
};

std::optional<Cut> find_cut(const std::vector<Line>& lines);

/// Prose, or columns of prose again.
bool is_prose(const std::vector<Piece>& pieces, int depth) {
  const std::vector<Line> lines = make_lines(pieces);
  if (measure(lines).reads_like_prose()) return true;
  return depth > 0 && find_cut(lines).has_value();
}

/// Lines that follow each other closely; the cells of a column with gaps between them do not.
bool is_dense(const std::vector<Line>& lines) {
  std::vector<float> steps, heights;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) steps.push_back(lines[i].top - lines[i - 1].top);
    heights.push_back(lines[i].height());
  }
  return lines.size() >= fewest_beside && median(std::move(steps)) <= dense * median(std::move(heights));
}

/// Two sides that have nothing to do with each other, such as a table or a list beside prose: both are dense,
/// and most lines of the one stand at the height of no line of the other.
bool stand_apart(const std::vector<Line>& left, const std::vector<Line>& right) {
  if (!is_dense(left) || !is_dense(right)) return false;
  const std::vector<Line>& fewer = left.size() < right.size() ? left : right;
  const std::vector<Line>& more = left.size() < right.size() ? right : left;
  std::size_t level = 0;
  auto other = more.begin();
  for (const Line& line : fewer) {
    const float reach = 0.15f * line.height();
    while (other != more.end() && other->bottom < line.bottom - reach)
      ++other;
    level += other != more.end() && other->bottom <= line.bottom + reach;
  }
  return level * 2 < fewer.size();
}

std::optional<Cut> cut_at(const std::vector<Line>& lines, const Gutter& gutter) {
  Cut cut{gutter, {}, {}};
  for (std::size_t i = gutter.first; i < gutter.last; ++i) {
    for (const Piece& piece : lines[i].pieces) {
      (piece.at.left < gutter.x ? cut.left : cut.right).push_back(piece);
    }
  }
  const bool left = is_prose(cut.left, 1), right = is_prose(cut.right, 1);
  if (left && right) return cut;
  if ((left || right) && stand_apart(make_lines(cut.left), make_lines(cut.right))) return cut;
  return {};
}

/// Where paragraphs begin: the tops of lines with white above them.
std::vector<float> paragraphs(const std::vector<Line>& lines) {
  std::vector<float> tops;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].top - lines[i - 1].bottom > white_above * lines[i].height()) tops.push_back(lines[i].top);
  }
  return tops;
}

/// Where the paragraphs of both sides begin together, if nearly all do: rows of a table with long cells, or a
/// text and its translation. Each row is read for itself then.
std::vector<float> common_rows(const Cut& cut) {
  const std::vector<Line> left_lines = make_lines(cut.left);
  const std::vector<float> left = paragraphs(left_lines), right = paragraphs(make_lines(cut.right));
  if (left.size() < fewest_rows || right.size() < fewest_rows) return {};
  const float height = left_lines.front().height();
  std::vector<float> rows;
  auto other = right.begin();
  for (const float top : left) {
    while (other != right.end() && *other < top - height / 2)
      ++other;
    if (other != right.end() && *other <= top + height / 2) rows.push_back(std::min(top, *other));
  }
  const std::size_t most = std::max(left.size(), right.size());
  return rows.size() * 10 >= most * 8 && rows.size() <= most_rows ? rows : std::vector<float>();
}

/// What of `pieces` stands above `y`; the rest stays.
std::vector<Piece> take_above(std::vector<Piece>& pieces, float y) {
  const auto middle = std::stable_partition(pieces.begin(), pieces.end(), [&](const Piece& piece) {
    return (piece.at.top + piece.at.bottom) / 2 < y;
  });
  std::vector<Piece> above(pieces.begin(), middle);
  pieces.erase(pieces.begin(), middle);
  return above;
}

std::optional<Cut> find_cut(const std::vector<Line>& lines) {
  if (lines.size() < fewest_lines) return {};
  std::vector<Gutter> gutters;
  for (const float x : candidates(lines)) {
    const auto gutter = longest_gutter(lines, x);
    if (gutter && is_wide_enough(lines, *gutter)) gutters.push_back(*gutter);
  }
  std::stable_sort(gutters.begin(), gutters.end(),
                   [](const Gutter& a, const Gutter& b) { return a.both_sides > b.both_sides; });
  for (const Gutter& gutter : gutters) {
    if (auto cut = cut_at(lines, gutter)) return cut;
  }
  return {};
}

void split(std::vector<Piece> pieces, int depth, std::vector<std::vector<Line>>& blocks) {
  std::vector<Line> lines = make_lines(std::move(pieces));
  if (lines.empty()) return;
  std::optional<Cut> cut;
  if (depth > 0) cut = find_cut(lines);
  if (!cut) return blocks.push_back(std::move(lines));
  split(pieces_of(lines, 0, cut->gutter.first), depth - 1, blocks);
  for (const float y : common_rows(*cut)) {
    split(take_above(cut->left, y), depth - 1, blocks);
    split(take_above(cut->right, y), depth - 1, blocks);
  }
  split(std::move(cut->left), depth - 1, blocks);
  split(std::move(cut->right), depth - 1, blocks);
  split(pieces_of(lines, cut->gutter.last, lines.size()), depth - 1, blocks);
}

}  // namespace

std::vector<std::vector<Line>> split_columns(std::vector<Piece> pieces) {
  std::vector<std::vector<Line>> blocks;
  split(std::move(pieces), deepest, blocks);
  return blocks;
}

}  // namespace docket::worker
