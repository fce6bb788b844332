#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "backends/rules_layout.h"
#include "backends/rules_values.h"

namespace docket::rules {

/// 0 to 1: how much a piece of text looks like the name of a person or an organisation.
float looks_like_party(std::string_view name);

/// "12345 Stadt", "3012 CN Rotterdam", "Seattle, WA 98109", "SW1A 2AA": the line of an address that a town is in.
bool looks_like_town(std::string_view line);

/// A name that stands where names stand in letters, without a label.
struct PartyFound {
  std::uint32_t cell = 0;
  std::uint32_t begin = 0, end = 0;  ///< Bytes of the page's text.
  std::string name;
  float as_sender = 0, as_recipient = 0;  ///< 0 to 1.
};

/// Names above addresses, in the line above the window of an envelope, in letterheads and footers.
std::vector<PartyFound> find_parties(const Layout& layout, const Values& values);

}  // namespace docket::rules
