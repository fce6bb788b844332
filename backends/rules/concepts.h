#pragma once
#include <algorithm>
#include <string_view>

#include "backends/rules/schema.h"

namespace docket::rules {

/// What people mean by the name of a property whose schema says no more: by `amount` what is to be paid, not
/// the amount of the first item; by `supplier` whoever sent the bill. Lists are parted by '|'.
struct Concept {
  std::string_view names;  ///< As `fold_letters` writes them.
  Shape shape;
  Role role;
  std::string_view labels;       ///< Words that stand beside its value…
  std::string_view weak_labels;  ///< … or as often beside another…
  std::string_view not_labels;   ///< … or beside one that is not it.
};

/// Calls `each` with every member of such a list.
template <class Each>
void each_listed(std::string_view list, Each each) {
  while (!list.empty()) {
    const std::size_t bar = std::min(list.find('|'), list.size());
    if (bar > 0) each(list.substr(0, bar));
    list.remove_prefix(std::min(bar + 1, list.size()));
  }
}

/// Null: the name is none of those.
const Concept* concept_named(std::string_view folded_name);

}  // namespace docket::rules
