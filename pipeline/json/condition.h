#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/json/expression_facts.h"
#include "pipeline/support/path_patterns.h"
#include "pipeline/support/result.h"

namespace docket {

class ConditionSet;

/// A jq expression over one JSON value, or patterns for its `.document.path`: its text, and what the text
/// shows. Made by a ConditionSet, which evaluates it.
class Condition {
 public:
  /// `path: GLOB`: holds when the patterns contain the document that `.document.path` names.
  static std::shared_ptr<const Condition> path_matches(std::string expression,
                                                       std::shared_ptr<const PathPatterns> patterns);

  const std::string& expression() const { return expression_; }
  const ExpressionFacts& facts() const { return facts_; }

  /// Names of the top-level members that the expression reads, as far as its text shows (`.net + .tax` gives
  /// net, tax): all, unless its facts say that it may read everything.
  const std::vector<std::string>& members() const { return members_; }

  /// Those of `members` whose being null the expression does not provide for with `//`.
  const std::vector<std::string>& unguarded_members() const { return unguarded_members_; }

  /// Whose it is, and its position there; null: patterns.
  const ConditionSet* set() const { return set_.get(); }
  std::size_t number() const { return number_; }
  /// Patterns over a record.
  Result<bool> path_fits(const nlohmann::json& record) const;

 private:
  friend class ConditionSet;
  Condition(std::string expression, ExpressionFacts facts);

  std::string expression_;
  ExpressionFacts facts_;
  std::vector<std::string> members_;
  std::vector<std::string> unguarded_members_;
  std::shared_ptr<const PathPatterns> paths_;
  std::shared_ptr<const ConditionSet> set_;
  std::size_t number_ = 0;
};

/// A condition with the name that the user gave it; an unnamed one is named by its expression.
struct NamedCondition {
  std::string name;
  std::shared_ptr<const Condition> condition;
};

}  // namespace docket
