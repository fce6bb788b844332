#include "pipeline/json/condition.h"

#include <algorithm>
#include <utility>

#include "pipeline/json/member.h"

namespace docket {

Condition::Condition(std::string expression, ExpressionFacts facts)
    : expression_(std::move(expression)), facts_(std::move(facts)) {
  for (const JsonAccess& access : facts_.accesses) {
    const std::string& name = access.path.front();
    if (access.path.size() > 1 || name == any_element) continue;
    if (std::ranges::find(members_, name) == members_.end()) members_.push_back(name);
    if (!access.guarded && std::ranges::find(unguarded_members_, name) == unguarded_members_.end())
      unguarded_members_.push_back(name);
  }
}

std::shared_ptr<const Condition> Condition::path_matches(const std::string& glob) {
  ExpressionFacts facts;
  facts.accesses = {{{"document"}}, {{"document", "path"}}};
  std::shared_ptr<Condition> condition(new Condition("path: " + glob, std::move(facts)));
  condition->glob_.emplace(glob, Glob::Use::match);
  return condition;
}

Result<bool> Condition::path_fits(const nlohmann::json& value) const {
  const nlohmann::json& path = member(member(value, "document"), "path");
  if (!path.is_string()) return Error{ErrorClass::condition, "there is no .document.path"};
  return glob_->matches(path.get_ref<const std::string&>());
}

}  // namespace docket
