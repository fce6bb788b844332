#pragma once
#include <cstdint>
#include <vector>

#include "backends/rules/labels.h"
#include "backends/rules/layout.h"
#include "backends/rules/values.h"

namespace docket::rules {

/// A label of the schema in the document.
struct Hit {
  std::uint32_t cell = 0;
  std::uint32_t begin = 0, end = 0;  ///< Bytes of the page's text.
  LabelMatch match;
  int words_before = 0;  ///< In its cell.
  int words_after = 0;
  bool fills_cell = false;  ///< The cell says nothing else.
};

/// All of them, in the order of the text, but for labels that are there thousands of times. Not labels are
/// parts of names ("invoice_number_1") and rates ("VAT %").
std::vector<Hit> find_hits(const LabelIndex& labels, const Layout& layout, const Values& values);

}  // namespace docket::rules
