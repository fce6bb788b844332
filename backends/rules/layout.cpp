#include "backends/rules/layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "backends/rules/upright_words.h"
#include "pipeline/support/utf8.h"

// A page becomes lines of its text, the lines become cells, and the cells become rows again:
//
//   text            Lieferant        Rechnung            geometry decides what is beside what,
//                   Muster GmbH      Nr.      471102     for the text may have the left column
//                   80333 München    Datum    5.6.2024   first and the right one after it.

namespace docket::rules {
namespace {

constexpr std::uint32_t longest_cell = 4000;  // Bytes: a longer line is cut, so that work stays linear.
constexpr float typewriter_width = 6;         // A character of a text without boxes, in points…
constexpr float typewriter_height = 12;       // … and its line.

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

Box united(const Box& a, const Box& b) {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

/// Boxes come from files: a number that is none must not get into a sort.
Box finite(const Box& box) {
  const bool sound = std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.right) &&
                     std::isfinite(box.bottom);
  return sound ? box : Box{};
}

/// Splits one line of a page into cells.
class Line {
 public:
  /// `blank`: the usual one of the page.
  Line(const Page& page, std::span<const Word> words, float blank, std::uint32_t begin, std::uint32_t end,
       std::uint32_t number)
      : page_(page), words_(words), blank_(blank), begin_(begin), end_(end), number_(number) {}

  void cells_by_words(std::size_t& word, std::vector<Cell>& out) const {
    Cell cell;
    bool open = false;
    for (; word < words_.size() && words_[word].offset < end_; ++word) {
      const Word next{finite(words_[word].box), words_[word].offset, words_[word].length};
      if (next.length == 0 || next.offset < begin_ || next.length > end_ - next.offset) continue;
      if (open && goes_on_below(cell, next)) {
        cell.end = next.offset + next.length;
        continue;
      }
      if (open && (parted(cell, next) || cell.end - cell.begin > longest_cell)) {
        out.push_back(cell);
        open = false;
      }
      if (!open) cell = start(next.offset, next.box);
      cell.end = next.offset + next.length;
      cell.box = united(cell.box, next.box);
      open = true;
    }
    if (open) out.push_back(cell);
  }

  void cells_by_blanks(std::vector<Cell>& out) const {
    const std::string_view text = page_.text;
    float column = 0;
    std::uint32_t position = begin_;
    while (position < end_) {
      std::uint32_t first = position;
      for (; first < end_ && (is_blank(text[first]) || text[first] == '|'); ++first)
        column += text[first] == '\t' ? 4 : 1;
      if (first == end_) return;
      Cell cell = start(first, {});
      const float left = column;
      position = first;
      while (position < end_ && !cell_ends(position) && position - first < longest_cell) {
        std::size_t next = position;
        next_code_point(text, next);
        position = static_cast<std::uint32_t>(std::min<std::size_t>(next, end_));
        ++column;
      }
      cell.end = position;
      const float top = static_cast<float>(number_) * typewriter_height;
      cell.box = {left * typewriter_width, top, column * typewriter_width, top + typewriter_height * 0.8F};
      out.push_back(cell);
    }
  }

 private:
  Cell start(std::uint32_t begin, const Box& box) const {
    Cell cell;
    cell.line = number_;
    cell.begin = cell.end = begin;
    cell.box = box;
    return cell;
  }

  /// The rest of a word that was hyphenated: in the text it is up here, on the page on the next line.
  static bool goes_on_below(const Cell& cell, const Word& next) {
    return next.offset == cell.end && next.box.top > (cell.box.top + cell.box.bottom) / 2 &&
           next.box.right < cell.box.right;
  }

  /// Two blanks in the text part cells, unless the words stand as near as in a sentence that is set to full
  /// width, or in letters of one width; and so does a wide gap, whatever the text says.
  bool parted(const Cell& cell, const Word& next) const {
    const float height = std::max(next.box.bottom - next.box.top, 1.0F);
    const float letter = (next.box.right - next.box.left) / static_cast<float>(next.length);
    const float gap = next.box.left - cell.box.right;
    const bool two_blanks = next.offset - cell.end >= 2;
    const float least = std::max({0.45F * height, 1.3F * std::min(letter, height), 1.35F * blank_});
    return gap > (two_blanks ? std::min(least, 1.5F * height) : 1.5F * height) || gap < -2 * height;
  }

  bool cell_ends(std::uint32_t position) const {
    const std::string_view text = page_.text;
    if (text[position] == '\t') return true;
    if (!is_blank(text[position])) return false;
    if (position + 1 < end_ && text[position + 1] == '|') return true;  // A Markdown table.
    std::uint32_t next = position;
    while (next < end_ && is_blank(text[next]))
      ++next;
    return next == end_ || next - position >= 2;
  }

  const Page& page_;
  std::span<const Word> words_;
  float blank_;
  std::uint32_t begin_, end_, number_;
};

/// Of one number or more.
float median(std::vector<float> numbers) {
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

float median_height(std::span<const Cell> cells) {
  if (cells.empty()) return typewriter_height;
  std::vector<float> heights(cells.size());
  std::transform(cells.begin(), cells.end(), heights.begin(), [](const Cell& cell) { return cell.height(); });
  return std::max(median(std::move(heights)), 1.0F);
}

/// How far words stand apart where the text has one blank between them; 0 where that is too rare. In letters
/// of one width, set wide, that is farther than cells of other pages.
float usual_blank(const std::string& text, std::span<const Word> words) {
  constexpr std::size_t least_words = 10;
  std::vector<float> gaps;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t end = std::size_t{words[i - 1].offset} + words[i - 1].length;
    if (end + 1 != words[i].offset || end >= text.size() || text[end] != ' ') continue;
    const float gap = finite(words[i].box).left - finite(words[i - 1].box).right;
    if (gap > 0) gaps.push_back(gap);
  }
  return gaps.size() < least_words ? 0 : median(std::move(gaps));
}

}  // namespace

Layout::Layout(const Text& text, std::size_t page_limit) : text_(text) {
  const std::size_t count = std::min(text.pages.size(), page_limit);
  first_cell_.push_back(0);
  for (std::uint32_t page = 0; page < count; ++page)
    add_page(page);
}

void Layout::add_page(std::uint32_t number) {
  const Page& page = text_.pages[number];
  folded_.push_back(fold(page.text));
  upright_.push_back(upright_words(page));
  const std::size_t first = cells_.size();
  const float blank = usual_blank(page.text, words(number));
  std::size_t word = 0;
  std::uint32_t line = 0;
  for (std::size_t begin = 0; begin < page.text.size(); ++line) {
    const std::size_t end = std::min(page.text.find('\n', begin), page.text.size());
    const Line cut(page, words(number), blank, static_cast<std::uint32_t>(begin),
                   static_cast<std::uint32_t>(end), line);
    if (page.words.empty()) {
      cut.cells_by_blanks(cells_);
    } else {
      cut.cells_by_words(word, cells_);
    }
    begin = end + 1;
  }
  const std::vector<Token>& tokens = folded_.back().tokens;
  std::uint32_t token = 0;
  for (std::size_t i = first; i < cells_.size(); ++i) {
    Cell& cell = cells_[i];
    cell.page = number;
    while (token < tokens.size() && tokens[token].begin < cell.begin)
      ++token;
    cell.first_token = token;
    while (token < tokens.size() && tokens[token].begin < cell.end)
      ++token;
    cell.last_token = token;
  }
  first_cell_.push_back(static_cast<std::uint32_t>(cells_.size()));
  line_heights_.push_back(median_height(page_cells(number)));
  add_rows(number);
}

void Layout::add_rows(std::uint32_t page) {
  std::vector<std::uint32_t> order(first_cell_[page + 1] - first_cell_[page]);
  std::iota(order.begin(), order.end(), first_cell_[page]);
  const auto middle = [&](std::uint32_t cell) {
    return (cells_[cell].box.top + cells_[cell].box.bottom) / 2;
  };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return middle(a) != middle(b) ? middle(a) < middle(b) : a < b;
  });
  const float tall = 3 * line_heights_[page];  // Text that runs up the margin is beside nothing.
  for (std::size_t i = 0; i < order.size();) {
    Row row{page, static_cast<std::uint32_t>(in_rows_.size()), 0, middle(order[i])};
    const float reach = std::min(cells_[order[i]].height(), line_heights_[page]) / 2;
    const bool alone = cells_[order[i]].height() > tall;
    for (; i < order.size() && (row.count == 0 || (!alone && middle(order[i]) - row.middle <= reach &&
                                                   cells_[order[i]].height() <= tall));
         ++i, ++row.count) {
      cells_[order[i]].row = static_cast<std::uint32_t>(rows_.size());
      in_rows_.push_back(order[i]);
    }
    std::sort(in_rows_.begin() + row.first, in_rows_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return cells_[a].box.left != cells_[b].box.left ? cells_[a].box.left < cells_[b].box.left : a < b;
    });
    rows_.push_back(row);
  }
}

std::span<const Word> Layout::words(std::uint32_t page) const {
  return upright_[page].empty() ? text_.pages[page].words : upright_[page];
}

bool Layout::box_of(std::uint32_t page, std::uint32_t begin, std::uint32_t end, Box& box) const {
  return unite(words(page), begin, end, box);
}

bool Layout::box_on_page(std::uint32_t page, std::uint32_t begin, std::uint32_t end, Box& box) const {
  return unite(text_.pages[page].words, begin, end, box);
}

bool Layout::unite(std::span<const Word> words, std::uint32_t begin, std::uint32_t end, Box& box) {
  auto word = std::partition_point(words.begin(), words.end(),
                                   [&](const Word& w) { return w.offset + w.length <= begin; });
  const auto first = word;
  for (; word != words.end() && word->offset < end; ++word) {
    box = word == first ? finite(word->box) : united(box, finite(word->box));
  }
  return word != first;
}

std::string Layout::plain_text(std::uint32_t page, std::uint32_t begin, std::uint32_t end) const {
  const std::span<const Word> words = this->words(page);
  const std::string_view text = page_text(page);
  auto word = std::partition_point(words.begin(), words.end(),
                                   [&](const Word& w) { return w.offset + w.length <= begin; });
  std::string joined;
  std::uint32_t from = begin;
  for (; word != words.end() && word + 1 != words.end() && word[1].offset < end; ++word) {
    const std::uint32_t stop = word->offset + word->length;
    if (stop >= word[1].offset || stop <= from) continue;
    const float gap = word[1].box.left - word->box.right;
    const bool letters = is_alpha(text[stop - 1]) && is_lower(text[word[1].offset]);
    // Measured: blanks are at least 0.14 of the line's height wide, those gaps at most 0.125.
    if (!letters || gap < 0 || gap > 0.13F * (word->box.bottom - word->box.top)) continue;
    joined += text.substr(from, stop - from);
    from = word[1].offset;
  }
  joined += text.substr(from, end - from);
  return squeeze(joined);
}

float Layout::overlap(const Box& a, const Box& b) {
  return std::min(a.right, b.right) - std::max(a.left, b.left);
}

}  // namespace docket::rules
