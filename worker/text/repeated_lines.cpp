#include "worker/text/repeated_lines.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "pipeline/support/ascii.h"
#include "worker/text/text_edits.h"

namespace docket::worker {
namespace {

constexpr std::size_t lines_looked_at = 3;  ///< At each end of a page.
constexpr std::size_t fewest_pages = 3;
constexpr std::size_t longest_line = 300;  ///< Bytes.
constexpr std::size_t most_numbers = 4;    ///< In a line.
constexpr std::size_t longest_number = 9;  ///< Digits.
constexpr float same_height = 8;           ///< Points.

/// What a line without any other word says, is the number of its page.
constexpr std::string_view page_words[] = {"page", "seite", "pagina", "p",  "pg",  "s",     "of",
                                           "von",  "sur",   "de",     "di", "van", "blatt", "no"};

/// A line at an end of a page: what its numbers stand in, and the numbers.
struct EdgeLine {
  RepeatedLine::Place place;
  std::string pattern;  ///< Trimmed, blanks squeezed, each number as '#'.
  std::vector<std::int64_t> numbers;
  float top = 0;  ///< Of its first word on the page; 0: not known.
};

/// The value of small Roman digits; 0: they are none. Good for the numbers that pages have.
std::int64_t roman(std::string_view word) {
  const auto value = [](char c) -> std::int64_t {
    constexpr std::string_view digits = "ivxlc";
    constexpr std::int64_t values[] = {1, 5, 10, 50, 100};
    const std::size_t at = digits.find(c);
    return at == digits.npos ? 0 : values[at];
  };
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const std::int64_t here = value(to_lower(word[i]));
    if (here == 0 || word.size() > 8) return 0;
    sum += i + 1 < word.size() && value(to_lower(word[i + 1])) > here ? -here : here;
  }
  return sum;
}

/// False: a line of no interest.
bool read_line(std::string_view line, EdgeLine& out) {
  line = trim(line);
  if (line.empty() || line.size() > longest_line) return false;
  if (const std::int64_t number = roman(line); number > 0) {
    out.pattern = "#";
    out.numbers = {number};
    return true;
  }
  for (std::size_t i = 0; i < line.size();) {
    if (is_digit(line[i])) {
      std::int64_t number = 0;
      std::size_t end = i;
      for (; end < line.size() && is_digit(line[end]) && end - i < longest_number; ++end)
        number = number * 10 + (line[end] - '0');
      out.pattern += '#';
      out.numbers.push_back(number);
      i = end;
    } else {
      if (line[i] != ' ' || out.pattern.back() != ' ') out.pattern += line[i];
      ++i;
    }
  }
  return out.numbers.size() <= most_numbers;
}

/// Nothing but `Page # of #`, `- # -`.
bool is_page_number(std::string_view pattern) {
  if (pattern.find('#') == pattern.npos) return false;
  const std::string words = to_lower(pattern);
  for (std::size_t begin = 0; begin < words.size();) {
    std::size_t end = begin;
    while (end < words.size() && is_alpha(words[end]))
      ++end;
    const std::string_view word = std::string_view(words).substr(begin, end - begin);
    if (!word.empty() && std::ranges::find(page_words, word) == std::end(page_words)) return false;
    if (word.empty() && std::string_view(" #-/().|[]").find(words[begin]) == std::string_view::npos)
      return false;
    begin = std::max(end, begin + 1);
  }
  return true;
}

using Group = std::vector<EdgeLine>;

/// The most frequent of `value_of` the lines.
template <class ValueOf>
std::pair<std::int64_t, std::size_t> most_frequent(const Group& group, ValueOf value_of) {
  std::map<std::int64_t, std::size_t> counts;
  for (const EdgeLine& line : group)
    ++counts[value_of(line)];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  return {most->first, most->second};
}

/// Leaves the lines whose n-th number is the same, or counts pages, whichever is true of more of them.
void keep_of_one_number(Group& group, std::size_t n) {
  const auto same = [n](const EdgeLine& line) { return line.numbers[n]; };
  const auto counting = [n](const EdgeLine& line) {
    return line.numbers[n] - static_cast<std::int64_t>(line.place.page);
  };
  const auto constant = most_frequent(group, same);
  const auto offset = most_frequent(group, counting);
  std::erase_if(group, [&](const EdgeLine& line) {
    return constant.second >= offset.second ? same(line) != constant.first : counting(line) != offset.first;
  });
}

/// What stands at the head or foot of every page stands at one height; `By:` below a contract does not.
void keep_of_one_height(Group& group) {
  std::vector<float> tops;
  for (const EdgeLine& line : group)
    tops.push_back(line.top);
  const auto half = tops.begin() + static_cast<std::ptrdiff_t>(tops.size() / 2);
  std::nth_element(tops.begin(), half, tops.end());
  const float middle = *half;
  std::erase_if(group, [&](const EdgeLine& line) { return std::abs(line.top - middle) > same_height; });
}

bool repeats(const Group& group) {
  if (group.size() < fewest_pages) return false;
  const std::size_t reach = group.back().place.page - group.front().place.page + 1;
  return group.size() * 2 >= reach;
}

/// A number, or four letters.
bool says_something(std::string_view pattern) {
  constexpr std::ptrdiff_t fewest_letters = 4;
  const auto is_letter = [](char c) { return is_alpha(c) || static_cast<unsigned char>(c) >= 0xC0; };
  return pattern.find('#') != pattern.npos || std::ranges::count_if(pattern, is_letter) >= fewest_letters;
}

float top_of(const Page& page, std::uint32_t offset) {
  const auto word = std::ranges::lower_bound(page.words, offset, {}, &Word::offset);
  return word == page.words.end() ? 0 : word->box.top;
}

std::string squeezed(std::string_view line) {
  std::string out;
  for (const char c : trim(line))
    if (c != ' ' || out.back() != ' ') out += c;
  return out;
}

/// Lines of the ends of pages, by what they say.
class Edges {
 public:
  void add(std::size_t number, const Page& page) {
    const std::string_view text = page.text;
    std::vector<RepeatedLine::Place> lines;
    read_ends(number, text, lines);
    const std::size_t half = (lines.size() + 1) / 2;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const bool is_foot = i >= half;
      EdgeLine line{lines[i], {}, {}, top_of(page, lines[i].begin)};
      if (read_line(text.substr(lines[i].begin, lines[i].end - lines[i].begin), line) &&
          says_something(line.pattern))
        groups_[{is_foot, line.pattern}].push_back(std::move(line));
    }
  }

  std::vector<RepeatedLine> repeated(const Text& text) {
    std::vector<RepeatedLine> out;
    for (auto& [key, group] : groups_) {
      if (group.size() < fewest_pages) continue;
      const std::size_t numbers = is_page_number(key.second) ? 0 : group.front().numbers.size();
      for (std::size_t n = 0; n < numbers && group.size() >= fewest_pages; ++n)
        keep_of_one_number(group, n);
      if (!group.empty()) keep_of_one_height(group);
      if (!repeats(group)) continue;
      RepeatedLine line{{}, key.first, {}};
      for (const EdgeLine& one : group) {
        if (line.places.empty() || line.places.back().page != one.place.page)
          line.places.push_back(one.place);
      }
      if (line.places.size() < fewest_pages) continue;
      const RepeatedLine::Place& first = line.places.front();
      line.text = squeezed(
          std::string_view(text.pages[first.page].text).substr(first.begin, first.end - first.begin));
      out.push_back(std::move(line));
    }
    std::ranges::stable_sort(out, {}, [](const RepeatedLine& line) {
      return std::tuple(line.places.front().page, line.places.front().begin);
    });
    return out;
  }

 private:
  /// The first and the last lines that are not empty.
  static void read_ends(std::size_t number, std::string_view text, std::vector<RepeatedLine::Place>& lines) {
    const auto add = [&](std::size_t begin, std::size_t end) {
      lines.push_back({number, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
    };
    std::size_t at = 0;
    while (at < text.size() && lines.size() < lines_looked_at) {
      const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
      if (!trim(text.substr(at, end - at)).empty()) add(at, end);
      at = end;
    }
    const std::size_t top = lines.size();
    for (std::size_t end = text.size(); end > at && lines.size() - top < lines_looked_at;) {
      const std::size_t before = end < 2 ? text.npos : text.rfind('\n', end - 2);
      const std::size_t begin = before == text.npos ? 0 : before + 1;
      if (begin < at) break;
      if (!trim(text.substr(begin, end - begin)).empty()) add(begin, end);
      end = begin;
    }
    std::reverse(lines.begin() + static_cast<std::ptrdiff_t>(top), lines.end());
  }

  std::map<std::pair<bool, std::string>, Group> groups_;
};

}  // namespace

std::vector<RepeatedLine> repeated_lines(const Text& text) {
  if (text.pages.size() < fewest_pages) return {};
  Edges edges;
  for (std::size_t i = 0; i < text.pages.size(); ++i)
    edges.add(i, text.pages[i]);
  return edges.repeated(text);
}

void keep_once(Text& text, const std::vector<RepeatedLine>& lines) {
  std::vector<RepeatedLine::Place> others;
  for (const RepeatedLine& line : lines)
    others.insert(others.end(), line.places.begin() + 1, line.places.end());
  std::ranges::sort(others, {},
                    [](const RepeatedLine::Place& place) { return std::tuple(place.page, place.begin); });
  for (auto first = others.begin(); first != others.end();) {
    const auto last =
        std::find_if(first, others.end(), [&](const auto& place) { return place.page != first->page; });
    TextEdits edits;
    for (auto place = first; place != last; ++place)
      edits.replace(place->begin, place->end, "");
    edits.apply(text.pages[first->page]);
    first = last;
  }
}

}  // namespace docket::worker
