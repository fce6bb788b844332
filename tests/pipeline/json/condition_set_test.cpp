#include "pipeline/json/condition_set.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/conditions.h"

namespace docket {
namespace {

using nlohmann::json;
using State = CheckResult::State;

/// Keeps what it was asked, and says yes to everything.
class Recorder final : public ConditionEngine {
 public:
  explicit Recorder(std::vector<ConditionQuestion>& asked) : asked_(asked) {}
  Result<std::vector<std::string>> compile(const std::vector<std::string>& expressions) override {
    return std::vector<std::string>(expressions.size());
  }
  std::vector<Result<bool>> evaluate(const std::vector<std::string>&,
                                     std::span<const ConditionQuestion> questions) override {
    std::vector<Result<bool>> verdicts;
    for (const ConditionQuestion& question : questions) {
      asked_.push_back(question);
      verdicts.resize(verdicts.size() + question.asked.size(), true);
    }
    return verdicts;
  }

 private:
  std::vector<ConditionQuestion>& asked_;
};

std::shared_ptr<const Condition> path(const char* pattern) {
  const auto patterns =
      std::make_shared<PathPatterns>("/project", PathPatterns::Use::choose, LetterCase::counts);
  EXPECT_EQ(patterns->add(pattern), std::nullopt);
  return Condition::path_matches(pattern, patterns);
}

class Asked : public testing::Test {
 protected:
  std::shared_ptr<const Condition> add(const std::string& expression) { return *set_->add(expression); }
  std::string sent(std::vector<std::shared_ptr<const Condition>> conditions, const json& value) {
    questions_.clear();
    (void)evaluate(conditions, Quantifier::first, value);
    return questions_.empty() ? "" : questions_.front().value;
  }
  std::vector<ConditionQuestion> questions_;
  std::shared_ptr<ConditionSet> set_ = std::make_shared<ConditionSet>(std::make_unique<Recorder>(questions_));
};

TEST_F(Asked, SendsOnlyTheMembersThatAreRead) {
  const json record = {{"a", 1}, {"b", {{"c", "x"}}}, {"secret", "s"}};
  EXPECT_EQ(sent({add(".a == 1")}, record), R"({"a":1})");
  EXPECT_EQ(sent({add(".b.c == 1"), add(".a"), add(".b | length")}, record), R"({"b":{"c":"x"},"a":1})");
  EXPECT_EQ(sent({add("true")}, record), "{}");
  EXPECT_EQ(sent({add(".a"), add("keys")}, record), record.dump());
  EXPECT_EQ(sent({add(".a")}, json(3)), "3");
}

TEST_F(Asked, CutsOffWhatIsNestedWithoutEndAndMendsText) {
  json deep = 1;
  for (int i = 0; i < 20000; ++i)
    deep = json::array({std::move(deep)});
  json record = json::object();
  record["a"] = std::move(deep);
  EXPECT_LT(sent({add(".a")}, record).size(), 500U);
  EXPECT_EQ(sent({add(".t")}, {{"t", "\xff"}}), "{\"t\":\"\xEF\xBF\xBD\"}");
  EXPECT_EQ(sent({add(".n")}, {{"n", std::numeric_limits<double>::quiet_NaN()}}), R"({"n":null})");
}

TEST_F(Asked, AsksOnceForManyValuesAndSkipsWhatIsNotApplicable) {
  const std::vector<std::shared_ptr<const Condition>> checks = {add(".a > .b"), add("(.b // 0) < 1")};
  const std::vector<json> fields = {{{"a", 1}, {"b", 2}}, {{"a", 1}, {"b", nullptr}}, {{"b", nullptr}}};
  const auto results = evaluate_checks(checks, fields);
  ASSERT_EQ(questions_.size(), 3U);
  EXPECT_EQ(questions_[0].asked.size(), 2U);
  EXPECT_EQ(questions_[1].asked.size(), 1U);
  EXPECT_EQ(results[0][0].state, State::passed);
  EXPECT_EQ(results[1][0].state, State::not_applicable);
  EXPECT_EQ(results[2][1].state, State::passed);
}

TEST_F(Asked, AGlobNeedsNoEngine) {
  const json record = {{"document", {{"path", "hr/a.pdf"}}}};
  EXPECT_EQ(sent({path("hr/**")}, record), "");
  const std::shared_ptr<const Condition> both[] = {path("x/**"), add("true"), path("hr/*")};
  const auto results = evaluate(both, Quantifier::any, record);
  EXPECT_FALSE(*results[0]);
  EXPECT_TRUE(*results[1]);
  EXPECT_TRUE(*results[2]);
}

std::string refusal(const std::string& expression) {
  const auto added = std::make_shared<ConditionSet>(nullptr)->add(expression);
  if (added) return "taken";
  EXPECT_EQ(added.error().error_class, ErrorClass::config);
  return added.error().message;
}

TEST(ConditionSet, RefusesWhatIsNoExpression) {
  EXPECT_EQ(refusal("\"abc"), "a string is not closed");
  EXPECT_EQ(refusal(""), "the condition is empty");
  EXPECT_EQ(refusal("  # only a comment"), "the condition is empty");
  EXPECT_EQ(refusal(std::string("1\0 2", 4)), "the condition contains a NUL character");
  EXPECT_EQ(refusal(std::string(5000, '.')), "the condition is longer than 4000 bytes");
}

TEST(ConditionSet, RefusesWhatCouldReachBeyondItsBrackets) {
  for (const char* expression : {"1) | (2", "[1)", "{a: 1]", "1 # )\n)", "\"\\(1\"", "(1", "}{"})
    EXPECT_NE(refusal(expression), "taken") << expression;
  for (const char* expression :
       {"(1) | (2)", "\"\\(1)\" # )", "\")\" == \"(\"", "def f: 1; f", "1 # ( comment"})
    EXPECT_EQ(refusal(expression), "taken") << expression;
  EXPECT_NE(refusal("__docket_0"), "taken");
  EXPECT_NE(refusal("1 as $__docket | $__docket"), "taken");
}

TEST(ConditionSet, RefusesWhatSeesMoreThanTheRecord) {
  for (const char* word : {"env", "$ENV", "input", "halt", "debug", "stderr", "input_filename"}) {
    EXPECT_EQ(refusal(std::string(".a == ") + word),
              std::string("'") + word + "' cannot be used: a condition sees one JSON value and nothing else");
  }
  EXPECT_NE(refusal("import \"x\" as x; 1"), "taken");
  EXPECT_NE(refusal("\"\\(env.HOME)\""), "taken");
  EXPECT_EQ(refusal(".input == 1 and .halt == 2 and {env: 3}.env == 3"), "taken");
}

TEST(ConditionSet, WithoutAnEngineSaysSo) {
  const auto set = std::make_shared<ConditionSet>(nullptr);
  EXPECT_TRUE(set->compile()) << "there is none";
  const std::shared_ptr<const Condition> one = *set->add("true");
  EXPECT_FALSE(set->compile());
  EXPECT_EQ(evaluate({&one, 1}, Quantifier::first, {}).front().error().error_class, ErrorClass::unavailable);
}

CheckResult check(const std::string& expression, const json& fields) {
  const std::shared_ptr<const Condition> one = condition(expression);
  return evaluate_checks({&one, 1}, {&fields, 1}).front().front();
}

TEST(Check, IsNotApplicableWhereAFieldThatItReadsIsNull) {
  const std::string sum = "(.net + .tax - .total | fabs) < 0.01";
  EXPECT_EQ(check(sum, {{"net", 100}, {"tax", 19}, {"total", 119}}).state, State::passed);
  EXPECT_EQ(check(sum, {{"net", 100}, {"tax", 19}, {"total", 120}}).state, State::failed);
  EXPECT_EQ(check(sum, {{"net", 100}, {"tax", nullptr}, {"total", 119}}).state, State::not_applicable);
  EXPECT_EQ(check(sum, {{"net", 100}, {"total", 119}}).state, State::not_applicable);
  EXPECT_EQ(check(sum, nullptr).state, State::not_applicable);
  EXPECT_EQ(
      check("(.net + (.tax // 0) - .total | fabs) < 0.01", {{"net", 100}, {"tax", nullptr}, {"total", 100}})
          .state,
      State::passed);
}

TEST(Check, ThatCannotBeComputedIsAnErrorWithWords) {
  const std::pair<const char*, const char*> rows[] = {
      {".a + .b > 1", "string (\"x\") and number (1) cannot be added"},
      {".a - 1 == 0", "string (\"x\") and number (1) cannot be subtracted"},
      {".b", "gives a number, not true or false"},
      {".a", "gives a text, not true or false"},
      {"[.a]", "gives a list, not true or false"},
      {"select(.b > 5)", "gives nothing, not true or false"},
      {".b == 1, .a", "gives a text, not true or false"},
      {"error(null)", "error(null)"},
  };
  for (const auto& [expression, message] : rows) {
    const CheckResult result = check(expression, {{"a", "x"}, {"b", 1}});
    EXPECT_EQ(result.state, State::error) << expression;
    EXPECT_EQ(result.message, message) << expression;
  }
  EXPECT_EQ(check("(.b, .c) > 1", {{"b", 2}, {"c", 1}}).state, State::failed);
}

}  // namespace
}  // namespace docket
