#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/rules/hits.h"
#include "backends/rules/layout.h"
#include "backends/rules/read.h"
#include "backends/rules/values.h"

namespace docket::rules {

/// Does the label name what a bill comes to? "Total", "Gesamtbetrag", "Total incl. GST"; but not "Subtotal",
/// "Total tax", "Total excl. VAT", "Total qty".
bool means_total(std::string_view label);

/// Does it name a tax? "GST", "Total VAT"; but not "Total incl. VAT".
bool means_tax(std::string_view label);

/// The words at the end of a bill, and what they say of an amount that stands beside a total's label there:
///
///     SUBTOTAL           40.00
///     TOTAL QTY: 3       42.40      a count
///     TOTAL              42.40      what is looked for
///     CASH               50.00      below a payment nothing is a total of the bill
///     CHANGE              7.60
///     GST SUMMARY   AMOUNT   TAX    nor in a table of taxes
///     SR @ 6%        40.00  2.40
///     TOTAL          40.00  2.40
class Totals {
 public:
  Totals(const Layout& layout, const Values& values);

  /// 0 to 1: how far a label that `means_total` can be believed beside this value.
  float trust(const Hit& hit, const Reading& reading) const;

  /// The same of a label that `means_tax`: "Total incl. of GST" has the total beside it, not the tax.
  float trust_in_tax(const Hit& hit) const;

  /// What was added to round the bill, other than nothing; none unless it is written.
  std::optional<double> rounding() const { return rounding_; }

  /// What was handed over less what was given back; none unless both are written.
  std::optional<double> paid() const { return paid_; }

  /// The amounts of this row slipped down by one: the label above it has none, the amount below it no label.
  bool has_slipped(std::uint32_t row) const { return rows_[row].slipped; }
  /// It heads the columns of a table of items: "Qty  Description  Price  Total".
  bool heads_items(std::uint32_t row) const { return rows_[row].heads_items; }
  /// It has amounts and no words: the value of a label above or below it.
  bool is_bare_amount(std::uint32_t row) const { return rows_[row].amounts > 0 && rows_[row].words == 0; }
  bool has_amount(std::uint32_t row) const { return rows_[row].amounts > 0; }
  /// It has words, in one cell, and no amounts.
  bool is_bare_label(std::uint32_t row) const {
    return rows_[row].amounts == 0 && rows_[row].wordy_cells == 1;
  }

 private:
  struct RowFacts {
    int words = 0;      ///< That are no currency, no number, no filler.
    int amounts = 0;    ///< Numbers that look like money.
    double amount = 0;  ///< The last of them.
    double sum = 0;     ///< Of all of them.
    int wordy_cells = 0;
    bool heads_items = false, in_tax_table = false, heads_tax_table = false;
    bool below_payment = false, slipped = false;
    bool total_above = false;          ///< A total with an amount stands in a row above, on its page…
    bool total_above_payment = false;  ///< … and above the payment that this row is below.
    bool total = false;
  };

  void read_rows();
  void find_tax_tables();
  void find_payments();
  void find_slipped_rows();
  bool heads_tax_table(std::uint32_t row) const;
  bool belongs_to_tax_table(std::uint32_t row) const;
  int amount_rows_below(std::uint32_t row) const;
  bool adds_up(const Reading& reading) const;
  std::optional<double> amount_of(std::uint32_t row) const;
  std::vector<std::string> words_of(std::uint32_t row) const;
  bool same_page(std::uint32_t a, std::uint32_t b) const;
  bool is_of_something_else(const Hit& hit) const;

  const Layout& layout_;
  const Values& values_;
  std::vector<RowFacts> rows_;
  std::optional<double> paid_, rounding_;
};

}  // namespace docket::rules
