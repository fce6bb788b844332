#pragma once
#include <string>
#include <string_view>

namespace docket::worker {

/// The paragraphs of a text with `format=flowed` (RFC 3676): a line that ends with a blank goes on in the
/// next one, as long as both are quoted as deep. `without_blank`: that blank is no part of the text (DelSp).
std::string unflowed(std::string_view text, bool without_blank);

}  // namespace docket::worker
