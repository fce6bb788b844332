#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "pipeline/support/pieces.h"
#include "pipeline/text.h"

namespace docket {

/// A text with its word boxes as bytes, about half the size it has in memory; the same text always gives
/// the same bytes.
///
///   text  = version language? count page*              version 2 where a page has confidences, else 1; and 4
///                                                      more where it has a language
///   language = count bytes
///   page  = float float count bytes count word*        width, height, text, words; in version 2 then
///           count bytes                                the confidences of the words
///   word  = count count delta{4}                       offset after the end of the word before, length, box
///   count = unsigned LEB128;   float = 4 bytes, little-endian IEEE 754
///   delta = LEB128 of the byte-swapped exclusive or with the same side of the word before: words of a line
///           share top and bottom, which take a byte each
std::string encode_text(const Text& text);
/// The same in pieces of about a page.
void encode_text(const Text& text, const TakePiece& take);

/// short_digest() of what encode_text() gives: under which the ledger keeps the text.
std::string text_digest(const Text& text);

/// Null if the bytes are no encoded text.
std::shared_ptr<const Text> decode_text(std::string_view bytes);

/// The same of bytes that come in pieces: never holds more of them than a page takes.
class TextDecoder {
 public:
  void add(std::string_view piece);
  /// Once, when all has come.
  std::shared_ptr<const Text> end();

 private:
  std::size_t take_pages(std::string_view bytes);

  Text text_;
  std::uint64_t format_ = 0;
  std::uint64_t missing_ = 0;  ///< Pages.
  bool has_begun_ = false;     ///< What comes before the pages has been read.
  bool is_none_ = false;       ///< These bytes are no text.
  std::string rest_;           ///< Of a page that is not complete.
  std::size_t enough_ = 0;     ///< Bytes of it with which it may be.
};

}  // namespace docket
