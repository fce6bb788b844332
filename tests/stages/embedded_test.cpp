// Values of e-invoices: what a schema maps, who is still asked, and what happens when the page says
// otherwise.
#include "stages/embedded.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/stage_harness.h"

namespace docket {
namespace {

using nlohmann::json;

const json schema = {
    {"type", "object"},
    {"required", {"total"}},
    {"properties",
     {{"total", {{"type", {"number", "null"}}, {"x-einvoice", "BT-112"}}},
      {"total_text", {{"type", "string"}, {"x-einvoice", "BT-112"}}},
      {"issued", {{"type", "string"}, {"format", "date"}, {"x-einvoice", "BT-2"}}},
      {"seller", {{"type", "string"}, {"x-einvoice", "BT-27"}}},
      {"account", {{"type", "string"}, {"x-einvoice", "BT-84"}}},
      {"buyer",
       {{"type", "object"}, {"properties", {{"name", {{"type", "string"}, {"x-einvoice", "BT-44"}}}}}}},
      {"note", {{"type", {"string", "null"}}}},
      {"lines",
       {{"type", "array"},
        {"x-einvoice", "BG-25"},
        {"items",
         {{"type", "object"},
          {"properties",
           {{"item", {{"type", "string"}, {"x-einvoice", "BT-153"}}},
            {"quantity", {{"type", "integer"}, {"x-einvoice", "BT-129"}}}}}}}}}}}};

const json terms = {
    {"BT-2", "2024-02-29"},
    {"BT-112", "119.00"},
    {"BT-27", "Harbour Joinery Ltd"},
    {"BT-44", "Whitcombe plc"},
    {"BG-17", {{{"BT-84", "GB1"}}, {{"BT-84", "GB1"}}}},
    {"BG-25", {{{"BT-153", "Shelf"}, {"BT-129", "2.00"}}, {{"BT-153", "Oil"}, {"BT-129", "0.5"}}}}};

json invoice() { return {{"syntax", "cii"}, {"name", "factur-x.xml"}, {"terms", terms}}; }

Text one_page(const std::string& words) { return {{{0, 0, words, {}}}}; }

const std::string page =
    "HARBOUR JOINERY LTD\nInvoice date: 29 February 2024\nBill to: Whitcombe plc\n\nTotal   EUR 119,00\n";

json answer(const json& einvoice, const std::string& words) {
  return stages::EinvoiceMapping(schema).answer(einvoice, one_page(words), DayMonth::unknown);
}

TEST(EinvoiceMapping, ValuesHaveTheTypesOfTheSchema) {
  EXPECT_EQ(answer(invoice(), page)["fields"],
            (json{{"total", 119.0},
                  {"total_text", "119.00"},
                  {"issued", "2024-02-29"},
                  {"seller", "Harbour Joinery Ltd"},
                  {"account", "GB1"},
                  {"buyer", {{"name", "Whitcombe plc"}}},
                  {"lines", {{{"item", "Shelf"}, {"quantity", 2}}, {{"item", "Oil"}}}}}));
}

TEST(EinvoiceMapping, EvidenceIsTheTermAndThePlaceThatSaysTheSame) {
  const json details = answer(invoice(), page)["details"];
  EXPECT_EQ(details["total"]["evidence"],
            (json{{"term", "BT-112"}, {"attachment", "factur-x.xml"}, {"page", 1}, {"quote", "EUR 119,00"}}));
  EXPECT_EQ(details["total"]["signals"], (json{{"embedded", true}, {"printed", true}}));
  EXPECT_EQ(details["issued"]["evidence"]["quote"], "29 February 2024");
  EXPECT_EQ(details["seller"]["evidence"]["quote"], "HARBOUR JOINERY LTD");
  EXPECT_EQ(details["account"]["evidence"],
            (json{{"term", "BT-84"}, {"attachment", "factur-x.xml"}, {"quote", "GB1"}}));
  EXPECT_EQ(details["lines"]["rows"][1]["evidence"]["quote"], R"({"item":"Oil"})");
}

TEST(EinvoiceMapping, RowsThatDifferAreNoSingleValue) {
  json other = invoice();
  other["terms"]["BG-17"][1]["BT-84"] = "GB2";
  EXPECT_FALSE(answer(other, page)["fields"].contains("account"));
}

TEST(EinvoiceMapping, WithoutTermsThereIsNoAnswer) {
  for (const json& none : {json(), json{{"syntax", "cii"}}, json{{"terms", json::object()}}, json("words")})
    EXPECT_TRUE(answer(none, page).is_null()) << none;
}

std::string problem_of(const std::string& property) {
  const json whole = {{"properties", {{"a", json::parse(property)}}}};
  const auto error = stages::wrong_einvoice_term_in(whole);
  return error ? error->message : "";
}

TEST(EinvoiceMapping, TermsThatAreNone) {
  const std::string at = "schema: /properties/a: `x-einvoice` ";
  EXPECT_EQ(problem_of(R"({"type": "number", "x-einvoice": "BT-112"})"), "");
  EXPECT_EQ(problem_of(R"({"x-einvoice": "bt-112"})"),
            at + "names 'bt-112', which is no business term that docket reads, did you mean 'BT-112'?; "
                 "docs/einvoices.md lists them");
  EXPECT_EQ(problem_of(R"({"x-einvoice": 112})"), at + "must be the id of one term, such as \"BT-112\"");
  EXPECT_EQ(problem_of(R"({"type": "string", "x-einvoice": "BG-25"})"),
            at + "names BG-25 (Invoice lines), which has several rows: it is for a list");
  EXPECT_EQ(
      problem_of(
          R"({"type": "array", "x-einvoice": "BG-25", "items": {"properties": {"t": {"x-einvoice": "BT-112"}}}})"),
      "schema: /properties/a/items/properties/t: `x-einvoice` names BT-112 (Invoice total amount with VAT), "
      "which is no member of BG-25");
  EXPECT_EQ(problem_of(R"({"type": "array", "items": {"properties": {"t": {"x-einvoice": "BT-131"}}}})"),
            at + "is missing: it says which group of terms the list's items are, such as BG-25");
}

TEST(SameInPrint, LettersRoundingAndSignsOfCreditNotes) {
  const json none = json::object(), credit = {{"credit_note", true}};
  EXPECT_TRUE(stages::is_same_in_print("DE123456789", "DE 123 456 789", none));
  EXPECT_TRUE(stages::is_same_in_print("Harbour Joinery Ltd", "HARBOUR JOINERY LTD, Whitby", none));
  EXPECT_FALSE(stages::is_same_in_print("Harbour Joinery Ltd", "Harbour Lamps Ltd", none));
  EXPECT_FALSE(stages::is_same_in_print("2024-02-29", "2024-02-28", none));
  EXPECT_TRUE(stages::is_same_in_print(8.7879, 8.79, none));
  EXPECT_FALSE(stages::is_same_in_print(8.79, 8.80, none));
  EXPECT_FALSE(stages::is_same_in_print(8.79, -8.79, none));
  EXPECT_TRUE(stages::is_same_in_print(8.79, -8.79, credit));
}

/// A stage's work on a document with an e-invoice.
class EmbeddedTier : public testing::Test {
 protected:
  void begin(const std::string& backends, const json& einvoice, const std::string& words = page) {
    harness_ = std::make_unique<StageHarness>(
        "structured-extract", "backends: [" + backends + "]\nschema: schema.json\n", schema.dump());
    for (const StageConfig& stage : harness_->all())
      if (stage.type->provides_text) record_[stage.id] = {{"einvoice", einvoice}};
    document_.text = std::make_shared<const Text>(one_page(words));
    number_ = 0;
    progress_.reset();
    turn({});
  }
  void turn(const std::vector<Reply>& replies) {
    const auto next =
        harness_->stage().advance(document_, Turn{number_++, replies, record_, {}, progress_}, result_);
    ASSERT_TRUE(next) << next.error().message;
    requests_ = *next;
  }
  static Reply by_rules(double total, double strength = 1) {
    json detail = {{"evidence", {{"page", 1}, {"quote", "119,00"}}},
                   {"signals", {{"label_strength", strength}, {"format", 1}, {"margin", 1}}}};
    return {Answer{{{"fields", {{"total", total}}}, {"details", {{"total", detail}}}}}};
  }
  const json& fields() const { return result_.output["fields"]; }
  const json& detail(const char* field) const { return result_.output["details"][field]; }

  std::unique_ptr<StageHarness> harness_;
  json record_ = json::object();
  Document document_;
  StageResult result_;
  int number_ = 0;
  std::unique_ptr<StageProgress> progress_;
  std::vector<Request> requests_;
};

TEST_F(EmbeddedTier, WhereItIsAcceptedNoModelIsAsked) {
  begin("model", invoice());
  EXPECT_TRUE(requests_.empty());
  EXPECT_TRUE(result_.output["accepted"]) << result_.output;
  EXPECT_EQ(detail("total")["tier"], "embedded");
  EXPECT_GT(detail("total")["confidence"], 0.99);
  EXPECT_TRUE(result_.output["problems"].empty());
}

TEST_F(EmbeddedTier, TheRulesReadThePageAllTheSame) {
  begin("rules, model", invoice());
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].backend, "rules");
  turn({by_rules(119)});
  EXPECT_TRUE(requests_.empty());
  EXPECT_TRUE(result_.output["accepted"]);
  EXPECT_EQ(detail("total")["evidence"]["quote"], "119,00");
  EXPECT_EQ(detail("total")["evidence"]["term"], "BT-112");
  EXPECT_EQ(detail("total")["other_tiers"][0]["tier"], "rules");
}

TEST_F(EmbeddedTier, WhatIsPrintedOtherwiseIsAProblem) {
  begin("rules, model", invoice());
  turn({by_rules(129)});
  EXPECT_EQ(fields()["total"], 119.0);
  EXPECT_FALSE(detail("total")["accepted"]);
  EXPECT_FALSE(result_.output["accepted"]);
  EXPECT_EQ(result_.output["problems"], (json{"embedded total 119.00, printed 129.00"}));
  ASSERT_EQ(requests_.size(), 1U) << "the model is asked about what is left";
  EXPECT_EQ(requests_[0].sent.fields, std::vector<std::string>{"note"});
}

TEST_F(EmbeddedTier, AWeakReadingOfAnotherNumberIsNoDifferenceWhereTheValueIsPrintedToo) {
  begin("rules", invoice());
  turn({by_rules(129, 0.3)});
  EXPECT_TRUE(result_.output["accepted"]) << result_.output;
  EXPECT_TRUE(result_.output["problems"].empty());
}

TEST_F(EmbeddedTier, TwoInvoicesThatDifferAreAProblem) {
  json two = invoice();
  two["contradicted"]["BT-112"]["old.xml"] = "129.00";
  begin("model", two);
  EXPECT_FALSE(result_.output["accepted"]);
  EXPECT_EQ(detail("total")["problem"], "factur-x.xml says 119.00, old.xml 129.00");
  EXPECT_LE(detail("total")["confidence"], 0.5);
}

TEST_F(EmbeddedTier, ModelsAreAskedForTheRest) {
  json little = invoice();
  little["terms"].erase("BT-112");
  begin("model", little);
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].sent.fields, (std::vector<std::string>{"note", "total", "total_text"}));
  const json asked = std::get<Prompt>(requests_[0].question).schema->document()["properties"];
  EXPECT_EQ(asked.size(), 3U);
  turn({{Answer{{{"total", {{"quote", "Total   EUR 119,00"}, {"value", 119}}},
                 {"note", nullptr},
                 {"total_text", nullptr}}}}});
  EXPECT_EQ(fields()["total"], 119);
  EXPECT_EQ(fields()["seller"], "Harbour Joinery Ltd");
}

TEST_F(EmbeddedTier, WhatIsDoubtedIsAskedAgainAndWhatIsAcceptedIsNot) {
  begin("rules", invoice());
  turn({by_rules(129)});
  begin("model", invoice());  // Of the answer so far.
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].sent.fields, (std::vector<std::string>{"note", "total"}));
  turn({{Answer{{{"total", {{"quote", "Total   EUR 119,00"}, {"value", 129}}}, {"note", nullptr}}}}});
  EXPECT_EQ(fields()["total"], 119.0) << "the XML stands";
  EXPECT_FALSE(detail("total")["accepted"]);
}

TEST_F(EmbeddedTier, WithoutAnEinvoiceEverythingIsAsBefore) {
  begin("model", json());
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_TRUE(requests_[0].sent.fields.empty());
}

}  // namespace
}  // namespace docket
