#include "pipeline/reading/keyword.h"

#include <algorithm>

#include "pipeline/reading/plain.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

/// The mark that people type for it; a blank or 0: it is none.
char32_t plain_mark(char32_t c) {
  if (is_single_quote(c)) return '\'';
  if (is_double_quote(c)) return '"';
  switch (c) {
    case 0x2236:
    case 0xA789:
      return ':';
    case 0x3002:
    case 0xFF61:
      return '.';
    case 0x3001:
      return ',';
    case 0x37E:
      return ';';
    case 0x2043:
      return '-';
    case 0x2217:
      return '*';
    case 0xBA:
    case 0x2116:
      return 0xB0;
    default:
      return plain_character(c);
  }
}

/// Of what stands between tokens.
std::string marks_of(std::string_view between) {
  std::string marks;
  for (std::size_t at = 0; at < between.size();) {
    const char32_t mark = plain_mark(next_code_point(between, at));
    if (mark > ' ') append_utf8(marks, mark);
  }
  return marks;
}

/// The marks that `fold` takes for letters.
std::string ordinals_of(std::string_view words) {
  std::string marks;
  for (std::size_t at = 0; at < words.size();) {
    const char32_t c = next_code_point(words, at);
    if (c == 0xAA || c == 0xB0 || c == 0xBA || c == 0x2116) append_utf8(marks, plain_mark(c));
  }
  return marks;
}

/// Before token `index`, which may be the one behind the last.
std::string_view gap(std::string_view text, const Folded& folded, std::size_t index) {
  const std::size_t begin = index == 0 ? 0 : folded.tokens[index - 1].end;
  const std::size_t end = index == folded.tokens.size() ? text.size() : folded.tokens[index].begin;
  return text.substr(begin, end - begin);
}

std::string_view words_between(std::string_view text, const Folded& folded, std::size_t first,
                               std::size_t last) {
  const std::size_t begin = folded.tokens[first].begin;
  return text.substr(begin, folded.tokens[last - 1].end - begin);
}

/// The tokens from `first` that together have just these letters end before this one; 0: they do not.
std::size_t end_of_letters(const Folded& folded, std::size_t first, std::string_view letters) {
  const std::size_t begin = folded.tokens[first].fold_begin;
  if (std::string_view(folded.letters).substr(begin, letters.size()) != letters) return 0;
  for (std::size_t i = first; i < folded.tokens.size(); ++i) {
    const std::size_t length = folded.tokens[i].fold_end - begin;
    if (length >= letters.size()) return length == letters.size() ? i + 1 : 0;
  }
  return 0;
}

}  // namespace

Keyword::Keyword(std::string_view words) {
  const Folded folded = fold(words);
  letters_ = folded.letters;
  for (std::size_t i = 0; i <= folded.tokens.size(); ++i) {
    std::string marks = marks_of(gap(words, folded, i));
    if (marks.empty()) continue;
    marks_.push_back({i == 0 ? 0 : std::size_t{folded.tokens[i - 1].fold_end}, std::move(marks)});
  }
  if (!folded.tokens.empty()) ordinals_ = ordinals_of(words_between(words, folded, 0, folded.tokens.size()));
}

std::vector<Keyword::Place> Keyword::find(std::string_view text, const Folded& folded,
                                          std::size_t most_tokens) const {
  if (!has_letters()) return find_marks(text, folded, most_tokens);
  std::vector<Place> places;
  for (std::size_t first = 0; first < std::min(most_tokens, folded.tokens.size()); ++first) {
    const std::size_t last = end_of_letters(folded, first, letters_);
    if (last == 0 || !marks_stand(text, folded, first, last)) continue;
    places.push_back({folded.tokens[first].begin, folded.tokens[last - 1].end});
    first = last - 1;
  }
  return places;
}

bool Keyword::marks_stand(std::string_view text, const Folded& folded, std::size_t first,
                          std::size_t last) const {
  if (!ordinals_.empty() && ordinals_of(words_between(text, folded, first, last)) != ordinals_) return false;
  const std::size_t begin = folded.tokens[first].fold_begin;
  return std::ranges::all_of(marks_, [&](const Marks& marks) {
    std::size_t token = first;
    while (token < last && folded.tokens[token].fold_begin < begin + marks.at)
      ++token;
    const std::string found = marks_of(gap(text, folded, token));
    if (token == last) return found.starts_with(marks.text);
    if (token == first) return found.ends_with(marks.text);
    return folded.tokens[token].fold_begin == begin + marks.at && found == marks.text;
  });
}

std::vector<Keyword::Place> Keyword::find_marks(std::string_view text, const Folded& folded,
                                                std::size_t most_tokens) const {
  std::vector<Place> places;
  if (marks_.empty()) return places;
  for (std::size_t i = 0; i <= std::min(most_tokens, folded.tokens.size()); ++i) {
    const std::string_view between = gap(text, folded, i);
    if (marks_of(between).find(marks_.front().text) == std::string::npos) continue;
    const auto begin = static_cast<std::size_t>(between.data() - text.data());
    places.push_back({begin, begin + between.size()});
  }
  return places;
}

}  // namespace docket
