#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/text.h"

namespace docket::stages {

/// Finds words in a text however the two are broken into lines. Prepares each page once; for one thread.
class QuoteFinder {
 public:
  explicit QuoteFinder(const Text& text) : text_(text), pages_(text.pages.size()) {}

  /// `{page, quote, box?}` as a record has it, `page` from 1; null: the words stand nowhere in pages `first`
  /// to `last` (from 0).
  nlohmann::json find(const std::string& quote, std::size_t first, std::size_t last);
  /// True if the evidence's quote stands on its page.
  bool stands(const nlohmann::json& evidence);

 private:
  struct Page {
    std::string words;  ///< With one blank between words, before the first and after the last.
    std::vector<std::uint32_t> offset;  ///< Of each of its bytes in Page::text.
  };
  const Page& prepared(std::size_t number);
  nlohmann::json evidence(std::size_t number, std::size_t begin, std::size_t end);

  const Text& text_;
  std::vector<std::optional<Page>> pages_;
};

/// Whether a value can be read in the words: the digits of a number or a date, the letters of a text. None:
/// it is of a kind for which that cannot be told.
std::optional<bool> value_in_quote(const nlohmann::json& value, const std::string& quote);

}  // namespace docket::stages
