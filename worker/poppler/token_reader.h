#pragma once
#include <Error.h>
#include <Lexer.h>
#include <Object.h>
#include <XRef.h>
#include <goo/GooString.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

namespace docket::worker {

enum class CharacterKind : unsigned char { regular, blank, delimiter };

/// As in PDF 32000-1, 7.2.2.
class CharacterKinds {
 public:
  constexpr CharacterKinds() {
    for (const unsigned char c : {0, 9, 10, 12, 13, 32})
      kinds_[c] = CharacterKind::blank;
    for (const unsigned char c : {'%', '(', ')', '/', '<', '>', '[', ']', '{', '}'})
      kinds_[c] = CharacterKind::delimiter;
  }
  constexpr CharacterKind operator[](int c) const { return kinds_[static_cast<std::size_t>(c)]; }

 private:
  std::array<CharacterKind, 256> kinds_ = {};
};

inline constexpr CharacterKinds character_kinds;

/// Reads tokens as poppler's lexer does, down to what it makes of broken ones: numbers with a minus within,
/// strings without an end. `Source` has get(), look() and skip(), which take the next byte (EOF: none), tell
/// it, and pass the one that was told.
template <class Source>
class TokenReader {
 public:
  /// `lexer` is told of in complaints.
  TokenReader(Source& source, Lexer& lexer) : source_(source), lexer_(lexer) {}

  /// `number` is that of the object that the token is in, 0 or less: none.
  Object read(int number) {
    const int c = first();
    switch (c) {
      case EOF:
        return Object(objEOF);
      case '(':
        return read_string(number);
      case '/':
        return read_name();
      case '[':
        return Object(objCmd, "[");
      case ']':
        return Object(objCmd, "]");
      case '<':
        return takes('<') ? Object(objCmd, "<<") : read_hex_string();
      case '>':
        if (takes('>')) return Object(objCmd, ">>");
        error(errSyntaxError, lexer_.getPos(), "Illegal character '>'");
        return Object(objError);
      case ')':
      case '{':
      case '}':
        error(errSyntaxError, lexer_.getPos(), "Illegal character '{0:c}'", c);
        return Object(objError);
      default:
        return is_digit(c) || c == '+' || c == '-' || c == '.' ? read_number(c) : read_command(c);
    }
  }

 private:
  static bool is_digit(int c) { return c >= '0' && c <= '9'; }
  static int hex_value(int c) {
    if (is_digit(c)) return c - '0';
    const int lower = c | 0x20;
    return c >= 0 && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  bool takes(int c) {
    if (source_.look() != c) return false;
    source_.skip();
    return true;
  }

  /// What follows blanks and comments.
  int first() {
    bool is_comment = false;
    while (true) {
      const int c = source_.get();
      if (c == EOF) return c;
      if (is_comment) {
        is_comment = c != '\r' && c != '\n';
      } else if (c == '%') {
        is_comment = true;
      } else if (character_kinds[c] != CharacterKind::blank) {
        return c;
      }
    }
  }

  Object read_number(int c) {
    const bool is_negative = c == '-';
    if (c == '.') return read_fraction(0, false);
    int value = is_digit(c) ? c - '0' : 0;
    while (is_digit(c = source_.look())) {
      if (value > (INT_MAX - 9) / 10) return read_long_number(value, is_negative);
      source_.skip();
      value = value * 10 + (c - '0');
    }
    if (takes('.')) return read_fraction(value, is_negative);
    return Object(is_negative ? -value : value);
  }

  /// A number that may be beyond the range of int: then 64 bits wide, or beyond that too.
  Object read_long_number(long long value, bool is_negative) {
    double wide = 0;
    bool is_wide = false;
    while (is_digit(source_.look())) {
      const int digit = source_.get() - '0';
      if (is_wide) {
        wide = wide * 10 + digit;
      } else if (value > (LLONG_MAX - digit) / 10) {
        is_wide = true;
        wide = static_cast<double>(value) * 10 + digit;
      } else {
        value = value * 10 + digit;
      }
    }
    if (takes('.')) return read_fraction(is_wide ? wide : static_cast<double>(value), is_negative);
    if (is_wide) return Object(is_negative ? -wide : wide);
    if (is_negative) value = -value;
    return value >= INT_MIN && value <= INT_MAX ? Object(static_cast<int>(value)) : Object(value);
  }

  Object read_fraction(double value, bool is_negative) {
    double place = 0.1;
    while (true) {
      const int c = source_.look();
      if (c == '-') {  // As Adobe does.
        error(errSyntaxWarning, lexer_.getPos(), "Badly formatted number");
        source_.skip();
        continue;
      }
      if (!is_digit(c)) break;
      source_.skip();
      value += place * (c - '0');
      place *= 0.1;
    }
    return Object(is_negative ? -value : value);
  }

  Object read_string(int number) {
    auto string = std::make_unique<GooString>();
    std::string& out = string->toNonConstStr();
    std::size_t next_look = tokBufSize;
    for (int depth = 1;;) {
      int c = source_.get();
      if (c == '\\') {
        c = read_escape();
        if (c == nothing) continue;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && --depth == 0) {
        break;
      }
      if (c == EOF) {
        error(errSyntaxError, lexer_.getPos(), "Unterminated string");
        break;
      }
      if (out.size() == next_look) {
        next_look += tokBufSize;
        if (number > 0 && has_left(number)) {
          error(errSyntaxError, lexer_.getPos(), "Unterminated string");
          return Object(objEOF);
        }
      }
      out += static_cast<char>(c);
    }
    return Object(string.release());
  }

  /// What is read is no longer the object `number`.
  bool has_left(int number) const {
    return lexer_.getXRef() && lexer_.getXRef()->getNumEntry(lexer_.getPos()) != number;
  }

  static constexpr int nothing = -2;

  /// The character that follows a backslash stands for.
  int read_escape() {
    const int c = source_.get();
    switch (c) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case '\n':
        return nothing;
      case '\r':
        takes('\n');
        return nothing;
      default:
        return c >= '0' && c <= '7' ? read_octal(c - '0') : c;
    }
  }

  int read_octal(int value) {
    for (int digits = 1; digits < 3; ++digits) {
      const int c = source_.look();
      if (c < '0' || c > '7') break;
      source_.skip();
      value = (value << 3) + (c - '0');
    }
    return value & 0xFF;
  }

  Object read_name() {
    std::string out;
    for (int c = source_.look(); c != EOF && character_kinds[c] == CharacterKind::regular;
         c = source_.look()) {
      source_.skip();
      const int high = c == '#' ? hex_value(source_.look()) : -1;
      if (high >= 0) c = read_escaped_in_name(high);
      out += static_cast<char>(c);
      if (out.size() == tokBufSize) {
        error(errSyntaxError, lexer_.getPos(),
              "Warning: name token is longer than what the specification says it can be");
      }
    }
    return Object(objName, out.c_str());
  }

  int read_escaped_in_name(int high) {
    source_.skip();
    const int low = hex_value(source_.get());
    if (low >= 0) return high << 4 | low;
    error(errSyntaxError, lexer_.getPos(), "Illegal digit in hex char in name");
    return high << 4;
  }

  Object read_hex_string() {
    auto string = std::make_unique<GooString>();
    std::string& out = string->toNonConstStr();
    int value = 0;
    bool has_half = false;
    for (int c = source_.get(); c != '>'; c = source_.get()) {
      if (c == EOF) {
        error(errSyntaxError, lexer_.getPos(), "Unterminated hex string");
        break;
      }
      if (character_kinds[c] == CharacterKind::blank) continue;
      const int digit = hex_value(c);
      if (digit < 0) error(errSyntaxError, lexer_.getPos(), "Illegal character <{0:02x}> in hex string", c);
      value = value << 4 | std::max(digit, 0);
      if (has_half) out += static_cast<char>(value);
      has_half = !has_half;
      if (!has_half) value = 0;
    }
    if (has_half) out += static_cast<char>(value << 4);
    return Object(string.release());
  }

  Object read_command(int c) {
    std::array<char, tokBufSize> word;
    std::size_t size = 0;
    word[size++] = static_cast<char>(c);
    while ((c = source_.look()) != EOF && character_kinds[c] == CharacterKind::regular) {
      source_.skip();
      if (size + 1 == word.size()) {
        error(errSyntaxError, lexer_.getPos(), "Command token too long");
        break;
      }
      word[size++] = static_cast<char>(c);
    }
    word[size] = '\0';
    if (std::strcmp(word.data(), "true") == 0) return Object(true);
    if (std::strcmp(word.data(), "false") == 0) return Object(false);
    if (std::strcmp(word.data(), "null") == 0) return Object(objNull);
    return Object(objCmd, word.data());
  }

  Source& source_;
  Lexer& lexer_;
};

}  // namespace docket::worker
