#include "worker/layout/marks.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"
#include "worker/layout/right_to_left.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

constexpr std::size_t most_lone_marks = 2000;  ///< Of a page, for each of which all words are looked at.
constexpr std::size_t most_of_one_letter = 8;

/// The mark that an accent with a place of its own stands for; 0: none.
char32_t combining(char32_t c) {
  constexpr std::pair<char32_t, char32_t> accents[] = {
      {0x60, 0x300},  {0xA8, 0x308},  {0xAF, 0x304},  {0xB4, 0x301},  {0xB8, 0x327},
      {0x2C6, 0x302}, {0x2C7, 0x30C}, {0x2D8, 0x306}, {0x2D9, 0x307}, {0x2DA, 0x30A},
      {0x2DB, 0x328}, {0x2DC, 0x303}, {0x2DD, 0x30B}};
  const auto found = std::ranges::find(accents, c, &std::pair<char32_t, char32_t>::first);
  return found == std::end(accents) ? 0 : found->second;
}

bool has_marks(const DrawnWord& word) { return std::ranges::any_of(word.letters, is_mark); }

/// A mark that stands where a letter begins belongs to the one before, or, in scripts that run to the left,
/// to this one: so fonts are made.
bool belongs_to_next(const DrawnWord& word, std::size_t mark, std::size_t next) {
  if (next == word.letters.size()) return false;
  if (mark == 0) return true;
  const float direction = word.quarter_turns < 2 ? 1.0f : -1.0f;
  const float ahead = (word.edges[next] - word.edges[mark]) * direction;
  return is_right_to_left(word.letters[next]) ? ahead < 0.05f : ahead < -0.05f;
}

/// Marks behind their letters.
void put_marks_behind(DrawnWord& word) {
  std::u32string out, waiting;
  std::size_t next = 0;
  for (std::size_t i = 0; i < word.letters.size(); ++i) {
    if (!is_mark(word.letters[i])) {
      out += word.letters[i];
      out += std::exchange(waiting, {});
      continue;
    }
    next = std::max(next, i);  // Behind the marks of which this is one.
    while (next < word.letters.size() && is_mark(word.letters[next]))
      ++next;
    (belongs_to_next(word, i, next) ? waiting : out) += word.letters[i];
  }
  word.letters = out + waiting;
}

/// The letter of `host` over or under which the whole of `mark` stands; npos: none.
std::size_t letter_at(const DrawnWord& host, const DrawnWord& mark) {
  constexpr std::size_t none = std::u32string::npos;
  if (host.quarter_turns != mark.quarter_turns) return none;
  const bool upright = host.quarter_turns % 2 == 1;
  const float top = upright ? host.box.left : host.box.top,
              bottom = upright ? host.box.right : host.box.bottom;
  const float mark_top = upright ? mark.box.left : mark.box.top;
  const float mark_bottom = upright ? mark.box.right : mark.box.bottom;
  const float shared = std::min(bottom, mark_bottom) - std::max(top, mark_top);
  if (shared < 0.3f * std::min(bottom - top, mark_bottom - mark_top)) return none;
  const float middle = (mark.edges.front() + mark.edges.back()) / 2;
  for (std::size_t i = 0; i < host.letters.size() && i + 1 < host.edges.size(); ++i) {
    const auto [first, last] = std::minmax(host.edges[i], host.edges[i + 1]);
    if (middle >= first && middle <= last && !is_mark(host.letters[i])) return i;
  }
  return none;
}

bool is_lone_mark(const DrawnWord& word) {
  return std::ranges::all_of(word.letters, is_mark) ||
         (word.letters.size() == 1 && combining(word.letters[0]) != 0);
}

/// Gives a mark that is a word of its own to the letter that it stands at.
bool give_to_letter(std::vector<DrawnWord>& words, const DrawnWord& mark) {
  for (DrawnWord& host : words) {
    if (&host == &mark || is_lone_mark(host)) continue;
    std::size_t at = letter_at(host, mark);
    if (at == std::u32string::npos) continue;
    const float edge = host.edges[++at];
    for (const char32_t c : mark.letters) {
      const char32_t accent = combining(c);
      host.letters.insert(at, 1, accent == 0 ? c : accent);
      host.edges.insert(host.edges.begin() + static_cast<std::ptrdiff_t>(at), edge);
    }
    return true;
  }
  return false;
}

void join_lone_marks(std::vector<DrawnWord>& words) {
  std::vector<std::size_t> marks;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_for_letter = words[i].letters.size() <= most_of_one_letter && is_lone_mark(words[i]);
    if (is_for_letter && marks.size() < most_lone_marks) marks.push_back(i);
  }
  for (const std::size_t i : marks) {
    if (give_to_letter(words, words[i])) words[i].letters.clear();
  }
  std::erase_if(words, [](const DrawnWord& word) { return word.letters.empty(); });
}

/// Which way the brackets of words that run to the left came out, in favour of turning them round.
int wrong_brackets(const std::u32string& letters) {
  const auto vote = [](char32_t c, bool (*wrong)(char32_t), bool (*right)(char32_t)) {
    return static_cast<int>(wrong(c)) - static_cast<int>(right(c));
  };
  return vote(letters.front(), closes, opens) + vote(letters.back(), opens, closes);
}

std::string clean_word(const std::u32string& letters) {
  std::string out;
  for (const char32_t c : letters) {
    c == soft_hyphen ? append_utf8(out, c) : append_clean(out, c);
  }
  return composed(out);
}

}  // namespace

std::vector<PlacedWord> written(std::vector<DrawnWord> words) {
  std::erase_if(words, [](const DrawnWord& word) { return word.letters.empty(); });
  for (DrawnWord& word : words) {
    if (has_marks(word)) put_marks_behind(word);
  }
  join_lone_marks(words);
  int wrong = 0;
  bool runs_left = false;
  for (DrawnWord& word : words) {
    if (std::ranges::none_of(word.letters, is_right_to_left)) continue;
    word.letters = in_reading_order(word.letters);
    wrong += wrong_brackets(word.letters);
    runs_left = true;
  }
  std::vector<PlacedWord> out;
  out.reserve(words.size());
  for (DrawnWord& word : words) {
    // Fonts say of a bracket how it looks, or what it means; the words of the page tell which.
    const bool is_left = runs_left && std::ranges::any_of(word.letters, is_right_to_left);
    const bool is_turned = is_left ? wrong > 0 : runs_left && wrong <= 0 && wrong_brackets(word.letters) == 2;
    if (is_turned) std::ranges::transform(word.letters, word.letters.begin(), mirrored);
    out.push_back({word.box, clean_word(word.letters), word.quarter_turns, word.space_after});
  }
  return out;
}

}  // namespace docket::worker
