#include "stages/agreement.h"

#include <gtest/gtest.h>

#include <string>

namespace docket::stages {
namespace {

/// As OCR reads it: a word for each run of letters, all sure.
Page page_of(const std::string& text) {
  Page page{595, 842, text, {}};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \n", at);
    if (begin == std::string::npos) break;
    at = std::min(text.find_first_of(" \n", begin), text.size());
    page.words.push_back({{}, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at - begin)});
    page.confidence.push_back(95);
  }
  return page;
}

/// The words of `read` that `seen` does not have.
std::string doubted(const std::string& read, const std::string& seen) {
  Page page = page_of(read);
  compare_readings(page, seen);
  std::string words;
  for (std::size_t i = 0; i < page.words.size(); ++i)
    if (page.confidence[i] < 95)
      words += (words.empty() ? "" : " ") + page.text.substr(page.words[i].offset, page.words[i].length);
  return words;
}

double share(const std::string& read, const std::string& seen) {
  Page page = page_of(read);
  return compare_readings(page, seen).share();
}

TEST(Agreement, IsOfWordsWhateverTheirOrderAndMarks) {
  EXPECT_EQ(doubted("Total due: 119.00\nHarbour Joinery", "HARBOUR Joinery\n| Total due | 119.00 |"), "");
  EXPECT_EQ(doubted("“Oak” shelf – white", "\"Oak\" shelf - white."), "");
  EXPECT_EQ(doubted("the agreement", "the agree-\nment"), "");
  EXPECT_EQ(doubted("Müller GmbH & Co. KG", "M\u00FCller GmbH & Co KG"), "");
  EXPECT_EQ(share("one two", "two one"), 1);
  EXPECT_EQ(share("", ""), 1);
}

TEST(Agreement, ANumberIsAnotherOneWithOneDigitOrOtherSeparators) {
  EXPECT_EQ(doubted("Total due 119.00", "Total due 179.00"), "119.00");
  EXPECT_EQ(doubted("Total 1,284.00", "Total 1.284,00"), "1,284.00");
  EXPECT_EQ(doubted("Total 12,50", "Total 1250"), "12,50");
  EXPECT_EQ(doubted("on 2025-03-14 at 12:30", "on 2025-03-74 at 12:30"), "2025-03-14");
  EXPECT_EQ(doubted("INV-7 of 2025", "INV-1 of 2025"), "INV-7");
}

TEST(Agreement, AWordCountsAsOftenAsItStandsThere) {
  EXPECT_EQ(doubted("10 10 10", "10 10"), "10");
  EXPECT_EQ(share("10 10 10", "10 10"), 0.8);
}

TEST(Agreement, OfOtherScripts) {
  EXPECT_EQ(doubted("Итого 100 руб", "Итого 700 руб"), "100");
  EXPECT_EQ(doubted("請求書 合計", "請求書 合計"), "");
  EXPECT_EQ(doubted("請求書 合計", "請求書 台計"), "合計");
}

TEST(Agreement, APageIsInDoubtForAWordInTenOrANumberInTwenty) {
  std::string words, numbers;
  for (int i = 0; i < 30; ++i) {
    words += std::string("word") + static_cast<char>('a' + i % 26) + static_cast<char>('a' + i / 26) + " ";
    numbers += std::to_string(100 + i) + " ";
  }
  const auto in_doubt = [](const std::string& read, const std::string& seen) {
    Page page = page_of(read);
    return compare_readings(page, seen).in_doubt();
  };
  EXPECT_FALSE(in_doubt(words + numbers, words + numbers));
  EXPECT_FALSE(in_doubt(words + "one two", words + "un deux"));
  EXPECT_TRUE(in_doubt(words + "one two three four", words + "un deux trois quatre"));
  EXPECT_FALSE(in_doubt(words + numbers + "7", words + numbers + "1"));
  EXPECT_TRUE(in_doubt(words + numbers + "7 8", words + numbers + "1 3"));
  EXPECT_TRUE(in_doubt(words, ""));
  EXPECT_TRUE(in_doubt("", words));
}

TEST(Agreement, WhatIsDoubtedAlreadyStaysSo) {
  Page page = page_of("Total 119.00");
  page.confidence = {12, 95};
  compare_readings(page, "Sum 119.00");
  EXPECT_EQ(page.confidence, (std::vector<std::uint8_t>{12, 95}));
  page.confidence.clear();
  compare_readings(page, "Sum 119.00");
  EXPECT_TRUE(page.confidence.empty());
}

}  // namespace
}  // namespace docket::stages
