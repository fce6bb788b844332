#include "worker/text/line_breaks.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"
#include "worker/text/clean_text.h"
#include "worker/text/text_edits.h"
#include "worker/text/word_end.h"

namespace docket::worker {
namespace {

constexpr std::string_view soft_mark = "\u00AD";
constexpr std::string_view hyphen_marks[] = {"-", "\u2010", soft_mark};

constexpr std::size_t longest_part = 64;  ///< Bytes, of a word.

/// What joins two words of which the first lacks its end: `Haupt- und Nebenkosten`.
constexpr std::string_view conjunctions[] = {"und", "oder", "bzw", "sowie", "bis",  "and",
                                             "or",  "to",   "nor", "resp",  "et",   "ou",
                                             "en",  "of",   "och", "og",    "eller"};

/// Behind these, English keeps its hyphen; behind those, it never has one.
constexpr std::string_view kept_behind[] = {"non",  "self",  "ex",    "all",   "cross", "well", "pro", "anti",
                                            "post", "multi", "semi",  "vice",  "half",  "high", "low", "long",
                                            "full", "short", "third", "first", "so",    "self"};
constexpr std::string_view joined_behind[] = {"here", "there", "where", "with", "what",    "any",
                                              "some", "every", "never", "none", "further", "not"};

/// Before these, too, behind a word of four letters or more.
constexpr std::string_view kept_before[] = {"based", "related", "specific", "owned",  "free",     "wide",
                                            "party", "driven",  "oriented", "making", "delivered"};

bool is_any(std::string_view word, const auto& words) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool is_letter_of_word(char32_t c) {
  const char32_t lower = c | 0x20;
  return (lower >= 'a' && lower <= 'z') ||
         (c >= 0xC0 && c != 0xD7 && c != 0xF7 && (c < 0x2000 || c > 0x2BFF) && !is_meaningless(c));
}

/// Of the scripts that have small letters and hyphens.
bool is_small(char32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z';
  if (c < 0x100) return c >= 0xDF && c != 0xF7;
  if (c < 0x180) return (c >= 0x138 && c <= 0x148) || c >= 0x179 ? c % 2 == 0 : c % 2 == 1;
  return (c >= 0x3AC && c <= 0x3CE) || (c >= 0x430 && c <= 0x45F);
}

/// Letters from `at` on; apostrophes within them count.
std::size_t end_of_letters(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (at < text.size()) {
    const char32_t c = next_code_point(text, at);
    if (is_letter_of_word(c))
      end = at;
    else if (c != '\'' && c != 0x2019)
      break;
  }
  return end;
}

/// `ment.` ends a sentence, `ment.com` is an address.
bool has_dot_within(std::string_view text) {
  const std::size_t dot = text.find('.');
  return dot != text.npos && dot + 1 < text.size() && is_alpha(text[dot + 1]);
}

bool has_cells(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first != line.npos && line.find("  ", first) != line.npos;
}

/// A word that a line's end may have broken.
struct Break {
  std::uint32_t mark = 0, next = 0;  ///< Where the hyphen begins, and the rest of the word.
  std::uint32_t mark_end = 0, token_end = 0;
  std::uint32_t before = 0;          ///< Where the part before the hyphen begins.
  std::string first, second, shown;  ///< The letters of both parts as keys; the second as it is.
  bool is_soft = false, is_compound = false, is_small = false, is_far = false;
  bool is_in_capitals = false, is_conjunction = false;

  std::string joined() const { return first + second; }
  std::string hyphenated() const { return first + '-' + second; }
};

std::string to_upper_ascii(std::string word) {
  for (char& c : word)
    c = to_upper(c);
  return word;
}

std::string key_of(std::string_view word) { return to_lower(word); }

/// Finds what may be broken words on a page.
class Breaks {
 public:
  explicit Breaks(std::string_view text) : text_(text) {
    for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n', end + 1)) {
      if (end > 0) look_at(end);
    }
  }
  std::vector<Break> found;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> loose_marks;  ///< Soft hyphens that break no word.

 private:
  void look_at(std::size_t line_end) {
    const std::string_view head = text_.substr(0, line_end);
    const auto mark =
        std::ranges::find_if(hyphen_marks, [&](std::string_view m) { return head.ends_with(m); });
    if (mark == std::end(hyphen_marks)) return;
    Break out;
    out.is_soft = *mark == soft_mark;
    out.mark_end = static_cast<std::uint32_t>(line_end);
    out.mark = static_cast<std::uint32_t>(line_end - mark->size());
    if (reads_before(out) && reads_after(out)) {
      found.push_back(std::move(out));
    } else if (out.is_soft) {
      loose_marks.emplace_back(out.mark, out.mark_end);
    }
  }

  bool reads_before(Break& out) const {
    const std::size_t line = text_.rfind('\n', out.mark) + 1;  // npos + 1 is 0.
    if (has_cells(text_.substr(line, out.mark - line))) return false;
    const std::size_t blank = text_.find_last_of(" \n", out.mark);
    std::size_t begin = blank == text_.npos ? 0 : blank + 1;
    for (std::size_t at = begin; at < out.mark; begin = at)
      if (is_letter_of_word(next_code_point(text_, at))) break;
    std::string_view word = text_.substr(begin, out.mark - begin);
    if (const std::size_t hyphen = word.rfind('-'); hyphen != word.npos) {
      out.is_compound = true;
      word.remove_prefix(hyphen + 1);
    }
    out.before = static_cast<std::uint32_t>(begin);
    out.first = key_of(word);
    return !word.empty() && word.size() <= longest_part && end_of_letters(word, 0) == word.size();
  }

  bool reads_after(Break& out) const {
    std::size_t line = out.mark_end + 1;
    if (line < text_.size() && text_[line] == '\n') {
      out.is_far = true;
      ++line;
    }
    const std::size_t line_end = std::min(text_.find('\n', line), text_.size());
    const std::size_t next = text_.find_first_not_of(' ', line);
    if (next == text_.npos || next >= line_end || has_cells(text_.substr(line, line_end - line)))
      return false;
    const std::string_view token = text_.substr(next, std::min(text_.find(' ', next), line_end) - next);
    const std::size_t letters = end_of_letters(token, 0);
    if (letters == 0 || letters > longest_part) return false;
    out.next = static_cast<std::uint32_t>(next);
    out.token_end = static_cast<std::uint32_t>(next + token.size());
    out.shown = std::string(token.substr(0, letters));
    out.second = key_of(out.shown);
    out.is_small = is_small(first_character(token));
    out.is_in_capitals = out.shown == to_upper_ascii(out.shown);
    const std::string_view rest = token.substr(letters);
    const bool goes_on =
        rest.size() > 1 && rest[0] == '-' && is_letter_of_word(first_character(rest.substr(1)));
    out.is_compound = out.is_compound || goes_on;
    out.is_conjunction = !goes_on && is_any(out.second, conjunctions);
    return rest.find_first_of("/@_\\") == rest.npos && !has_dot_within(rest);
  }

  std::string_view text_;
};

/// How often the document has certain words, broken ones not counted.
class WordCounts {
 public:
  void ask(std::string key) {
    likely_[hash(key)] = true;
    counts_.try_emplace(std::move(key), 0);
  }

  void count(std::string_view text, const std::vector<Break>& broken) {
    std::vector<std::uint32_t> left_out;
    for (const Break& one : broken) {
      left_out.push_back(one.before);
      left_out.push_back(one.next);
    }
    std::ranges::sort(left_out);
    auto skip = left_out.begin();
    for (std::size_t begin = text.find_first_not_of(" \n"); begin != text.npos;) {
      const std::size_t end = word_end(text, begin);
      while (skip != left_out.end() && *skip < begin)
        ++skip;
      if (skip == left_out.end() || *skip >= end) count_word(text.substr(begin, end - begin));
      begin = text.find_first_not_of(" \n", end);
    }
  }

  int of(const std::string& key) const {
    const auto found = counts_.find(key);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  static std::size_t hash(std::string_view word) {
    return (static_cast<std::size_t>(static_cast<unsigned char>(word.front()) | 0x20) * 64 +
            word.size() % 64) %
           buckets;
  }

  void count_word(std::string_view word) {
    constexpr std::string_view marks = ".,;:!?()[]{}\"'";
    const std::size_t first = word.find_first_not_of(marks);
    if (first == word.npos) return;
    word = word.substr(first, word.find_last_not_of(marks) + 1 - first);
    if (!likely_[hash(word)]) return;
    if (const auto found = counts_.find(key_of(word)); found != counts_.end()) ++found->second;
  }

  static constexpr std::size_t buckets = 256 * 64;
  std::bitset<buckets> likely_;  ///< By first letter and length: most words are not asked about.
  std::unordered_map<std::string, int> counts_;
};

enum class Fate { left_alone, joined, keeps_hyphen };

Fate fate_of(const Break& one, const WordCounts& counts) {
  if (one.is_soft) return one.is_far ? Fate::left_alone : Fate::joined;
  if (one.is_conjunction) return Fate::left_alone;
  const int joined = counts.of(one.joined()), hyphenated = counts.of(one.hyphenated());
  const bool may_join = !one.is_compound && (one.is_small || one.is_in_capitals);
  if (may_join && joined > 0 && joined >= hyphenated) return Fate::joined;
  if (hyphenated > 0) return Fate::keeps_hyphen;
  if (one.is_far || !one.is_small) return Fate::left_alone;
  if (is_any(one.first, joined_behind)) return Fate::joined;
  const bool are_words = one.first.size() >= 3 && one.second.size() >= 3 && counts.of(one.first) > 0 &&
                         counts.of(one.second) > 0;
  const bool is_hyphen = one.is_compound || one.first.size() < 2 || one.second.size() < 2 ||
                         is_any(one.first, kept_behind) ||
                         (one.first.size() >= 4 && is_any(one.second, kept_before)) || are_words;
  return is_hyphen ? Fate::keeps_hyphen : Fate::joined;
}

/// The rest of the word goes up; the next line begins with what is behind it, or is gone.
void mend(const Break& one, Fate fate, std::string_view text, TextEdits& edits) {
  const std::uint32_t from = fate == Fate::joined ? one.mark : one.mark_end;
  edits.replace(from, one.next, "");
  const bool ends_line = one.token_end >= text.size() || text[one.token_end] == '\n';
  if (ends_line && !one.is_far) return;
  if (!ends_line) edits.replace(one.token_end, one.token_end + 1, one.is_far ? "\n\n" : "\n");
}

void mend_page(Page& page, const Breaks& breaks, const WordCounts& counts) {
  TextEdits edits;
  auto loose = breaks.loose_marks.begin();
  const auto drop_loose_marks = [&](std::uint32_t until) {
    for (; loose != breaks.loose_marks.end() && loose->first < until; ++loose)
      edits.replace(loose->first, loose->second, "");
  };
  for (const Break& one : breaks.found) {
    drop_loose_marks(one.mark);
    const Fate fate = fate_of(one, counts);
    if (fate != Fate::left_alone) {
      mend(one, fate, page.text, edits);
    } else if (one.is_soft) {
      edits.replace(one.mark, one.mark_end, "");
    }
  }
  drop_loose_marks(static_cast<std::uint32_t>(page.text.size()));
  edits.apply(page);
}

}  // namespace

void join_hyphenated_words(Text& text) {
  std::vector<Breaks> pages;
  WordCounts counts;
  bool any = false;
  for (const Page& page : text.pages) {
    const Breaks& breaks =
        pages.emplace_back(page.words.empty() ? std::string_view() : std::string_view(page.text));
    any = any || !breaks.found.empty() || !breaks.loose_marks.empty();
    for (const Break& one : breaks.found) {
      for (std::string key : {one.joined(), one.hyphenated(), one.first, one.second})
        counts.ask(std::move(key));
    }
  }
  if (!any) return;
  for (std::size_t i = 0; i < pages.size(); ++i)
    counts.count(text.pages[i].text, pages[i].found);
  for (std::size_t i = 0; i < pages.size(); ++i)
    mend_page(text.pages[i], pages[i], counts);
}

}  // namespace docket::worker
