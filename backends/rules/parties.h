#pragma once
#include <string>
#include <vector>

#include "backends/rules/layout.h"

namespace docket::rules {

/// A name that stands where names stand in letters, without a label.
struct PartyFound {
  std::uint32_t cell = 0;
  std::uint32_t begin = 0, end = 0;  ///< Bytes of the page's text.
  std::string name;
  float as_sender = 0, as_recipient = 0;  ///< 0 to 1.
};

/// Names above addresses, in the line above the window of an envelope, in letterheads and footers.
std::vector<PartyFound> find_parties(const Layout& layout);

}  // namespace docket::rules
