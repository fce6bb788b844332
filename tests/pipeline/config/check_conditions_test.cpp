#include "pipeline/config/check_conditions.h"

#include <gtest/gtest.h>

#include "cli/commands.h"
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
             {"any(.extract.embedded_files[]; .name == \"x\")", "is a text and has no members"},
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
             {".fields.fields.lines[0].prize > 5", "warning: 5:7: policy.private: the condition"},
             {".fields.fields.currency == \"GBP\"", "warning: 5:7"},
             {".fields.fields.total == \"5\"", "warning: 5:7"},
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
             {"(.classify.confidence += 1) | .classify.confidence > 1", "sets something with '+='"},
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

TEST(CompileConditions, NamesThePlace) {
  const TempDir folder;
  const auto file = folder.write("p.yaml", pipeline_with("'true'", "'nope'", "'.total > 0 | nada'"));
  const PipelineOrDiagnostics read = read_pipeline(file, registry());
  ASSERT_TRUE(read.pipeline);
  const auto lines = compile_conditions(*read.pipeline);
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ((*lines)[0],
            file.string() + ":13:11: stages.fields.when: not a valid jq condition: nope/0 is not defined");
  EXPECT_EQ(refuse_conditions(*read.pipeline)->message,
            (*lines)[0] + " (and 1 more conditions: `docket check` lists them)");
}

}  // namespace
}  // namespace docket
