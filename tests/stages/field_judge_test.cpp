// What is believed: of a model alone, of tiers together, and of models that say nothing but nonsense.
#include "stages/field_judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>

#include "backends/rules/fields.h"
#include "stages/evidence.h"
#include "tests/conditions.h"
#include "tests/rules_text.h"

namespace docket::stages {
namespace {

using nlohmann::json;

const json schema = {
    {"type", "object"},
    {"required", {"total"}},
    {"properties",
     {{"net", {{"type", {"number", "null"}}, {"x-labels", {"Net"}}, {"x-format", "currency-amount"}}},
      {"tax", {{"type", {"number", "null"}}, {"x-labels", {"VAT"}}, {"x-format", "currency-amount"}}},
      {"total", {{"type", {"number", "null"}}, {"x-labels", {"Total"}}, {"x-format", "currency-amount"}}},
      {"issue_date", {{"type", {"string", "null"}}, {"format", "date"}, {"x-labels", {"Date"}}}},
      {"invoice_number", {{"type", {"string", "null"}}, {"x-labels", {"Invoice no"}}}},
      {"seller", {{"type", {"string", "null"}}}}}}};

std::shared_ptr<const std::vector<Check>> totals() {
  return std::make_shared<std::vector<Check>>(
      std::vector<Check>{{"totals add up", condition("(.net + .tax - .total | fabs) < 0.01")}});
}

FieldJudge judge() {
  return {std::make_shared<json>(schema), totals(), 0.8, {{"near", "m"}, {"twin", "m"}, {"far", "other"}}};
}

struct Quoted {
  std::string quote;
  json value;
};
using Answers = std::map<std::string, Quoted>;

/// A model's answers with their evidence, as the stage makes them.
json said(const Answers& answers, const Text& text) {
  EvidenceReader reader(text);
  json result = {{"fields", json::object()}, {"details", json::object()}};
  for (const auto& [field, found] : answers) {
    Evidence evidence = reader.read(found.value, schema["properties"][field], found.quote, 0, 99);
    result["fields"][field] = found.value;
    result["details"][field] = {{"evidence", evidence.shown}, {"signals", evidence.signals}};
    if (!evidence.problem.empty()) result["details"][field]["problem"] = evidence.problem;
  }
  return result;
}

json by_rules(const Text& text) {
  json answer = rules::extract_fields(*rules::read_schema(schema), *totals(), text);
  for (auto& [field, detail] : answer["details"].items())
    if (!answer["fields"][field].is_null()) detail["signals"]["evidence_found"] = true;
  return answer;
}

json alone(const Answers& answers, const Text& text) {
  json output;
  judge().take(said(answers, text), "near", true, output);
  return output;
}

std::string invoice(int number) {
  const int net = 100 + 37 * number, tax = net / 5;
  const std::string lamp = std::to_string(number % 3 + 2);
  return "Harbour Lamps Ltd\n12 Quay Street, Bristol\n\nInvoice no: HL-22" + std::to_string(10 + number) +
         "\nDate: " + std::to_string(13 + number) + " March 2025\n\n" + lamp + " lamps   " +
         std::to_string(net) + ".00\nNet      " + std::to_string(net) + ".00\nVAT 20%     " +
         std::to_string(tax) + ".00\nTotal    " + std::to_string(net + tax) +
         ".00 EUR\nPlease pay within 30 days to account 44120 at Dock Bank.\n";
}

TEST(FieldJudge, AValueIsAcceptedByItsEvidence) {
  const auto text = plain_text(invoice(1));
  const json output = alone({{"total", {"Total 164.00 EUR", 164}},
                             {"issue_date", {"14 March 2025", "2025-03-14"}},
                             {"seller", {"Harbour Lamps Ltd", "Harbour Lamps Ltd"}}},
                            *text);
  EXPECT_EQ(output["accepted"], true) << output.dump(1);
  EXPECT_EQ(output["problems"], json::array());
  for (const char* field : {"total", "issue_date", "seller"})
    EXPECT_EQ(output["details"][field]["accepted"], true) << field;
  EXPECT_EQ(output["details"]["net"]["accepted"], false) << "null";
}

TEST(FieldJudge, AnOptionalValueWithoutEvidenceDoesNotPassWithTheRecord) {
  const auto text = plain_text(invoice(1));
  const json output = alone({{"total", {"Total 164.00 EUR", 164}},
                             {"net", {"Net 137.00", 137}},
                             {"tax", {"27.00", 27}},
                             {"seller", {"Dock Bank", "Dock & Sons"}}},
                            *text);
  EXPECT_EQ(output["accepted"], false);
  EXPECT_EQ(output["problems"], json::array({"seller: its quote does not say \"Dock & Sons\""}));
  EXPECT_EQ(output["details"]["total"]["accepted"], true) << "one invention does not discredit the rest";
  EXPECT_EQ(output["details"]["seller"]["confidence"], 0);
}

TEST(FieldJudge, AModelThatMostlyInventsIsNotBelievedForTheRest) {
  const auto text = plain_text(invoice(1));
  const json output = alone({{"total", {"Total 164.00 EUR", 164}},
                             {"net", {"Net amount 1", 1}},
                             {"tax", {"Tax", 2}},
                             {"issue_date", {"today", "2025-03-14"}},
                             {"seller", {"Seller: ACME", "ACME"}}},
                            *text);
  EXPECT_EQ(output["details"]["total"]["accepted"], false);
  EXPECT_EQ(output["details"]["total"]["signals"]["credit"], 0.4286);
}

TEST(FieldJudge, ListsAndObjectsSayNothingOfTheOtherValues) {
  const auto text = plain_text(invoice(1));
  for (const json& invented : {json({{"name", "ACME"}, {"vat", "DE1"}}), json({"ACME"}), json({1, 2})}) {
    const json output =
        alone({{"total", {"Total 164.00 EUR", 164}}, {"seller", {"Harbour Lamps Ltd", invented}}}, *text);
    EXPECT_EQ(output["details"]["total"]["accepted"], true) << output.dump(1);
    EXPECT_EQ(output["details"]["seller"]["confidence"], 0);
  }
}

TEST(FieldJudge, ACheckThatHoldsForZerosOrOneValueProvesNothing) {
  const auto text = plain_text("Net 0.00\nVAT 0.00\nTotal 0.00\nOther 5.00");
  const auto checked = [&](double net, double tax, double total) {
    const auto place = [](double value) { return Quoted{value == 0 ? "0.00" : "5.00", value}; };
    return alone({{"net", place(net)}, {"tax", place(tax)}, {"total", place(total)}}, *text);
  };
  for (const json& output : {checked(0, 0, 0), checked(5, 0, 5)}) {
    EXPECT_EQ(output["checks"]["totals add up"], "passed");
    const json& signals = output["details"]["total"]["signals"];
    EXPECT_EQ(signals["checks_passed"], json::array());
    EXPECT_EQ(signals["checks_trivial"], json::array({"totals add up"}));
  }
  const json real = alone({{"net", {"Net 137.00", 137}}, {"tax", {"27.00", 27}}, {"total", {"164.00", 164}}},
                          *plain_text(invoice(1)));
  EXPECT_EQ(real["details"]["total"]["signals"]["checks_passed"], json::array({"totals add up"}));
}

TEST(FieldJudge, TheSurerValueStandsAndTheOtherCountsByItsConfidence) {
  const auto text = plain_text(invoice(1));
  const json first = alone({{"total", {"Total 164.00 EUR", 164}}}, *text);
  json output = first;
  judge().take(said({{"total", {"Sum 99.00", 99}}}, *text), "far", true, output);
  EXPECT_EQ(output["fields"]["total"], 164);
  EXPECT_EQ(output["details"]["total"]["confidence"], first["details"]["total"]["confidence"]);
  EXPECT_EQ(output["details"]["total"]["other_tiers"],
            json::array({{{"tier", "far"}, {"value", 99}, {"confidence", 0}}}));
  output = first;
  judge().take(said({{"total", {"Total 164.00", 164.0}}}, *text), "far", true, output);
  EXPECT_GT(output["details"]["total"]["confidence"], 0.95);
  output = first;
  judge().take(said({{"total", {"Total 164.00", 164}}}, *text), "twin", true, output);
  EXPECT_EQ(output["details"]["total"]["confidence"], first["details"]["total"]["confidence"])
      << "the same model is no second opinion";
}

/// What a model says that is this sure of its words.
json surely(const Answers& answers, const Text& text, double probability) {
  json model = said(answers, text);
  for (auto& [field, detail] : model["details"].items())
    detail["signals"]["min_token_probability"] = probability;
  return model;
}

TEST(FieldJudge, OfTwoSureModelsThatDifferTheLaterOnesValueStandsAndIsNotSure) {
  const auto text = plain_text(invoice(1));
  const FieldJudge one = judge();
  const std::tuple<const char*, Quoted, Quoted> differing[] = {
      {"total", {"Net      137.00", 137}, {"Total    164.00 EUR", 164}},
      {"invoice_number", {"account 44120", "44120"}, {"Invoice no: HL-2211", "HL-2211"}},
      {"seller", {"Dock Bank", "Dock Bank"}, {"Harbour Lamps Ltd", "Harbour Lamps Ltd"}}};
  for (const auto& [field, wrong, right] : differing) {
    for (const double probability : {0.9, 0.999}) {
      json output;
      one.take(surely({{field, wrong}}, *text, 0.99), "near", true, output);
      ASSERT_EQ(output["details"][field]["accepted"], true);
      one.take(surely({{field, right}}, *text, probability), "far", true, output);
      const json& detail = output["details"][field];
      EXPECT_EQ(output["fields"][field], right.value) << detail;
      EXPECT_EQ(detail["tier"], "far");
      EXPECT_EQ(detail["other_tiers"][0]["value"], wrong.value);
      EXPECT_EQ(detail["accepted"], false) << "the other may be right: " << detail;
      one.take(said({{field, right}}, *text), "third", true, output);
      EXPECT_EQ(output["fields"][field], right.value);
      EXPECT_EQ(output["details"][field]["accepted"], true) << "two against one";
    }
  }
}

/// Three tiers after each other, of which two say the same.
json said_by_three(const FieldJudge& judges, const std::string& field, const std::vector<Quoted>& answers,
                   const Text& text) {
  const char* tiers[] = {"near", "far", "third"};
  json output;
  for (std::size_t i = 0; i < answers.size(); ++i)
    judges.take(said({{field, answers[i]}}, text), tiers[i], true, output);
  return output;
}

TEST(FieldJudge, TwoTiersAgainstOneDecideInAnyOrder) {
  const auto text = plain_text(invoice(1));
  const std::tuple<const char*, Quoted, Quoted> differing[] = {
      {"total", {"Net      137.00", 137}, {"Total    164.00 EUR", 164}},
      {"invoice_number", {"account 44120", "44120"}, {"Invoice no: HL-2211", "HL-2211"}},
      {"seller", {"Dock Bank", "Dock Bank"}, {"Harbour Lamps Ltd", "Harbour Lamps Ltd"}}};
  for (const double accept : {0.8, 1.0}) {  // With 1 nothing is ever accepted.
    const FieldJudge judges(std::make_shared<json>(schema), totals(), accept,
                            {{"near", "m"}, {"far", "o"}, {"third", "p"}});
    for (const auto& [field, wrong, right] : differing) {
      for (const std::vector<Quoted>& answers :
           {std::vector{wrong, right, right}, {right, wrong, right}, {right, right, wrong}}) {
        const json output = said_by_three(judges, field, answers, *text);
        const json& detail = output["details"][field];
        EXPECT_EQ(output["fields"][field], right.value) << detail;
        for (const json& other : detail["other_tiers"])
          EXPECT_LE(other["confidence"], detail["confidence"]) << "what stands is the surest: " << detail;
      }
    }
  }
}

TEST(FieldJudge, OneVoiceCountsOnceAndOneThatIsMoreLikelyWrongNotAtAll) {
  const auto text = plain_text(invoice(1));
  const Quoted wrong = {"Net      137.00", 137}, right = {"Total    164.00 EUR", 164};
  json output;
  judge().take(said({{"total", wrong}}, *text), "near", true, output);
  judge().take(said({{"total", wrong}}, *text), "twin", true, output);
  judge().take(said({{"total", right}}, *text), "far", true, output);
  EXPECT_EQ(output["fields"]["total"], 164) << "near and twin are one model";
  output = {};
  judge().take(said({{"total", wrong}}, *text), "near", true, output);
  judge().take(surely({{"total", wrong}}, *text, 0.001), "third", true, output);
  judge().take(said({{"total", right}}, *text), "far", true, output);
  EXPECT_EQ(output["fields"]["total"], 164);
}

TEST(FieldJudge, OnEqualTermsTheLaterTiersValueStandsBelowAcceptToo) {
  const auto text = plain_text(invoice(1));
  const FieldJudge strict(std::make_shared<json>(schema), totals(), 1, {{"near", "m"}, {"far", "other"}});
  json output;
  strict.take(said({{"total", {"Net      137.00", 137}}}, *text), "near", true, output);
  strict.take(said({{"total", {"Total    164.00 EUR", 164}}}, *text), "far", true, output);
  EXPECT_EQ(output["fields"]["total"], 164);
  const json& other = output["details"]["total"]["other_tiers"][0];
  EXPECT_LE(other["confidence"], output["details"]["total"]["confidence"]) << other;
  EXPECT_GT(other["alone"], 0.9) << "what it was by itself is kept";
  strict.take(said({{"total", {"Sum 99.00", 99}}}, *text), "third", true, output);
  EXPECT_EQ(output["fields"]["total"], 164) << "without evidence nothing is equal";
}

TEST(FieldJudge, ThatAModelIsSureOfItsWordsDoesNotKeepItsValue) {
  const auto text = plain_text(invoice(1));
  for (const double accept :
       {0.93, 0.98, 1.0}) {  // Above what the later one has, which tells no probability.
    const FieldJudge judges(std::make_shared<json>(schema), totals(), accept, {{"near", "m"}, {"far", "o"}});
    json output;
    judges.take(surely({{"total", {"Net      137.00", 137}}}, *text, 0.99), "near", true, output);
    judges.take(said({{"total", {"Total    164.00 EUR", 164}}}, *text), "far", true, output);
    EXPECT_EQ(output["fields"]["total"], 164) << accept << output["details"]["total"];
  }
}

TEST(FieldJudge, WhatStandsBesideItsLabelIsNotGivenUpForTrueWordsFromElsewhere) {
  const auto text = plain_text(invoice(1));
  const FieldJudge one = judge();
  json rules;
  one.take(by_rules(*text), "rules", false, rules);
  const std::pair<const char*, Quoted> copied[] = {{"total", {"27.00", 27}},
                                                   {"tax", {"Net      137.00", 137}},
                                                   {"invoice_number", {"account 44120", "44120"}}};
  for (const auto& [field, copy] : copied) {
    json both = rules;
    ASSERT_EQ(rules["details"][field]["accepted"], true) << rules;
    one.take(surely({{field, copy}}, *text, 0.999), "far", true, both);
    EXPECT_EQ(both["fields"][field], rules["fields"][field]);
    EXPECT_EQ(both["details"][field]["accepted"], true) << both["details"][field];
    EXPECT_LT(both["details"][field]["signals"]["agreement"], 0.5) << "but it is shown";
  }
}

TEST(FieldJudge, AModelIsJudgedByWhatItSaysOfTheOtherFields) {
  const auto text = plain_text(invoice(1));
  json known = alone({{"total", {"Net      137.00", 137}}, {"seller", {"Dock Bank", "Dock Bank"}}}, *text);
  known["accepted"] = false;  // So that all that is found is taken.
  const FieldJudge judge_of_all = judge();
  const auto credit = [&](const Answers& answers, const std::string& field) -> double {
    json output = known;
    judge_of_all.take(said(answers, *text), "far", true, output);
    return output["details"][field]["signals"].value("credit", 1.0);
  };
  const Quoted total = {"Total    164.00 EUR", 164}, date = {"14 March 2025", "2025-03-14"};
  EXPECT_EQ(credit({{"total", total}, {"issue_date", date}}, "issue_date"), 0.6667);
  EXPECT_EQ(credit({{"total", total}, {"issue_date", date}}, "total"), 1);
  EXPECT_EQ(credit({{"seller", {"Acme", "Acme"}}, {"issue_date", date}}, "issue_date"), 0.75)
      << "an invention is none, and denies nothing";
}

TEST(FieldJudge, WhatNobodyCanReadNeedsAnotherTier) {
  const json choice = {{"type", "object"}, {"properties", {{"kind", {{"enum", {"bill", "letter"}}}}}}};
  const FieldJudge judge(std::make_shared<json>(choice), std::make_shared<std::vector<Check>>(), 0.8, {});
  const json kind = {
      {"fields", {{"kind", "bill"}}},
      {"details",
       {{"kind",
         {{"evidence", {{"page", 1}, {"quote", "Rechnung"}}},
          {"signals", {{"evidence_found", true}, {"readable", false}, {"min_token_probability", 0.99}}}}}}}};
  json output;
  judge.take(kind, "one", true, output);
  EXPECT_EQ(output["accepted"], false);
  EXPECT_LE(output["details"]["kind"]["confidence"], 0.5);
  judge.take(kind, "two", true, output);
  EXPECT_EQ(output["accepted"], true) << output.dump(1);
}

/// A total, and rows of which those in `bad` have no evidence, as a tier says them.
json with_rows(std::size_t count, const std::set<std::size_t>& bad) {
  json items = json::array(), rows = json::array();
  for (std::size_t i = 0; i < count; ++i) {
    items.push_back({{"amount", i + 1}});
    rows.push_back({{"index", i},
                    {"evidence", {{"page", 1}, {"quote", "q"}}},
                    {"signals", {{"evidence_found", true}, {"value_in_quote", !bad.contains(i)}}}});
    if (bad.contains(i)) rows.back()["problem"] = "so it is";
  }
  const json good = {{"evidence_found", true}, {"value_in_quote", true}};
  return {{"fields", {{"total", count * (count + 1) / 2}, {"items", items}}},
          {"details",
           {{"total", {{"evidence", {{"quote", "5"}}}, {"signals", good}}}, {"items", {{"rows", rows}}}}}};
}

FieldJudge judge_of_rows(const json& required, int minimum = 1) {
  const json lists = {
      {"type", "object"},
      {"required", required},
      {"properties",
       {{"total", {{"type", "number"}}},
        {"items",
         {{"type", "array"},
          {"items", {{"properties", {{"amount", {{"type", "number"}, {"minimum", minimum}}}}}}}}}}}};
  auto sums = std::make_shared<std::vector<Check>>(
      std::vector<Check>{{"rows add up", condition("([.items[].amount] | add) == .total")}});
  return {std::make_shared<json>(lists), std::move(sums), 0.8, {}};
}

TEST(FieldJudge, ARowWithoutEvidenceIsAProblemOfThatRow) {
  for (const std::size_t count : {3U, 21U}) {
    json output;
    judge_of_rows({"total"}).take(with_rows(count, {1}), "one", true, output);
    const json& items = output["details"]["items"];
    EXPECT_EQ(items["accepted"], false);
    EXPECT_EQ(items["rows"][0]["accepted"], true);
    EXPECT_EQ(items["rows"][1]["accepted"], false);
    EXPECT_EQ(items["rows"][1]["problem"], "so it is");
    EXPECT_EQ(output["checks"]["rows add up"], "passed");
    EXPECT_EQ(output["problems"], json::array());
    EXPECT_EQ(output["accepted"], true) << output.dump(1);
    EXPECT_EQ(output["confidence"], output["details"]["total"]["confidence"]);
  }
}

TEST(FieldJudge, ARequiredListNeedsAllItsRows) {
  json output;
  judge_of_rows({"total", "items"}).take(with_rows(3, {1}), "one", true, output);
  EXPECT_EQ(output["accepted"], false);
  EXPECT_EQ(output["problems"], json::array({"items[1]: so it is"}));
  output = {};
  judge_of_rows({"total", "items"}).take(with_rows(3, {}), "one", true, output);
  EXPECT_EQ(output["accepted"], true) << output.dump(1);
}

TEST(FieldJudge, AListOfInventionsIsAProblemOfTheRecord) {
  json output;
  judge_of_rows({"total"}).take(with_rows(2, {0, 1}), "one", true, output);
  EXPECT_EQ(output["accepted"], false);
  EXPECT_EQ(output["checks"]["rows add up"], "not_applicable");
  EXPECT_EQ(output["problems"], json::array({"items[0]: so it is", "items[1]: so it is"}));
  EXPECT_EQ(output["details"]["total"]["accepted"], true);
}

TEST(FieldJudge, AnInventedRowIsToBlameForTheSum) {
  json said = with_rows(3, {1});
  said["fields"]["items"][1]["amount"] = 900;
  json output;
  judge_of_rows({"total"}).take(said, "one", true, output);
  EXPECT_EQ(output["problems"], json::array({"check failed: rows add up"}));
  EXPECT_EQ(output["details"]["total"]["accepted"], true) << output.dump(1);
  EXPECT_EQ(output["accepted"], false);
}

TEST(FieldJudge, ARowThatTheSchemaDoesNotAllowIsNotAccepted) {
  json output;
  judge_of_rows({"total"}, 2).take(with_rows(3, {}), "one", true, output);
  EXPECT_EQ(output["details"]["items"]["rows"][0]["signals"]["schema_valid"], false);
  EXPECT_EQ(output["details"]["items"]["rows"][1]["accepted"], true);
  ASSERT_EQ(output["problems"].size(), 1U);
  EXPECT_TRUE(output["problems"][0].get<std::string>().starts_with("items[0]: ")) << output["problems"];
}

TEST(FieldJudge, ALaterTiersListWithABadRowIsBetterThanNone) {
  json output;
  json nothing = with_rows(3, {});
  nothing["fields"]["items"] = nullptr;
  nothing["details"].erase("items");
  judge_of_rows({"total"}).take(nothing, "rules", false, output);
  judge_of_rows({"total"}).take(with_rows(3, {1}), "one", true, output);
  EXPECT_EQ(output["fields"]["items"].size(), 3U) << output.dump(1);
  EXPECT_EQ(output["accepted"], true);
  const json before = output;
  judge_of_rows({"total"}).take(with_rows(4, {0, 1, 2, 3}), "two", true, output);
  EXPECT_EQ(output["fields"]["items"], before["fields"]["items"]);
}

// --- garbage ----------------------------------------------------------------------------------------------

using Model =
    std::function<Quoted(const std::string& field, const std::string& page, std::minstd_rand& dice)>;

bool is_number(const std::string& field) { return field == "net" || field == "tax" || field == "total"; }

json wrong_value(const std::string& field, double number) {
  if (is_number(field)) return number;
  return field == "issue_date" ? json("2019-07-01")
                               : json("NX-" + std::to_string(static_cast<std::int64_t>(number)));
}

/// A number, date or word of the page, read right.
Quoted true_copy(const std::string& field, const std::string& page, std::minstd_rand& dice) {
  std::vector<std::string> words;
  std::istringstream lines(page);
  for (std::string word; lines >> word;) {
    const bool number =
        word.find('.') != std::string::npos && word.find_first_not_of("0123456789.") == std::string::npos;
    if (is_number(field) == number) words.push_back(word);
  }
  const std::string& word = words[dice() % words.size()];
  if (is_number(field)) return {word, std::stod(word)};
  if (field != "issue_date") return {word, word};
  const std::size_t at = page.find("Date: ") + 6;
  return {page.substr(at, 13), "2025-03-" + page.substr(at, 2)};
}

const std::map<std::string, Model> garbage = {
    {"invented quotes",
     [](const auto& field, const auto&, auto& dice) {
       return Quoted{"Amount " + std::to_string(dice() % 1000), wrong_value(field, dice() % 1000)};
     }},
    {"true quotes of anything, read right", true_copy},
    {"true quotes, read wrong",
     [](const auto& field, const auto& page, auto& dice) {
       return Quoted{true_copy(field, page, dice).quote, wrong_value(field, dice() % 1000)};
     }},
    {"zeros",
     [](const auto& field, const auto&, auto&) {
       return Quoted{"Total", wrong_value(field, 0)};
     }},
    {"huge numbers",
     [](const auto& field, const auto&, auto&) {
       return Quoted{"Total", wrong_value(field, 1e15)};
     }},
    {"one value",
     [](const auto& field, const auto&, auto&) {
       return Quoted{"VAT 20%", is_number(field) ? json(20) : json("VAT 20%")};
     }},
    {"null",
     [](const auto&, const auto&, auto&) {
       return Quoted{"Total", nullptr};
     }},
    {"wrong types",
     [](const auto&, const auto&, auto&) {
       return Quoted{"Total", json::array({"Total"})};
     }},
};

json said_by(const Model& model, const std::string& page, const Text& text, std::minstd_rand& dice) {
  Answers answers;
  for (const auto& [field, property] : schema["properties"].items()) {
    Quoted found = model(field, page, dice);
    if (!found.value.is_null()) answers[field] = std::move(found);
  }
  return said(answers, text);
}

/// What the page says.
json truth(const std::string& page) {
  json right = by_rules(*plain_text(page))["fields"];
  right["seller"] = "Harbour Lamps Ltd";
  return right;
}

TEST(FieldJudge, NoGarbageMakesTheRulesAnswerWorse) {
  std::minstd_rand dice(7);
  for (int number = 0; number < 3; ++number) {
    std::string page = invoice(number);
    if (number % 3 == 1) page.erase(page.find("Date: "), 6);                // Then the rules are less sure.
    if (number % 3 == 2) page.replace(page.find("VAT 20%"), 7, "Duty   ");  // Or know less.
    const auto text = plain_text(page);
    json rules;
    judge().take(by_rules(*text), "rules", false, rules);
    for (const auto& [kind, model] : garbage) {
      if (number % 3 == 1 && kind.starts_with("true quotes of")) continue;  // It finds the date by chance.
      json both = rules;
      judge().take(said_by(model, page, *text, dice), "near", true, both);
      if (rules["accepted"] == true) {
        EXPECT_EQ(both["accepted"], true) << kind << both.dump(1);
      }
      for (const auto& [field, value] : rules["fields"].items()) {
        const json& before = rules["details"][field];
        const json& after = both["details"][field];
        if (before["accepted"] == true) {
          EXPECT_EQ(both["fields"][field], value) << kind << ": " << field;
          EXPECT_EQ(after["accepted"], true) << kind << ": " << field << before << after;
        } else if (value.is_null()) {
          if (after["confidence"] == 0) {
            EXPECT_EQ(both["fields"][field], json()) << kind << ": " << field << " without evidence";
          }
          if (kind != "true quotes of anything, read right") {
            EXPECT_EQ(after["accepted"], false) << kind << ": " << field;
          }
        } else if (after["confidence"] == 0 || kind != "true quotes of anything, read right") {
          EXPECT_EQ(both["fields"][field], value) << kind << ": " << field;
        }
      }
    }
  }
}

TEST(FieldJudge, OfGarbageNextToNothingIsAccepted) {
  std::minstd_rand dice(11);
  for (const auto& [kind, model] : garbage) {
    if (kind == "true quotes of anything, read right") continue;  // Alone, nothing tells it from a good one.
    int accepted = 0;
    for (int number = 0; number < 3; ++number) {
      const std::string page = invoice(number);
      json output;
      judge().take(said_by(model, page, *plain_text(page), dice), "near", true, output);
      for (const auto& [field, detail] : output["details"].items())
        accepted += detail["accepted"].get<bool>() ? 1 : 0;
    }
    EXPECT_LT(accepted, 3) << kind;
  }
}

TEST(FieldJudge, AGoodModelIsNotPunished) {
  std::minstd_rand dice(3);
  for (const bool line : {false, true}) {
    for (const double probability : {0.0, 0.97}) {
      int right = 0, accepted = 0;
      for (int number = 0; number < 12; ++number) {
        const std::string page = invoice(number);
        const auto text = plain_text(page);
        const json values = truth(page);
        std::map<std::string, std::string> marks = {
            {"net", "Net "},          {"tax", "VAT "},        {"total", "Total "},
            {"issue_date", "Date: "}, {"seller", "Harbour "}, {"invoice_number", "Invoice no: "}};
        Answers answers;
        for (const auto& [field, mark] : marks) {
          const std::size_t at = page.find(mark);
          const std::string whole = page.substr(at, page.find('\n', at) - at);
          std::string bare = whole.substr(field == "seller" ? 0 : mark.size());
          if (is_number(field)) bare = bare.substr(bare.find_last_of(' ', bare.find('.')) + 1);
          answers[field] = {line ? whole : bare, values[field]};
          if (dice() % 20 == 0) answers[field].value = wrong_value(field, 3);
        }
        json model = said(answers, *text);
        for (auto& [field, detail] : model["details"].items())
          if (probability > 0) detail["signals"]["min_token_probability"] = probability;
        json output;
        judge().take(model, "near", true, output);
        for (const auto& [field, detail] : output["details"].items()) {
          if (output["fields"][field] != values[field]) {
            EXPECT_EQ(detail["accepted"], false) << field;
            continue;
          }
          ++right;
          accepted += detail["accepted"].get<bool>() ? 1 : 0;
        }
      }
      EXPECT_GE(accepted, right * 85 / 100) << line << probability;
    }
  }
}

}  // namespace
}  // namespace docket::stages
