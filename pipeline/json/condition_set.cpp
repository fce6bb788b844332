#include "pipeline/json/condition_set.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "pipeline/json/expression.h"

namespace docket {
namespace {

using nlohmann::json;

/// Room for any condition that a person writes, and too little to run jq's recursive compiler out of stack.
constexpr std::size_t longest_expression = 4000;
const std::string no_engine = "conditions cannot be evaluated here";
constexpr int deepest_value = 200;  ///< jq's parser refuses what is deeper than 256.

/// What is wrong with an expression before jq sees it.
std::optional<std::string> refusal(const std::string& expression,
                                   const std::vector<ExpressionToken>& tokens) {
  if (tokens.empty()) return "the condition is empty";
  if (expression.size() > longest_expression) {
    return "the condition is longer than " + std::to_string(longest_expression) + " bytes";
  }
  if (expression.find('\0') != std::string::npos) return "the condition contains a NUL character";
  if (tokens.back().kind == ExpressionToken::Kind::unclosed) return "a string is not closed";
  if (!is_balanced(tokens)) return "the brackets do not match";
  if (const auto word = forbidden_word(tokens)) {
    return "'" + *word + "' cannot be used: a condition sees one JSON value and nothing else";
  }
  return std::nullopt;
}

bool is_deeper(const json& value, int levels) {
  if (!value.is_structured()) return false;
  return levels == 0 ||
         std::ranges::any_of(value, [&](const json& one) { return is_deeper(one, levels - 1); });
}

/// With null in place of what is deeper.
json pruned(const json& value, int levels) {
  if (!value.is_structured()) return value;
  if (levels == 0) return nullptr;
  json copy = value.is_array() ? json::array() : json::object();
  for (const auto& [key, one] : value.items()) {
    if (value.is_array())
      copy.push_back(pruned(one, levels - 1));
    else
      copy[key] = pruned(one, levels - 1);
  }
  return copy;
}

/// Bytes that are no UTF-8 become U+FFFD; a number that is none, null.
void append(const json& value, std::string& text) {
  const auto dump = [](const json& one) { return one.dump(-1, ' ', false, json::error_handler_t::replace); };
  text += is_deeper(value, deepest_value) ? dump(pruned(value, deepest_value)) : dump(value);
}

using Conditions = std::span<const std::shared_ptr<const Condition>>;

/// The value as JSON, with no other members than the conditions read.
std::string text_for(Conditions conditions, const json& value) {
  std::string text;
  const auto reads_all = [](const auto& condition) { return condition->facts().reads_everything; };
  if (!value.is_object() || std::ranges::any_of(conditions, reads_all)) {
    append(value, text);
    return text;
  }
  std::vector<std::string_view> written;
  for (const auto& condition : conditions) {
    for (const std::string& name : condition->members()) {
      const auto found = value.find(name);
      if (found == value.end() || std::ranges::find(written, name) != written.end()) continue;
      text += text.empty() ? '{' : ',';
      append(name, text);
      text += ':';
      append(*found, text);
      written.push_back(name);
    }
  }
  return text.empty() ? "{}" : text + '}';
}

}  // namespace

ConditionSet::ConditionSet(std::unique_ptr<ConditionEngine> engine) : engine_(std::move(engine)) {}

Result<std::shared_ptr<const Condition>> ConditionSet::add(const std::string& expression) {
  if (const auto reason = refusal(expression, expression_tokens(expression))) {
    return Error{ErrorClass::config, *reason};
  }
  std::shared_ptr<Condition> condition(new Condition(expression, facts_of(expression)));
  condition->set_ = shared_from_this();
  condition->number_ = expressions_.size();
  expressions_.push_back(without_comments(expression));
  return std::shared_ptr<const Condition>(std::move(condition));
}

Result<std::vector<std::string>> ConditionSet::compile() const {
  if (expressions_.empty()) return std::vector<std::string>();
  if (!engine_) return Error{ErrorClass::unavailable, no_engine};
  return engine_->compile(expressions_);
}

std::vector<Result<bool>> ConditionSet::evaluate(std::span<const ConditionQuestion> questions) const {
  if (engine_) return engine_->evaluate(expressions_, questions);
  std::size_t count = 0;
  for (const ConditionQuestion& question : questions)
    count += question.asked.size();
  return std::vector<Result<bool>>(count, Error{ErrorClass::unavailable, no_engine});
}

std::vector<Result<bool>> evaluate(Conditions conditions, Quantifier quantifier, const json& value) {
  std::vector<Result<bool>> results(conditions.size(), false);
  std::vector<std::shared_ptr<const Condition>> programs;
  ConditionQuestion question;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Condition& condition = *conditions[i];
    if (condition.set() == nullptr) {
      results[i] = condition.path_fits(value);
      continue;
    }
    programs.push_back(conditions[i]);
    question.asked.push_back({condition.number(), quantifier});
  }
  if (programs.empty()) return results;
  question.value = text_for(programs, value);
  std::vector<Result<bool>> said = programs.front()->set()->evaluate({&question, 1});
  for (std::size_t i = 0, next = 0; i < conditions.size(); ++i)
    if (conditions[i]->set() != nullptr) results[i] = std::move(said[next++]);
  return results;
}

namespace {

/// Collects what is different from nothing and from each other.
void collect(const json& value, std::set<json>& different) {
  if (value.is_structured()) {
    for (const json& inner : value)
      collect(inner, different);
  } else if (value.is_number()) {
    if (value.get<double>() != 0) different.insert(std::fabs(value.get<double>()));
  } else if (!value.is_null() && value != "") {
    different.insert(value);
  }
}

bool is_trivial(const Condition& check, const json& fields) {
  std::set<json> different;
  for (const auto& [field, value] : fields.items()) {
    const bool reads =
        check.facts().reads_everything || std::ranges::find(check.members(), field) != check.members().end();
    if (reads) collect(value, different);
  }
  return different.size() <= 1;
}

}  // namespace

std::vector<std::vector<CheckResult>> evaluate_checks(Conditions checks, std::span<const json> fields) {
  using State = CheckResult::State;
  std::vector<std::vector<CheckResult>> results(fields.size(), std::vector<CheckResult>(checks.size()));
  std::vector<ConditionQuestion> questions;
  std::vector<CheckResult*> asked;
  std::vector<bool> trivial;
  const ConditionSet* set = nullptr;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    ConditionQuestion question;
    for (std::size_t c = 0; c < checks.size(); ++c) {
      const auto is_null = [&](const std::string& member) {
        const auto found = fields[i].find(member);
        return found == fields[i].end() || found->is_null();
      };
      if (std::ranges::any_of(checks[c]->unguarded_members(), is_null)) continue;
      if (checks[c]->set() == nullptr) {
        results[i][c] = {State::error, "a path is no check of fields"};
        continue;
      }
      set = checks[c]->set();
      question.asked.push_back({checks[c]->number(), Quantifier::all});
      asked.push_back(&results[i][c]);
      trivial.push_back(is_trivial(*checks[c], fields[i]));
    }
    if (question.asked.empty()) continue;
    question.value = text_for(checks, fields[i]);
    questions.push_back(std::move(question));
  }
  if (questions.empty()) return results;
  const std::vector<Result<bool>> said = set->evaluate(questions);
  for (std::size_t i = 0; i < said.size(); ++i) {
    if (!said[i])
      *asked[i] = {State::error, said[i].error().message};
    else
      *asked[i] = {*said[i] ? State::passed : State::failed, {}, *said[i] && trivial[i]};
  }
  return results;
}

}  // namespace docket
