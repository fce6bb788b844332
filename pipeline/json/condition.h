#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/support/path_patterns.h"
#include "pipeline/support/result.h"

namespace docket {

/// A compiled jq expression (libjq) over one JSON value, or a pattern for its `.document.path`. Threads may
/// share it: each evaluation borrows its own interpreter, so no caller waits for another.
class Condition {
 public:
  /// Compiles `expression`; the Error (class `config`) carries jq's own message on one line.
  static Result<std::shared_ptr<const Condition>> compile(std::string expression);
  /// `path: GLOB`: holds when the patterns contain the document that `.document.path` names.
  static std::shared_ptr<const Condition> path_matches(std::string expression,
                                                       std::shared_ptr<const PathPatterns> patterns);
  ~Condition();

  /// True when the first output is neither false nor null, jq's own notion of truth; false when there is no
  /// output. The Error (class `condition`) carries jq's message.
  Result<bool> holds(const nlohmann::json& value) const;

  const std::string& expression() const { return expression_; }

  /// Names of the top-level members that the expression reads, as far as its text shows (`.net + .tax` gives
  /// net, tax).
  const std::vector<std::string>& members() const { return members_; }

  /// Those of `members` whose being null the expression does not provide for with `//`.
  const std::vector<std::string>& unguarded_members() const { return unguarded_members_; }

 private:
  struct Pool;
  Condition(std::string expression, std::unique_ptr<Pool> pool);
  std::string expression_;
  std::vector<std::string> members_;
  std::vector<std::string> unguarded_members_;
  std::unique_ptr<Pool> pool_;  ///< Null for patterns.
  std::shared_ptr<const PathPatterns> paths_;
};

/// A condition with the name that the user gave it; an unnamed one is named by its expression.
struct NamedCondition {
  std::string name;
  std::shared_ptr<const Condition> condition;
};

/// What a check (a condition over the fields of an answer) says of the fields.
enum class CheckState {
  passed,
  failed,
  not_applicable,  ///< A field that it reads is null, and the expression does not itself provide for that
                   ///< with `//`.
};
CheckState evaluate_check(const Condition& condition, const nlohmann::json& fields);

}  // namespace docket
