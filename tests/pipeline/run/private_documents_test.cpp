#include "pipeline/run/private_documents.h"

#include <gtest/gtest.h>

#include "pipeline/pipeline.h"
#include "pipeline/record.h"
#include "tests/conditions.h"
#include "tests/fakes.h"

namespace docket {
namespace {

using State = StageResult::State;

/// extract, then classify, then beside each other `fields` and `other`, then `last` after `fields`.
class PrivateDocuments : public testing::Test {
 protected:
  PrivateDocuments() {
    const auto nothing = [](Document&, const Turn&, StageResult&) -> Result<std::vector<Request>> {
      return std::vector<Request>{};
    };
    const std::pair<const char*, std::vector<std::size_t>> graph[] = {
        {"extract", {}}, {"classify", {0}}, {"fields", {1}}, {"other", {1}}, {"last", {2}}};
    for (const auto& [id, after] : graph)
      stages_.push_back(fake_stage_config(id, after, nothing));
    document_.path = "in/a.txt";
    document_.stages.resize(stages_.size());
    ended(0, {{"pages", 1}});
    ended(1, {{"label", "letter"}, {"accepted", true}});
    ended(2, {{"accepted", true}});
  }

  void ended(std::size_t position, nlohmann::json output, State state = State::done) {
    document_.stages[position].state = state;
    document_.stages[position].output = std::move(output);
  }

  std::string why(const std::string& policy, std::size_t asking = 4) {
    const std::vector<std::size_t> before = all_before(stages_, asking);
    const NamedCondition named{policy, condition(policy)};
    return private_because({&named, 1},
                           {stages_, asking, before, document_, record_before(document_, stages_, before)});
  }

  std::vector<StageConfig> stages_;
  Document document_;
};

TEST_F(PrivateDocuments, MayLeaveWhenTheConditionIsFalseForSure) {
  for (const char* policy : {".classify.label == \"payslip\"", "false", "(.classify | .label) == \"payslip\"",
                             ".extract.pages > 5", "(.classify.label? // \"payslip\") == \"payslip\"",
                             ".document.path | startswith(\"hr/\")", "false, false",
                             ".fields.fields.iban != null", ". as $d | $d.classify.label == \"payslip\""})
    EXPECT_EQ(why(policy), "") << policy;
}

TEST_F(PrivateDocuments, StayForAnyOutputThatIsTrue) {
  for (const char* policy :
       {"true", "false, true", "null, .document.path", "(.document | .id, .path) | startswith(\"in/\")",
        ".classify.label == (\"x\", \"letter\")"})
    EXPECT_EQ(why(policy), policy);
}

TEST_F(PrivateDocuments, StayForANull) {
  for (const char* policy : {"null", "false, null", ".classify.reviewed", "(.extract.author // null)"})
    EXPECT_EQ(why(policy), policy);
}

TEST_F(PrivateDocuments, StayWhereTheConditionGivesNothing) {
  for (const char* policy :
       {"empty", ".extract.embedded_files[]? == \"x\"", ".classify.label | select(. == \"payslip\")",
        "(.extract.parties // [])[] | test(\"bank\")",
        ".classify.label | capture(\"(?<n>[0-9])\") | .n == \"1\""})
    EXPECT_EQ(why(policy),
              std::string(policy) + ", which cannot be decided: gives nothing, not true or false");
}

TEST_F(PrivateDocuments, StayInAnySpellingOfTheirName) {
  for (const char* path : {"in/Geh\u00E4lter/a.txt", "in/Geha\u0308lter/a.txt", "in/gehA\u0308lter/a.txt",
                           "IN/GEH\u00C4LTER/A.TXT", "in/\uFF47eh\u00E4lter/a.txt"}) {
    document_.path = path;
    EXPECT_NE(why(".document.path | test(\"geh\u00E4lter\")"), "") << path;
  }
  document_.path = "in/Lohn/a.txt";
  EXPECT_EQ(why(".document.path | test(\"geh\u00E4lter\")"), "");
}

TEST_F(PrivateDocuments, StayWhereTheNameIsNoText) {
  document_.path = "in/Geh\xE4lter/a.txt";
  const std::string policy = ".document.path | test(\"geh\u00E4lter\")";
  EXPECT_EQ(why(policy), policy + ", which is not known since the file's name is not UTF-8");
  EXPECT_EQ(why(".classify.label == \"payslip\""), "");
}

TEST_F(PrivateDocuments, StayForAnyError) {
  for (const char* policy : {"error(null)", "error", "error(\"x\")", "false, error(null)",
                             ".classify.label.x", "def f: 1 + f; f == 0"})
    EXPECT_NE(why(policy), "") << policy;
  EXPECT_EQ(why(".classify.label - 1 == 0"),
            ".classify.label - 1 == 0, which cannot be decided: string (\"letter\") and number (1) cannot be "
            "subtracted");
}

TEST_F(PrivateDocuments, StayForWhatAStageHasNotSaidYet) {
  const std::string policy = ".fields.fields.iban != null";
  EXPECT_EQ(why(policy, 2), policy + ", which is not known before fields is done") << "its own answer";
  EXPECT_EQ(why(policy, 3), policy + ", which is not known before fields is done") << "beside it";
  EXPECT_EQ(why(policy, 1), policy + ", which is not known before fields is done") << "after it";
  EXPECT_NE(why(".classify.label? // \"x\" == \"hr\"", 1), "");
  EXPECT_NE(why(".classify.label == \"letter\"", 1), "") << "what a lower tier says is no answer yet";
}

TEST_F(PrivateDocuments, StayForWhatIsNoStageOfThisRun) {
  EXPECT_EQ(why(".cut_off.label == \"x\""),
            ".cut_off.label == \"x\", which is not known since cut_off is not run");
}

TEST_F(PrivateDocuments, StayForAnAnswerThatWasNotAccepted) {
  const std::string policy = ".classify.label == \"payslip\"";
  ended(1, {{"label", "letter"}, {"accepted", false}});
  EXPECT_EQ(why(policy), policy + ", which is not known since the answer of classify was not accepted");
  ended(1, {{"label", nullptr}, {"accepted", false}});
  EXPECT_NE(why(policy), "");
  ended(1, {}, State::held);
  EXPECT_EQ(why(policy), policy + ", which is not known since classify has no result");
  ended(1, {}, State::pending);
  EXPECT_NE(why(policy), "");
}

TEST_F(PrivateDocuments, StayForAStageThatWasSkipped) {
  ended(2, {}, State::skipped);
  for (const char* policy : {".fields.fields.iban != null", "(.fields | .accepted) == true",
                             ".fields == \"x\"", ". as $d | $d.fields.fields.iban != null"})
    EXPECT_EQ(why(policy), std::string(policy) + ", which is not known since fields was skipped");
  EXPECT_EQ(why(".classify.label == \"payslip\""), "") << "does not read it";
}

TEST_F(PrivateDocuments, StayForWhatCannotBeFollowed) {
  for (const char* policy :
       {"def l: .classify.label; l == \"payslip\"", ". as {classify: {label: $l}} | $l == \"payslip\"",
        "to_entries | map(select(.key == \"classify\" and .value.label == \"payslip\")) | length > 0",
        "any(.[]; .label? == \"payslip\")", "[.. | .label?] | index(\"payslip\") != null",
        "getpath([\"classify\", \"label\"]) == \"payslip\"", "tojson | test(\"payslip\")",
        ".[\"class\" + \"ify\"].label == \"x\"", "reduce .[] as $s (false; . or $s.label? == \"payslip\")",
        "first(.[] | select(.label? == \"payslip\")) != null"})
    EXPECT_NE(why(policy), "") << policy;
}

TEST_F(PrivateDocuments, OneConditionThatHoldsIsNamedBeforeOneThatIsUndecided) {
  const auto both = conditions({".last.x == 1", ".classify.label == \"letter\""});
  const NamedCondition policy[] = {{"undecided", both[0]}, {"letters", both[1]}};
  const std::vector<std::size_t> before = all_before(stages_, 4);
  EXPECT_EQ(
      private_because(policy, {stages_, 4, before, document_, record_before(document_, stages_, before)}),
      "letters");
}

}  // namespace
}  // namespace docket
