#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/support/ascii.h"

namespace docket {

/// A run of letters, or a run of digits, of a text.
struct Token {
  std::uint32_t begin = 0, end = 0;            ///< Bytes of the text.
  std::uint32_t fold_begin = 0, fold_end = 0;  ///< Bytes of Folded::letters.
};

/// A text for comparing words: lower case, without diacritics, and nothing but letters and digits. The folded
/// tokens stand in `letters` one after the other with nothing between, so "Rechnungs-Nr." and "Rechnungsnr"
/// are the same letters, and where a token ends is known all the same.
struct Folded {
  std::string letters;
  std::vector<Token> tokens;

  std::string_view token(std::size_t index) const {
    const Token& found = tokens[index];
    return std::string_view(letters).substr(found.fold_begin, found.fold_end - found.fold_begin);
  }
};

/// Bytes that are not UTF-8 separate tokens, like punctuation.
Folded fold(std::string_view text);

/// The letters of `fold` alone: "Nº de facture" is "nodefacture".
std::string fold_letters(std::string_view text);

/// Without white space (no-break spaces included) at both ends, and with one blank for each run of it inside.
std::string squeeze(std::string_view text);

}  // namespace docket
