#include "worker/clean_text.h"

namespace docket::worker {
namespace {

constexpr char32_t replacement = 0xFFFD;

bool within(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

bool is_surrogate(char32_t c) { return within(c, 0xD800, 0xDFFF); }

bool is_blank(char32_t c) {
  return c == ' ' || c == '\t' || c == 0xA0 || c == 0x1680 || within(c, 0x2000, 0x200A) || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

/// U+200C and U+200D stay: Persian and Hindi words need them.
bool is_invisible(char32_t c) {
  return c < 0x20 || within(c, 0x7F, 0x9F) || c == 0xAD || c == 0x200B || within(c, 0x200E, 0x200F) ||
         within(c, 0x2028, 0x202E) || within(c, 0x2060, 0x2069) || c == 0xFEFF || within(c, 0xFFF9, 0xFFFB);
}

/// The Latin ligatures of U+FB00..U+FB06.
constexpr std::string_view ligatures[] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};

/// Symbol fonts without a map to Unicode put their bullets into the private-use area.
char32_t known_symbol(char32_t c) { return c == 0xF0B7 || c == 0xF0A7 || c == 0xF0D8 ? 0x2022 : c; }

}  // namespace

char32_t next_code_point(std::string_view utf8, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(utf8[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (length == 1) {
    ++at;
    return first;
  }
  char32_t c = length == 2 ? first & 0x1F : length == 3 ? first & 0x0F : first & 0x07;
  bool valid = first >= 0xC2 && first <= 0xF4 && at + length <= utf8.size();
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = (byte(at + i) & 0xC0) == 0x80;
    c = (c << 6) | (byte(at + i) & 0x3F);
  }
  const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
  if (!valid || overlong || c > 0x10FFFF || is_surrogate(c)) {
    ++at;
    return replacement;
  }
  at += length;
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || is_surrogate(c)) c = replacement;
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

void append_clean(std::string& out, char32_t c) {
  if (is_blank(c)) {
    out += ' ';
  } else if (within(c, 0xFB00, 0xFB06)) {
    out += ligatures[c - 0xFB00];
  } else if (!is_invisible(c)) {
    append_utf8(out, known_symbol(c));
  }
}

std::string clean_utf8(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    append_clean(out, next_code_point(utf8, at));
  }
  return out;
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
  return out;
}

bool is_meaningless(char32_t c) {
  return c == replacement || within(c, 0xE000, 0xF8FF) || c >= 0xF0000 || (c & 0xFFFE) == 0xFFFE ||
         within(c, 0xFDD0, 0xFDEF);
}

bool is_right_to_left(char32_t c) {
  return within(c, 0x590, 0x8FF) || within(c, 0xFB1D, 0xFDFF) || within(c, 0xFE70, 0xFEFC) ||
         within(c, 0x10800, 0x10FFF) || within(c, 0x1E800, 0x1EFFF);
}

}  // namespace docket::worker
