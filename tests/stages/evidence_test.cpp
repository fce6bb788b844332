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

TEST(ValueInQuote, ReadsAsAPersonWrites) {
  const struct {
    json value;
    const char* quote;
    std::optional<bool> expected;
  } cases[] = {
      {119, "119,00 EUR", true},
      {119.5, "119.50", true},
      {-119.5, "119.5-", true},
      {3610.5, "CHF 3'610.50", true},
      {120, "119.00", false},
      {"2024-03-05", "5 March 2024", true},
      {"2024-03-05", "05/03/24", true},
      {"2024-03-05", "6 March", false},
      {"ACME GmbH", "Acme  GmbH", true},
      {"ACME Ltd", "Acme GmbH", false},
      {"EUR", "12 €", true},
      {"USD", "12 €", false},
      {true, "yes", std::nullopt},
      {json::array({1}), "1", std::nullopt},
  };
  for (const auto& one : cases)
    EXPECT_EQ(value_in_quote(one.value, one.quote), one.expected) << one.value << " in " << one.quote;
}

}  // namespace
}  // namespace docket::stages
