#include "pipeline/reading/folded.h"

#include <algorithm>

#include "pipeline/reading/plain.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

enum class Kind { separator, letter, digit, ignored };

/// The base letters of U+00C0…U+00DF (U+00E0…U+00FF fold alike); '*': none or more than one letter.
constexpr std::string_view latin_1 = "aaaaaa*ceeeeiiiidnooooo*ouuuuy**";
/// The base letters of U+0100…U+017F.
constexpr std::string_view latin_a =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkkllllllllllnnnnnnnnnoooooo**rrrrrrssssssss"
    "ttttttuuuuuuuuuuuuwwyyyzzzzzzs";

std::string_view several_letters(char32_t c) {
  switch (c) {
    case 0xC6:
    case 0xE6:
      return "ae";
    case 0xDE:
    case 0xFE:
      return "th";
    case 0xDF:
      return "ss";
    case 0x132:
    case 0x133:
      return "ij";
    case 0x152:
    case 0x153:
      return "oe";
    case 0x2116:
      return "no";
    default:
      return {};
  }
}

/// Punctuation, symbols, blanks, controls; and all signs between the scripts of Asia and those of Europe.
bool separates(char32_t c) {
  if (c < 0xC0) return c != 0xAA && c != 0xB5 && c != 0xBA;
  return c == 0xD7 || c == 0xF7 || c == 0x30FB || (c >= 0x2000 && c <= 0x2BFF) ||
         word_part(c) == WordPart::none;
}

/// A letter by its parts, so that it is the same however it was composed: without accents, and in lower case.
Kind append_parts(std::string& out, char32_t c) {
  Kind kind = Kind::separator;
  for (const char32_t part : parts_of(c)) {
    const WordPart is = word_part(part);
    if (is != WordPart::letter) continue;
    kind = Kind::letter;
    append_utf8(out, fold(part));
  }
  return kind;
}

/// Appends what the code point folds to.
Kind fold_into(std::string& out, char32_t c) {
  if (const std::string_view letters = several_letters(c); !letters.empty()) {
    out += letters;
  } else if (c >= 0xC0 && c <= 0xFF && latin_1[(c - 0xC0) & 31] != '*') {
    out += latin_1[(c - 0xC0) & 31];
  } else if (c >= 0x100 && c <= 0x17F && latin_a[c - 0x100] != '*') {
    out += latin_a[c - 0x100];
  } else if (c == 0xAA || c == 0xBA || c == 0xB0) {
    out += c == 0xAA ? 'a' : 'o';  // Nº, N°: both are written for "numero".
  } else if (const auto digit = decimal_digit(c)) {
    out += static_cast<char>('0' + *digit);
    return Kind::digit;
  } else if (const WordPart part = word_part(c);
             part == WordPart::diacritic || (part == WordPart::invisible && c != 0xAD)) {
    return Kind::ignored;
  } else {
    return separates(c) ? Kind::separator : append_parts(out, c);
  }
  return Kind::letter;
}

/// A degree sign is a letter only behind the N of "N°"; elsewhere it is a unit.
bool is_numero(std::string_view text, std::size_t position) {
  return position > 0 && (text[position - 1] == 'n' || text[position - 1] == 'N');
}

class Folder {
 public:
  explicit Folder(std::string_view text) : text_(text) {
    folded_.letters.reserve(text.size());
    folded_.tokens.reserve(text.size() / 5);
  }

  Folded run() {
    std::size_t position = 0;
    while (position < text_.size()) {
      const std::size_t begin = position;
      const std::size_t letters_before = folded_.letters.size();
      const Kind kind = step(position);
      if (kind == Kind::ignored) continue;
      if (kind != last_ || kind == Kind::separator) close(begin, letters_before);
      if (kind != Kind::separator && last_ != kind) open(begin, letters_before);
      last_ = kind;
    }
    close(text_.size(), folded_.letters.size());
    return std::move(folded_);
  }

 private:
  Kind step(std::size_t& position) {
    const char c = text_[position];
    if (static_cast<unsigned char>(c) < 0x80) {
      ++position;
      if (!is_alnum(c)) return Kind::separator;
      folded_.letters += to_lower(c);
      return is_digit(c) ? Kind::digit : Kind::letter;
    }
    const std::size_t begin = position;
    const char32_t point = next_code_point(text_, position);
    if (point == 0xB0 && !is_numero(text_, begin)) return Kind::separator;
    if (point == 0xAD) return is_break_of_word(text_, begin) ? Kind::ignored : Kind::separator;
    return fold_into(folded_.letters, point);
  }

  void open(std::size_t begin, std::size_t letters) {
    folded_.tokens.push_back({static_cast<std::uint32_t>(begin), 0, static_cast<std::uint32_t>(letters), 0});
    open_ = true;
  }

  void close(std::size_t end, std::size_t letters) {
    if (!open_) return;
    folded_.tokens.back().end = static_cast<std::uint32_t>(end);
    folded_.tokens.back().fold_end = static_cast<std::uint32_t>(letters);
    open_ = false;
  }

  std::string_view text_;
  Folded folded_;
  Kind last_ = Kind::separator;
  bool open_ = false;
};

}  // namespace

Folded fold(std::string_view text) { return Folder(text).run(); }

std::string fold_letters(std::string_view text) { return fold(text).letters; }

std::string squeeze(std::string_view text) {
  std::string out;
  std::size_t position = 0;
  while (position < text.size()) {
    const std::size_t begin = position;
    const char32_t c = next_code_point(text, position);
    const bool blank = c <= 0x20 || plain_character(c) == ' ';
    if (blank) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out.append(text, begin, position - begin);
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace docket
