#include "backends/extraction/condition_workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/conditions.h"
#include "worker/process/sanitizers.h"

namespace docket::backends {
namespace {

using nlohmann::json;
using Conditions = std::vector<std::shared_ptr<const Condition>>;

Conditions all_of(const std::vector<std::string>& expressions) {
  const auto set = std::make_shared<ConditionSet>(make_condition_workers());
  Conditions conditions;
  for (const std::string& expression : expressions)
    conditions.push_back(*set->add(expression));
  return conditions;
}

/// `yes`, `no`, or what is wrong, per condition.
std::vector<std::string> said(const Conditions& conditions, const json& value,
                              Quantifier quantifier = Quantifier::first) {
  std::vector<std::string> words;
  for (const Result<bool>& verdict : evaluate(conditions, quantifier, value))
    words.push_back(verdict ? (*verdict ? "yes" : "no") : verdict.error().message);
  return words;
}

using Words = std::vector<std::string>;

TEST(ConditionWorkers, EvaluateAsJqDoes) {
  const json record = {{"classify", {{"label", "invoice"}, {"confidence", 0.75}}},
                       {"pages", 7},
                       {"text", "Zoë \"x\" \n"},
                       {"list", {1, -2.5, true, nullptr, "s"}},
                       {"big", INT64_MAX}};
  const Conditions conditions =
      all_of({R"(.classify.label == "invoice" and .pages > 5)", ".classify.confidence > 0.8", "0", "\"\"",
              "null", "empty", "true, false", "false, true", ".no.such.member", R"(.text == "Zoë \"x\" \n")",
              ".list == [1, -2.5, true, null, \"s\"]", ".big > 9e18", ".text | test(\"^zo\"; \"i\")",
              "def f: .pages; f == 7", ".pages == 7 # a comment", "label $out | 1, break $out"});
  EXPECT_EQ(said(conditions, record), (Words{"yes", "no", "yes", "yes", "no", "no", "yes", "no", "no", "yes",
                                             "yes", "yes", "yes", "yes", "yes", "yes"}));
}

TEST(ConditionWorkers, TakeAnyOutputWhereThatCounts) {
  const std::string nothing = "gives nothing, not true or false";
  const Conditions conditions = all_of(
      {"false, true", "false, null", "empty", "true, error(\"x\")", "false, error(\"x\")", "error(null)",
       "error", "false, (null | error)", "try error(\"x\") catch false", "error(\"x\")?"});
  EXPECT_EQ(
      said(conditions, nullptr, Quantifier::any),
      (Words{"yes", "yes", nothing, "yes", "x", "error(null)", "error(null)", "error(null)", "no", nothing}));
  EXPECT_EQ(said(all_of({".parties[] == \"x\"", ".parties[]?", "select(.kind == \"y\")"}),
                 {{"parties", nlohmann::json::array()}, {"kind", "x"}}, Quantifier::any),
            (Words{nothing, nothing, nothing}));
}

TEST(ConditionWorkers, SayWhatJqFindsWrongInAValue) {
  EXPECT_EQ(said(all_of({".a.b", "error(\"two\\nlines\")", "error({a: 1})", ".s | test(\"(\")"}),
                 {{"a", 1}, {"s", "x"}}),
            (Words{"Cannot index number with string \"b\"", "two lines", "{\"a\":1}",
                   "Regex failure: end pattern with unmatched parenthesis"}));
  EXPECT_LT(said(all_of({"error(\"x\" * 5000)"}), {}).front().size(), 400U);
}

TEST(ConditionWorkers, NameTheExpressionThatDoesNotCompile) {
  const auto set = std::make_shared<ConditionSet>(make_condition_workers());
  const std::pair<const char*, const char*> rows[] = {
      {"1 == 1", ""},
      {".a +", "syntax error, unexpected end of the expression"},
      {".a & .b", "syntax error, unexpected character"},
      {".a | foo(1)", "foo/1 is not defined"},
      {".a == $x", "$x is not defined"},
      {"nope or nada", "nope/0 is not defined; nada/0 is not defined"},
      {"def __f: 1; __f", ""}};
  for (const auto& [expression, problem] : rows)
    ASSERT_TRUE(set->add(expression)) << expression;
  const auto problems = set->compile();
  ASSERT_TRUE(problems);
  for (std::size_t i = 0; i < std::size(rows); ++i)
    EXPECT_EQ((*problems)[i], rows[i].second) << rows[i].first;
  const Conditions others = all_of({"true", "foo", "false"});
  EXPECT_EQ(said(others, {}), (Words{"yes", "not a valid jq condition: foo/0 is not defined", "no"}));
}

TEST(ConditionWorkers, SurviveWhatJqMayNot) {
  if (worker::under_sanitizer) GTEST_SKIP() << "sanitizers need memory without limit, and take crashes";
  const Conditions conditions = all_of({
      ".ok",
      "[.umlaut | splits(\" *\")] | length < 9",
      ".ok == true",
      ".path | .[nan:]",
      "1e18 | strftime(\"%Y\")",
      "reduce range(3e5) as $i (0; [.]) | tojson | length",
      "def f: 1 + f; f",
      ".path == \"a\"",
  });
  const Words words = said(conditions, {{"ok", true}, {"umlaut", "Bäcker ü x"}, {"path", "a"}});
  EXPECT_EQ(words[0], "yes");
  EXPECT_EQ(words[2], "yes");
  EXPECT_EQ(words[7], "yes");
  for (const std::size_t i : {1, 3, 4, 5})  // A later jq may stand it.
    EXPECT_TRUE(words[i] == "yes" || words[i] == "no" || words[i].size() > 9) << i << ": " << words[i];
  EXPECT_NE(words[6].find("memory"), std::string::npos) << words[6];
  EXPECT_EQ(said(conditions, {{"ok", true}, {"umlaut", "abc"}, {"path", "a"}})[1], "yes")
      << "of another value";
}

TEST(ConditionWorkers, StopWhatDoesNotEnd) {
  if (worker::under_sanitizer) GTEST_SKIP() << "ThreadSanitizer keeps signals back from loops";
  const Conditions conditions = all_of({"if .loop then last(range(1e15)) else true end",
                                        "if .loop then \"x\" | index(\"\") else true end", "true"});
  const std::string stopped = "stopped: it did not end within 1 s of CPU time";
  const Words words = said(conditions, {{"loop", true}});
  EXPECT_EQ(words[0], stopped);
  EXPECT_EQ(words[1].rfind("stopped: it ", 0), 0U) << words[1];
  EXPECT_EQ(words[2], "yes");
  EXPECT_EQ(said(conditions, {{"loop", false}}), (Words{"yes", "yes", "yes"}));
}

TEST(ConditionWorkers, TryADeadlyCheckOnceForAllValues) {
  if (worker::under_sanitizer) GTEST_SKIP() << "sanitizers need memory without limit, and take crashes";
  const Conditions checks = all_of({"def f: 1 + f; f < .n", ".n >= 0"});
  std::vector<json> fields;
  for (int n = 0; n < 50; ++n)
    fields.push_back({{"n", n}});
  const auto results = evaluate_checks(checks, fields);  // A second each, as some take, would be a minute.
  int passed = 0;
  for (const auto& row : results)
    passed += static_cast<int>(row[1].state == CheckResult::State::passed);
  EXPECT_EQ(passed, 50);
  EXPECT_EQ(results[49][0].state, CheckResult::State::error);
}

TEST(ConditionWorkers, CompileOrRefuseWhatNestsAsDeepAsItMay) {
  const std::pair<std::string, std::string> brackets[] = {
      {"(", ")"}, {"[", "]"},   {"{a:", "}"}, {"map(", ")"}, {"\"\\(", ")\""}, {"if . then ", " else 1 end"},
      {"-", ""},  {"try ", ""}, {".|", ""},   {".//", ""},   {". as $x|", ""}, {"def f: ", "; f"}};
  std::vector<std::string> expressions;
  for (const auto& [open, close] : brackets) {
    std::string expression = "1";
    while (expression.size() + open.size() + close.size() <= 1500) {
      expression.insert(0, open);
      expression += close;
    }
    expressions.push_back(std::move(expression));
  }
  expressions.emplace_back("true");
  EXPECT_EQ(said(all_of(expressions), {}).back(), "yes");
}

TEST(ConditionWorkers, AreSharedByThreads) {
  const Conditions conditions =
      all_of({R"((.name | test("^a+$")) and ([.list[] | select(. > 1)] | length) == .expected)"});
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const json value = {
            {"name", std::string(1 + i % 7, 'a')}, {"list", {t, i, 2}}, {"expected", 1 + (t > 1) + (i > 1)}};
        right += static_cast<int>(said(conditions, value) == Words{"yes"});
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(right, 200);
}

}  // namespace
}  // namespace docket::backends
