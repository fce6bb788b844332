#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/reading/folded.h"
#include "pipeline/reading/writing.h"
#include "pipeline/text.h"
#include "stages/evidence.h"

namespace docket::stages {

/// Finds where a text says a value that is known, in whatever way people write it. Prepares each page once;
/// for one thread.
class PrintedValues {
 public:
  explicit PrintedValues(const Text& text, DayMonth dates = DayMonth::unknown);

  /// The first place that says a number, a date (ISO 8601), or these words or this code, as evidence in a
  /// record: `{page, quote, box?}`. Of a number the sign counts only as long as one with the same is found.
  /// Null: none does.
  nlohmann::json find(const nlohmann::json& value);

 private:
  nlohmann::json find_number(double value);
  nlohmann::json find_date(const std::string& iso);
  nlohmann::json find_words(const std::string& words);
  nlohmann::json shown(std::size_t page, std::uint32_t begin, std::uint32_t end) const;
  const Folded& folded(std::size_t page);

  const Text& text_;
  QuoteFinder quotes_;
  Writing writing_;
  std::vector<std::optional<Folded>> folded_;
};

}  // namespace docket::stages
