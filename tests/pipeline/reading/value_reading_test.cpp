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

}  // namespace
}  // namespace docket
