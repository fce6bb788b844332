#include "tests/conditions.h"

#include <stdexcept>

#include "backends/backends.h"

namespace docket {

std::vector<std::shared_ptr<const Condition>> conditions(const std::vector<std::string>& expressions) {
  const auto set = std::make_shared<ConditionSet>(backends::condition_engine());
  std::vector<std::shared_ptr<const Condition>> all;
  for (const std::string& expression : expressions) {
    const auto added = set->add(expression);
    if (!added) throw std::invalid_argument(expression + ": " + added.error().message);
    all.push_back(*added);
  }
  return all;
}

std::shared_ptr<const Condition> condition(const std::string& expression) {
  return conditions({expression}).front();
}

Result<bool> evaluate(const std::string& expression, const nlohmann::json& value, Quantifier quantifier) {
  const std::shared_ptr<const Condition> asked = condition(expression);
  return evaluate({&asked, 1}, quantifier, value).front();
}

}  // namespace docket
