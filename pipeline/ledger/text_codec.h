#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/text.h"

namespace docket {

/// A text with its word boxes as bytes, about half the size it has in memory; the same text always gives
/// the same bytes.
///
///   text  = version count page*                        version 2 where a page has confidences, else 1
///   page  = float float count bytes count word*        width, height, text, words; in version 2 then
///           count bytes                                the confidences of the words
///   word  = count count delta{4}                       offset after the end of the word before, length, box
///   count = unsigned LEB128;   float = 4 bytes, little-endian IEEE 754
///   delta = LEB128 of the byte-swapped exclusive or with the same side of the word before: words of a line
///           share top and bottom, which take a byte each
std::string encode_text(const Text& text);

/// Nothing if the bytes are no encoded text.
std::shared_ptr<const Text> decode_text(std::string_view bytes);

}  // namespace docket
