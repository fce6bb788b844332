#include "pipeline/reading/value_reading.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace docket {
namespace {

using nlohmann::json;
using Says = ValueReading::Says;

struct Case {
  std::string quote;  ///< A whole page, unless `page` has it among more.
  json value;
  Says expected;
  std::string page = {};
};

ValueReading read(const Case& one, const json& property) {
  const std::string& page = one.page.empty() ? one.quote : one.page;
  Writing writing;
  writing.add(page);
  const std::size_t at = page.find(one.quote);
  EXPECT_NE(at, std::string::npos) << one.quote;
  const auto begin = static_cast<std::uint32_t>(at), size = static_cast<std::uint32_t>(one.quote.size());
  return read_value(one.value, property, {page, begin, begin + size}, writing);
}

void expect(const std::vector<Case>& cases, const json& property = json::object()) {
  for (const Case& one : cases)
    EXPECT_EQ(static_cast<int>(read(one, property).says), static_cast<int>(one.expected))
        << one.value << " in " << one.quote;
}

TEST(ReadValue, NumbersWithSignMarksAndUnits) {
  expect({
      {"119,00 EUR", 119, Says::yes},
      {"Gesamt 1.234,00 EUR", 1234, Says::yes},
      {"Gesamt 1.234,00 EUR", 1.234, Says::no},
      {"Gesamt 1.234,00 EUR", 123.4, Says::no},
      {"Gesamt 1.234,00 EUR", 12340, Says::no},
      {"Gesamt 1.234,00 EUR", 234, Says::no},
      {"Gesamt 1.234,00 EUR", -1234, Says::no},
      {"Gesamt 1.234,00 EUR", 0, Says::no},
      {"119.5-", -119.5, Says::yes},
      {"CHF 3'610.50", 3610.5, Says::yes},
      {"12 kg", 12, Says::yes},
      {"12kg", 12, Says::yes},
      {"19 %", 19, Says::yes},
      {"19 %", 0.19, Says::yes},
      {"1.5 million USD", 1'500'000, Says::yes},
      {"RE-1001", 1001, Says::no},
      {"RE-1001", 1, Says::no},
      {"No. 4711", 4711, Says::yes},
      {"Nr.4711", 4711, Says::yes},
      {"5 March 2024", 2024, Says::yes},
      {"05.03.2024", 5, Says::no},
  });
}

TEST(ReadValue, NumbersAsTheDocumentMeansThem) {
  expect({
      {"234,00", 234, Says::no, "Summe 1.234,00 EUR"},
      {"234,00", 234, Says::no, "Summe 1 234,00 EUR"},
      {"25.00", 25, Says::no, "credit -25.00"},
      {"25.00", -25, Says::yes, "credit -25.00"},
      {"1   234,00", 234, Says::yes},
      {"1.234", 1.234, Says::no, "1.234 of 5,50 and 7,25"},
      {"1.234", 1234, Says::yes, "1.234 of 5,50 and 7,25"},
  });
  const ValueReading unclear = read({"1.234", 1.234, Says::yes}, json::object());
  EXPECT_EQ(unclear.says, Says::yes);
  EXPECT_TRUE(unclear.ambiguous);
}

TEST(ReadValue, SumsOfACurrencyWithoutDecimals) {
  for (const char* quote :
       {"¥98,250 due", "合計：９８，２５０円", "98.250 JPY", "₩98,250", "HUF 98.250", "98.250đ"}) {
    EXPECT_EQ(read({quote, 98250, Says::yes}, json::object()).says, Says::yes) << quote;
    EXPECT_FALSE(read({quote, 98250, Says::yes}, json::object()).ambiguous) << quote;
    EXPECT_EQ(read({quote, 98.25, Says::no}, json::object()).says, Says::no) << quote;
  }
  expect({{"$98.250", 98.25, Says::no, "$98.250, in CLP"}, {"$98.250", 98250, Says::yes, "$98.250, in CLP"}});
  EXPECT_TRUE(read({"EUR 98.250", 98250, Says::yes}, json::object()).ambiguous);
}

TEST(ReadValue, AnIntegerHasNoDecimals) {
  for (const json& type : {json("integer"), json({"integer", "null"})})
    expect({{"Sheets: 20,480", 20480, Says::yes}, {"Sheets: 20,480", 20.48, Says::no}}, {{"type", type}});
  EXPECT_FALSE(read({"Sheets: 20,480", 20480, Says::yes}, {{"type", "integer"}}).ambiguous);
  EXPECT_TRUE(read({"Sheets: 20,480", 20480, Says::yes}, {{"type", "number"}}).ambiguous);
}

TEST(ReadValue, TheSignIsPartOfTheNumber) {
  expect({
      {"Saldo: (75.50)", -75.5, Says::yes},
      {"Saldo: (75.50)", 75.5, Says::no},
      {"Net loss (1,750)", 1750, Says::no},
      {"Result EUR (75.50)", 75.5, Says::no},
      {"a term of drei (3) Jahren", 3, Says::yes},
      {"twelve (12) months", 12, Says::yes},
      {"残高：－４８２００", 48200, Says::no},
      {"残高：－４８２００", -48200, Says::yes},
      {"48200- EUR", 48200, Says::no},
  });
}

TEST(ReadValue, BothEndsOfARange) {
  expect({
      {"Sheets 15-40 are new", 40, Says::yes},
      {"Sheets 15-40 are new", 15, Says::yes},
      {"Sheets 15-40 are new", -40, Says::no},
      {"in 2019-2023", 2023, Says::yes},
      {"5%-15%", 15, Says::yes},
      {"5%-15%", -15, Says::no},
      {"5€-15€", 15, Says::yes},
      {"8\u2013250 pieces", 250, Says::yes},
      {"call 555-1234", 1234, Says::no},
      {"no. 04-15", 15, Says::no},
      {"RE\u20111001", 1001, Says::no},
  });
}

TEST(ReadValue, APieceOfAKnownCodeIsNoValue) {
  expect({
      {"NL91 ABNA 0417 1643 00", "NL91ABNA0417164300", Says::yes},
      {"NL91 ABNA 0417 1643 00", "NL91 ABNA", Says::no},
      {"NL91 ABNA 0417 1643 00", "04171643", Says::no},
      {"NL91 ABNA", "NL91ABNA", Says::no, "IBAN NL91 ABNA 0417 1643 00"},
      {"VAT DE 136 695 976", "136695976", Says::no},
      {"VAT DE 136 695 976", "DE136695976", Says::yes},
      {"see https://lamps.example/shop/7", "lamps.example", Says::no},
      {"see https://www.lamps.example/", "www.lamps.example", Says::yes},
      {"mail quay@lamps.example", "quay@lamps.example", Says::yes},
      {"Quay <quay@lamps.example>", "Quay", Says::yes},
      {"Quay <quay@lamps.example>", "lamps.example", Says::no},
  });
  const json bank = {{"properties", {{"bank_iban", {{"type", "string"}}}}}};
  expect({{"DE12 3456 7890 1234 5678 90", {{"bank_iban", "DE12345678901234567890"}}, Says::yes},
          {"DE12 3456 7890 1234 5678 90", {{"bank_iban", "DE12 3456 7890"}}, Says::no}},
         bank);
  expect({{"DE12 3456 7890 1234 5678 90", "DE12 3456", Says::no}}, {{"x-format", "iban"}});
}

TEST(ReadValue, DatesToTheDay) {
  expect(
      {
          {"5 March 2024", "2024-03-05", Says::yes},
          {"Datum: 05.03.2025", "2025-03-05", Says::yes},
          {"Datum: 05.03.2025", "2025-11-05", Says::no},
          {"Datum: 05.03.2025", "1925-03-05", Says::no},
          {"Datum: 05.03.25", "1825-03-05", Says::no},
          {"Datum: 05.03.2025", "2025-03-50", Says::no},
          {"March 2024", "2024-03-05", Says::no},
          {"5 March\n2024", "2024-03-05", Says::yes},
          {"2024-03-05 14:30", "2024-03-05T14:30:00Z", Says::yes},
          {"2024-03-05 14:30", "2024-03-05T15:30:00Z", Says::no},
          {"03/05/2024", "2024-05-03", Says::no, "03/05/2024 and 12/25/2024"},
          {"03/05/2024", "2024-03-05", Says::yes, "03/05/2024 and 12/25/2024"},
      },
      {{"format", "date"}});
  EXPECT_TRUE(read({"03/05/2024", "2024-03-05", Says::yes}, {{"format", "date"}}).ambiguous);
  EXPECT_TRUE(read({"03/05/2024", "2024-05-03", Says::yes}, {{"format", "date"}}).ambiguous);
}

TEST(ReadValue, WholeCodes) {
  expect({
      {"Rechnung RE-1001", "RE-1001", Says::yes},
      {"Rechnung RE\u20111001", "re-1001", Says::yes},
      {"Nr.RE-1001", "RE-1001", Says::yes},
      {"(RE-1001),", "RE-1001", Says::yes},
      {"RE 1001 / 7", "RE1001", Says::yes},
      {"RE-1001", "1001", Says::no},
      {"RE-1001", "1", Says::no},
      {"RE-1001", "RE-10", Says::no},
      {"RE-1001/2", "RE-1001", Says::no},
      {"1001", "1001", Says::no, "Rechnung RE-1001"},
      {"DE89 3704 0044 0532 0130 00", "DE89370400440532013000", Says::yes},
      {"CHE-123.456.789 MWST", "CHE123456789", Says::yes},
      {"12 34", "1234", Says::no},
  });
}

TEST(ReadValue, WholeWordsInOrder) {
  expect({
      {"Acme  GmbH", "ACME GmbH", Says::yes},
      {"Acme GmbH", "ACME Ltd", Says::no},
      {"Harbour Lamps Ltd", "Harbour", Says::yes},
      {"Harbour Lamps Ltd", "Harb", Says::no},
      {"Harbour Lamps Ltd", "Lamps Harbour", Says::no},
      {"12 Quay Street\nBristol", "12 Quay Street, Bristol", Says::yes},
      {"Hafen-\nlampen GmbH", "Hafenlampen GmbH", Says::yes},
      {"Smith-Jones", "Smith", Says::no},
      {"M\u00FCller AG", "Muller AG", Says::no},
      {"Total", "", Says::no},
  });
}

TEST(ReadValue, CurrenciesBySymbol) {
  expect({
      {"12 \u20AC", "EUR", Says::yes},
      {"12 \u20AC", "USD", Says::no},
      {"$ 12", "USD", Says::yes},
      {"$ 12", "USD", Says::no, "$ 12, in CAD"},
      {"$ 12", "CAD", Says::yes, "$ 12, in CAD"},
      {"12 Euro", "EUR", Says::yes},
  });
  EXPECT_TRUE(read({"kr 500", "DKK", Says::yes}, json::object()).ambiguous);
}

TEST(ReadValue, ChoicesOnlyByTheirNames) {
  const json kinds = {{"enum", {"invoice", "credit_note"}}};
  expect({{"CREDIT NOTE 7", "credit_note", Says::yes},
          {"CREDIT NOTE 7", "invoice", Says::no},
          {"Rechnung 7", "invoice", Says::cannot_tell}},
         kinds);
  expect(
      {{"paid: yes", true, Says::yes}, {"paid: yes", false, Says::no}, {"settled", true, Says::cannot_tell}},
      {{"type", "boolean"}});
}

TEST(ReadValue, AllCellsOfARow) {
  const json row = {{"properties", {{"day", {{"format", "date"}}}}}};
  const std::string quote = "2  Desk lamp, black   10.00   20.00   5 May 2024";
  expect(
      {
          {quote, {{"name", "Desk lamp"}, {"count", 2}, {"amount", 20}, {"day", "2024-05-05"}}, Says::yes},
          {quote, {{"name", "Desk lamp"}, {"count", 2}, {"amount", 21}}, Says::no},
          {quote, {{"name", "Floor lamp"}, {"count", 2}}, Says::no},
          {quote, {{"name", nullptr}, {"note", ""}}, Says::no},
          {quote, json::array({2, 10, 20}), Says::yes},
      },
      row);
}

struct Row {
  json property;
  std::string quote;
  json value;
  Says expected;
};

const json any = json::object();
const json amount = {{"type", {"string", "null"}}, {"x-format", "currency-amount"}};
const json boolean = {{"type", "boolean"}};
const json integer = {{"type", "integer"}};
const json text = {{"type", "string"}};
const json day = {{"type", "string"}, {"format", "date"}};

TEST(ReadValue, SaysNoToWhatOnlyLooksAlike) {
  const std::vector<Row> rows = {
      // A long number that stands there with another sign.
      {integer, "Balance -12500 EUR", 12500, Says::no},
      {integer, "Balance \u221212500 EUR", 12500, Says::no},
      {integer, "Balance EUR (12500)", 12500, Says::no},
      {integer, "Balance -12500 EUR", -12500, Says::yes},
      {integer, "Balance 12500 EUR", 12500, Says::yes},
      {integer, "RE-4711 for customer 45 12500", 12500, Says::yes},
      // An amount as a text.
      {amount, "credit note -25.00 EUR", "25.00", Says::no},
      {amount, "credit note -25,00 EUR", "25,00", Says::no},
      {amount, "credit note (25.00)", "25.00", Says::no},
      {amount, "credit note -25.00 EUR", "-25.00", Says::yes},
      {amount, "invoice 25,00 EUR", "25.00", Says::yes},
      {amount, "invoice 1.025,00 EUR", "1.025,00", Says::yes},
      {amount, "invoice 25.00 EUR", "25.00", Says::yes},
      {text, "credit note -25.00 EUR", "25.00", Says::no},
      {text, "release 25.10 of May", "25.10", Says::yes},
      {day, "due on receipt", "on receipt", Says::no},
      // Words behind a number.
      {any, "5 mil euros", 5e6, Says::no},
      {any, "5 mil euros", 5e3, Says::yes},
      {any, "cable of 12 m", 12e6, Says::no},
      {any, "cable of 12 m", 12, Says::yes},
      {any, "6 Bio Eier", 6e12, Says::no},
      {any, "sold for \u20AC 12m", 12e6, Says::yes},
      {any, "sold for 12 k EUR", 12e3, Says::yes},
      {any, "5 mio EUR", 5e6, Says::yes},
      // Yes and no.
      {boolean, "Invoice No. 4711", false, Says::cannot_tell},
      {boolean, "Invoice no 4711", false, Says::cannot_tell},
      {boolean, "Order no: AB-4711", false, Says::cannot_tell},
      {boolean, "2 x 3.00", true, Says::cannot_tell},
      {boolean, "3x 4.00", true, Says::cannot_tell},
      {boolean, "Malcolm X. Little", true, Says::cannot_tell},
      {boolean, "Paid: no", false, Says::yes},
      {boolean, "Paid: no", true, Says::no},
      {boolean, "Paid: no, see below", false, Says::yes},
      {boolean, "paid x", true, Says::yes},
      {boolean, "[x] paid", true, Says::yes},
      // Text behind a date.
      {text, "Signed 2024-03-05 by me", "2024-03-05 BOSS", Says::no},
      {text, "Signed 2024-03-05 by me", "2024-03-05 14", Says::no},
      {day, "Signed 2024-03-05 by me", "2024-03-05 by me", Says::no},
      {text, "Signed 2024-03-05 by me", "2024-03-05 by me", Says::yes},
      {text, "Signed 2024-03-05 by me", "2024-03-05", Says::yes},
      {text, "Signed 5 March 2024, 14:30", "2024-03-05 14:30", Says::yes},
      {text, "Signed 5 March 2024, 14:30", "2024-03-05T15:30:00+01:00", Says::no},
  };
  for (const Row& row : rows)
    EXPECT_EQ(static_cast<int>(read({row.quote, row.value, row.expected}, row.property).says),
              static_cast<int>(row.expected))
        << row.value << " in " << row.quote;
  for (const char* quote : {"sold for \u20AC 12m", "sold for 12 k EUR", "sold for 12k"})
    EXPECT_TRUE(read({quote, 12, Says::yes}, any).ambiguous) << quote;
}

}  // namespace
}  // namespace docket
