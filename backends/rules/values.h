#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/rules/layout.h"
#include "pipeline/reading/dates.h"

namespace docket::rules {

enum class ValueKind : std::uint8_t { date, number, iban, vat_id, email, url };

/// Something in a cell whose kind can be told from its looks.
struct Value {
  ValueKind kind = ValueKind::number;
  std::uint32_t cell = 0;            ///< Into Layout::cells.
  std::uint32_t begin = 0, end = 0;  ///< Bytes of the page's text. A date may end in the next line's cell.
  std::string text;                  ///< Normalised; empty for a number.
  std::string other;                 ///< The other reading of an ambiguous date.
  double number = 0;
  double other_number = 0;  ///< The other reading of an unclear number.
  int decimals = 0;
  bool percent = false;
  bool unclear = false;  ///< `other` or `other_number` may be meant as well.
  bool settled = false;  ///< It was, but other dates of the document show the order.
  bool check_digits = false;
  bool shared_symbol = false;  ///< `currency` is the best known one of several with the same symbol.
  std::string currency;        ///< Beside a number.
};

/// All values of a document, by cell, and what is left of the cells beside them.
class Values {
 public:
  /// `dates`: what the pipeline says of them; unknown: the document's other dates, or its language, tell.
  explicit Values(const Layout& layout, DayMonth dates = DayMonth::unknown);

  const std::vector<Value>& all() const { return values_; }
  std::span<const Value> in_cell(std::uint32_t cell) const {
    return std::span(values_).subspan(first_[cell], first_[cell + 1] - first_[cell]);
  }
  /// The document writes amounts with two decimals: one without may have lost its point.
  bool writes_cents() const { return cents_; }
  /// It writes small amounts of money without decimals: others mean what they say.
  bool writes_whole_units() const { return whole_units_; }
  /// The cell says something beside values, units, currencies and marks: it is a label, a name, prose.
  bool has_words(std::uint32_t cell) const { return words_[cell] > 0; }
  /// How many such words stand in [begin, end) of the cell's page, outside brackets; stops counting at some.
  int words_between(const Cell& cell, std::uint32_t begin, std::uint32_t end) const;

 private:
  void read_cell(std::uint32_t index, struct Evidence& seen);
  bool begins_with_zero(const Value& value) const;
  bool has_number(const Cell& cell) const;
  bool may_have_date(std::uint32_t page, std::uint32_t first_token, std::uint32_t last_token) const;
  std::optional<DateFound> date_over_line_end(std::uint32_t index) const;
  DayMonth order_of_dates(const struct Evidence& seen) const;
  void settle_all(const struct Evidence& seen);

  const Layout& layout_;
  DayMonth dates_;
  std::vector<Value> values_;
  std::vector<std::uint32_t> first_;
  std::vector<std::uint8_t> words_;
  bool cents_ = false, whole_units_ = false;
};

/// Words that stand between a label and its value, or beside an amount, and say nothing: "Nr.", "von", "EUR",
/// "incl.". `folded` as `fold` writes it.
bool is_filler(std::string_view folded);

/// Words that announce a number: "Nr.", "No", "Nummer", "n°".
bool is_number_word(std::string_view folded);

}  // namespace docket::rules
