#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// The character that a person reads `c` as where values stand: digits of every script, dashes, blanks,
/// apostrophes and full-width forms are those of ASCII; `c` itself: any other. 0: nobody sees it. A soft
/// hyphen depends on what it stands between: see PlainText.
char32_t plain_character(char32_t c);

// Signs that are written for one another. Which of these kinds are one to a reader is for the reader to say.

/// A hyphen, dash or minus, the soft hyphen included.
bool is_dash(char32_t c);
/// ’ and what is written for it, but for ' itself.
bool is_apostrophe(char32_t c);
/// An apostrophe, or a single quotation mark that is never one: ` ‚ ‛.
bool is_single_quote(char32_t c);
/// “ and its like, « and », the double prime; but for " itself.
bool is_double_quote(char32_t c);
/// A blank of any width, but for the line ends and controls.
bool is_blank_beyond_ascii(char32_t c);

/// Of the soft hyphen at `at`: it says only where a word may break, and nobody sees it; it stands behind a
/// letter, and before another or at the end of a line. Elsewhere, as before a digit, it is a hyphen that was
/// written so.
bool is_break_of_word(std::string_view text, std::size_t at);

/// A text in plain characters, that remembers where each byte came from. Refers to the text: that must
/// outlive this.
class PlainText {
 public:
  explicit PlainText(std::string_view text);
  PlainText(const PlainText&) = delete;
  PlainText& operator=(const PlainText&) = delete;

  std::string_view text() const { return replaced_ ? own_ : text_; }
  /// Where byte `at` of text() stands in what it was made of; at the end: where that ends.
  std::uint32_t origin(std::uint32_t at) const { return replaced_ ? origins_[at] : at; }
  /// The character of ASCII at `at` stands for another one.
  bool is_replaced(std::uint32_t at) const { return replaced_ && text_[origins_[at]] != own_[at]; }

 private:
  void append(char32_t c, std::size_t begin);

  std::string_view text_;
  std::string own_;
  std::vector<std::uint32_t> origins_;
  bool replaced_ = false;
};

/// `text` in plain characters.
std::string plain(std::string_view text);

}  // namespace docket
