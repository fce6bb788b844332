#include "stages/evidence.h"

#include <gtest/gtest.h>

namespace docket::stages {
namespace {

using nlohmann::json;

Text text_of(const std::vector<std::string>& pages) {
  Text text;
  for (const std::string& page : pages)
    text.pages.push_back({0, 0, page, {}});
  return text;
}

TEST(QuoteFinder, ReadsOverLineEndsAndRunsOfBlanks) {
  const Text text = text_of({"first", "Grand\n  total   119.00\tEUR"});
  QuoteFinder finder(text);
  EXPECT_EQ(finder.find(" Grand total 119.00 EUR\n", 0, 1),
            json({{"page", 2}, {"quote", "Grand total 119.00 EUR"}}));
  EXPECT_EQ(finder.find("Grand total", 0, 0), json()) << "not on these pages";
  EXPECT_EQ(finder.find("", 0, 1), json());
  EXPECT_EQ(finder.find(" \n ", 0, 1), json());
}

TEST(QuoteFinder, ReadsOverTheBarsOfATable) {
  const Text text = text_of({"| Item | Qty | Price |\n| --- | --- | --- |\n| Oak shelf | 2 | 59.50 |\n"});
  QuoteFinder finder(text);
  for (const char* there : {"Oak shelf 2 59.50", "Oak shelf | 2 | 59.50", "| Oak shelf | 2 | 59.50 |"})
    EXPECT_FALSE(finder.find(there, 0, 0).is_null()) << there;
  EXPECT_TRUE(finder.find("Oak shelf 59.50", 0, 0).is_null());
}

TEST(QuoteFinder, WordsDoNotBeginOrEndWithinOthers) {
  const Text text = text_of({"No 2019-117 of 9,50€ in (Wien)"});
  QuoteFinder finder(text);
  for (const char* there : {"2019-117", "2019", "9,50", "9,50€", "Wien", "(Wien)"})
    EXPECT_FALSE(finder.find(there, 0, 0).is_null()) << there;
  for (const char* within : {"19-117", "201", "9-1", "Wie", "ien", "0,5"})
    EXPECT_TRUE(finder.find(within, 0, 0).is_null()) << within;
}

TEST(QuoteFinder, WhatItFindsStands) {
  const Text text = text_of({"Total:119.00"});
  QuoteFinder finder(text);
  EXPECT_TRUE(finder.stands(finder.find("119.00", 0, 0)));
  EXPECT_FALSE(finder.stands({{"page", 1}, {"quote", "118.00"}}));
  EXPECT_FALSE(finder.stands({{"page", 9}, {"quote", "119.00"}}));
  EXPECT_FALSE(finder.stands({{"quote", "119.00"}}));
  EXPECT_FALSE(finder.stands({{"page", 1}, {"quote", ""}}));
}

TEST(QuoteFinder, TheBoxIsThatOfTheWords) {
  Text text = text_of({"To pay 5"});
  text.pages[0].words = {{{1, 10, 5, 12}, 0, 2}, {{6, 10, 9, 12}, 3, 3}, {{20, 9, 22, 13}, 7, 1}};
  QuoteFinder finder(text);
  EXPECT_EQ(finder.find("pay 5", 0, 0)["box"], json({6.0, 9.0, 22.0, 13.0}));
}

TEST(QuoteFinder, LooksOverHyphensDashesAndQuotationMarks) {
  const Text text = text_of(
      {"Rech\u00ADnung \u2116 RE\u20111001, Liefer-\ndatum \u201Cmorgen\u201D, E-\nMail, Cafe\u0301"});
  QuoteFinder finder(text);
  for (const char* there : {"Rechnung", "RE-1001", "Lieferdatum", "Liefer- datum", "\"morgen\"", "E-Mail",
                            "Caf\u00E9", "rechnung"})
    EXPECT_FALSE(finder.find(there, 0, 0).is_null()) << there;
  for (const char* nowhere : {"Rech", "RE 1001 ", "Lieferung", "1002"})
    EXPECT_TRUE(finder.find(nowhere, 0, 0).is_null()) << nowhere;
}

Evidence read(const std::string& page, const std::string& quote, const json& value, const json& property) {
  const Text text = text_of({page});
  return EvidenceReader(text).read(value, property, quote, 0, 0);
}

TEST(EvidenceReader, TakesThePlaceThatSaysTheValue) {
  const Evidence credit = read("credit -25.00\npaid 25.00", "25.00", 25, json::object());
  EXPECT_EQ(credit.signals, json({{"evidence_found", true}, {"value_in_quote", true}}));
  EXPECT_EQ(read("credit -25.00", "25.00", 25, json::object()).signals["value_in_quote"], false);
  EXPECT_EQ(read("credit -25.00", "25.00", -25, json::object()).signals["value_in_quote"], true);
}

TEST(EvidenceReader, SaysWhatIsWrong) {
  EXPECT_EQ(read("Total 5.00", "Sum 5.00", 5, json::object()).problem,
            "its quote does not stand in the document");
  EXPECT_EQ(read("Total 5.00", "Total 5.00", 50, json::object()).problem, "its quote does not say 50");
  const json choice = {{"enum", {"paid", "open"}}};
  const Evidence unread = read("Settled in cash", "Settled in cash", "paid", choice);
  EXPECT_EQ(unread.signals["readable"], false);
  EXPECT_EQ(unread.problem, "its quote does not name \"paid\": another tier has to agree");
}

TEST(EvidenceReader, AShortQuoteThatStandsInSeveralPlacesProvesNothing) {
  const Evidence two = read("1 lamp, 1 cable, 3 bulbs", "1", 1, json::object());
  EXPECT_EQ(two.signals, json({{"evidence_found", false}, {"quote_too_short", true}}));
  EXPECT_EQ(read("1 lamp, 1 cable, 3 bulbs", "3", 3, json::object()).problem, "");
  EXPECT_EQ(read("1 lamp, 1 cable, 3 bulbs", "1 cable", 1, json::object()).problem, "");
  EXPECT_EQ(read("5 \u20AC and 7 \u20AC", "\u20AC", "EUR", json::object()).problem, "")
      << "says it everywhere";
}

TEST(EvidenceReader, CountsOtherValuesOfTheKind) {
  EXPECT_EQ(read("Net 5.00 Tax 1.00 Total 6.00", "Net 5.00 Tax 1.00 Total 6.00", 6, json::object())
                .signals["values_in_quote"],
            3);
  EXPECT_FALSE(
      read("Total 6.00 EUR", "Total 6.00 EUR", 6, json::object()).signals.contains("values_in_quote"));
}

}  // namespace
}  // namespace docket::stages
