#include "worker/ocr/split_words.h"

#include <gtest/gtest.h>

#include <string>

namespace docket::worker {
namespace {

/// Words of one line, 20 pixels high, each `gap` behind the one before it.
std::string joined(std::vector<std::string> texts, float gap = 10) {
  std::vector<ReadWord> words;
  float left = 100;
  for (const std::string& text : texts) {
    const float right = left + 10 * static_cast<float>(text.size());
    words.push_back({{left, 50, right, 70}, text, 90, 0});
    left = right + gap;
  }
  join_split_amounts(words);
  std::string line;
  for (const ReadWord& word : words)
    line += (line.empty() ? "" : " ") + word.text;
  return line;
}

TEST(SplitWords, AmountsInTwoWordsAreOne) {
  EXPECT_EQ(joined({"Total", "73.", "00"}), "Total 73.00");
  EXPECT_EQ(joined({"RM1,204.", "50-", "SR"}), "RM1,204.50- SR");
  EXPECT_EQ(joined({"(5,", "95)"}), "(5,95)");
  EXPECT_EQ(joined({"2.", "40", "x", "3.", "10*"}), "2.40 x 3.10*");
}

TEST(SplitWords, WhatIsNoAmountIsLeft) {
  EXPECT_EQ(joined({"Nr.", "17"}), "Nr. 17");
  EXPECT_EQ(joined({"3.", "125"}), "3. 125");
  EXPECT_EQ(joined({"3.", "12.", "2024"}), "3. 12. 2024");
  EXPECT_EQ(joined({"5.", "10:30"}), "5. 10:30");
  EXPECT_EQ(joined({"12/", "34"}), "12/ 34");
  EXPECT_EQ(joined({"1.", "10"}, 40), "1. 10");
  EXPECT_EQ(joined({}), "");
}

TEST(SplitWords, TheWordOnTheNextLineIsAnother) {
  std::vector<ReadWord> words = {{{0, 0, 40, 20}, "73.", 90, 0}, {{30, 22, 60, 42}, "00", 90, 0}};
  join_split_amounts(words);
  EXPECT_EQ(words.size(), 2U);
}

TEST(SplitWords, IsAsSureAsItsWorstPart) {
  std::vector<ReadWord> words = {{{0, 0, 40, 20}, "73.", 95, 0}, {{45, 1, 65, 21}, "00", 60, 0}};
  join_split_amounts(words);
  ASSERT_EQ(words.size(), 1U);
  EXPECT_FLOAT_EQ(words[0].confidence, 60);
  EXPECT_EQ(words[0].box, (Box{0, 0, 65, 21}));
}

}  // namespace
}  // namespace docket::worker
