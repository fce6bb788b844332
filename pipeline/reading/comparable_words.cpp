#include "pipeline/reading/comparable_words.h"

#include <algorithm>

#include "pipeline/reading/plain.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

/// Also what parts the cells of a Markdown table: a quote may have it or not.
bool is_white(char32_t c) {
  return c <= 0x20 || c == '|' || c == 0x85 || c == 0x2028 || c == 0x2029 || is_blank_beyond_ascii(c);
}

bool ends_line(char32_t c) { return c == '\n' || c == '\f' || c == 0x2028 || c == 0x2029; }

bool is_unseen(char32_t c) {
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

/// What is written for it: the same for all that look alike. Empty: the character itself.
std::string_view plain_form(char32_t c) {
  if (is_dash(c)) return "-";
  if (is_single_quote(c)) return "'";
  if (is_double_quote(c)) return "\"";
  switch (c) {
    case 0x2026:
      return "...";
    case 0xFB00:
      return "ff";
    case 0xFB01:
      return "fi";
    case 0xFB02:
      return "fl";
    case 0xFB03:
      return "ffi";
    case 0xFB04:
      return "ffl";
    default:
      return {};
  }
}

bool is_word_letter(char32_t c) { return is_of_word(c) && !(c < 0x80 && is_digit(static_cast<char>(c))); }

class Writer {
 public:
  explicit Writer(std::string_view text) : text_(text) {}

  ComparableWords run() {
    while (at_ < text_.size())
      step();
    return std::move(words_);
  }

 private:
  void step() {
    const std::size_t begin = at_;
    char32_t c = next_code_point(text_, at_);
    if (is_unseen(c)) return;
    if (is_white(c)) {
      if (words_.text.empty() || words_.text.back() != ' ') put(" ", begin);
      return;
    }
    if (c == 0xAD && is_word_letter(last_) && at_ < text_.size() && is_word_letter(character_at(text_, at_)))
      return;
    if (is_dash(c) && joins_lines()) {
      if (is_word_letter(last_) && is_word_letter(character_at(text_, at_))) return;
      put("-", begin);
      return;
    }
    if (c >= 0x300 && c <= 0x36F && compose(c)) return;
    if (c >= 0xFF01 && c <= 0xFF5E && !is_dash(c)) c -= 0xFEE0;  // Wide forms of ASCII.
    if (const std::string_view plain = plain_form(c); !plain.empty()) return put(plain, begin);
    std::string one;
    append_utf8(one, fold(c));
    put(one, begin);
  }

  /// After a dash: is there nothing but white space with a line end up to the next word? Moves behind it.
  bool joins_lines() {
    if (last_ == 0 || last_ == ' ') return false;
    std::size_t next = at_;
    bool line = false;
    while (next < text_.size()) {
      std::size_t behind = next;
      const char32_t c = next_code_point(text_, behind);
      if (!is_white(c)) {
        if (!line || !is_of_word(c)) return false;
        at_ = next;
        return true;
      }
      line = line || ends_line(c);
      next = behind;
    }
    return false;
  }

  /// Puts an accent on the last letter. False: they have no common form.
  bool compose(char32_t mark) {
    if (words_.text.empty()) return false;
    const std::size_t first = begin_of_character_before(words_.text, words_.text.size());
    std::string both = words_.text.substr(first);
    append_utf8(both, mark);
    const std::string one = composed(both);
    if (one.size() >= both.size()) return false;
    const std::uint32_t begin = words_.begin[first];
    words_.text.resize(first);
    words_.begin.resize(first);
    words_.end.resize(first);
    put(one, begin);
    return true;
  }

  void put(std::string_view plain, std::size_t begin) {
    words_.text += plain;
    words_.begin.resize(words_.text.size(), static_cast<std::uint32_t>(begin));
    words_.end.resize(words_.text.size(), static_cast<std::uint32_t>(at_));
    last_ = character_before(words_.text, words_.text.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  ComparableWords words_;
  char32_t last_ = 0;
};

/// Without the hyphens between letters, where `blanks` stand behind them, or none.
std::string without_hyphens(std::string_view words, std::string_view blanks) {
  std::string joined;
  const std::string hyphen = "-" + std::string(blanks);
  for (std::size_t at = 0; at < words.size();) {
    const bool here = words.substr(at).starts_with(hyphen) && is_word_letter(character_before(words, at)) &&
                      is_word_letter(character_at(words, at + hyphen.size()));
    if (here)
      at += hyphen.size();
    else
      joined += words[at++];
  }
  return joined;
}

}  // namespace

ComparableWords comparable_words(std::string_view text) { return Writer(text).run(); }

std::vector<std::string> spellings(std::string_view copied) {
  std::string words(trim(comparable_words(copied).text));
  std::vector<std::string> all{words};
  for (const std::string_view blanks : {" ", ""}) {
    std::string joined = without_hyphens(words, blanks);
    if (joined != words) all.push_back(std::move(joined));
  }
  return all;
}

bool is_of_word(char32_t c) {
  if (c < 0x80) return is_alnum(static_cast<char>(c));
  if (c == 0xAA || c == 0xB5 || c == 0xBA) return true;
  return c >= 0xC0 && c < 0x0E00 && c != 0xD7 && c != 0xF7;
}

std::size_t find_whole_words(std::string_view text, std::string_view words, std::size_t from) {
  if (words.empty()) return std::string_view::npos;
  const bool begins_word = is_of_word(character_at(words, 0));
  const bool ends_word = is_of_word(character_before(words, words.size()));
  for (std::size_t at = text.find(words, from); at != std::string_view::npos; at = text.find(words, at + 1)) {
    const bool begins = !begins_word || !is_of_word(character_before(text, at));
    const bool ends = !ends_word || !is_of_word(character_at(text, at + words.size()));
    if (begins && ends) return at;
  }
  return std::string_view::npos;
}

}  // namespace docket
