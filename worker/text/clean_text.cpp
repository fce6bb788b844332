#include "worker/text/clean_text.h"

#include "pipeline/reading/plain.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

bool within(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

bool is_blank(char32_t c) { return c == ' ' || c == '\t' || is_blank_beyond_ascii(c); }

/// U+200C and U+200D stay: Persian and Hindi words need them.
bool is_invisible(char32_t c) {
  return c < 0x20 || within(c, 0x7F, 0x9F) || c == soft_hyphen || c == 0x200B || within(c, 0x200E, 0x200F) ||
         within(c, 0x2028, 0x202E) || within(c, 0x2060, 0x2069) || c == 0xFEFF || within(c, 0xFFF9, 0xFFFB);
}

bool is_hebrew_mark(char32_t c) {
  return within(c, 0x591, 0x5C7) && c != 0x5BE && c != 0x5C0 && c != 0x5C3 && c != 0x5C6;
}

bool is_arabic_mark(char32_t c) {
  return within(c, 0x610, 0x61A) || within(c, 0x64B, 0x65F) || c == 0x670 || within(c, 0x6D6, 0x6DC) ||
         within(c, 0x6DF, 0x6E4) || within(c, 0x6E7, 0x6E8) || within(c, 0x6EA, 0x6ED) ||
         within(c, 0x8D3, 0x8FF);
}

/// What Windows writes for U+0080..U+009F, which many programs take over as they are; 0: nothing.
constexpr char32_t windows_characters[] = {0x20AC, 0,      0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                           0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0,      0x17D,  0,
                                           0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                           0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0,      0x17E,  0x178};

/// The Latin ligatures of U+FB00..U+FB06.
constexpr std::string_view ligatures[] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};

/// Symbol fonts without a map to Unicode put their bullets into the private-use area.
char32_t known_symbol(char32_t c) { return c == 0xF0B7 || c == 0xF0A7 || c == 0xF0D8 ? 0x2022 : c; }

}  // namespace

void append_clean(std::string& out, char32_t c) {
  if (c > ' ' && c < 0x7F) {
    out += static_cast<char>(c);
  } else if (is_blank(c)) {
    out += ' ';
  } else if (within(c, 0xFB00, 0xFB06)) {
    out += ligatures[c - 0xFB00];
  } else if (within(c, 0x80, 0x9F)) {
    if (const char32_t shown = windows_characters[c - 0x80]; shown != 0) append_utf8(out, shown);
  } else if (!is_invisible(c)) {
    append_utf8(out, known_symbol(c));
  }
}

std::string clean_utf8(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(utf8, at);
    append_clean(out, c == 0xAD && !is_break_of_word(utf8, begin) ? U'-' : c);
  }
  return composed(out);
}

std::string clean_utf16(std::u16string_view utf16) {
  std::string out;
  out.reserve(utf16.size());
  for (std::size_t i = 0; i < utf16.size(); ++i) {
    char32_t c = utf16[i];
    const bool pair =
        within(c, 0xD800, 0xDBFF) && i + 1 < utf16.size() && within(utf16[i + 1], 0xDC00, 0xDFFF);
    if (pair) c = 0x10000 + ((c - 0xD800) << 10) + (utf16[++i] - 0xDC00);
    append_clean(out, c);
  }
  return composed(out);
}

char32_t first_character(std::string_view utf8) {
  std::size_t at = 0;
  return next_code_point(utf8, at);
}

bool is_mark(char32_t c) {
  if (c < 0x300) return false;
  return within(c, 0x300, 0x36F) || within(c, 0x483, 0x489) || is_hebrew_mark(c) || is_arabic_mark(c) ||
         c == 0xE31 || within(c, 0xE34, 0xE3A) || within(c, 0xE47, 0xE4E) || within(c, 0x1AB0, 0x1AFF) ||
         within(c, 0x1DC0, 0x1DFF) || within(c, 0x20D0, 0x20F0) || within(c, 0x3099, 0x309A) ||
         within(c, 0xFE20, 0xFE2F);
}

bool is_meaningless(char32_t c) {
  return c == replacement_character || within(c, 0xE000, 0xF8FF) || c >= 0xF0000 || (c & 0xFFFE) == 0xFFFE ||
         within(c, 0xFDD0, 0xFDEF);
}

bool is_right_to_left(char32_t c) {
  return within(c, 0x590, 0x8FF) || within(c, 0xFB1D, 0xFDFF) || within(c, 0xFE70, 0xFEFC) ||
         within(c, 0x10800, 0x10FFF) || within(c, 0x1E800, 0x1EFFF);
}

}  // namespace docket::worker
