#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "backends/rules/candidates.h"
#include "pipeline/backend.h"

namespace docket::rules {

/// What was chosen for one property, and how the named checks took it.
struct Choice {
  const Candidate* chosen = nullptr;        ///< Null: nothing speaks for any value.
  const Candidate* rival = nullptr;         ///< The best candidate with another value; null: none.
  float margin = 1;                         ///< 0 to 1: how far the rival is behind.
  bool joined_by_sum = false;               ///< A check that holds does so by a sum that nobody wrote.
  std::vector<std::string> passed, failed;  ///< Names of checks that read this property.
};

/// The best candidate of each property, and where checks join properties, the combination that they confirm.
/// May add sums to `candidates`; the choices point into it.
std::vector<Choice> choose(const SchemaView& schema, const std::vector<Check>& checks, const Layout& layout,
                           const Found& found, std::vector<std::vector<Candidate>>& candidates);

}  // namespace docket::rules
