#pragma once
#include <cstddef>
#include <string_view>

namespace docket::worker {

/// Where the word that begins at `at` ends: before a blank, a line's end, or at the end of the text. For
/// every word of a document: find_first_of() takes a call for each character.
inline std::size_t word_end(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != ' ' && text[at] != '\n')
    ++at;
  return at;
}

}  // namespace docket::worker
