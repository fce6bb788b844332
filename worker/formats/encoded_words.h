#pragma once
#include <string>
#include <string_view>

namespace docket::worker {

/// A mail header in which encoded words (RFC 2047) in base64 that follow one another, in the same charset,
/// are one. Most mail programs pad each of them; GMime decodes them as one text, which for it ends at the
/// first padding. Also a character whose bytes are in two of them then is one.
std::string with_joined_words(std::string_view header);

}  // namespace docket::worker
