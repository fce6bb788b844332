// A jq expression: it is taken apart or refused, and what its facts say fits together. jq itself runs in a
// worker, which may die.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "pipeline/json/condition_set.h"
#include "pipeline/json/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string expression(reinterpret_cast<const char*>(data), size);
  const auto set = std::make_shared<docket::ConditionSet>(nullptr);
  const auto condition = set->add(expression);
  if (!condition) return 0;
  for (const docket::JsonAccess& access : (*condition)->facts().accesses)
    if (access.path.empty()) std::abort();
  const auto& members = (*condition)->members();
  for (const std::string& name : (*condition)->unguarded_members())
    if (std::ranges::find(members, name) == members.end()) std::abort();
  const auto bare = docket::expression_tokens(docket::without_comments(expression));
  if (bare.size() != docket::expression_tokens(expression).size()) std::abort();
  return 0;
}
