#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// What is wrong in a condition, and from which byte of it.
struct ConditionMistake {
  std::size_t at = 0;
  std::string message;
};

/// An expression that jq refuses (`jq`: in which words), in words that say what to write instead: most who
/// write one know another language better. `stages`: ids that a condition may read. jq's own words where
/// nothing better is known.
ConditionMistake explain_jq(std::string_view expression, const std::string& jq,
                            const std::vector<std::string_view>& stages);

}  // namespace docket
