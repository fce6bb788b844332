#include "worker/layout/lines.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

#include "pipeline/support/utf8.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

// In units of a line's height, which is about 1.2 times the size of its type.
constexpr float cell = 0.7f;            ///< More is the next cell; a blank is 0.2 to 0.4.
constexpr float justified_cell = 1.2f;  ///< The same in a line that is stretched to fill its column.

float middle(const Box& box) { return (box.top + box.bottom) / 2; }

/// A line that still takes pieces. Its band is the mean of its pieces, weighted by their width, so that a
/// large initial does not make it swallow its neighbours.
struct Band {
  std::vector<Piece> pieces;
  float top = 0, bottom = 0, weight = 0;

  /// How much of the lower of the two, the piece or the band, is at the height of the other.
  float match(const Box& at) const {
    const float shared = std::min(bottom, at.bottom) - std::max(top, at.top);
    const float lower = std::min(bottom - top, at.bottom - at.top);
    return shared >= 0 ? shared / std::max(lower, 0.01f) - distance(at) : 0;
  }

  void take(const Piece& piece) {
    const float added = std::max(piece.at.right - piece.at.left, 0.1f);
    top = (top * weight + piece.at.top * added) / (weight + added);
    bottom = (bottom * weight + piece.at.bottom * added) / (weight + added);
    weight += added;
    pieces.push_back(piece);
  }

 private:
  /// A little, to choose between bands that match as well.
  float distance(const Box& at) const {
    return 0.01f * std::min(1.0f, std::abs(middle(at) - (top + bottom) / 2) / std::max(bottom - top, 0.01f));
  }
};

/// Sorts pieces into bands: those of the usual height first, then the others (initials, bullets,
/// superscripts, headings), which would else pull a line up or down before its words have come.
class LineMaker {
 public:
  explicit LineMaker(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {
    std::stable_sort(pieces_.begin(), pieces_.end(),
                     [](const Piece& a, const Piece& b) { return middle(a.at) < middle(b.at); });
    std::vector<float> heights;
    for (const Piece& piece : pieces_) {
      heights.push_back(height(piece.at));
    }
    usual_ = median(std::move(heights));
  }

  std::vector<Band> make() {
    std::vector<const Piece*> others;
    for (const Piece& piece : pieces_) {
      if (height(piece.at) < 0.7f * usual_ || height(piece.at) > 1.35f * usual_) {
        others.push_back(&piece);
      } else {
        put(bands_, piece, recent(bands_));
      }
    }
    const std::size_t usual_bands = bands_.size();
    std::vector<Band> new_bands;
    for (const Piece* piece : others) {
      Band* best = best_of(recent(new_bands), piece->at);
      Band* usual = best_of(near(usual_bands, piece->at), piece->at);
      if (usual && (!best || usual->match(piece->at) >= best->match(piece->at))) best = usual;
      if (!best) best = &new_bands.emplace_back();
      best->take(*piece);
    }
    std::move(new_bands.begin(), new_bands.end(), std::back_inserter(bands_));
    return std::move(bands_);
  }

 private:
  static float height(const Box& box) { return box.bottom - box.top; }

  /// The last bands: pieces come sorted by their middle, so none can belong to an older one.
  static std::span<Band> recent(std::vector<Band>& bands) {
    return std::span(bands).last(std::min<std::size_t>(bands.size(), 6));
  }

  /// The bands of the usual height, which are sorted, that `at` reaches.
  std::span<Band> near(std::size_t usual_bands, const Box& at) {
    const std::span<Band> all = std::span(bands_).first(usual_bands);
    const auto first = std::partition_point(
        all.begin(), all.end(), [&](const Band& band) { return band.bottom < at.top - 2 * usual_; });
    auto last = first;
    while (last != all.end() && last->top <= at.bottom && last - first < 64)
      ++last;
    return {first, last};
  }

  static Band* best_of(std::span<Band> bands, const Box& at) {
    Band* best = nullptr;
    for (Band& band : bands) {
      if (band.match(at) >= 0.5f && (!best || band.match(at) > best->match(at))) best = &band;
    }
    return best;
  }

  static void put(std::vector<Band>& bands, const Piece& piece, std::span<Band> candidates) {
    Band* best = best_of(candidates, piece.at);
    (best ? *best : bands.emplace_back()).take(piece);
  }

  std::vector<Piece> pieces_;
  float usual_ = 0;
  std::vector<Band> bands_;
};

Line closed(const Band& band) {
  Line line;
  line.pieces = band.pieces;
  std::stable_sort(line.pieces.begin(), line.pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.at.left < b.at.left; });
  line.top = band.top;
  line.bottom = band.bottom;
  line.left = line.pieces.front().at.left;
  line.right = line.left;
  for (const Piece& piece : line.pieces) {
    line.right = std::max(line.right, piece.at.right);
  }
  return line;
}

}  // namespace

float median(std::vector<float> values) {
  if (values.empty()) return 0;
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), half, values.end());
  return *half;
}

std::vector<Line> make_lines(std::vector<Piece> pieces) {
  const std::vector<Band> bands = LineMaker(std::move(pieces)).make();
  std::vector<Line> lines;
  lines.reserve(bands.size());
  for (const Band& band : bands) {
    lines.push_back(closed(band));
  }
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.top < b.top; });
  return lines;
}

float width_per_character(const Piece& piece) {
  return (piece.at.right - piece.at.left) /
         static_cast<float>(std::max<std::size_t>(1, characters(piece.text)));
}

bool is_word(std::string_view text) {
  std::size_t letters = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    letters += c > 0x7F || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  return letters * 2 > characters(text);
}

float cell_gap(const Line& line) {
  std::vector<float> gaps, characters;
  std::size_t words = 0;
  for (std::size_t i = 0; i < line.pieces.size(); ++i) {
    const Piece& piece = line.pieces[i];
    words += is_word(piece.text);
    characters.push_back(width_per_character(piece));
    if (i > 0) gaps.push_back(piece.at.left - line.pieces[i - 1].at.right);
  }
  // In type of one width a blank is as wide as a letter, and the boxes are low.
  const float character = median(std::move(characters));
  const float usual = std::max(cell * line.height(), 1.5f * character);
  const bool is_prose = gaps.size() >= 4 && words * 10 >= line.pieces.size() * 8;
  if (!is_prose) return usual;
  const float most = std::max(justified_cell * line.height(), 2.2f * character);
  return std::clamp(2.2f * median(std::move(gaps)), usual, most);
}

}  // namespace docket::worker
