#include "pipeline/reading/amounts.h"

#include <gtest/gtest.h>

#include "pipeline/reading/currencies.h"

namespace docket {
namespace {

std::vector<NumberFound> numbers(std::string_view text) {
  DecimalMark mark;
  std::vector<NumberFound> found = find_numbers(text, 0, static_cast<std::uint32_t>(text.size()), mark);
  for (NumberFound& number : found)
    settle(number, mark);
  return found;
}

/// The only number of the text.
NumberFound number(std::string_view text) {
  const std::vector<NumberFound> found = numbers(text);
  EXPECT_EQ(found.size(), 1U) << text;
  return found.empty() ? NumberFound{} : found[0];
}

TEST(RulesAmounts, ReadsTheFormatsOfManyCountries) {
  for (const char* text : {"1.234,56", "1,234.56", "1 234,56", "1\u00A0234,56", "1\u202F234,56", "1'234.56",
                           "1\u2019234.56", "1234,56", "1234.56"}) {
    EXPECT_DOUBLE_EQ(number(text).value, 1234.56) << text;
    EXPECT_EQ(number(text).decimals, 2) << text;
  }
  EXPECT_DOUBLE_EQ(number("1.234.567").value, 1234567);
  EXPECT_DOUBLE_EQ(number("12,345,678.90").value, 12345678.9);
  EXPECT_DOUBLE_EQ(number("0,025").value, 0.025);
}

TEST(RulesAmounts, AHyphenIsOneWhateverNobodySeesBesideIt) {
  for (const char* text :
       {"total-25.00", "total-\u200B25.00", "total\u200B-25.00", "total-\u200D\uFEFF25.00"})
    EXPECT_TRUE(number(text).glued) << text;
  for (const char* text : {"total\u201325.00", "total\u2013\u200B25.00"})
    EXPECT_FALSE(number(text).glued) << text;
}

TEST(RulesAmounts, ReadsSigns) {
  for (const char* text : {"-5,00", "- 5,00", "5,00-", "(5,00)", "\u22125,00", "\u20135,00", "-€ 5,00",
                           "€ -5,00", "(€5,00)", "5,00- EUR"}) {
    EXPECT_DOUBLE_EQ(number(text).value, -5) << text;
  }
  EXPECT_DOUBLE_EQ(number("Nr. A-5,00").value, 5);
  EXPECT_DOUBLE_EQ(numbers("10 - 5")[1].value, 5);
}

TEST(RulesAmounts, ReadsTheDigitsOfEveryScript) {
  for (const char* text : {"１，２３４．５６", "١٬٢٣٤٫٥٦", "۱٬۲۳۴٫۵۶", "१,२३४.५६", "১,২৩৪.৫৬", "๑,๒๓๔.๕๖",
                           "𝟏,𝟐𝟑𝟒.𝟓𝟔", "1\u3000234,56", "1\u2009234.56", "1\u02BC234.56"}) {
    EXPECT_DOUBLE_EQ(number(text).value, 1234.56) << text;
    EXPECT_EQ(number(text).unclear, 0) << text;
    EXPECT_EQ(number(text).end, std::string_view(text).size()) << text;
  }
  EXPECT_DOUBLE_EQ(number("١٫٢٣٤").value, 1.234);
  EXPECT_DOUBLE_EQ(number("1,23,456.50").value, 123456.5);
  EXPECT_DOUBLE_EQ(number("12,34,56,789").value, 123456789);
  EXPECT_EQ(number("￥１２３，５００").currency, "JPY");
  EXPECT_EQ(number("123,500円").currency, "JPY");
}

TEST(RulesAmounts, EveryDashMayBeAMinus) {
  for (const char* dash :
       {"\u00AD", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\uFE63", "\uFF0D"}) {
    EXPECT_DOUBLE_EQ(number(std::string("credit ") + dash + "25.00").value, -25) << dash;
    EXPECT_DOUBLE_EQ(number(std::string("25.00") + dash).value, -25) << dash;
    EXPECT_DOUBLE_EQ(number(std::string("Credit: ") + dash + " EUR 25.00").value, -25) << dash;
    for (const NumberFound& part : numbers(std::string("OP") + dash + "2024" + dash + "118"))
      EXPECT_TRUE(part.glued) << dash;
    EXPECT_TRUE(numbers(std::string("3") + dash + "4")[1].glued) << dash;
  }
  const NumberFound behind_word = number("Total\u201425.00");
  EXPECT_FALSE(behind_word.glued);
  EXPECT_EQ(behind_word.unclear, NumberFound::sign);
}

TEST(RulesAmounts, ReadsTheNegativesOfAccounts) {
  for (const char* text :
       {"25.00 EUR-", "(25.00 EUR)", "( 25.00 )", "EUR (25.00)", "Discount (25.00)", "25.00 CR", "25.00CR"})
    EXPECT_DOUBLE_EQ(number(text).value, -25) << text;
  EXPECT_DOUBLE_EQ(number("five thousand dollars ($5,000.00)").value, 5000);
  // A credit lessens a bill, and is what the holder of an account has.
  EXPECT_EQ(number("25.00 CR").unclear, NumberFound::sign);
  EXPECT_DOUBLE_EQ(number("25.00 DR").value, 25);
  EXPECT_EQ(number("25.00 DR").unclear, NumberFound::sign);
}

TEST(RulesAmounts, ReadsTheCurrencyBesideThem) {
  EXPECT_EQ(number("€ 12,50").currency, "EUR");
  EXPECT_EQ(number("12,50 €").currency, "EUR");
  EXPECT_EQ(number("CHF 3'610.50").currency, "CHF");
  EXPECT_EQ(number("12.50USD").currency, "USD");
  EXPECT_EQ(number("US$12.50").currency, "USD");
  EXPECT_TRUE(number("$12.50").symbol_is_shared);
  EXPECT_FALSE(number("£12.50").symbol_is_shared);
  EXPECT_EQ(number("KEUR 12").currency, "");
}

TEST(RulesAmounts, AThousandsMarkMayBeADecimalMark) {
  EXPECT_NE(number("1.234").unclear, 0);
  EXPECT_DOUBLE_EQ(number("1.234").other, 1.234);
  // The document's other numbers tell.
  EXPECT_DOUBLE_EQ(numbers("1.234 und 5,60")[0].value, 1234);
  EXPECT_EQ(numbers("1.234 und 5,60")[0].unclear, 0);
  EXPECT_DOUBLE_EQ(numbers("1.234 and 5.60")[0].value, 1.234);
}

TEST(RulesAmounts, PartsOfOtherThingsAreGlued) {
  for (const char* text : {"12kg", "RE-2024/17", "A4", "030/12345", "v1.2"}) {
    for (const NumberFound& found : numbers(text))
      EXPECT_TRUE(found.glued) << text;
  }
  EXPECT_TRUE(number("19 %").percent);
  EXPECT_TRUE(number("19%").percent);
  EXPECT_TRUE(numbers("12.05.2024").empty());
  EXPECT_TRUE(numbers("123456789012345678901234567890").empty());
}

TEST(RulesCurrencies, FindsCodesSymbolsAndWords) {
  const std::string_view text = "Alle Beträge in Euro (EUR), nicht in CHF oder £. EURATOM";
  std::vector<std::string> codes;
  for (const CurrencyFound& found : find_currencies(text, 0, static_cast<std::uint32_t>(text.size()))) {
    codes.emplace_back(found.code);
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"EUR", "EUR", "CHF", "GBP"}));
}

}  // namespace
}  // namespace docket
