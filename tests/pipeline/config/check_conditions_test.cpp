#include "pipeline/config/check_conditions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

/// A pipeline with a label, fields and a parallel branch. The conditions stand in lines of their own.
std::string pipeline_with(const std::string& policy, const std::string& when, const std::string& checks) {
  return "version: 1\nbackends: { rules: { type: builtin } }\npolicy:\n  private:\n    - " + policy +
         "\nstages:\n  - extract:\n"
         "  - classify: { backends: rules, labels: { invoice: , letter: , other: } }\n"
         "  - structured-extract:\n      id: fields\n      backends: rules\n      when:\n        - " +
         when +
         "\n      schema:\n        type: object\n        properties:\n"
         "          total: { type: number }\n          paid: { type: boolean }\n"
         "          currency: { enum: [EUR, USD] }\n"
         "          seller: { type: object, properties: { name: { type: string } }, additionalProperties: "
         "false }\n"
         "          lines: { type: array, items: { $ref: '#/definitions/line' } }\n"
         "        definitions:\n          line: { type: object, properties: { price: { type: number } } }\n"
         "      checks:\n        - " +
         checks +
         "\n  - classify: { id: second, after: extract, backends: rules, labels: { a: , b: } }\n"
         "  - escalate: { after: [fields] }\n";
}

/// Errors, then warnings, without the file's name; empty: all is well.
std::string said_of(const std::string& yaml) {
  const TempDir folder;
  const PipelineOrDiagnostics read = read_pipeline(folder.write("p.yaml", yaml), registry());
  std::string text;
  for (const Diagnostic& diagnostic : read.diagnostics)
    text += std::to_string(diagnostic.line) + ": " + diagnostic.message + "\n";
  if (read.pipeline)
    for (const std::string& warning : read.pipeline->warnings)
      text += "warning: " + warning.substr(warning.find("p.yaml") + 7) + "\n";
  return text;
}

std::string quoted(const std::string& condition) { return "'" + condition + "'"; }
std::string of_policy(const std::string& condition) {
  return said_of(pipeline_with(quoted(condition), "'true'", "'true'"));
}
std::string of_when(const std::string& condition) {
  return said_of(pipeline_with("'true'", quoted(condition), "'true'"));
}
std::string of_check(const std::string& condition) {
  return said_of(pipeline_with("'true'", "'true'", quoted(condition)));
}

struct Row {
  const char* condition;
  const char* expected;  ///< A part of what is said; empty: nothing is.
};

void expect(std::string (*said)(const std::string&), std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    const std::string text = said(row.condition);
    if (*row.expected == '\0')
      EXPECT_EQ(text, "") << row.condition;
    else
      EXPECT_NE(text.find(row.expected), std::string::npos) << row.condition << "\nsaid: " << text;
  }
}

TEST(CheckConditions, KnowsTheMembersOfRecords) {
  expect(of_when,
         {
             {".classify.label == \"invoice\"", ""},
             {".classify.lable == \"invoice\"",
              "13: stages.fields.when: the condition '.classify.lable == \"invoice\"' reads .classify.lable, "
              "which no record has, did you mean 'label'?"},
             {".classify | .lable == \"invoice\"", "reads .classify.lable"},
             {"(.classify | select(.confidenze > 0.5)) != null", "did you mean 'confidence'?"},
             {".classify[\"lable\"] == \"x\"", "reads .classify.lable"},
             {".classify as $c | $c.tear == \"rules\"", "reads .classify.tear"},
             {".extract.meta.title == \"x\"", "reads .extract.meta"},
             {".extract.metadata.titel == \"x\"", ""},
             {".document.pth | startswith(\"x\")", "did you mean 'path'?"},
             {".extract.pages.count > 1", "but .extract.pages is a number and has no members"},
             {"any(.extract.problems[]; .name == \"x\")", "is a text and has no members"},
             {".clasify.label == \"x\"", "which is not a stage of this pipeline, did you mean 'classify'?"},
             {".classify.scores.invoice > 0.2", ""},
             {".classify.scores.invoise > 0.2", "did you mean 'invoice'?"},
             {"any(.classify.lower_tiers[]; .label == \"letter\")", ""},
             {"any(.classify.lower_tiers[]; .labl == \"letter\")", "did you mean 'label'?"},
         });
}

TEST(CheckConditions, KnowsTheValuesThatThereCanBe) {
  expect(of_when,
         {
             {".classify.label == \"invoise\"",
              "compares .classify.label with \"invoise\", which it can never be, did you mean 'invoice'?"},
             {".classify.label != \"invoise\"", "which it can never be"},
             {".classify | .label == \"invoise\"", "which it can never be"},
             {"\"invoise\" == .classify.label", "which it can never be"},
             {".classify.label | IN(\"invoice\", \"leter\")", "did you mean 'letter'?"},
             {".classify.label | IN(\"invoice\", \"letter\")", ""},
             {".classify.label == null", ""},
             {".extract.grade == \"bad\"", "known: good, poor, none"},
             {".extract.pages == \"3\"", "compares .extract.pages with \"3\", but it is a number"},
             {".classify.accepted == \"true\"", "but it is true or false"},
             {".extract.pages == 3", ""},
             {".extract.pages > \"3\"", "compares .extract.pages with \"3\", but it is a number"},
             {".extract.grade > \"bad\"", ""},
             {".classify == \"invoice\"", "but it is an object"},
             {".classify.label as $l | [\"letter\", \"invoise\"] | index($l) != null",
              "did you mean 'invoice'?"},
             {"(.classify.label // \"none\") == \"invoise\"", "did you mean 'invoice'?"},
         });
}

TEST(CheckConditions, KnowsTheComplexityOfWhatComesBefore) {
  expect(of_when, {
                      {".complexity.score > 0.6", ""},
                      {".complexity.signals.pages > 5", ""},
                      {".complexity.signals.text_grade == \"poor\"", ""},
                      {".complexity.scores > 0.6", "did you mean 'score'?"},
                      {".complexity.signals.page > 5", "did you mean 'pages'?"},
                      {".complexity.signals.text_grade == \"bad\"", "known: good, poor, none"},
                      {".complexity == 1", "but it is an object"},
                      {".complexity > 0.6", "but it is an object"},
                      {".complexety.score > 0.6", "did you mean 'complexity'?"},
                  });
  expect(of_policy, {{".complexity.score > 0.6", "every document would be private"}});
  EXPECT_NE(said_of("version: 1\nbackends: { rules: { type: builtin } }\nstages:\n"
                    "  - extract: { when: .complexity.score > 0 }\n")
                .find("no stage comes before this one"),
            std::string::npos);
}

/// A pipeline with such a setting `complexity`.
std::string of_rule(const std::string& rule) {
  return said_of("version: 1\nbackends: { rules: { type: builtin } }\ncomplexity: " + rule +
                 "\nstages:\n  - extract:\n"
                 "  - classify: { id: triage, backends: rules, labels: { routine: , usual: , hard: } }\n"
                 "  - escalate: { when: .complexity.score > 0.6, at_most: 10% }\n");
}

TEST(CheckConditions, ARuleOfComplexityNamesAClassifierAndItsLabels) {
  expect(of_rule, {
                      {"{ classifier: triage }", ""},
                      {"{ classifier: triage, label_order: [hard, routine], label: 0.5, length: 0 }", ""},
                      {"{ known_languages: [en, de] }", ""},
                      {"", ""},
                      {"0.5", "expected a mapping of settings"},
                      {"{ classifier: extract }", "3: complexity.classifier: 'extract' gives no label"},
                      {"{ classifier: triag }", "did you mean 'triage'?"},
                      {"{ known_languages: [EN] }", "'EN' is no code of ISO 639-1"},
                      {"{ known_languages: [de, english] }", "'english' is no code of ISO 639-1"},
                      {"{ classifier: triage, label_order: [hard, rutine] }", "did you mean 'routine'?"},
                      {"{ classifier: triage, label_order: [hard, hard] }", "'hard' is given twice"},
                      {"{ classifier: triage, label_order: hard }", "one label is no order"},
                      {"{ label_order: [hard, routine] }", "there is no classifier whose labels these are"},
                      {"{ pages: 1.5 }", "expected a number from 0 to 1"},
                      {"{ page: 1 }", "did you mean 'pages'?"},
                  });
}

TEST(CheckConditions, ACapIsANumberOfDocumentsOrAShareOfThem) {
  const auto of_cap = [](const std::string& cap) {
    return said_of("version: 1\nstages:\n  - extract:\n  - escalate: { at_most: " + cap + " }\n");
  };
  for (const char* cap : {"20", "10%", "'10%'", "2.5%", "0", "'20'", "100 %"})
    EXPECT_EQ(of_cap(cap), "") << cap;
  for (const char* cap : {"-1", "ten", "110%", "1.5", "'10 percent'", "[3]", "\"\""})
    EXPECT_NE(of_cap(cap).find("4: stages.escalate.at_most: expected a number of documents such as 20, or a "
                               "share of them such as 10%, got"),
              std::string::npos)
        << cap << "\nsaid: " << of_cap(cap);
}

TEST(CheckConditions, ARuleThatSaysNothingIsTheUsualOne) {
  const TempDir folder;
  const auto rule_of = [&](const std::string& setting) {
    const std::string yaml =
        "version: 1\nbackends: { rules: { type: builtin } }\n" + setting +
        "stages:\n  - extract:\n  - classify: { backends: rules, labels: { a: , b: } }\n";
    return read_pipeline(folder.write("p.yaml", yaml), registry()).pipeline->complexity;
  };
  EXPECT_EQ(rule_of(""), ComplexityRule());
  ComplexityRule named;
  named.classifier = "classify";
  named.label_order = {"a", "b"};
  EXPECT_EQ(rule_of("complexity: { classifier: classify }\n"), named);
}

TEST(CheckConditions, KnowsWhichStagesHaveRun) {
  expect(of_when,
         {
             {".fields.accepted", "reads what this stage itself will say: .fields is always null here"},
             {".second.label == \"a\"", "but this stage does not wait for 'second'"},
             {".escalate.replaces == \"x\"", "but this stage does not wait for 'escalate'"},
         });
  expect(of_policy,
         {
             {".second.label == \"a\"", ""},
             {".second.label == \"c\"", "5: policy.private: the condition '.second.label == \"c\"' compares"},
             {".fields.fields.totl > 5", "did you mean 'total'?"},
             {".fields.fields.seller.nam == \"x\"", "did you mean 'name'?"},
             {".fields.fields.lines[0].prize > 5", "warning: 5:31: policy.private: the condition"},
             {".fields.fields.currency == \"GBP\"", "warning: 5:35"},
             {".fields.fields.total == \"5\"", "warning: 5:32"},
             {".fields.details.total.confidence < 0.5", ""},
             {".fields.details.totl.confidence < 0.5", "did you mean 'total'?"},
         });
}

TEST(CheckConditions, KnowsTheFieldsThatChecksAreAbout) {
  expect(of_check,
         {
             {".total > 0", ""},
             {".totl > 0", "reads .totl, which is not a property of the schema, did you mean 'total'?"},
             {".seller.nam == \"x\"", "reads .seller.nam"},
             {"([.lines[].price] | add) == .total", ""},
             {".currency | IN(\"EUR\", \"USD\")", ""},
             {".currency == \"EURO\"", "warning: "},
             {".paid", ""},
             {".total", "gives a number, and not true or false"},
             {".total - 1", "and not true or false"},
             {".total + .total", "gives the result of a calculation, and not true or false"},
             {"[.total]", "gives a list, and not true or false"},
             {".currency | ascii_downcase", "gives a text"},
             {".total | length", "gives a number"},
             {"if .paid then 1 else 2 end", "gives a number"},
             {"if .paid then .total > 0 else true end", ""},
         });
}

TEST(CheckConditions, KnowsAnAssignmentFromAComparison) {
  expect(of_when,
         {
             {".classify.label = \"invoice\"", "sets something with '=', and does not compare; write =="},
             {".classify.label |= \"invoice\"", "sets something with '|='"},
             {"(.classify.confidence += 1) | .classify.confidence > 1", ""},
             {".extract.pages > 1 and (.classify.label |= \"invoice\")", "sets something with '|='"},
             {"(.classify.label = \"invoice\") == true", "sets something with '='"},
             {".classify.label == \"a=b\" or true", "which it can never be"},
             {".extract.pages >= 1", ""},
         });
}

TEST(CheckConditions, WarnsOfWhatIsAlwaysTrue) {
  expect(of_when, {
                      {".extract.pages - 1", "warning: 13:11: stages.fields.when: the condition"},
                      {".extract.pages", "which counts as true for every document"},
                      {"\"invoice\"", "gives a text, which counts as true"},
                      {"{a: .extract}", "gives an object"},
                      {".classify.label", ""},
                      {".extract.pages | not", ""},
                  });
}

TEST(CheckConditions, RequiredNamesAreProperties) {
  const std::string yaml = pipeline_with("'true'", "'true'", "'true'");
  std::string required = yaml;
  required.replace(required.find("        properties:"), 0, "        required: [total, totl]\n");
  EXPECT_NE(
      said_of(required).find("`required` names 'totl', which is not a property of the schema, did you mean"),
      std::string::npos)
      << said_of(required);
  EXPECT_NE(of_check("path: in/**").find("which is not a property of the schema"), std::string::npos);
}

std::string with_schema(const std::string& schema) {
  return said_of(
      "version: 1\nbackends: { rules: { type: builtin } }\nstages:\n  - extract:\n"
      "  - structured-extract: { backends: rules, schema: " +
      schema + " }\n");
}

TEST(CheckConditions, NamesInSchemasAreProperties) {
  const std::string address = "address: { type: object, properties: { city: { type: string } }, ";
  const Row rows[] = {
      {"required: [city] }", ""},
      {"required: [citty] }", "/properties/address: `required` names 'citty', which is not a property"},
      {"required: [citty], allOf: [{ properties: { citty: { type: string } } }] }", ""},
      {"required: [other], patternProperties: { o: { type: string } } }", ""},
      {"additionalProperties: false }, lines: { type: array, items: { properties: { sum: {} }, required: "
       "[summ] } }",
       "/properties/lines/items: `required` names 'summ', which is not a property of the schema, did you "
       "mean"},
      {"additionalProperties: false }, vat: { type: string, x-part-of: adress }",
       "/properties/vat: `x-part-of` names 'adress', which is not a property of the schema, did you mean"},
      {"additionalProperties: false }, date: { type: string, x-follows: vatt }, vat: { type: string }",
       "`x-follows` names 'vatt'"},
      {"additionalProperties: false }, vat: { type: string, x-part-of: address }", ""},
  };
  for (const Row& row : rows) {
    const std::string said = with_schema("{ type: object, properties: { " + address + row.condition + " } }");
    if (*row.expected == '\0')
      EXPECT_EQ(said, "") << row.condition;
    else
      EXPECT_NE(said.find(row.expected), std::string::npos) << row.condition << "\nsaid: " << said;
  }
}

/// As the items of one list.
std::string quoted(const std::vector<std::string>& conditions) {
  std::string items;
  for (const std::string& condition : conditions)
    items += (items.empty() ? "" : "\n        - ") + quoted(condition);
  return items;
}

TEST(CheckConditions, HaveNothingToSayOfWhatIsRight) {
  const std::vector<std::string> whens = {
      "(.classify.label // \"none\") == \"none\"",
      "(.classify.label // \"\") != \"\"",
      "(.classify.label // .document.path) == \"other.txt\"",
      ".classify.label as $l | ($l // \"none\") | . == \"none\" or . == \"invoice\"",
      "(.classify | if . == null then \"none\" else .label end) == \"none\"",
      "(.classify.label | if . == \"other\" then \"rest\" else . end) == \"rest\"",
      "(try .classify.label catch \"none\") == \"none\"",
      "(.classify.label? // null) == null",
      "(.classify.label | values // \"none\") == \"none\"",
      "[.classify.label // \"none\"] - [\"none\"] == []",
      "(.extract.pages // \"unknown\") == \"unknown\"",
      "(.extract.pages // \"0\" | tonumber) > 3",
      "(.extract.pages, .extract.characters) |= (. // 0) | .extract.pages < .extract.characters",
      ".document.path |= ascii_downcase | .document.path | startswith(\"in/\")",
      ".extract |= del(.text) | .extract | has(\"pages\")",
      ".x = 1 | .x == 1",
      ".classify.other = .classify.label | .classify.other == \"invoice\"",
      "reduce .classify.lower_tiers[] as $t ({}; .[$t.tier] = $t.label) | length > 1",
      "[.classify.lower_tiers[] | .label |= ascii_upcase | .label] | index(\"INVOICE\")",
      "def both(f): [.classify.lower_tiers[] | f] | length > 1; both(.label)",
      "def label: .classify.label; label == \"whatever\"",
      "def length: .lenght; .document | length == \"x\"",
      "INDEX(.classify.lower_tiers[]; .label) | has(\"invoice\")",
      "[\"invoice\", .document.media_type] | index(\"text/plain\")",
      "(if .extract.pages > 3 then [\"invoice\"] else [\"letter\"] end) | index(\"invoice\") != null",
      "(\"letter\", (.document.path | split(\"/\")[0])) == \"letter\"",
      ".classify.scores | to_entries | sort_by(.value) | last | .key == \"invoice\"",
      ".classify.scores[.classify.label] > 0.9",
      ".document.path | test(\"\\\\.(pdf|tiff?)$\"; \"i\")",
      "[.extract.pages, .extract.characters] | any(. == null)",
      "{(.classify.label // \"none\"): true}.none == true",
      "first(.classify.label, \"none\") == \"none\"",
      "isempty(.classify.lower_tiers[]?) | not",
      "(.classify.confidence | . * 100 | floor) > 50",
      "[limit(3; .classify.lower_tiers[].tier)] | unique | length == 1",
      "(.classify.label | ascii_upcase) as $L | $L == \"INVOICE\"",
      ".extract.pages == 3 or (.extract.pages | tostring) == \"3\"",
      "label $o | foreach .classify.lower_tiers[] as $t (0; 1; if . > 2 then true, break $o else empty end)",
      "(.classify | .label = \"x\" | .confidence) > 0.5",
      "getpath([\"classify\", \"label\"]) == \"anything\"",
      "any(.classify.lower_tiers[]?; .label == \"invoice\" and .confidence > 0.3)",
  };
  const std::vector<std::string> checks = {
      "(.currency // \"none\") == \"none\"",
      "(.total, .lines[0].price) |= (. // 0) | .total >= .lines[0].price",
      "def each(f): [.lines[] | f] | add; each(.price) == .total",
      ".sum = ([.lines[].price] | add) | .sum == .total",
      "with_entries(.value |= tostring) | .total | test(\"^[0-9]\")",
      "try (.currency | error) catch true",
      "[.lines[] | .price // 0] | add <= .total",
      "(.seller.name // \"unknown\") != \"unknown\"",
      ".paid // false",
      "(.paid // \"no\") != \"no\"",
  };
  EXPECT_EQ(said_of(pipeline_with("'true'", quoted(whens), quoted(checks))), "");
}

TEST(CheckConditions, FindSlipsInEveryForm) {
  expect(of_when, {
                      {"(.classify.label // \"none\") == \"non\"", "did you mean 'none'?"},
                      {"(.classify.label // \"none\") == \"invioce\"", "did you mean 'invoice'?"},
                      {"(.classify.lable // \"none\") == \"none\"", "did you mean 'label'?"},
                      {"(.clasify.label // \"none\") == \"none\"", "did you mean 'classify'?"},
                      {".classify.label as $l | $l == \"leter\"", "did you mean 'letter'?"},
                      {"(try .classify.label catch \"none\") == \"Invoice\"", "did you mean 'invoice'?"},
                      {"(if .extract.pages > 1 then .classify.label else \"short\" end) == \"shrot\"",
                       "did you mean 'short'?"},
                      {".classify.label as $l | [\"invoise\"] | index($l)", "did you mean 'invoice'?"},
                      {"[\"invoice\", \"leter\"] | any(. == \"x\")", ""},
                      {".classify.label as $l | [\"invoice\", \"leter\"] | any(. == $l)", "warning: 13:48"},
                      {".classify.label | IN(\"leter\")", "did you mean 'letter'?"},
                      {".classify.label | select(. == \"leter\")", "did you mean 'letter'?"},
                      {".classify | select(.label == \"leter\") | .accepted", "did you mean 'letter'?"},
                      {".classify.label == (\"invoice\", \"leter\")", "did you mean 'letter'?"},
                      {"(.extract.pages // 0) == \"3\"", "but it is a number"},
                      {"(.extract.pages // 0) > \"3\"", "but it is a number"},
                      {".classify.accepted == \"yes\"", "but it is true or false"},
                      {".extract.embedded_files.name == \"x\"",
                       "but .extract.embedded_files is a list and has no members; its elements are "
                       ".extract.embedded_files[]"},
                      {".classify.label.name == \"x\"", "is a text"},
                      {"map_values(.lable) | length > 1", ""},
                      {".extract | .page > 1", "did you mean 'pages'?"},
                      {".extract | select(.pagse > 1) != null", "did you mean 'pages'?"},
                      {"any(.classify.lower_tiers[]; .label == \"leter\")", "did you mean 'letter'?"},
                      {"[.classify.lower_tiers[] | .confidense] | add > 1", "did you mean 'confidence'?"},
                      {"if .classify.label = \"invoice\" then true else false end", "write =="},
                      {"(.classify.label = \"invoice\") | not", "write =="},
                      {"select(.classify.label = \"invoice\") | true", "write =="},
                      {"any(.classify.lower_tiers[]; .label = \"invoice\")", "write =="},
                      {".classify.label == \"invoice\" or (.extract.pages = 3)", "write =="},
                      {".extract.pages += 1", "sets something with '+='"},
                      {".seconds.label == \"a\"", "did you mean 'second'?"},
                      {".documnt.path | test(\"x\")", "did you mean 'document'?"},
                  });
  expect(of_check, {
                       {"(.curency // \"EUR\") == \"EUR\"", "did you mean 'currency'?"},
                       {"(.currency // \"none\") == \"EURO\"", "warning: "},
                       {".total = 5", "write =="},
                       {".paid and (.total = 5)", "write =="},
                       {".lines.price > 0", "its elements are .lines[]"},
                       {"[.lines[].prize] | add > 0", "did you mean 'price'?"},
                       {".seller.nmae == \"x\"", "did you mean 'name'?"},
                       {".total // 0", "gives a number, and not true or false"},
                   });
}

TEST(CompileConditions, NamesThePlace) {
  const TempDir folder;
  const auto file = folder.write("p.yaml", pipeline_with("'true'", "'nope'", "'.total > 0 | nada'"));
  const PipelineOrDiagnostics read = read_pipeline(file, registry());
  ASSERT_TRUE(read.pipeline);
  const auto lines = compile_conditions(*read.pipeline);
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ((*lines)[0],
            file.string() +
                ":13:12: stages.fields.when: not a valid jq condition: nope/0 is not defined; text "
                "stands in double quotes: write \"nope\"");
  EXPECT_EQ(refuse_conditions(*read.pipeline)->message,
            (*lines)[0] + " (and 1 more conditions: `docket check` lists them)");
}

}  // namespace
}  // namespace docket
