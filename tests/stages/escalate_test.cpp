#include <gtest/gtest.h>

#include <sstream>

#include "pipeline/json/schema.h"
#include "stages/stages.h"
#include "tests/escalation.h"
#include "tests/stage_harness.h"

namespace docket {
namespace {

using nlohmann::json;
using Reasons = std::vector<std::string>;

constexpr const char* label_options = "backends: rules\nlabels: { invoice: , letter: }\n";

/// What escalate says of a record, under the given options, after one stage of each other type.
StageResult escalate(const std::string& options, const json& record, const Reasons& when = {}) {
  std::string more = "  - escalate:\n";
  std::istringstream lines(options);
  for (std::string line; std::getline(lines, line);)
    more += "      " + line + "\n";
  const StageHarness harness("classify", label_options,
                             R"({"type": "object", "properties": {"total": {"type": "number"}}})",
                             "  - structured-extract: { backends: rules, schema: schema.json }\n" + more);
  Document document;
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  EXPECT_TRUE(harness.stage().advance(document, Turn{0, {}, record, when, progress}, result));
  return result;
}

const json doubtful = {
    {"document", {{"path", "a.pdf"}}},
    {"extract", {{"grade", "poor"}}},
    {"classify", {{"label", nullptr}, {"confidence", 0.3}, {"accepted", false}}},
    {"structured_extract",
     {{"confidence", 0.5},
      {"accepted", false},
      {"missing", {"total", "currency"}},
      {"checks", {{"adds up", "failed"}, {"in time", "passed"}, {"no tax", "not_applicable"}}}}},
};

TEST(Escalate, FindsEveryBuiltInReasonByItself) {
  const StageResult result = escalate("", doubtful);
  EXPECT_EQ(result.state, StageResult::State::held);
  EXPECT_EQ(result.held, "no cloud backend");
  EXPECT_EQ(result.reasons, (Reasons{"unknown label: classify", "poor text layer",
                                     "low confidence: structured_extract", "missing required field: total",
                                     "missing required field: currency", "failed check: adds up"}));
}

TEST(Escalate, LooksOnlyForTheReasonsThatAreNamed) {
  EXPECT_EQ(escalate("reasons: [failed_check]", doubtful).reasons, Reasons{"failed check: adds up"});
}

TEST(Escalate, WithConditionsOfItsOwnTakesOnlyThose) {
  const std::string options = "when: {long contract: .extract.pages > 5}";
  EXPECT_EQ(escalate(options, doubtful).state, StageResult::State::skipped);
  const StageResult flagged = escalate(options, doubtful, {"long contract"});
  EXPECT_EQ(flagged.state, StageResult::State::held);
  EXPECT_EQ(flagged.reasons, Reasons{"long contract"});
}

TEST(Escalate, KeepsTheBuiltInReasonsBesideConditionsWhereAskedTo) {
  const std::string when = "when: {long contract: .extract.pages > 5}\n";
  for (const char* all : {"reasons: all", "reasons: [all]", "reasons: {all: }"}) {
    EXPECT_EQ(escalate(when + all, doubtful).reasons, escalate("", doubtful).reasons) << all;
    EXPECT_EQ(escalate(when + all, doubtful, {"long contract"}).reasons.front(), "long contract") << all;
  }
}

TEST(Escalate, LetsASureRecordPass) {
  const json sure = {{"extract", {{"grade", "good"}}},
                     {"classify", {{"label", "invoice"}, {"confidence", 0.99}, {"accepted", true}}}};
  EXPECT_EQ(escalate("", sure).state, StageResult::State::skipped);
}

TEST(Escalate, HasTheStageDoneAgainByTheModelAndSaysWhatWas) {
  const StageHarness harness("classify", label_options, "", "  - escalate:\n      backend: model\n");
  Document document;
  document.text = std::make_shared<Text>(Text{{{0, 0, "a herring", {}}}});
  const json record = {{"classify",
                        {{"label", "letter"},
                         {"confidence", 0.4},
                         {"accepted", false},
                         {"tier", "rules"},
                         {"scores", {{"letter", 0.4}}}}}};
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  auto requests = harness.stage().advance(document, Turn{0, {}, record, {}, progress}, result);
  ASSERT_TRUE(requests);
  ASSERT_EQ(requests->size(), 1U);
  EXPECT_EQ(requests->front().backend, "model");
  EXPECT_EQ(result.reasons, Reasons{"low confidence: classify"});
  const std::vector<Reply> replies = {{Answer{{{"label", "invoice"}, {"quote", "herring"}}}}};
  requests = harness.stage().advance(document, Turn{1, replies, record, {}, progress}, result);
  ASSERT_TRUE(requests);
  EXPECT_TRUE(requests->empty());
  const json before = {{"label", "letter"}, {"confidence", 0.4}, {"accepted", false}, {"tier", "rules"}};
  const json old = {{"label", {{"value", "letter"}, {"confidence", 0.4}, {"tier", "rules"}}}};
  EXPECT_EQ(result.output, (json{{"replaces", "classify"}, {"before", before}, {"superseded", old}}));
  ASSERT_TRUE(result.replaces);
  EXPECT_EQ(result.replaces->stage, "classify");
  EXPECT_EQ(result.replaces->answer["label"], "invoice");
  EXPECT_EQ(result.replaces->answer["lower_tiers"][0]["tier"], "rules");
}

TEST(Escalate, ReportsATierThatTheDocumentWasTooLongFor) {
  const json passed = {{"tier", "small"}, {"class", "too_long"}, {"message", ""}};
  const json record = {{"structured_extract", {{"accepted", true}, {"passed_over", json::array({passed})}}}};
  EXPECT_EQ(escalate("", record).reasons, Reasons{"too long: structured_extract"});
}

TEST(Escalate, AsksTheTypeOfAStageAndNotTheShapeOfItsOutput) {
  const json record = {{"document", {{"grade", "poor"}}},
                       {"extract", {{"grade", "good"}, {"label", nullptr}, {"accepted", false}}}};
  EXPECT_EQ(escalate("", record).state, StageResult::State::skipped);
}

TEST(Escalate, CanHaveDoneAgainWhatDeclaresIt) {
  for (const StageType& type : stages::all()) {
    const bool can = type.redo.make != nullptr;
    EXPECT_EQ(type.redo.review != nullptr, can) << type.name;
    EXPECT_EQ(type.redo.claims != nullptr, can) << type.name;
    EXPECT_EQ(type.redo.summary != nullptr, can) << type.name;
    EXPECT_EQ(type.redo.superseded != nullptr, can) << type.name;
  }
  EXPECT_THROW(
      StageHarness("classify", label_options, "", "  - escalate: { backend: model, redo: extract }\n"),
      std::invalid_argument);
}

TEST(Escalate, WantsAModelAndSomethingToRedo) {
  EXPECT_THROW(StageHarness("escalate", "backend: rules"), std::invalid_argument);
  EXPECT_THROW(StageHarness("escalate", "backend: model"), std::invalid_argument) << "only extract is before";
}

const std::vector<std::string> three_pages = {
    "Harbour Joinery Ltd\nINVOICE\nInvoice number: INV-1\nBill to: Whitcombe Hotels",
    "Terms of business\nGoods stay ours. Total 7.00 is the fee for a reminder.\nSECRET",
    "Shelves   100.00\n\n\n\n\nSubtotal 100.00\nVAT 19.00\nTotal 119.00 EUR\n\n\n\n\nThank you"};

/// A total that is not sure, a number that is.
json half_sure() {
  return {{"structured_extract", fields_output({{"total", 7, 0.5, 2, "Total 7.00"},
                                                {"net", 100, 0.9, 3, "Subtotal 100.00"},
                                                {"number", "INV-1", 0.9, 1, "Invoice number: INV-1"},
                                                {"currency", nullptr}})}};
}

TEST(Escalate, NarrowsAReasonToWhatItIsAbout) {
  json record = half_sure();
  record["structured_extract"]["checks"] = {{"adds up", "failed"}, {"in time", "failed"}};
  for (const char* form : {"reasons: [{failed_check: adds up}]", "reasons: {failed_check: adds up}",
                           "reasons:\n  - failed_check: adds up", "reasons: ['failed_check: adds up']"})
    EXPECT_EQ(Escalation(form, three_pages, record).result().reasons, Reasons{"failed check: adds up"})
        << form;
  EXPECT_EQ(Escalation("reasons: {failed_check: [adds up, in time]}", three_pages, record).result().reasons,
            (Reasons{"failed check: adds up", "failed check: in time"}));
  EXPECT_EQ(
      Escalation("reasons: {failed_check: , low_confidence: structured_extract}", three_pages, record)
          .result()
          .reasons,
      (Reasons{"low confidence: structured_extract", "failed check: adds up", "failed check: in time"}));
  EXPECT_EQ(Escalation("reasons: [{low_confidence: classify}]", three_pages, record).result().state,
            StageResult::State::skipped);
}

TEST(Escalate, ComplainsAboutAReasonThatNoStageCanGive) {
  for (const char* form : {"reasons: [{failed_check: add up}]", "reasons: [{missing_required_field: sum}]",
                           "reasons: [{poor_text_layer: extract}]", "reasons: [{failed_chek: adds up}]"})
    EXPECT_THROW(Escalation(form, three_pages, json::object()), std::invalid_argument) << form;
}

TEST(Escalate, ComplainsAboutSettingsThatContradictEachOther) {
  for (const std::string& options :
       {std::string("backend: far\nredo: classify\nreview: classify"), std::string("schema: schema.json"),
        std::string("send: summary"), std::string("summarize_with: model"),
        std::string("backend: far\nsend: summary\nsummarize_with: far"),
        std::string("backend: far\nsend: summary\nsummarize_with: rules"),
        std::string("backend: far\nreview: extract"), std::string("backend: far\nsend: everything")})
    EXPECT_THROW(Escalation(options, three_pages, json::object()), std::invalid_argument) << options;
}

TEST(Escalate, KeepsOfEachFieldWhatTheModelHasReplaced) {
  Escalation work("backend: far", three_pages, half_sure());
  EXPECT_EQ(work.requests().at(0).sent.what, "document");
  EXPECT_EQ(work.requests().at(0).sent.reasons, Reasons{"low confidence: structured_extract"});
  work.turn({answered({{"total", quoted("Total 119.00 EUR", 119)},
                       {"net", quoted("not in the document", 5)},
                       {"number", quoted("Invoice number: INV-1", "INV-1")},
                       {"currency", quoted("119.00 EUR", "EUR")}})});
  ASSERT_TRUE(work.result().replaces);
  EXPECT_EQ(work.replaced()["fields"]["total"], 119);
  EXPECT_EQ(work.replaced()["details"]["total"]["evidence"]["page"], 3);
  EXPECT_EQ(work.replaced()["fields"]["net"], 100) << "what has no evidence makes nothing worse";
  const json& old = work.result().output["superseded"];
  ASSERT_TRUE(old.contains("total") && old.contains("currency")) << old;
  EXPECT_EQ(old["total"]["value"], 7);
  EXPECT_EQ(old["total"]["tier"], "rules");
  EXPECT_EQ(old["total"]["confidence"], 0.5);
  EXPECT_TRUE(old["currency"]["value"].is_null());
  EXPECT_FALSE(old.contains("net") || old.contains("number"));
}

TEST(Escalate, SendsThePagesThatDoubtfulFieldsRestOn) {
  Escalation work("backend: far\nsend: pages", three_pages, half_sure());
  EXPECT_EQ(work.requests().at(0).sent.what, "pages");
  EXPECT_EQ(work.requests().at(0).sent.pages, (std::vector<int>{2, 3})) << "`total` stands on both";
  EXPECT_EQ(work.shown().find("Harbour"), std::string::npos);
  json other = half_sure();
  other["structured_extract"]["details"]["total"]["evidence"] = {{"page", 3}, {"quote", "Total 119.00 EUR"}};
  Escalation last("backend: far\nsend: pages", {three_pages[0], "SECRET", three_pages[2]}, other);
  EXPECT_EQ(last.requests().at(0).sent.pages, std::vector<int>{3});
  EXPECT_EQ(last.shown().find("SECRET"), std::string::npos);
}

TEST(Escalate, LooksForQuotesOnThePagesThatWereShown) {
  json record = half_sure();
  record["structured_extract"]["details"]["total"]["evidence"] = {{"page", 3}, {"quote", "VAT 19.00"}};
  const std::string elsewhere = "VAT 19.00";
  Escalation work("backend: far\nsend: pages", {elsewhere, elsewhere, "VAT 19.00 and no more"}, record);
  EXPECT_EQ(work.requests().at(0).sent.pages, std::vector<int>{3});
  work.turn({answered(
      {{"total", quoted("VAT 19.00", 19)}, {"net", nullptr}, {"number", nullptr}, {"currency", nullptr}})});
  EXPECT_EQ(work.replaced()["details"]["total"]["evidence"]["page"], 3);
}

TEST(Escalate, SendsTheFirstPageWhenNothingIsKnown) {
  json record = half_sure();
  record["structured_extract"] = fields_output({{"total", nullptr}, {"net", 1, 0.9, 2, "1"}});
  Escalation work("backend: far\nsend: pages", {"first words", "1", "third"}, record);
  EXPECT_EQ(work.requests().at(0).sent.pages, std::vector<int>{1});
}

TEST(Escalate, AsksForTheDoubtfulFieldsAlone) {
  Escalation work("backend: far\nsend: fields", three_pages, half_sure());
  const Sent& sent = work.requests().at(0).sent;
  EXPECT_EQ(sent.what, "fields");
  EXPECT_EQ(sent.fields, std::vector<std::string>{"total"});
  EXPECT_EQ(work.prompt().schema->document()["properties"].size(), 1U);
  EXPECT_EQ(work.shown().find("number ("), std::string::npos) << "is not asked about";
  EXPECT_NE(work.shown().find("Total 119.00 EUR"), std::string::npos);
  EXPECT_EQ(work.shown().find("Shelves"), std::string::npos) << "too far from the total";
  EXPECT_EQ(work.shown().find("Thank you"), std::string::npos);
  EXPECT_EQ(work.shown().find("Harbour"), std::string::npos);
  work.turn({answered({{"total", quoted("Total 119.00 EUR", 119)}})});
  EXPECT_EQ(work.replaced()["fields"],
            (json{{"total", 119}, {"net", 100}, {"number", "INV-1"}, {"currency", nullptr}}));
}

TEST(Escalate, AsksForAllFieldsWhereNothingIsKnown) {
  json record = half_sure();
  record["structured_extract"] =
      fields_output({{"total", nullptr}, {"net", nullptr}, {"number", nullptr}, {"currency", nullptr}});
  Escalation work("backend: far\nsend: fields", three_pages, record);
  EXPECT_EQ(work.requests().at(0).sent.fields,
            (std::vector<std::string>{"currency", "net", "number", "total"}));
}

TEST(Escalate, ShowsASummaryThatALocalModelHasMade) {
  Escalation work("backend: far\nsend: summary\nsummarize_with: model", three_pages, half_sure());
  EXPECT_EQ(work.requests().at(0).backend, "model");
  EXPECT_NE(work.shown().find("SECRET"), std::string::npos);
  work.turn({answered({{"text", "A bill: Total 119.00 EUR."}})});
  ASSERT_EQ(work.requests().size(), 1U);
  EXPECT_EQ(work.requests().at(0).backend, "far");
  EXPECT_EQ(work.requests().at(0).sent.what, "summary");
  EXPECT_EQ(work.requests().at(0).sent.reasons, Reasons{"low confidence: structured_extract"});
  EXPECT_EQ(work.shown().find("SECRET"), std::string::npos);
  EXPECT_NE(work.shown().find("A bill"), std::string::npos);
  work.turn({answered({{"total", quoted("Total 119.00 EUR", 119)},
                       {"net", nullptr},
                       {"number", nullptr},
                       {"currency", nullptr}})});
  EXPECT_EQ(work.replaced()["fields"]["total"], 119);
  EXPECT_EQ(work.replaced()["details"]["total"]["evidence"]["page"], 3) << "where it stands in the document";
}

TEST(Escalate, ThinksAsItsOwnTierDoesAndNotAsTheStageThatIsRedone) {
  const auto thinks = [](const std::string& options, const std::string& redone) {
    const StageHarness harness("structured-extract", "backends: rules\nschema: schema.json\n" + redone,
                               R"({"type": "object", "properties": {"total": {"type": "number"}}})",
                               "  - escalate: { backend: far" + options + " }\n");
    Document document;
    document.text = std::make_shared<Text>(Text{{{0, 0, "Total 119.00", {}}}});
    StageResult result;
    std::unique_ptr<StageProgress> progress;
    const json record = {{"structured_extract", fields_output({{"total", nullptr}})}};
    const auto requests = harness.stage().advance(document, Turn{0, {}, record, {}, progress}, result);
    return std::get<Prompt>(requests->at(0).question).think;
  };
  for (const char* mode : {", redo: structured_extract", ", review: structured_extract"}) {
    for (const char* redone : {"", "think: true\n", "think: false\n"}) {
      EXPECT_EQ(thinks(mode, redone), std::nullopt) << mode << redone << "as its backend says";
      EXPECT_EQ(thinks(std::string(mode) + ", think: false", redone), false) << mode << redone;
      EXPECT_EQ(thinks(std::string(mode) + ", think: true", redone), true) << mode << redone;
    }
  }
  EXPECT_EQ(thinks(", send: summary, summarize_with: model, think: true", "think: true\n"), std::nullopt)
      << "the summary is another model's";
  Escalation work("backend: far\nsend: summary\nsummarize_with: model\nthink: true", three_pages,
                  half_sure());
  work.turn({answered({{"text", "A bill: Total 119.00 EUR."}})});
  EXPECT_EQ(work.prompt().think, true);
}

/// What the only model of a stage, before an escalate with these options, leaves of its failure.
StageResult after_failure(ErrorClass error_class, const std::string& type, const std::string& escalate,
                          std::optional<Error>& failure) {
  const std::string options = type == "classify" ? "backends: model\nlabels: { invoice: , letter: }\n"
                                                 : "backends: model\nschema: schema.json\n";
  const StageHarness harness(type, options, R"({"type": "object", "required": ["total"], "properties": {
    "total": {"type": "number"}}})",
                             escalate);
  Document document;
  document.text = std::make_shared<Text>(Text{{{0, 0, "a herring", {}}}});
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  const json record = json::object();
  const Stage& stage = *harness.all().at(1).stage;
  EXPECT_TRUE(stage.advance(document, Turn{0, {}, record, {}, progress}, result));
  const std::vector<Reply> replies = {{Error{error_class, "so it is"}}};
  const auto next = stage.advance(document, Turn{1, replies, record, {}, progress}, result);
  failure = next ? std::nullopt : std::optional(next.error());
  return result;
}

TEST(Escalate, TakesWhatTheOnlyModelBeforeItCouldNotAnswer) {
  std::optional<Error> failure;
  const std::string all = "  - escalate: { backend: far }\n";
  const json fields = after_failure(ErrorClass::content, "structured-extract", all, failure).output;
  EXPECT_FALSE(failure);
  EXPECT_EQ(fields["missing"], json::array({"total"}));
  EXPECT_EQ(fields["accepted"], false);
  EXPECT_EQ(fields["passed_over"][0]["class"], "content");
  const json label = after_failure(ErrorClass::too_long, "classify", all, failure).output;
  EXPECT_FALSE(failure);
  EXPECT_TRUE(label["label"].is_null());
  EXPECT_EQ(label["passed_over"][0]["class"], "too_long");
}

TEST(Escalate, LeavesToTheStageWhatIsNoReasonToIt) {
  std::optional<Error> failure;
  for (const char* other : {"", "  - escalate: { backend: far, reasons: [too_long] }\n",
                            "  - escalate: { backend: far, when: { long: .extract.pages > 5 } }\n"}) {
    after_failure(ErrorClass::content, "structured-extract", other, failure);
    EXPECT_TRUE(failure) << other;
  }
  after_failure(ErrorClass::transient, "classify", "  - escalate: { backend: far }\n", failure);
  EXPECT_TRUE(failure) << "a matter of time";
}

TEST(Escalate, SaysWhatToDoAboutADocumentThatNoModelHolds) {
  Escalation work("backend: far", {"short"}, half_sure());
  const std::vector<Reply> replies = {{Error{ErrorClass::too_long, "too long"}}};
  work.turn(replies);
  ASSERT_TRUE(work.failure());
  EXPECT_NE(work.failure()->message.find("send: pages"), std::string::npos);
}

}  // namespace
}  // namespace docket
