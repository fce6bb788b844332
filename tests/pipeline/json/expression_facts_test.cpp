#include "pipeline/json/expression_facts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pipeline/json/condition_set.h"

namespace docket {
namespace {

using Names = std::vector<std::string>;

std::shared_ptr<const Condition> read(const std::string& expression) {
  const auto added = std::make_shared<ConditionSet>(nullptr)->add(expression);
  EXPECT_TRUE(added.has_value()) << expression << ": " << (added ? "" : added.error().message);
  return added ? *added : nullptr;
}

TEST(ExpressionFacts, MembersAreTheTopLevelNamesInTheText) {
  const std::pair<const char*, Names> rows[] = {
      {"(.net + .tax - .total | fabs) < 0.01", {"net", "tax", "total"}},
      {".a.b.c == .d[0].e and .f?.g", {"a", "d", "f"}},
      {".a == .a", {"a"}},
      {"true", {}},
      {". == 1", {}},
      {R"(."a b" == .["c"] and .d["e"])", {"a b", "c", "d"}},
      {".a | .b", {"a"}},
      {"(.a | .b) == 1", {"a"}},
      {".items | map(.price) | add", {"items"}},
      {"([.items[] | .price] | add) == .total", {"items", "total"}},
      {"any(.items[]; .price > .limit) and .x", {"items", "x"}},
      {"any(.x > 1)", {}},
      {"all(.items[]; .ok)", {"items"}},
      {".total as $t | .net < $t", {"total", "net"}},
      {". as $all | $all.net < $all.total", {"net", "total"}},
      {"reduce .items[] as $i (0; . + $i.price) == .total", {"items", "total"}},
      {"if .a then .b elif .c | not then .d else .e end == .f", {"a", "b", "c", "d", "e", "f"}},
      {"def f: .x; .a | f", {"a"}},
      {"def f(g): g + .x; f(.a) == .b", {"b"}},
      {"def f: def g: 1; .x; f == .b", {"b"}},
      {R"j("\(.a) and \(.b | .c)" == .d)j", {"a", "b", "d"}},
      {R"("a .b # \" .c" == .d # .e)", {"d"}},
      {"{a: .b, c: (.d | .e), f: .g} | .h", {"b", "d", "g"}},
      {"{net, tax} | add", {"net", "tax"}},
      {".5 < .a and 1.5e-3 > .b", {"a", "b"}},
      {"@text \"\\(.a)\"", {"a"}},
      {"try .a catch .b", {"a"}},
      {".. | .a", {}},
      {"(.a, .b) | startswith(\"x\")", {"a", "b"}},
      {"limit(1; .a)", {"a"}},
      {"label $out | .a, break $out", {"a"}},
      {"-.a < -1", {"a"}},
      {".a | sub(\"(?<b>x)\"; .b) | length > 1", {"a"}},
  };
  for (const auto& [expression, expected] : rows)
    EXPECT_EQ(read(expression)->members(), expected) << expression;
}

TEST(ExpressionFacts, MembersLeftOfAnAlternativeAreGuarded) {
  const std::pair<const char*, Names> rows[] = {
      {"(.net // 0) + .tax == .total", {"tax", "total"}},
      {".a // .b", {"b"}},
      {".a + .b // 0", {}},
      {".a, .b // 0", {"a"}},
      {"((.a | tonumber) // 0) > 1 and .b", {"b"}},
      {"(.a // 0) == .a", {"a"}},
  };
  for (const auto& [expression, expected] : rows)
    EXPECT_EQ(read(expression)->unguarded_members(), expected) << expression;
}

TEST(ExpressionFacts, AreCompleteForWhatCanBeFollowed) {
  for (const char* expression : {".a.label == \"x\"",
                                 "(.a | .label) == \"x\"",
                                 ".[\"a\"].label == \"x\"",
                                 ".\"a\".label == \"x\"",
                                 ".a.label? // \"x\" == \"y\"",
                                 ".a as $c | $c.label == \"x\"",
                                 ". as $d | $d.a.label == \"x\"",
                                 ".a | to_entries | length > 1",
                                 ".a | tojson | test(\"x\")",
                                 ".a[\"la\" + \"bel\"] == \"x\"",
                                 "any(.a.list[]; . == \"x\")",
                                 "[.a, .b] | any",
                                 "if .a then true else .b end",
                                 "error(null)",
                                 ".a | keys | length > 0",
                                 ".a | has(\"label\")",
                                 ".a | any(.[]; . == 1)",
                                 "first(.a, .b) == 1",
                                 ".a | getpath([\"label\"]) == \"x\"",
                                 "try .a.label catch false"})
    EXPECT_FALSE(read(expression)->facts().reads_everything) << expression;
}

TEST(ExpressionFacts, AreNotForAllElse) {
  for (const char* expression : {".",
                                 ". == 1",
                                 "..",
                                 ".[]",
                                 "any(.[]; .label? == \"x\")",
                                 "def l: .a.label; l == \"x\"",
                                 ". as {a: {label: $l}} | $l == \"x\"",
                                 ". as [$a] | $a",
                                 "to_entries | length",
                                 "tojson",
                                 "tostring",
                                 "keys",
                                 "has(\"a\")",
                                 "length",
                                 "getpath([\"a\", \"label\"])",
                                 "[paths]",
                                 "walk(.)",
                                 "with_entries(.)",
                                 "del(.a) | length",
                                 ".[\"a\", \"b\"]",
                                 ".[\"la\" + \"bel\"]",
                                 ".[$__loc__.file]",
                                 ".. | .label?",
                                 "foreach .[] as $x (0; 1)",
                                 "reduce 1 as $x (.; .a)",
                                 "first(.[])",
                                 "limit(1; .[])",
                                 "\"\\(.)\"",
                                 "@json",
                                 "@text \"\\(.)\"",
                                 "[.]",
                                 "{a: .}",
                                 "(.a, .) | length",
                                 "(.a // .) | length",
                                 ".a = 1",
                                 "path(.a)",
                                 "map(.a)",
                                 "map_values(.a)",
                                 "select(.a) | length",
                                 ". as $d | $d | length",
                                 "recurse",
                                 "1 as $x | [$x, .]",
                                 "isvalid(.a)",
                                 ".a[(.)]",
                                 "splits(\"a\")",
                                 "[.[] | .a]",
                                 "min_by(.a)",
                                 "leaf_paths",
                                 ".[.a]",
                                 ".[1:2]",
                                 "ltrimstr(\"a\")",
                                 ". as $x | {$x}",
                                 "in({})",
                                 "inside({})",
                                 "contains({})",
                                 "flatten"}) {
    const auto added = std::make_shared<ConditionSet>(nullptr)->add(expression);
    ASSERT_TRUE(added.has_value()) << expression;
    EXPECT_TRUE((*added)->facts().reads_everything) << expression;
  }
}

TEST(ExpressionFacts, ReadEverythingWhereTheTextIsNotUnderstood) {
  for (const char* expression :
       {"\"unclosed .a", "((((", ")))]] .a", ".a +", ".a .b .", "1 2", "", "def f: 1"})
    EXPECT_TRUE(facts_of(expression).reads_everything) << expression;
  std::string deep = "1";
  while (deep.size() < 4000)
    deep = "(" + deep + ")";
  EXPECT_TRUE(facts_of(deep).reads_everything);
  std::string chain = ".a";
  while (chain.size() < 4000)
    chain += "|.";
  (void)facts_of(chain);
}

std::string comparisons(const char* expression) {
  std::string text;
  for (const JsonComparison& comparison : facts_of(expression).comparisons) {
    for (const JsonPath& path : comparison.paths)
      for (const std::string& name : path)
        text += "/" + name;
    if (!comparison.others.empty()) text += "|" + comparison.others.dump();
    if (comparison.computed != 0) text += "|" + in_words(comparison.computed);
    text += comparison.constants.dump() + " ";
  }
  return text;
}

TEST(ExpressionFacts, KnowWhatIsComparedWithConstants) {
  EXPECT_EQ(comparisons(".a.label == \"x\""), "/a/label[\"x\"] ");
  EXPECT_EQ(comparisons("\"x\" != .a.label"), "/a/label[\"x\"] ");
  EXPECT_EQ(comparisons(".a | .label == \"x\" or .n == 2"), "/a/label[\"x\"] /a/n[2] ");
  EXPECT_EQ(comparisons(".a.label | IN(\"x\", \"y\")"), "/a/label[\"x\",\"y\"] ");
  EXPECT_EQ(comparisons("IN(.a; \"x\")"), "/a[\"x\"] ");
  EXPECT_EQ(comparisons("any(.a.list[]; . == null)"), "/a/list/[][null] ");
  EXPECT_EQ(comparisons(".a | select(.label == (\"x\", \"y\"))"), "/a/label[\"x\",\"y\"] ");
  EXPECT_EQ(comparisons(".a as $l | $l.label == \"x\""), "/a/label[\"x\"] ");
  EXPECT_EQ(comparisons(".a == .b"), "");
  EXPECT_EQ(comparisons("(.a // \"none\") == \"x\""), "/a|[\"none\"][\"x\"] ");
  EXPECT_EQ(comparisons("(.a // .b) == 1"), "/a/b[1] ");
  EXPECT_EQ(comparisons("(if .c then .a else 0 end) == 1"), "/a|[0][1] ");
  EXPECT_EQ(comparisons("(.a // (.b | length)) == 1"), "/a|a number[1] ");
  EXPECT_EQ(comparisons("(try .a catch \"none\") == \"x\""), "/a|[\"none\"][\"x\"] ");
  EXPECT_EQ(comparisons(".a == (\"x\", (.b | tostring))"), "") << "one that may be anything";
  EXPECT_EQ(comparisons("[\"x\", (.b | tostring)] | index(.a)"), "");
  EXPECT_EQ(comparisons("(if .c then [\"x\"] else [\"y\"] end) | index(\"x\")"), "");
  EXPECT_EQ(comparisons(".a as $l | [\"x\", \"y\"] | any(. == $l)"), "/a[\"x\",\"y\"] ");
  EXPECT_EQ(comparisons("[\"x\", \"y\"] | index(.a.label)"), "");
  EXPECT_EQ(comparisons(".a.label as $l | [\"x\", \"y\"] | index($l)"), "/a/label[\"x\",\"y\"] ");
  EXPECT_EQ(comparisons(".a as $l | any((\"x\", \"y\"); . == $l)"), "/a[\"x\",\"y\"] ");
  EXPECT_TRUE(facts_of(".a < 3").comparisons.front().is_order);
}

TEST(ExpressionFacts, KnowAssignments) {
  for (const char* expression :
       {".a = 1", ".a.b |= 2", "(.a += 1) == 2", "[.a] | .[0] //= 1", "select(.a = 1)", "(.a = 1) | not",
        ".b or (.a = 1)", "(.a = 1) and .b", "if .a = 1 then 2 else 3 end", "any(.l[]; .a = 1)",
        "all(.a = 1)", "if .b then .a = 1 else 2 end"})
    EXPECT_FALSE(facts_of(expression).assignment.empty()) << expression;
  for (const char* expression : {".a == 1", ".a >= 1 and .b <= 2", ".a != 1", ".a // 1", "\"=\" == .a",
                                 ".a = 1 | .a == 1", "with_entries(.value |= tostring) | .a == \"1\"",
                                 "(.a |= 2) as $x | $x.a == 2", "(.x | .a = 1) == (.y | .a = 1)",
                                 "map(.a = 1) | length > 2", "(.a += 1).a > 2", "[.a = 1] | length == 1"})
    EXPECT_TRUE(facts_of(expression).assignment.empty()) << expression;
}

TEST(ExpressionFacts, WhatIsSetNeedNotBeThere) {
  const std::pair<const char*, Names> rows[] = {
      {"(.a, .b) |= (. // 0) | .a <= .b", {}},
      {".a //= 0 | .a < 1", {}},
      {".sum = .a + .b | .sum == .c", {"a", "b"}},
      {".a |= floor | .a == 1", {"a"}},
      {". as $d | {} | .[$d.key] = 1 | .x == 1", {"key"}},
  };
  for (const auto& [expression, expected] : rows)
    EXPECT_EQ(read(expression)->unguarded_members(), expected) << expression;
}

TEST(ExpressionFacts, KnowWhatKindIsGiven) {
  EXPECT_EQ(in_words(facts_of(".a == 1").gives), "true or false");
  EXPECT_EQ(in_words(facts_of(".a | not").gives), "true or false");
  EXPECT_EQ(in_words(facts_of(".a | length").gives), "a number");
  EXPECT_EQ(in_words(facts_of("if .a then 1 else \"x\" end").gives), "a number or a text");
  EXPECT_EQ(in_words(facts_of("{a}").gives), "an object");
  EXPECT_EQ(facts_of(".net - .tax").gives & (json_kind::boolean | json_kind::null), 0U);
  EXPECT_EQ(facts_of(".net + .tax").gives & (json_kind::boolean | json_kind::null), 0U);
  EXPECT_EQ(facts_of(".a | foo").gives, json_kind::any);
  EXPECT_EQ(facts_of(".a.b").gives_of, (std::vector<JsonPath>{{"a", "b"}}));
}

}  // namespace
}  // namespace docket
