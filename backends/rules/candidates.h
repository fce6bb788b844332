#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backends/rules/layout.h"
#include "backends/rules/schema.h"
#include "backends/rules/search.h"

namespace docket::rules {

/// A value that a property may have, with all that speaks for it.
struct Candidate {
  Reading reading;  ///< Where it is best supported.
  std::string key;  ///< Equal for equal values.
  Place place = Place::alone;
  std::uint32_t hit = ~0U;  ///< The label there, into Found::hits; ~0: none.
  float label = 0;          ///< 0 to 1: what stands beside it says that it is this property's.
  int places = 1;           ///< Of the document that say so.
  bool derived = false;     ///< A sum; it does not stand in the text as such.

  float score() const { return label * reading.format; }
};

/// Candidates of each property of the schema, best first, one for each different value.
std::vector<std::vector<Candidate>> weigh(const SchemaView& schema, const Layout& layout,
                                          const Values& values, const Found& found);

}  // namespace docket::rules
