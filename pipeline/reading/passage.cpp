#include "pipeline/reading/passage.h"

#include "pipeline/reading/comparable_words.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

constexpr std::uint32_t longest_line = 1000;  ///< Bytes that are looked at on each side of a passage.
constexpr std::uint32_t longest_word = 80;

}  // namespace

bool is_line_end(char c) { return c == '\n' || c == '\f'; }

ByteRange lines_of(const Passage& passage) {
  ByteRange lines{passage.begin, passage.end};
  while (lines.begin > 0 && passage.begin - lines.begin < longest_line &&
         !is_line_end(passage.page[lines.begin - 1]))
    --lines.begin;
  while (lines.end < passage.page.size() && lines.end - passage.end < longest_line &&
         !is_line_end(passage.page[lines.end]))
    ++lines.end;
  return lines;
}

Passage whole_words(Passage passage) {
  const auto in_word = [](char32_t c) {
    constexpr std::string_view marks = "-/._,'+@#%$&()*:";
    if (c < 0x80 && marks.find(static_cast<char>(c)) != std::string_view::npos) return c != 0;
    return is_of_word(c) || c == 0xAD || (c >= 0x2010 && c <= 0x2015) || c == 0x2019 || c == 0x2212 ||
           c == 0x20AC || c == 0xA3;
  };
  const std::uint32_t begin = passage.begin, end = passage.end;
  while (passage.begin > 0 && begin - passage.begin < longest_word &&
         in_word(character_before(passage.page, passage.begin)))
    passage.begin = static_cast<std::uint32_t>(begin_of_character_before(passage.page, passage.begin));
  while (passage.end < passage.page.size() && passage.end - end < longest_word &&
         in_word(character_at(passage.page, passage.end))) {
    std::size_t next = passage.end;
    next_code_point(passage.page, next);
    passage.end = static_cast<std::uint32_t>(next);
  }
  return passage;
}

std::string words_in(const Passage& passage) {
  return comparable_words(passage.page.substr(passage.begin, passage.end - passage.begin)).text;
}

}  // namespace docket
