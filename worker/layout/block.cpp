#include "worker/layout/block.h"

#include <algorithm>
#include <cmath>

#include "pipeline/support/utf8.h"
#include "worker/layout/right_to_left.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

// In units of a line's height, which is about 1.2 times the size of its type.
constexpr float joined = 0.1f;  ///< Less white is no blank.
constexpr float overlapping =
    -0.25f;                        ///< But words that overlap as far are two: the font lies about its widths.
constexpr float paragraph = 0.7f;  ///< White above a line that begins a paragraph.

constexpr std::size_t table_reach = 3;  ///< Lines; a cell rarely has more of them.
constexpr int widest_line = 180;        ///< Columns of a block that spans a page in the smallest type.

constexpr std::string_view soft_hyphen_text = "\u00AD";

bool is_letter(char32_t c) {
  const char32_t lower = c | 0x20;
  return (lower >= 'a' && lower <= 'z') ||
         (c >= 0xC0 && c != 0xD7 && c != 0xF7 && (c < 0x2000 || c > 0x2BFF));
}

/// Of UTF-8 that is not empty.
char32_t last_character(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && continues_character(text[at]))
    --at;
  return first_character(text.substr(at));
}

bool is_blank_gap(float gap) { return gap > joined || gap < overlapping; }

Box both(const Box& a, const Box& b) {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

/// White between two boxes of a line, whichever stands left; negative: how far they overlap.
float white(const Box& a, const Box& b) { return std::max(b.left - a.right, a.left - b.right); }

/// The width of a character in the type that most of the block is set in.
float character_width(const std::vector<Line>& lines) {
  std::vector<float> widths;
  float left = lines.front().left, right = lines.front().right;
  for (const Line& line : lines) {
    left = std::min(left, line.left);
    right = std::max(right, line.right);
    for (const Piece& piece : line.pieces) {
      widths.push_back(width_per_character(piece));
    }
  }
  return std::max({median(std::move(widths)), (right - left) / widest_line, 0.5f});
}

/// Writes lines one after the other; knows where in the current line it stands.
class BlockWriter {
 public:
  BlockWriter(Page& page, std::vector<Line> lines) : page_(page), lines_(std::move(lines)) {
    character_ = character_width(lines_);
    left_ = lines_.front().left;
    for (Line& line : lines_) {
      left_ = std::min(left_, line.left);
      gaps_.push_back(cell_gap(line));
      put_in_reading_order(line);
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
    Box written = pieces.front().at;
    for (const Piece& piece : pieces) {
      if (white(written, piece.at) > gaps_[i]) return true;
      written = both(written, piece.at);
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
    if (is_in_table(i) && line.left - left_ > 1.5f * character_) fill_to(line.left, 0);
    const Piece* before = nullptr;
    Box written = line.pieces.front().at;
    for (const Piece& piece : line.pieces) {
      const bool joins = before && !separate(i, written, *before, piece);
      write_piece(i, piece, joins);
      written = both(written, piece.at);
      before = &piece;
    }
    page_.text += '\n';
  }

  /// Writes the blanks between line `i` as far as it is written and the next piece, if any.
  bool separate(std::size_t i, const Box& written, const Piece& before, const Piece& piece) {
    const float gap = white(written, piece.at);
    if (gap > gaps_[i]) {
      lines_[i].right_to_left ? fill(2) : fill_to(piece.at.left, 2);
      return true;
    }
    const bool space = (piece.at.left < before.at.left ? piece : before).space_after;
    if (!space && !is_blank_gap(gap / lines_[i].height())) return false;
    fill(1);
    return true;
  }

  /// Behind letters at the end of a line whose next one goes on with a letter, the word was broken there.
  bool breaks_word(std::size_t i, const Piece& piece) const {
    if (&piece != &lines_[i].pieces.back()) return false;
    const std::string_view word = piece.text.substr(0, piece.text.size() - soft_hyphen_text.size());
    if (word.empty() || !is_letter(last_character(word))) return false;
    return i + 1 == lines_.size() || is_letter(first_character(lines_[i + 1].pieces.front().text));
  }

  /// Soft hyphens as what they are here; `kept` holds the text when it is not that of the piece.
  std::string_view shown(std::size_t i, const Piece& piece, std::string& kept) const {
    if (piece.text.find(soft_hyphen_text) == piece.text.npos) return piece.text;
    std::string_view rest = piece.text;
    const bool is_break = rest.ends_with(soft_hyphen_text) && breaks_word(i, piece);
    if (is_break) rest.remove_suffix(soft_hyphen_text.size());
    for (std::size_t at = 0; at < rest.size();) {
      const char32_t c = next_code_point(rest, at);
      append_utf8(kept, c == soft_hyphen ? U'-' : c);
    }
    if (is_break) kept += soft_hyphen_text;
    return kept;
  }

  void write_piece(std::size_t i, const Piece& piece, bool joins) {
    std::string kept;
    const std::string_view text = shown(i, piece, kept);
    if (text.empty()) return;
    if (joins && !page_.words.empty()) {
      Word& word = page_.words.back();
      word.box = both(word.box, piece.box);
      word.length += static_cast<std::uint32_t>(text.size());
    } else {
      page_.words.push_back({piece.box, static_cast<std::uint32_t>(page_.text.size()),
                             static_cast<std::uint32_t>(text.size())});
    }
    page_.text += text;
    column_ += static_cast<int>(characters(text));
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
  std::vector<Line> lines_;
  std::vector<float> gaps_;  ///< cell_gap() of each line.
  float character_ = 0, left_ = 0;
  int column_ = 0;
};

}  // namespace

void write_block(Page& page, std::vector<Line> lines) {
  if (lines.empty()) return;
  if (!page.text.empty()) page.text += '\n';
  BlockWriter(page, std::move(lines)).write();
}

}  // namespace docket::worker
