#include "tests/conditions.h"

#include <map>
#include <mutex>
#include <stdexcept>

#include "backends/backends.h"
#include "cli/options/pipeline_options.h"

namespace docket {
namespace {

class SharedWorkers final : public ConditionEngine {
 public:
  Result<std::vector<std::string>> compile(const std::vector<std::string>& expressions) override {
    return engine_of(expressions).compile(expressions);
  }
  std::vector<Result<bool>> evaluate(const std::vector<std::string>& expressions,
                                     std::span<const ConditionQuestion> questions) override {
    return engine_of(expressions).evaluate(expressions, questions);
  }

 private:
  static ConditionEngine& engine_of(const std::vector<std::string>& expressions) {
    static std::mutex mutex;
    static std::map<std::vector<std::string>, std::unique_ptr<ConditionEngine>> engines;
    const std::lock_guard lock(mutex);
    std::unique_ptr<ConditionEngine>& engine = engines[expressions];
    if (!engine) engine = backends::condition_engine();
    return *engine;
  }
};

}  // namespace

std::unique_ptr<ConditionEngine> shared_condition_engine() { return std::make_unique<SharedWorkers>(); }

Registry sharing_registry() {
  Registry all = registry();
  all.conditions = shared_condition_engine;
  return all;
}

std::vector<std::shared_ptr<const Condition>> conditions(const std::vector<std::string>& expressions) {
  const auto set = std::make_shared<ConditionSet>(shared_condition_engine());
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
