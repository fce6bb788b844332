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

std::shared_ptr<const Condition> Condition::path_matches(std::string expression,
                                                         std::shared_ptr<const PathPatterns> patterns) {
  ExpressionFacts facts;
  facts.accesses = {{.path = {"document"}}, {.path = {"document", "path"}}};
  std::shared_ptr<Condition> condition(new Condition(std::move(expression), std::move(facts)));
  condition->paths_ = std::move(patterns);
  return condition;
}

Result<bool> Condition::path_fits(const nlohmann::json& value) const {
  const nlohmann::json& path = member(member(value, "document"), "path");
  if (!path.is_string()) return Error{ErrorClass::condition, "there is no .document.path"};
  return paths_->contain_named(path.get_ref<const std::string&>());
}

}  // namespace docket
