#include "backends/rules/fields.h"

#include <gtest/gtest.h>

#include "pipeline/confidence.h"
#include "tests/conditions.h"
#include "tests/rules_text.h"

namespace docket::rules {
namespace {

using nlohmann::json;

json schema_of(json properties) { return {{"type", "object"}, {"properties", std::move(properties)}}; }

json extract(const json& properties, const Text& text, const std::vector<Check>& checks = {}) {
  return extract_fields(*read_schema(schema_of(properties)), checks, text);
}

json fields(const json& properties, std::string_view text) {
  return extract(properties, *plain_text(text))["fields"];
}

std::vector<Check> totals() { return {{"totals add up", condition("(.net + .tax - .total | fabs) < 0.01")}}; }

double confidence(const json& answer, const char* field) {
  return field_confidence(answer["details"][field].value("signals", json::object()));
}

const json number_property = {{"type", "string"},
                              {"x-format", "identifier"},
                              {"x-labels", {"Invoice no", "Invoice number"}},
                              {"x-weak-labels", {"Invoice"}}};
const json date_property = {{"type", "string"},
                            {"format", "date"},
                            {"x-labels", {{"en", {"Invoice date"}}, {"de", {"Rechnungsdatum"}}}}};

TEST(RulesFields, FindsValuesBehindBesideAndBelowTheirLabels) {
  for (const char* text :
       {"Invoice date: 5 March 2024", "Invoice date      5 March 2024", "Invoice date\n5 March 2024",
        "Client      Invoice date      Page\nC-1         5 March 2024      1"}) {
    EXPECT_EQ(fields({{"issue_date", date_property}}, text)["issue_date"], "2024-03-05") << text;
  }
}

TEST(RulesFields, FindsValuesOneLineLowerAndFurtherRight) {
  const auto text = placed_text(
      {{300, 100, "Invoice no"}, {450, 112, "INV-77"}, {300, 124, "Client no"}, {450, 136, "C-99"}});
  EXPECT_EQ(extract({{"invoice_number", number_property}}, *text)["fields"]["invoice_number"], "INV-77");
}

TEST(RulesFields, GivesEvidenceWithQuoteAndBox) {
  const auto text = placed_text({{50, 100, "Invoice no: INV-77"}});
  const json detail = extract({{"invoice_number", number_property}}, *text)["details"]["invoice_number"];
  EXPECT_EQ(detail["evidence"]["page"], 1);
  EXPECT_EQ(detail["evidence"]["quote"], "Invoice no: INV-77");
  EXPECT_EQ(detail["evidence"]["box"], json({110.0, 100.0, 140.0, 110.0}));
  EXPECT_EQ(detail["signals"]["label"], "Invoice no");
  EXPECT_EQ(detail["signals"]["place"], "cell");
  EXPECT_FALSE(detail.contains("problem"));
}

TEST(RulesFields, SaysWhatIsNotFound) {
  const json answer = extract({{"invoice_number", number_property}}, *plain_text("Nothing of the kind."));
  EXPECT_TRUE(answer["fields"]["invoice_number"].is_null());
  EXPECT_EQ(answer["details"]["invoice_number"], json({{"problem", "not found"}}));
  EXPECT_TRUE(extract({{"invoice_number", number_property}}, Text{})["fields"]["invoice_number"].is_null());
}

TEST(RulesFields, ADateWithoutALabelIsOnlyThatOfTheOnlyDate) {
  const json one{{"issue_date", date_property}};
  EXPECT_EQ(fields(one, "Thank you for 5 March 2024.")["issue_date"], "2024-03-05");
  EXPECT_LT(confidence(extract(one, *plain_text("From 5 March 2024 to 6 March 2024.")), "issue_date"), 0.3);
  const json end_date{{"type", "string"}, {"format", "date"}, {"x-labels", {"ends on"}}};
  const json answer = extract({{"issue_date", date_property}, {"end_date", end_date}},
                              *plain_text("Agreed on Invoice date: 5 March 2024 and not before"));
  EXPECT_EQ(answer["fields"], json({{"end_date", nullptr}, {"issue_date", "2024-03-05"}}));
  EXPECT_EQ(answer["details"]["end_date"], json({{"problem", "not found"}}));
}

TEST(RulesFields, TheDateOfALetterStandsBehindItsPlace) {
  const json properties{{"issue_date", date_property}};
  for (const char* line :
       {"Bergau, 12. März 2025", "Bergau, den 12. März 2025", "Saint-Aubin, le 12 mars 2025"}) {
    const std::string text = std::string(line) + "\n\nRechnung 17\n\nLeistung vom 3. März 2025\n";
    const json answer = extract(properties, *plain_text(text));
    EXPECT_EQ(answer["fields"]["issue_date"], "2025-03-12") << line;
    EXPECT_EQ(answer["details"]["issue_date"]["signals"]["place"], "letter") << line;
    EXPECT_GT(confidence(answer, "issue_date"), 0.8) << line;
  }
  for (const char* line :
       {"bis, 12. März 2025", "Posten 3, 12. März 2025", "Bergau, gegen 12. März 2025 hin"}) {
    const std::string text = std::string(line) + "\n\nLeistung vom 3. März 2025\n";
    EXPECT_LT(confidence(extract(properties, *plain_text(text)), "issue_date"), 0.4) << line;
  }
}

TEST(RulesFields, QuotesBeginWithAWholeWord) {
  const json properties{{"issue_date", date_property}};
  const json answer = extract(properties, *plain_text("The \"Invoice date\" is 5 March 2024."));
  EXPECT_EQ(answer["details"]["issue_date"]["evidence"]["quote"], "\"Invoice date\" is 5 March 2024");
}

TEST(RulesFields, AWeakLabelNeedsItsNumberRightBesideIt) {
  const json properties{{"invoice_number", number_property}};
  EXPECT_EQ(fields(properties, "Invoice 2024/17")["invoice_number"], "2024/17");
  EXPECT_EQ(fields(properties, "INVOICE\nNo. 4711")["invoice_number"], "4711");
  const json doubtful =
      extract(properties, *plain_text("We thank you for paying the last invoice by 12 friends"));
  EXPECT_LT(confidence(doubtful, "invoice_number"), 0.5);
}

TEST(RulesFields, AmbiguousDatesAreDoubtfulUntilTheDocumentShowsTheOrder) {
  const json properties{{"issue_date", date_property}};
  const json unclear = extract(properties, *plain_text("Invoice date: 03/04/2024"));
  EXPECT_EQ(unclear["details"]["issue_date"]["problem"], "ambiguous: 2024-04-03 or 2024-03-04");
  EXPECT_LT(confidence(unclear, "issue_date"), 0.8);
  const json american = extract(properties, *plain_text("Invoice date: 03/04/2024\nDue: 03/25/2024"));
  EXPECT_EQ(american["fields"]["issue_date"], "2024-03-04");
  EXPECT_GT(confidence(american, "issue_date"), 0.8);
}

TEST(RulesFields, TheChecksChooseAmongAmounts) {
  const json amount{{"type", "number"}, {"x-format", "currency-amount"}};
  json properties{{"net", amount}, {"tax", amount}, {"total", amount}};
  properties["net"]["x-labels"] = {"Net"};
  properties["tax"]["x-labels"] = {"VAT"};
  properties["total"]["x-labels"] = {"Total"};
  const auto text = plain_text(
      "Item                Total\nChairs              80,00\nTables              20,00\n\n"
      "Net                100,00\nVAT                 19,00\nTotal              119,00\nTotal paid          "
      "50,00\n");
  const json answer = extract(properties, *text, totals());
  EXPECT_EQ(answer["fields"], json({{"net", 100.0}, {"tax", 19.0}, {"total", 119.0}}));
  EXPECT_EQ(answer["details"]["total"]["signals"]["checks_passed"], json({"totals add up"}));
  EXPECT_GT(confidence(answer, "total"), 0.9);

  const json wrong = extract(properties, *plain_text("Net  100,00\nVAT  19,00\nTotal  120,00\n"), totals());
  EXPECT_EQ(wrong["details"]["total"]["signals"]["checks_failed"], json({"totals add up"}));
  EXPECT_LT(confidence(wrong, "total"), 0.8);
}

TEST(RulesFields, ASumOfTaxLinesIsTakenOnlyWhereAChecksConfirmsIt) {
  const json amount{{"type", "number"}, {"x-format", "currency-amount"}};
  json properties{{"net", amount}, {"tax", amount}, {"total", amount}};
  properties["tax"]["x-labels"] = {"VAT"};
  properties["tax"]["x-sum"] = true;
  const json answer = extract(
      properties, *plain_text("Net  300.00\nVAT 7%  7.00\nVAT 19%  38.00\nTotal  345.00\n"), totals());
  EXPECT_EQ(answer["fields"]["tax"], 45.0);
  EXPECT_EQ(answer["details"]["tax"]["signals"]["evidence_found"], false);
  EXPECT_EQ(answer["details"]["net"]["signals"]["joined_by_sum"], true);
  const json unconfirmed = extract(
      properties, *plain_text("Net  300.00\nVAT 7%  7.00\nVAT 19%  38.00\nTotal  400.00\n"), totals());
  EXPECT_NE(unconfirmed["fields"]["tax"], 45.0);
}

TEST(RulesFields, NotLabelsKeepValuesAway) {
  json properties{{"seller_vat", {{"type", "string"}, {"x-format", "vat-id"}, {"x-labels", {"VAT number"}}}}};
  const char* text = "Customer VAT number: DE136695976\nVAT number: FR83404833048\n";
  EXPECT_EQ(fields(properties, "Customer VAT number: DE136695976")["seller_vat"], "DE136695976");
  properties["seller_vat"]["x-not-labels"] = {"Customer VAT number"};
  EXPECT_EQ(fields(properties, text)["seller_vat"], "FR83404833048");
}

TEST(RulesFields, ReadsTheOtherKindsOfValues) {
  const json properties{{"iban", {{"type", "string"}}},
                        {"contact_email", {{"type", {"string", "null"}}}},
                        {"currency", {{"type", "string"}, {"x-labels", {"Amounts in"}}}},
                        {"pages", {{"type", "integer"}}},
                        {"weight", {{"type", "number"}, {"maximum", 100}}},
                        {"paid", {{"type", "boolean"}}},
                        {"payment_method", {{"enum", {"bank_transfer", "cash"}}, {"x-labels", {"Payment"}}}},
                        {"customerNumber", {{"type", "string"}, {"pattern", "^C-[0-9]+$"}}},
                        {"subject", {{"type", "string"}, {"x-labels", {"Betreff"}}}},
                        {"items", {{"type", "array"}}}};
  const json found = fields(properties,
                            "IBAN DE89 3704 0044 0532 0130 00    Contact email: a.b@example.org\n"
                            "Amounts in CHF\nPages: 12\nWeight: 12,5\nPaid: yes\nPayment: Bank transfer\n"
                            "Customer number: C-17\nBetreff: Ihre Anfrage vom Mai\n");
  EXPECT_EQ(found["iban"], "DE89370400440532013000");
  EXPECT_EQ(found["contact_email"], "a.b@example.org");
  EXPECT_EQ(found["currency"], "CHF");
  EXPECT_EQ(found["pages"], 12);
  EXPECT_EQ(found["weight"], 12.5);
  EXPECT_EQ(found["paid"], true);
  EXPECT_EQ(found["payment_method"], "bank_transfer");
  EXPECT_EQ(found["customerNumber"], "C-17");
  EXPECT_EQ(found["subject"], "Ihre Anfrage vom Mai");
  EXPECT_TRUE(found["items"].is_null());
}

TEST(RulesFields, PartiesStandBelowTheirHeadingsOrWhereLettersHaveThem) {
  const json properties{
      {"seller", {{"type", "string"}, {"x-format", "party"}, {"x-role", "sender"}}},
      {"buyer",
       {{"type", "string"}, {"x-format", "party"}, {"x-role", "recipient"}, {"x-labels", {"Bill to"}}}}};
  const auto headed = placed_text(
      {{50, 100, "Bill to:"}, {300, 100, "Ship to:"}, {50, 112, "Orchard Ltd"}, {300, 112, "Depot Ltd"}});
  EXPECT_EQ(extract(properties, *headed)["fields"]["buyer"], "Orchard Ltd");
  const auto letter = placed_text({{50, 100, "Nordlicht GmbH - Hafenweg 3 - 20457 Hamburg"},
                                   {50, 120, "Bergbau AG"},
                                   {50, 132, "Stollen 1"},
                                   {50, 144, "38678 Clausthal"},
                                   {50, 700, "Nordlicht GmbH"}});
  const json answer = extract(properties, *letter);
  EXPECT_EQ(answer["fields"]["seller"], "Nordlicht GmbH");
  EXPECT_EQ(answer["fields"]["buyer"], "Bergbau AG");
}

TEST(RulesFields, ADateMayFollowTheNumberItBelongsTo) {
  const json properties{
      {"invoice_number", number_property},
      {"issue_date", {{"type", "string"}, {"format", "date"}, {"x-follows", "invoice_number"}}}};
  const json found = fields(
      properties, "Invoice no. 47/11 of 5 March 2024\nOrder 99 of 1 March 2024\nService until 7 April 2024");
  EXPECT_EQ(found["invoice_number"], "47/11");
  EXPECT_EQ(found["issue_date"], "2024-03-05");
}

TEST(RulesFields, ValuesOfOtherScriptsAreReadAndQuotedAsTheyStand) {
  const json properties{
      {"invoice_number", number_property},
      {"issue_date", date_property},
      {"total", {{"type", "number"}, {"x-format", "currency-amount"}, {"x-labels", {"Total due"}}}}};
  const json wide =
      extract(properties, *plain_text("Ｉｎｖｏｉｃｅ ｎｏ．：４４７１\nInvoice "
                                      "date：２０２４－０３－１４\nTotal due：￥１２３，５００\n"));
  EXPECT_EQ(wide["fields"]["invoice_number"], "4471");
  EXPECT_EQ(wide["fields"]["issue_date"], "2024-03-14");
  EXPECT_EQ(wide["fields"]["total"], 123500);
  EXPECT_NE(wide["details"]["invoice_number"]["evidence"]["quote"].get<std::string>().find("４４７１"),
            std::string::npos);
  const json dashes = fields(
      properties,
      "Invoice no: OP\u20112024\u2011118\nInvoice date: 2024\u201303\u201314\nTotal due: \u221225.00\n");
  EXPECT_EQ(dashes["invoice_number"], "OP-2024-118");
  EXPECT_EQ(dashes["issue_date"], "2024-03-14");
  EXPECT_EQ(dashes["total"], -25);
}

TEST(RulesFields, DatesOfContracts) {
  const json properties{
      {"effective_date", {{"type", "string"}, {"format", "date"}, {"x-labels", {"Effective Date"}}}},
      {"end_date", {{"type", "string"}, {"format", "date"}, {"x-labels", {"ends on"}}}}};
  for (const char* text :
       {"This deed is made on this 24th day of February, 2005 (the \"Effective Date\") by A.\nIt ends on 1 "
        "May 2007.",
        "This deed is made on this twenty-fourth day of\nFebruary, 2005 (hereinafter the \u201CEffective "
        "Date\u201D)\nand ends on 1 May 2007.",
        "Signed February 24, 2005\n(\"Effective Date\"). It ends on the first of May, 2007."}) {
    const json found = fields(properties, text);
    EXPECT_EQ(found["effective_date"], "2005-02-24") << text;
    EXPECT_EQ(found["end_date"], "2007-05-01") << text;
  }
}

TEST(RulesFields, WhatThePipelineSaysSettlesDates) {
  const json properties{{"issue_date", date_property}};
  const auto schema = read_schema(schema_of(properties));
  const auto date = [&](std::string_view text, DayMonth order) {
    const json answer = extract_fields(*schema, {}, *plain_text(text), order);
    EXPECT_EQ(answer["details"]["issue_date"].contains("problem"), order == DayMonth::unknown) << text;
    return answer["fields"]["issue_date"].get<std::string>();
  };
  EXPECT_EQ(date("Invoice date: 03/04/2024", DayMonth::day_first), "2024-04-03");
  EXPECT_EQ(date("Invoice date: 03/04/2024", DayMonth::month_first), "2024-03-04");
  date("Invoice date: 03/04/2024", DayMonth::unknown);
  const json french =
      extract(properties,
              *plain_text("Facture\nInvoice date: 03/04/2024\nMontant pour les services avec le contrat"));
  EXPECT_FALSE(french["details"]["issue_date"].contains("problem"));
  EXPECT_EQ(french["fields"]["issue_date"], "2024-04-03");
}

TEST(RulesFields, TheLanguageOfTheDocumentSettlesDates) {
  const json properties{{"issue_date", date_property}};
  const auto date = [&](const char* language) {
    Text text = *plain_text("Invoice date: 03/04/2024");
    text.language = language;
    const json answer = extract(properties, text);
    return std::pair(answer["fields"]["issue_date"], answer["details"]["issue_date"].contains("problem"));
  };
  for (const char* day_first : {"pl", "fi", "de", "tr"})
    EXPECT_EQ(date(day_first), std::pair(json("2024-04-03"), false)) << day_first;
  for (const char* open : {"", "en", "ja"})
    EXPECT_TRUE(date(open).second) << open;
}

TEST(RulesFields, AnySchemaGivesAnAnswerForEachProperty) {
  const json odd =
      json::parse(R"({"properties": {"a": true, "b": {"type": 5, "x-labels": {"x": {"y": {"z": "q"}}}},
    "c": {"enum": [null, 1, "x", {"y": []}]}, "d": {"pattern": "("}, "e": {"x-follows": "nobody", "x-part-of": 7},
    "": {}, "f": {"maxLength": -1, "minimum": "x"}}})");
  const json answer = extract_fields(*read_schema(odd), {}, *plain_text("a b c d e f 1 2 3"));
  EXPECT_EQ(answer["fields"].size(), 7U);
  for (const json& none : {json(), json(5), json::array(), json({{"properties", 5}})}) {
    EXPECT_TRUE(extract_fields(*read_schema(none), {}, Text{})["fields"].empty());
  }
}

TEST(RulesFields, HostilePagesTakeBoundedTime) {
  const json properties{
      {"invoice_number", number_property},
      {"issue_date", date_property},
      {"total", {{"type", "number"}, {"x-format", "currency-amount"}, {"x-labels", {"Total"}}}},
      {"seller", {{"type", "string"}, {"x-format", "party"}, {"x-role", "sender"}, {"x-labels", {"From"}}}}};
  std::string labels, numbers, open;
  for (int i = 0; i < 20'000; ++i) {
    labels += "Total  From  Invoice no  ";
    numbers += "1 1.1 (";
    open += "Total 1,00\n12345 Stadt\n";
  }
  for (const std::string& text :
       {labels, numbers, open, std::string(300'000, '('), std::string(300'000, '\xff')}) {
    EXPECT_EQ(extract(properties, *plain_text(text))["fields"].size(), 4U);
  }
}

const json total_property = {
    {"type", {"number", "null"}},
    {"x-format", "currency-amount"},
    {"x-labels", {"Total", "Grand total", "Total incl GST", "Summe", "Totaal", "Total TTC"}},
    {"x-not-labels", {"Subtotal"}}};

/// A total and how far it is believed.
std::pair<json, double> total_of(std::string_view text) {
  const json answer = extract({{"total", total_property}}, *plain_text(text));
  return {answer["fields"]["total"], confidence(answer, "total")};
}

TEST(RulesFields, ALabelSeesNoMoreThanSomeOfTheValuesOfItsRow) {
  std::string row = "Total";
  for (int i = 1; i < 200; ++i)
    row += "  1.00";
  row += "  385.20";
  const json total = {{"type", "number"}, {"x-format", "currency-amount"}, {"x-labels", {"Total"}}};
  const json answer = extract({{"total", total}}, *plain_text(row));
  EXPECT_EQ(answer["fields"]["total"], 385.2);
  // Words of one cell that are not near the label do not speak of it.
  std::string words;
  for (int i = 0; i < 30; ++i)
    words += "wort ";
  EXPECT_EQ(
      extract({{"total", total}}, *plain_text("excluding " + words + "Total  385.20"))["fields"]["total"],
      385.2);
}

TEST(RulesFields, WholeAmountsInOtherDigitsAreRead) {
  const json total = {{"type", "number"}, {"x-format", "currency-amount"}, {"x-labels", {"Total"}}};
  for (const char* text :
       {"Total: \u0665\u0660 EUR", "Total: EUR \uFF15\uFF10", "Total: \u096B\u0966 \u20AC"})
    EXPECT_EQ(fields({{"total", total}}, text)["total"], 50) << text;
}

TEST(RulesFields, ATotalIsNotInATableOfTaxes) {
  for (const char* text :
       {"ITEM  QTY  AMOUNT\nBread  1  12.40\nTotal  12.40\nVISA  12.40\nVAT SUMMARY\nCode  Rate  Net  VAT\n"
        "A  20%  10.33  2.07\nTotal  10.33  2.07\n",
        "Tee  12,40\nSumme  12,40\nBar  20,00\nRückgeld  7,60\nMwSt%  Netto  MwSt\nA 19%  10,42  1,98\n"
        "Summe  10,42  1,98\n",
        "Kaas  12,40\nTotaal  12,40\nBTW  Over  Bedrag\n21%  10,25  2,15\nTotaal  10,25  2,15\n",
        "SOUP  12.40\nTOTAL INCL GST  12.40\nCASH  20.00\nCHANGE  7.60\nGST SUMMARY  AMOUNT(RM)  TAX(RM)\n"
        "SR @ 6%  11.70  0.70\nTOTAL :  11.70  0.70\nTHANK YOU\n"}) {
    const auto [value, confidence] = total_of(text);
    EXPECT_EQ(value, 12.4) << text;
    EXPECT_GE(confidence, 0.8) << text;
  }
}

TEST(RulesFields, ATotalOfSomethingElseIsNone) {
  for (const char* line :
       {"TOTAL QTY: 3", "Total items  3.00", "Total GST  0.70", "TOTAL (EXCLUDING GST)  11.70",
        "Total savings  1.50", "Total discount  1.50", "TOTAL INCLUDES GST  0.70",
        "GST @6% INCLUDED IN TOTAL  0.70", "Total before tax  11.70", "T O T A L G S T   0.70"}) {
    EXPECT_LT(total_of(std::string("Soup  12.40\n") + line + "\n").second, 0.8) << line;
    const auto [value, confidence] = total_of(std::string(line) + "\nGrand total  12.40\n" + line);
    EXPECT_EQ(value, 12.4) << line;
    EXPECT_GE(confidence, 0.8) << line;
  }
}

TEST(RulesFields, ARateBehindALabelIsNoMailAddress) {
  const json total{
      {"type", "number"}, {"x-format", "currency-amount"}, {"x-labels", {"Total incl GST", "Total VAT"}}};
  for (const char* line :
       {"Total Incl. GST@6%  RM 38.00", "TOTAL INCL GST@6.00 %:  38.00", "Total VAT@20%  38.00"})
    EXPECT_EQ(fields({{"total", total}}, line)["total"], 38) << line;
  for (const char* line : {"total-vat@shop.example  38.00", "Total_VAT@example.org  38.00"})
    EXPECT_TRUE(fields({{"total", total}}, line)["total"].is_null()) << line;
}

TEST(RulesFields, ATaxIsNotATotalThatIncludesIt) {
  const json tax{{"type", "number"}, {"x-format", "currency-amount"}, {"x-labels", {"VAT", "GST"}}};
  for (const char* line :
       {"TOTAL RM INCL. OF GST  9.65", "Total including VAT: 9.65", "Total excl. VAT  9.65"})
    EXPECT_LT(confidence(extract({{"tax", tax}}, *plain_text(line)), "tax"), 0.8) << line;
  EXPECT_GE(confidence(extract({{"tax", tax}}, *plain_text("Total\nplus VAT  9.65")), "tax"), 0.8);
}

TEST(RulesFields, WhatWasPaidDecidesBetweenTotals) {
  const auto [rounded, sure] =
      total_of("Total  24.97\nRounding  0.03\nTotal  25.00\nCash  30.00\nChange  5.00\n");
  EXPECT_EQ(rounded, 25.0);
  EXPECT_GE(sure, 0.8);
  EXPECT_LT(total_of("Total  24.97\nCash  30.00\nChange  5.00\n").second, 0.8);
  EXPECT_LT(total_of("Total  24.97\nRounding  0.03\n").second, 0.8);
}

TEST(RulesFields, TwoTotalsThatDifferAreNoneToRelyOn) {
  EXPECT_LT(total_of("Total  24.97\nTotal  31.40\n").second, 0.8);
  EXPECT_LT(total_of("Total  24.97\nGrand total  31.40\n").second, 0.8);
  EXPECT_GE(total_of("Total  24.97\nGrand total  24.97\n").second, 0.8);
}

TEST(RulesFields, LinesThatSlippedAreNotBelieved) {
  EXPECT_LT(total_of("Total:\nRounding:          24.97\nGrand total:       0.00\nPaid:              24.97\n"
                     "                   30.00\n")
                .second,
            0.8);
  EXPECT_LT(total_of("Soup\n24.97\nTotal\n0.00\nRounding\n").second, 0.8);
  EXPECT_EQ(total_of("24.97  TOTAL\nthank you\n").first, 24.97);
}

TEST(RulesFields, AnAmountThatMayHaveLostItsPointIsDoubted) {
  EXPECT_LT(total_of("Soup  $820\nTotal  $1640\n").second, 0.8);
  EXPECT_LT(total_of("Soup  820\nTotal  1640\n").second, 0.8);
  EXPECT_GE(total_of("Soup  $8.20\nTotal  $16.40\n").second, 0.8);
  EXPECT_GE(total_of("Tea  $5\nChairs  $1635\nTotal  $1640\n").second, 0.8);
  EXPECT_GE(total_of("Total  JPY 1640\n").second, 0.8);
}

TEST(RulesFields, TheLastOfAColumnThatAddsUpIsItsSum) {
  const json net{{"type", "number"}, {"x-format", "currency-amount"}, {"x-labels", {"Net"}}};
  const json answer =
      extract({{"net", net}}, *plain_text("Rate  Net\n19 %  10.00\n 7 %  20.00\n      30.00\n"));
  EXPECT_EQ(answer["fields"]["net"], 30.0);
  EXPECT_GE(confidence(answer, "net"), 0.8);
}

TEST(RulesFields, NamesMeanWhatPeopleMeanByThem) {
  const char* text =
      "Harlow Lamps Ltd\n4 High Street\nLeeds LS1 4AA\n\nInvoice no: HL-2041      Invoice date: 5 March "
      "2024\n\n"
      "Description      Qty      Price      Amount\nLamp             2        10.00      20.00\n"
      "Shade            1        8.40       8.40\n\nSubtotal  28.40\nVAT  5.68\nTotal  34.08\n";
  const json number{{"type", "number"}}, string{{"type", "string"}};
  for (const char* name : {"amount", "total", "totalAmount", "grand_total", "gross", "betrag", "montant"}) {
    const json answer = extract({{name, number}}, *plain_text(text));
    EXPECT_EQ(answer["fields"][name], 34.08) << name;
    EXPECT_GE(confidence(answer, name), 0.8) << name;
    EXPECT_EQ(fields({{name, string}}, text)[name], "34.08") << name;
  }
  const json found =
      fields({{"date", string}, {"number", string}, {"supplier", string}, {"vat", number}}, text);
  EXPECT_EQ(
      found,
      json({{"date", "2024-03-05"}, {"number", "HL-2041"}, {"supplier", "Harlow Lamps Ltd"}, {"vat", 5.68}}));
  for (const char* name : {"price", "quantity", "rate", "value"})
    EXPECT_LT(confidence(extract({{name, number}}, *plain_text(text)), name), 0.8) << name;
  EXPECT_LT(confidence(extract({{"name", string}}, *plain_text("Name: Cash\nTotal 3.00\n")), "name"), 0.8);
}

TEST(RulesFields, ReadsTypesAsGeneratorsOfSchemasWriteThem) {
  const char* text = "Total due: GBP 385.20\nCopies: 3.0\nPaid: yes\n";
  for (const char* total :
       {R"({"anyOf": [{"type": "number"}, {"type": "null"}]})",
        R"({"oneOf": [{"type": "null"}, {"type": "number"}]})", R"({"allOf": [{"$ref": "#/$defs/Money"}]})",
        R"({"$ref": "#/$defs/Maybe"})", R"({"type": "number", "nullable": true})",
        R"({"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^[0-9.]+$"}]})"}) {
    json schema = schema_of({{"total", json::parse(total)}});
    schema["properties"]["total"]["title"] = "Total due";
    schema["$defs"] = json::parse(R"({"Money": {"type": "number"},
                                      "Maybe": {"anyOf": [{"$ref": "#/$defs/Money"}, {"type": "null"}]}})");
    EXPECT_EQ(extract_fields(*read_schema(schema), {}, *plain_text(text))["fields"]["total"], 385.2) << total;
  }
  EXPECT_EQ(fields({{"copies", {{"anyOf", {{{"type", "integer"}}, {{"type", "null"}}}}}}}, text)["copies"],
            3);
  EXPECT_EQ(fields({{"paid", {{"anyOf", {{{"type", "boolean"}}, {{"type", "null"}}}}}}}, text)["paid"], true);
  const json root = json::parse(R"({"$ref": "#/definitions/Bill", "definitions": {"Bill": {"type": "object",
      "properties": {"total": {"type": "number", "x-labels": ["Total due"]}}}}})");
  EXPECT_EQ(extract_fields(*read_schema(root), {}, *plain_text(text))["fields"]["total"], 385.2);
}

TEST(RulesFields, GivesNoValueOfAnotherType) {
  const json amount{{"x-format", "currency-amount"}, {"x-labels", {"Total due"}}};
  const auto found = [&](const json& type, const char* text) {
    json property = amount;
    property["type"] = type;
    return fields({{"total", property}}, text)["total"];
  };
  EXPECT_EQ(found("string", "Total due: GBP 1,385.20"), "1385.20");
  EXPECT_EQ(found({"string", "null"}, "Total due: GBP 1,385.20"), "1385.20");
  EXPECT_EQ(found("integer", "Total due: GBP 385.00"), 385);
  EXPECT_TRUE(found("integer", "Total due: GBP 385.20").is_null());
  const json answer =
      extract({{"total", {{"type", "null"}, {"x-labels", {"Total due"}}}}}, *plain_text("Total due: GBP 3"));
  EXPECT_TRUE(answer["fields"]["total"].is_null());
  EXPECT_NE(answer["details"]["total"]["problem"].get<std::string>().find("asks for null"),
            std::string::npos);
}

TEST(RulesFields, ADateIsNoDateTime) {
  json property{{"type", "string"}, {"format", "date-time"}, {"x-labels", {"Issued"}}};
  for (const char* text : {"Issued: 25 December 2018", "Issued 2018-12-25", "Issued: 25.12.2018 10:00 Uhr"}) {
    const json answer = extract({{"issued", property}}, *plain_text(text));
    EXPECT_TRUE(answer["fields"]["issued"].is_null()) << text;
    EXPECT_EQ(
        answer["details"]["issued"],
        json({{"problem",
               "found '2018-12-25', but the schema asks for a date-time: a date, a time and its offset"}}));
  }
  property["x-format"] = "date";
  EXPECT_TRUE(fields({{"issued", property}}, "Issued: 25 December 2018")["issued"].is_null());
  const json answer = extract({{"issued", property}}, *plain_text("Issued: 2018-12-25T10:00:00Z, Leeds"));
  EXPECT_EQ(answer["fields"]["issued"], "2018-12-25T10:00:00Z");
  EXPECT_EQ(answer["details"]["issued"]["evidence"]["quote"], "Issued: 2018-12-25T10:00:00Z");
  const json maybe{{"anyOf", {{{"type", "string"}, {"format", "date-time"}}, {{"type", "null"}}}},
                   {"x-labels", {"Issued"}}};
  EXPECT_TRUE(fields({{"issued", maybe}}, "Issued: 25 December 2018")["issued"].is_null());
}

}  // namespace
}  // namespace docket::rules
