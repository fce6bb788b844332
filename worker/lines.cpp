#include "worker/lines.h"

#include <algorithm>
#include <cmath>

#include "worker/clean_text.h"

namespace docket::worker {
namespace {

// In units of a line's height, which is about 1.2 times the size of its type.
constexpr float joined = 0.1f;          ///< Less is no blank.
constexpr float cell = 0.7f;            ///< More is the next cell; a blank is 0.2 to 0.4.
constexpr float justified_cell = 1.2f;  ///< The same in a line that is stretched to fill its column.
constexpr float paragraph = 0.7f;       ///< White above a line that begins a paragraph.
constexpr std::size_t table_reach = 3;  ///< Lines; a cell rarely has more of them.
constexpr int widest_line = 180;        ///< Columns of a block that spans a page in the smallest type.

float middle(const Box& box) { return (box.top + box.bottom) / 2; }

/// A line that still takes pieces. Its band is the mean of its pieces, weighted by their width, so that a
/// large initial does not make it swallow its neighbours.
struct Band {
  Line line;
  float top = 0, bottom = 0, weight = 0;

  bool takes(const Box& at) const {
    const float shared = std::min(bottom, at.bottom) - std::max(top, at.top);
    return shared >= 0.5f * std::min(bottom - top, at.bottom - at.top);
  }

  void take(const Piece& piece) {
    const float added = std::max(piece.at.right - piece.at.left, 0.1f);
    top = (top * weight + piece.at.top * added) / (weight + added);
    bottom = (bottom * weight + piece.at.bottom * added) / (weight + added);
    weight += added;
    line.pieces.push_back(piece);
  }
};

Line closed(Band band) {
  Line line = std::move(band.line);
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

float median(std::vector<float> values, float otherwise) {
  if (values.empty()) return otherwise;
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), half, values.end());
  return *half;
}

/// The width of a character in the type that most of the block is set in.
float character_width(const std::vector<Line>& lines) {
  std::vector<float> widths;
  float left = lines.front().left, right = lines.front().right;
  for (const Line& line : lines) {
    left = std::min(left, line.left);
    right = std::max(right, line.right);
    for (const Piece& piece : line.pieces) {
      const auto count = static_cast<float>(count_code_points(piece.text));
      if (count > 0) widths.push_back((piece.at.right - piece.at.left) / count);
    }
  }
  return std::max({median(std::move(widths), 5), (right - left) / widest_line, 0.5f});
}

/// Writes lines one after the other; knows where in the current line it stands.
class BlockWriter {
 public:
  BlockWriter(Page& page, const std::vector<Line>& lines) : page_(page), lines_(lines) {
    character_ = character_width(lines);
    left_ = lines.front().left;
    for (const Line& line : lines) {
      left_ = std::min(left_, line.left);
      gaps_.push_back(cell_gap(line));
    }
  }

  void write() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (i > 0 && lines_[i].top - lines_[i - 1].bottom > paragraph * lines_[i].height()) page_.text += '\n';
      write_line(i);
    }
  }

 private:
  bool has_cells(std::size_t i) const {
    if (i >= lines_.size()) return false;
    const std::vector<Piece>& pieces = lines_[i].pieces;
    for (std::size_t p = 1; p < pieces.size(); ++p) {
      if (pieces[p].at.left - pieces[p - 1].at.right > gaps_[i]) return true;
    }
    return false;
  }

  /// A line near a row of cells keeps its place under them; other lines start at the margin.
  bool is_in_table(std::size_t i) const {
    for (std::size_t near = i - std::min(i, table_reach); near <= i + table_reach; ++near) {
      if (has_cells(near)) return true;
    }
    return false;
  }

  void write_line(std::size_t i) {
    const Line& line = lines_[i];
    column_ = 0;
    if (is_in_table(i)) fill_to(line.left, 0);
    float end = line.left;
    bool space_after = false;
    for (const Piece& piece : line.pieces) {
      const float gap = piece.at.left - end;
      const bool first = &piece == &line.pieces.front();
      if (gap > gaps_[i]) {
        fill_to(piece.at.left, 2);
      } else if (!first && (space_after || gap > joined * line.height())) {
        fill(1);
      }
      const bool joins = !first && page_.text.back() != ' ';
      write_piece(piece, joins);
      end = std::max(end, piece.at.right);
      space_after = piece.space_after;
    }
    page_.text += '\n';
  }

  void write_piece(const Piece& piece, bool joins) {
    if (joins && !page_.words.empty()) {
      Word& word = page_.words.back();
      word.box = {std::min(word.box.left, piece.box.left), std::min(word.box.top, piece.box.top),
                  std::max(word.box.right, piece.box.right), std::max(word.box.bottom, piece.box.bottom)};
      word.length += static_cast<std::uint32_t>(piece.text.size());
    } else {
      page_.words.push_back({piece.box, static_cast<std::uint32_t>(page_.text.size()),
                             static_cast<std::uint32_t>(piece.text.size())});
    }
    page_.text += piece.text;
    column_ += static_cast<int>(count_code_points(piece.text));
  }

  void fill_to(float x, int at_least) {
    const int target = static_cast<int>(std::lround((x - left_) / character_));
    fill(std::clamp(target - column_, at_least, widest_line));
  }

  void fill(int blanks) {
    page_.text.append(static_cast<std::size_t>(blanks), ' ');
    column_ += blanks;
  }

  Page& page_;
  const std::vector<Line>& lines_;
  std::vector<float> gaps_;  ///< cell_gap() of each line.
  float character_ = 0, left_ = 0;
  int column_ = 0;
};

}  // namespace

std::vector<Line> make_lines(std::vector<Piece> pieces) {
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Piece& a, const Piece& b) { return middle(a.at) < middle(b.at); });
  constexpr std::size_t open_lines = 6;  // Sorted by their middles, a piece cannot belong to an older line.
  std::vector<Band> bands;
  for (const Piece& piece : pieces) {
    std::size_t i = bands.size();
    const std::size_t oldest = bands.size() - std::min(bands.size(), open_lines);
    while (i > oldest && !bands[i - 1].takes(piece.at))
      --i;
    if (i == oldest) {
      bands.emplace_back();
      i = bands.size();
    }
    bands[i - 1].take(piece);
  }
  std::vector<Line> lines;
  lines.reserve(bands.size());
  for (Band& band : bands) {
    lines.push_back(closed(std::move(band)));
  }
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.top < b.top; });
  return lines;
}

float cell_gap(const Line& line) {
  std::vector<float> gaps;
  for (std::size_t i = 1; i < line.pieces.size(); ++i) {
    gaps.push_back(line.pieces[i].at.left - line.pieces[i - 1].at.right);
  }
  const float height = line.height();
  if (gaps.size() < 4) return cell * height;
  return std::clamp(2.2f * median(std::move(gaps), 0), cell * height, justified_cell * height);
}

void write_block(Page& page, const std::vector<Line>& lines) {
  if (lines.empty()) return;
  if (!page.text.empty()) page.text += '\n';
  BlockWriter(page, lines).write();
}

}  // namespace docket::worker
