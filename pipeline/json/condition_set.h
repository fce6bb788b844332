#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/json/condition.h"
#include "pipeline/support/result.h"

namespace docket {

/// Which of a condition's outputs count. Neither false nor null is true, as in jq, but for `any`.
enum class Quantifier : std::uint32_t {
  first,  ///< The first; without an output it is false.
  any,    ///< One will do that is not false: null says that nothing is known. None at all is an error.
  all,    ///< There is one, and all are true; one that is neither true nor false is an error.
};

/// A value as JSON, and what is to be known of it.
struct ConditionQuestion {
  struct Asked {
    std::size_t condition;  ///< Position in the list of expressions.
    Quantifier quantifier;
  };
  std::string value;
  std::vector<Asked> asked;
};

/// Runs jq programs where they can do no harm. Serves one ConditionSet; threads may share it.
class ConditionEngine {
 public:
  virtual ~ConditionEngine() = default;
  /// Per expression what jq finds wrong with it; empty: nothing. The Error: no program can be run.
  virtual Result<std::vector<std::string>> compile(const std::vector<std::string>& expressions) = 0;
  /// In the order of what is asked. An Error (class `condition`, or `unavailable`) continues a sentence that
  /// begins with the condition.
  virtual std::vector<Result<bool>> evaluate(const std::vector<std::string>& expressions,
                                             std::span<const ConditionQuestion> questions) = 0;
};

/// The jq conditions of a pipeline. They are compiled together when the first is evaluated, or by `compile`.
class ConditionSet : public std::enable_shared_from_this<ConditionSet> {
 public:
  /// Null: nothing can be evaluated.
  explicit ConditionSet(std::unique_ptr<ConditionEngine> engine);

  /// The Error (class `config`) says what no condition may be or have. Not when others are being evaluated.
  Result<std::shared_ptr<const Condition>> add(const std::string& expression);

  /// What jq finds wrong: one entry for each condition, in the order of `add`; empty: nothing.
  Result<std::vector<std::string>> compile() const;

  std::vector<Result<bool>> evaluate(std::span<const ConditionQuestion> questions) const;

 private:
  const std::unique_ptr<ConditionEngine> engine_;
  std::vector<std::string> expressions_;
};

/// In the order of the conditions, which are of one set. The Error (class `condition`, or `unavailable` when
/// nothing can be evaluated at all) has jq's message.
std::vector<Result<bool>> evaluate(std::span<const std::shared_ptr<const Condition>> conditions,
                                   Quantifier quantifier, const nlohmann::json& value);

/// What a check (a condition over the fields of an answer) says of the fields.
struct CheckResult {
  enum class State {
    passed,
    failed,
    not_applicable,  ///< A field that it reads is null, and the expression does not itself provide for that
                     ///< with `//`.
    error,           ///< It cannot be computed; `message` says why. It has not passed.
  };
  State state = State::not_applicable;
  std::string message = {};
  /// It passed, and that proves nothing: what it reads is all zero, or one and the same value (x + 0 = x).
  bool trivial = false;
};

/// For each of the fields what each check says, asked all at once.
std::vector<std::vector<CheckResult>> evaluate_checks(
    std::span<const std::shared_ptr<const Condition>> checks, std::span<const nlohmann::json> fields);

}  // namespace docket
