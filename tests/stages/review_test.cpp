// escalate with `review`: a model is shown an answer, and confirms or corrects it.
#include <gtest/gtest.h>

#include "tests/escalation.h"

namespace docket {
namespace {

using nlohmann::json;

const std::vector<std::string> bill_pages = {"Invoice number: INV-1\nBill to: Whitcombe", "Terms: SECRET",
                                             "Subtotal 100.00\nTotal 119.00 EUR"};
constexpr const char* of_fields = "backend: far\nreview: structured_extract\n";

json record_of(const std::vector<KnownField>& fields) {
  return {{"structured_extract", fields_output(fields)}};
}

const std::vector<KnownField> unsure = {{"total", 119, 0.6, 3, "Total 119.00 EUR"},
                                        {"net", 110, 0.5, 3, "Subtotal 100.00"},
                                        {"number", "INV-1", 0.9, 1, "Invoice number: INV-1"},
                                        {"currency", nullptr}};

TEST(Review, ShowsTheAnswerAndThePagesThatItRestsOn) {
  const Escalation work(of_fields, bill_pages, record_of(unsure));
  const Request& request = work.requests().at(0);
  EXPECT_EQ(request.backend, "far");
  EXPECT_EQ(request.sent.what, "pages");
  EXPECT_EQ(request.sent.pages, (std::vector<int>{1, 3}));
  EXPECT_EQ(work.shown().find("SECRET"), std::string::npos);
  ASSERT_EQ(work.prompt().document.size(), 2U);
  EXPECT_NE(work.prompt().document[1].text.find("INV-1"), std::string::npos);
  EXPECT_TRUE(work.prompt().document[1].text.starts_with("<document "))
      << "words of the document stand between marks";
  EXPECT_EQ(work.prompt().task.find("INV-1"), std::string::npos) << "and not in the task";
}

TEST(Review, WantsNoMoreThanWhatIsWrong) {
  const Escalation work(of_fields, bill_pages, record_of(unsure));
  const json& schema = work.prompt().schema->document();
  EXPECT_EQ(schema["required"], json::array());
  for (const json& good : {json::object(), json{{"total", "ok"}}, json{{"total", "not stated"}},
                           json{{"net", quoted("Subtotal 100.00", 100)}}})
    EXPECT_TRUE(work.prompt().schema->validate(good).empty()) << good;
  for (const json& bad : {json{{"total", 119}}, json{{"sum", "ok"}}, json{{"total", "fine"}}})
    EXPECT_FALSE(work.prompt().schema->validate(bad).empty()) << bad;
}

TEST(Review, WhatItDoesNotNameIsConfirmedByAnIndependentTier) {
  for (const json& said : {json::object(), json{{"total", "ok"}}}) {
    Escalation work(of_fields, bill_pages, record_of(unsure));
    work.turn({answered(said)});
    const json& total = work.replaced()["details"]["total"];
    EXPECT_EQ(work.replaced()["fields"]["total"], 119);
    EXPECT_GT(total["signals"]["agreement"], 0.5);
    EXPECT_GT(total["confidence"], 0.8);
    EXPECT_EQ(total["accepted"], true);
    EXPECT_FALSE(work.result().output["superseded"].contains("total"));
    EXPECT_TRUE(work.replaced()["fields"]["currency"].is_null());
  }
}

TEST(Review, ACorrectionIsJudgedByItsEvidence) {
  Escalation right(of_fields, bill_pages, record_of(unsure));
  right.turn({answered({{"net", quoted("Subtotal 100.00", 100)}})});
  EXPECT_EQ(right.replaced()["fields"]["net"], 100);
  EXPECT_EQ(right.replaced()["details"]["net"]["evidence"]["page"], 3);
  EXPECT_EQ(right.result().output["superseded"]["net"]["value"], 110);
  Escalation wrong(of_fields, bill_pages, record_of(unsure));
  wrong.turn({answered({{"number", quoted("No. INV-2", "INV-2")}})});
  EXPECT_EQ(wrong.replaced()["fields"]["number"], "INV-1") << "the new quote stands nowhere";
  EXPECT_EQ(wrong.result().output["superseded"], json::object());
}

TEST(Review, FindsWhatWasOverlooked) {
  Escalation work(of_fields, bill_pages, record_of({{"total", nullptr}}));
  work.turn({answered({{"total", quoted("Total 119.00 EUR", 119)}})});
  EXPECT_EQ(work.replaced()["fields"]["total"], 119) << work.requests().size();
}

TEST(Review, ThatAFieldIsNotStatedIsShownAndProvesNothing) {
  Escalation work(of_fields, bill_pages, record_of(unsure));
  work.turn({answered({{"number", "not stated"}})});
  const json& number = work.replaced()["details"]["number"];
  EXPECT_EQ(work.replaced()["fields"]["number"], "INV-1");
  EXPECT_FALSE(number["signals"].contains("agreement")) << "nor is it a confirmation";
  EXPECT_EQ(number["other_tiers"], json::array({{{"tier", "far"}, {"value", nullptr}, {"confidence", 0}}}));
}

TEST(Review, AConfirmationDoesNotProveWhatHasNoEvidence) {
  json record = record_of(unsure);
  json& total = record["structured_extract"]["details"]["total"];
  total["signals"]["evidence_found"] = false;
  total["evidence"] = {{"quote", "Sum 119"}};
  Escalation work(of_fields, bill_pages, record);
  work.turn({answered(json::object())});
  EXPECT_EQ(work.replaced()["details"]["total"]["confidence"], 0);
}

TEST(Review, OfDoubtfulFieldsAloneLeavesTheOthersOut) {
  Escalation work(std::string(of_fields) + "send: fields", bill_pages, record_of(unsure));
  EXPECT_EQ(work.requests().at(0).sent.fields, (std::vector<std::string>{"net", "total"}));
  EXPECT_EQ(work.shown().find("INV-1"), std::string::npos);
  work.turn({answered(json::object())});
  EXPECT_FALSE(work.replaced()["details"]["number"].contains("other_tiers"));
}

TEST(Review, APieceConfirmsOnlyWhatItHasSeen) {
  Escalation work(std::string(of_fields) + "send: document", bill_pages, record_of(unsure));
  Reply too_long{Error{ErrorClass::too_long, ""}};
  too_long.excess = Excess{300, 100};
  work.turn({too_long});
  ASSERT_EQ(work.requests().size(), 3U);
  EXPECT_EQ(work.requests().at(2).sent.pages, std::vector<int>{3});
  work.turn({answered(json::object()), answered({{"total", "not stated"}}), answered(json::object())});
  EXPECT_FALSE(work.replaced()["details"]["total"].contains("conflict"));
  EXPECT_GT(work.replaced()["details"]["total"]["signals"]["agreement"], 0.5);
}

TEST(Review, RowsAreConfirmedWithTheirEvidence) {
  const StageHarness harness("structured-extract", "backends: rules\nschema: schema.json\n",
                             R"({"type": "object",
    "properties": {"items": {"type": "array", "items": {"type": "string"}}}})",
                             "  - escalate: { backend: far, review: structured_extract }\n");
  Document document;
  document.text = std::make_shared<Text>(Text{{{0, 0, "Shelves and doors", {}}}});
  const auto row = [](int index, const char* quote) {
    return json{{"index", index},
                {"confidence", 0.7},
                {"accepted", false},
                {"evidence", {{"page", 1}, {"quote", quote}}},
                {"signals", {{"evidence_found", true}, {"value_in_quote", true}}}};
  };
  const json output = {{"fields", {{"items", {"Shelves", "doors"}}}},
                       {"details",
                        {{"items",
                          {{"confidence", 0.7},
                           {"accepted", false},
                           {"tier", "model"},
                           {"signals", json::object()},
                           {"rows", {row(0, "Shelves"), row(1, "doors")}}}}}},
                       {"accepted", false}};
  const json record = {{"structured_extract", output}};
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  ASSERT_TRUE(harness.stage().advance(document, Turn{0, {}, record, {}, progress}, result));
  const std::vector<Reply> replies = {answered(json::object())};
  ASSERT_TRUE(harness.stage().advance(document, Turn{1, replies, record, {}, progress}, result));
  EXPECT_GT(result.replaces->answer["details"]["items"]["signals"]["agreement"], 0.5);
  EXPECT_EQ(result.replaces->answer["fields"]["items"], json({"Shelves", "doors"}));
}

json labelled(const std::string& label, double confidence) {
  return {{"classify",
           {{"label", label},
            {"confidence", confidence},
            {"accepted", false},
            {"tier", "rules"},
            {"scores", {{label, confidence}}}}}};
}

TEST(Review, OfALabelTakesOneWord) {
  Escalation work("backend: far\nreview: classify", bill_pages, labelled("invoice", 0.6));
  EXPECT_EQ(work.requests().at(0).sent.pages, std::vector<int>{1}) << "a keyword of the label stands there";
  EXPECT_NE(work.prompt().task.find("\"invoice\""), std::string::npos);
  work.turn({answered({{"label", "ok"}})});
  EXPECT_EQ(work.replaced()["label"], "invoice");
  EXPECT_EQ(work.replaced()["signals"]["agreement"], 1.0);
  EXPECT_EQ(work.replaced()["accepted"], true);
  EXPECT_EQ(work.result().output["superseded"], json::object());
}

TEST(Review, OfALabelCorrectsItWithAQuote) {
  Escalation right("backend: far\nreview: classify", {"Dear Sir, it rains"}, labelled("invoice", 0.3));
  right.turn({answered({{"label", quoted("Dear Sir, it rains", "letter")}})});
  EXPECT_EQ(right.replaced()["label"], "letter");
  EXPECT_EQ(right.result().output["superseded"]["label"]["value"], "invoice");
  Escalation wrong("backend: far\nreview: classify", {"Dear Sir, it rains"}, labelled("invoice", 0.6));
  wrong.turn({answered({{"label", quoted("these words stand nowhere", "letter")}})});
  EXPECT_EQ(wrong.replaced()["label"], "invoice");
}

}  // namespace
}  // namespace docket
