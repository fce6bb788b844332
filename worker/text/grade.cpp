#include "worker/text/grade.h"

#include <algorithm>

#include "pipeline/support/utf8.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

bool is_latin(char32_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

/// Accented letters count as vowels: most are, and the rest do no harm.
bool is_vowel(char32_t c) {
  return c > 0x7F || std::string_view("aeiouyAEIOUY").find(static_cast<char>(c)) != std::string_view::npos;
}

/// Which family of letters: 0 for digits, marks and what is common to several; Chinese, Japanese and Korean
/// are one family, for they stand side by side.
int script_of(char32_t c) {
  if (c < 0x250) return is_latin(c) || c >= 0xC0 ? 1 : 0;
  if (c < 0x300 || (c >= 0x2000 && c < 0x2C00)) return 0;
  if (c >= 0x2E80 && c < 0xD800) return 2;
  if (c >= 0xF900) return 0;
  if (c >= 0x370 && c < 0x400) return 3;  // Greek
  if (c >= 0x400 && c < 0x530) return 4;  // Cyrillic
  if (c >= 0x600 && c < 0x900) return 5;  // Arabic and its kin
  return 0x100 + static_cast<int>(c >> 7);
}

/// Collects what `grade` judges by.
struct Census {
  std::size_t visible = 0, meaningless = 0, words = 0, likely_words = 0, empty_pages = 0;
  std::size_t latin_letters = 0, latin_vowels = 0;

  void add_word(std::string_view word) {
    std::size_t characters = 0, plain = 0, latin = 0, vowels = 0, bad = 0;
    int first_script = 0, second_script = 0;
    bool is_two_scripts = true;  // At most.
    for (std::size_t at = 0; at < word.size();) {
      const char32_t c = next_code_point(word, at);
      ++characters;
      latin += is_latin(c);
      vowels += is_vowel(c);
      bad += is_meaningless(c);
      plain += is_latin(c) || (c >= '0' && c <= '9') || c > 0x7F;
      const int script = script_of(c);
      if (script == 0 || script == first_script || script == second_script) continue;
      if (first_script == 0) {
        first_script = script;
      } else if (second_script == 0) {
        second_script = script;
      } else {
        is_two_scripts = false;
      }
    }
    visible += characters;
    meaningless += bad;
    if (plain == 0) return;  // Rules, leaders, single marks: neither for nor against.
    ++words;
    latin_letters += latin;
    latin_vowels += latin > 0 ? vowels : 0;
    likely_words += bad == 0 && plain * 2 >= characters && is_two_scripts && (latin < 4 || vowels > 0);
  }

  void add_page(std::string_view text) {
    const std::size_t before = visible;
    constexpr std::string_view blanks = " \n";
    for (std::size_t first = text.find_first_not_of(blanks); first != text.npos;) {
      const std::size_t last = std::min(text.find_first_of(blanks, first), text.size());
      add_word(text.substr(first, last - first));
      first = text.find_first_not_of(blanks, last);
    }
    empty_pages += visible == before;
  }
};

}  // namespace

std::string_view grade(const Text& text, const DrawnLetters& letters) {
  Census census;
  for (const Page& page : text.pages) {
    census.add_page(page.text);
  }
  const std::size_t pages = text.pages.size();
  if (census.visible < 5 * pages || census.visible == 0) return "none";
  const bool few_vowels = census.latin_letters >= 100 && census.latin_vowels * 5 < census.latin_letters;
  const bool is_doubtful = letters.is_stand_in || letters.are_exchanged || letters.unseen > letters.seen ||
                           letters.unreadable * 20 > letters.seen;
  const bool poor = is_doubtful || few_vowels || census.visible < 40 * pages ||
                    census.empty_pages * 2 > pages || census.meaningless * 20 > census.visible ||
                    census.likely_words * 2 < census.words;
  return poor ? "poor" : "good";
}

std::size_t character_count(const Text& text) {
  std::size_t count = 0;
  for (const Page& page : text.pages) {
    count += characters(page.text);
  }
  return count;
}

}  // namespace docket::worker
