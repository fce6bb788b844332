#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/reading/comparable_words.h"
#include "pipeline/reading/value_reading.h"
#include "pipeline/text.h"

namespace docket::stages {

/// Finds words in a text however the two are broken into lines, hyphenated, and whichever dashes and
/// quotation marks they have. Prepares each page once; for one thread.
class QuoteFinder {
 public:
  /// `hidden`: pages that the words cannot be from, since whoever quotes them has not seen these; empty:
  /// none.
  explicit QuoteFinder(const Text& text, std::vector<bool> hidden = {})
      : text_(text), hidden_(std::move(hidden)), pages_(text.pages.size()) {}

  /// Bytes of a page's text.
  struct Place {
    std::size_t page = 0;  ///< From 0.
    std::uint32_t begin = 0, end = 0;
  };
  /// Where the words stand in pages `first` to `last` (from 0), in order; at most some. Empty: nowhere.
  std::vector<Place> places(const std::string& quote, std::size_t first, std::size_t last);
  /// `{page, quote, box?}` as a record has it, `page` from 1.
  nlohmann::json shown(const Place& place, const std::string& quote) const;

  /// The first place as a record has it; null: the words stand nowhere in these pages.
  nlohmann::json find(const std::string& quote, std::size_t first, std::size_t last);
  /// True if the evidence's quote stands on its page.
  bool stands(const nlohmann::json& evidence);

 private:
  const ComparableWords& prepared(std::size_t number);

  const Text& text_;
  const std::vector<bool> hidden_;
  std::vector<std::optional<ComparableWords>> pages_;
};

/// How the document writes dates and numbers. `dates`: what the pipeline says of them.
Writing writing_of(const Text& text, DayMonth dates);

/// How sure OCR was of the least sure word of the evidence, 0…1; none: it did not read the page.
std::optional<double> read_confidence(const Text& text, const nlohmann::json& evidence);

/// What a model's quote proves of its value.
struct Evidence {
  nlohmann::json shown = {};    ///< `{page, quote, box?}`; `{quote}` where it stands nowhere.
  nlohmann::json signals = {};  ///< As `field_confidence` reads them: evidence_found, value_in_quote, …
  std::string problem = {};     ///< Why it proves nothing; empty: it does.
};

/// Judges quotes by what stands in the document. For one thread.
class EvidenceReader {
 public:
  explicit EvidenceReader(const Text& text, DayMonth dates = DayMonth::unknown, std::vector<bool> hidden = {})
      : text_(text), quotes_(text, std::move(hidden)), dates_(dates) {}

  /// `property` is the value's schema, without references.
  Evidence read(const nlohmann::json& value, const nlohmann::json& property, const std::string& quote,
                std::size_t first_page, std::size_t last_page);
  QuoteFinder& quotes() { return quotes_; }

 private:
  const Writing& writing();

  const Text& text_;
  QuoteFinder quotes_;
  DayMonth dates_;                  ///< What the pipeline says of 05/03/2024.
  std::optional<Writing> writing_;  ///< Of the whole text; none: not asked for yet.
};

}  // namespace docket::stages
