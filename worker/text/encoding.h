#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace docket::worker {

struct DecodedText {
  std::string utf8;  ///< Valid; as in the file but for a byte-order mark and what could not be decoded.
  std::string encoding;
};

/// Finds out in which encoding `bytes` are text and decodes them: by the byte-order mark, the pattern of
/// zeros of UTF-16 and UTF-32, UTF-8, what an HTML or XML head says of itself, and statistics, in this order.
/// Nothing when they are no text.
std::optional<DecodedText> decode_text(std::string_view bytes);

/// `bytes` as UTF-8, U+FFFD for what does not decode; nothing when the C library does not know the encoding.
/// Converters are kept, so that many short texts cost little.
std::optional<std::string> decode_from(std::string_view bytes, const std::string& encoding);
/// The same for bytes whose sender says in which encoding they are, which may be wrong, unknown or empty:
/// then it is found out.
std::optional<DecodedText> decode_text_as(std::string_view bytes, std::string_view stated);

/// Loads the converters of usual encodings for the life of the process, which may open no file later on.
void load_encodings();

}  // namespace docket::worker
