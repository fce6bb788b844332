#include "pipeline/json/condition.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <thread>

#include "pipeline/json/expression.h"

namespace docket {
namespace {

using nlohmann::json;

std::shared_ptr<const Condition> compiled(const std::string& expression) {
  auto condition = Condition::compile(expression);
  EXPECT_TRUE(condition.has_value()) << expression << ": " << (condition ? "" : condition.error().message);
  return condition ? *condition : nullptr;
}

std::string compile_error(const std::string& expression) {
  const auto condition = Condition::compile(expression);
  if (condition) return "compiled";
  EXPECT_EQ(condition.error().error_class, ErrorClass::config);
  return condition.error().message;
}

bool holds(const std::string& expression, const json& value) {
  const auto result = compiled(expression)->holds(value);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return result && *result;
}

std::string run_error(const std::string& expression, const json& value) {
  const auto result = compiled(expression)->holds(value);
  if (result) return "no error";
  EXPECT_EQ(result.error().error_class, ErrorClass::condition);
  return result.error().message;
}

TEST(Condition, TakesTheFirstOutputsTruthAsJqDoes) {
  const json record = {{"classify", {{"label", "invoice"}, {"confidence", 0.75}}}, {"pages", 7}};
  EXPECT_TRUE(holds(R"(.classify.label == "invoice" and .pages > 5)", record));
  EXPECT_FALSE(holds(".classify.confidence > 0.8", record));
  EXPECT_TRUE(holds("0", record));
  EXPECT_TRUE(holds("\"\"", record));
  EXPECT_FALSE(holds("null", record));
  EXPECT_FALSE(holds("empty", record));
  EXPECT_TRUE(holds("true, false", record));
  EXPECT_FALSE(holds(".no.such.member", record));
}

TEST(Condition, SeesEveryKindOfValue) {
  const json value = {{"text", "Zoë \"x\" \n"},
                      {"empty", json::array()},
                      {"list", {1, -2.5, true, nullptr, "s"}},
                      {"big", std::numeric_limits<std::int64_t>::max()},
                      {"unsigned", std::numeric_limits<std::uint64_t>::max()}};
  EXPECT_TRUE(holds(R"(.text == "Zoë \"x\" \n")", value));
  EXPECT_TRUE(holds(".list == [1, -2.5, true, null, \"s\"] and .empty == []", value));
  EXPECT_TRUE(holds(".big > 9e18 and .unsigned > 1.8e19", value));
  EXPECT_TRUE(holds(".text | test(\"^zo\"; \"i\")", value));
}

TEST(Condition, SurvivesNumbersThatAreNone) {
  const json value = {{"nan", std::numeric_limits<double>::quiet_NaN()},
                      {"inf", std::numeric_limits<double>::infinity()}};
  EXPECT_TRUE(holds(".nan | isnan", value));
  EXPECT_TRUE(holds(".inf > 1e308", value));
  EXPECT_FALSE(holds(".nan > 0", value));
}

TEST(Condition, SurvivesTextThatIsNoUtf8) { EXPECT_TRUE(holds(".a != \"b\"", {{"a", "\xff\xfe"}})); }

TEST(Condition, CutsOffWhatIsNestedWithoutEnd) {
  json deep = 1;
  for (int i = 0; i < 20000; ++i) {
    deep = json::array({std::move(deep)});
  }
  EXPECT_TRUE(holds("[.. | arrays] | length < 300", deep));
}

TEST(Condition, SaysWhatJqFindsWrong) {
  EXPECT_EQ(compile_error(".a +"), "syntax error, unexpected end of the expression");
  EXPECT_EQ(compile_error(".a & .b"), "syntax error, unexpected character");
  EXPECT_EQ(compile_error(".a | foo(1)"), "foo/1 is not defined");
  EXPECT_EQ(compile_error(".a == $x"), "$x is not defined");
  EXPECT_EQ(compile_error("nope or nada"), "nope/0 is not defined; nada/0 is not defined");
  EXPECT_EQ(compile_error("\"abc"), "a string is not closed");
  EXPECT_EQ(compile_error(""), "the condition is empty");
  EXPECT_EQ(compile_error("  # only a comment"), "the condition is empty");
  EXPECT_EQ(compile_error(std::string("1\0 2", 4)), "the condition contains a NUL character");
  EXPECT_EQ(compile_error(std::string(5000, '.')), "the condition is longer than 4000 bytes");
}

TEST(Condition, RefusesWhatSeesMoreThanTheRecord) {
  for (const char* word : {"env", "$ENV", "input", "halt", "debug", "stderr", "input_filename"}) {
    EXPECT_EQ(compile_error(std::string(".a == ") + word),
              std::string("'") + word + "' cannot be used: a condition sees one JSON value and nothing else");
  }
  EXPECT_NE(compile_error("import \"x\" as x; 1"), "compiled");
  EXPECT_NE(compile_error("\"\\(env.HOME)\""), "compiled");
  EXPECT_TRUE(holds(".input == 1 and .halt == 2 and {env: 3}.env == 3", {{"input", 1}, {"halt", 2}}));
}

TEST(Condition, SaysWhatJqFindsWrongInAValue) {
  EXPECT_EQ(run_error(".a.b", {{"a", 1}}), "Cannot index number with string \"b\"");
  EXPECT_EQ(run_error("error(\"two\\nlines\")", {}), "two lines");
  EXPECT_EQ(run_error("error({a: 1})", {}), "{\"a\":1}");
  EXPECT_EQ(run_error(".a | test(\"(\")", {{"a", "x"}}),
            "Regex failure: end pattern with unmatched parenthesis");
  EXPECT_LT(run_error("error(\"x\" * 5000)", {}).size(), 400U);
}

TEST(Condition, AnErrorLeavesTheInterpreterUsable) {
  const auto condition = compiled(".a.b > 1");
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(condition->holds({{"a", 1}}).has_value());
    const auto good = condition->holds({{"a", {{"b", 2}}}});
    ASSERT_TRUE(good.has_value());
    EXPECT_TRUE(*good);
  }
}

TEST(Condition, IsStoppedWhenItDoesNotEnd) {
  const auto condition = compiled("if .loop then last(range(1e15)) else true end");
  const auto start = std::chrono::steady_clock::now();
  const auto stopped = condition->holds({{"loop", true}});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().message, "stopped after 1 s: the condition does not terminate");
  const auto next = condition->holds({{"loop", false}});
  ASSERT_TRUE(next.has_value());
  EXPECT_TRUE(*next);
}

TEST(Condition, CompilesOrRefusesWhatNestsAsDeepAsItMay) {
  const std::pair<std::string, std::string> brackets[] = {
      {"(", ")"}, {"[", "]"},   {"{a:", "}"}, {"map(", ")"}, {"\"\\(", ")\""}, {"if . then ", " else 1 end"},
      {"-", ""},  {"try ", ""}, {".|", ""},   {".//", ""},   {". as $x|", ""}, {"def f: ", "; f"}};
  for (const auto& [open, close] : brackets) {
    std::string expression = "1";
    while (expression.size() + open.size() + close.size() <= 4000) {
      expression.insert(0, open);
      expression += close;
    }
    const auto condition = Condition::compile(expression);
    if (condition) (void)(*condition)->holds({});
  }
}

TEST(Condition, ManyThreadsShareOne) {
  const auto condition =
      compiled(R"((.name | test("^a+$")) and ([.list[] | select(. > 1)] | length) == .expected)");
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const json value = {
            {"name", std::string(1 + i % 7, 'a')}, {"list", {t, i, 2}}, {"expected", 1 + (t > 1) + (i > 1)}};
        const auto result = condition->holds(value);
        right += result && *result;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(right, 800);
}

using Names = std::vector<std::string>;

TEST(ConditionMembers, AreTheTopLevelNamesInTheText) {
  const std::pair<const char*, Names> rows[] = {
      {"(.net + .tax - .total | fabs) < 0.01", {"net", "tax", "total"}},
      {".a.b.c == .d[0].e and .f?.g", {"a", "d", "f"}},
      {".a == .a", {"a"}},
      {"true", {}},
      {". == 1", {}},
      {R"(."a b" == .["c"] and .d["e"])", {"a b", "c", "d"}},
      {".a | .b", {"a"}},
      {".items | map(.price) | add", {"items"}},
      {"([.items[] | .price] | add) == .total", {"items", "total"}},
      {"any(.items[]; .price > .limit) and .x", {"items", "x"}},
      {"any(.x > 1)", {}},
      {"all(.items[]; .ok)", {"items"}},
      {".total as $t | .net < $t", {"total", "net"}},
      {"reduce .items[] as $i (0; . + $i.price) == .total", {"items", "total"}},
      {"if .a then .b elif .c | not then .d else .e end == .f", {"a", "b", "c", "d", "e", "f"}},
      {"def f: .x; .a | f", {"a"}},
      {"def f(g): g + .x; f(.a) == .b", {"a", "b"}},
      {R"j("\(.a) and \(.b | .c)" == .d)j", {"a", "b", "d"}},
      {R"("a .b # \" .c" == .d # .e)", {"d"}},
      {"{a: .b, c: (.d | .e), f: .g} | .h", {"b", "d", "g"}},
      {"{net, tax} | add", {"net", "tax"}},
      {".5 < .a and 1.5e-3 > .b", {"a", "b"}},
      {"($x.y) + @text \"\\(.a)\"", {"a"}},
      {"try .a catch .b", {"a"}},
      {".. | .a", {}},
      {"\"unclosed .a", {}},
      {"((((", {}},
      {")))]] .a", {}},
  };
  for (const auto& [expression, expected] : rows) {
    Names names;
    for (const MemberUse& use : members_read(expression_tokens(expression))) {
      names.push_back(use.name);
    }
    EXPECT_EQ(names, expected) << expression;
  }
}

TEST(ConditionMembers, LeftOfAnAlternativeAreGuarded) {
  const std::pair<const char*, Names> rows[] = {
      {"(.net // 0) + .tax == .total", {"tax", "total"}},
      {".a // .b", {"b"}},
      {".a + .b // 0", {}},
      {".a, .b // 0", {"a"}},
      {"((.a | tonumber) // 0) > 1 and .b", {"b"}},
      {"(.a // 0) == .a", {"a"}},
  };
  for (const auto& [expression, expected] : rows) {
    Names names;
    for (const MemberUse& use : members_read(expression_tokens(expression))) {
      if (!use.guarded) names.push_back(use.name);
    }
    EXPECT_EQ(names, expected) << expression;
  }
}

TEST(Check, IsNotApplicableWhereAFieldThatItReadsIsNull) {
  const auto sum = compiled("(.net + .tax - .total | fabs) < 0.01");
  EXPECT_EQ(evaluate_check(*sum, {{"net", 100}, {"tax", 19}, {"total", 119}}), CheckState::passed);
  EXPECT_EQ(evaluate_check(*sum, {{"net", 100}, {"tax", 19}, {"total", 120}}), CheckState::failed);
  EXPECT_EQ(evaluate_check(*sum, {{"net", 100}, {"tax", nullptr}, {"total", 119}}),
            CheckState::not_applicable);
  EXPECT_EQ(evaluate_check(*sum, {{"net", 100}, {"total", 119}}), CheckState::not_applicable);
  EXPECT_EQ(evaluate_check(*sum, nullptr), CheckState::not_applicable);
  const auto guarded = compiled("(.net + (.tax // 0) - .total | fabs) < 0.01");
  EXPECT_EQ(evaluate_check(*guarded, {{"net", 100}, {"tax", nullptr}, {"total", 100}}), CheckState::passed);
}

TEST(Check, ThatCannotBeEvaluatedHasFailed) {
  EXPECT_EQ(evaluate_check(*compiled(".a + .b > 1"), {{"a", "x"}, {"b", 1}}), CheckState::failed);
}

}  // namespace
}  // namespace docket
