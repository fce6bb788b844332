#include "worker/text/repeated_lines.h"

#include <gtest/gtest.h>

#include "tests/worker/text/words_of_page.h"

namespace docket::worker {
namespace {

/// Pages of some lines between what stands at their ends; `%` is the page's number.
Text document(int pages, const std::string& head, const std::string& foot) {
  const auto numbered = [](std::string line, int page) {
    if (const std::size_t at = line.find('%'); at != line.npos) line.replace(at, 1, std::to_string(page));
    return line;
  };
  Text text;
  for (int page = 1; page <= pages; ++page) {
    std::string body;
    for (int line = 0; line < 8; ++line)
      body += "Clause number " + std::string(static_cast<std::size_t>(page + line), 'x') + " says this.\n";
    text.pages.push_back(page_of_words(numbered(head, page) + body + numbered(foot, page)));
  }
  return text;
}

TEST(RepeatedLines, HeadsAndFeet) {
  const auto lines = repeated_lines(document(5, "ACME Ltd.   Master Agreement\n\n", "\nPage % of 5\n"));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "ACME Ltd. Master Agreement");
  EXPECT_FALSE(lines[0].is_foot);
  EXPECT_EQ(lines[0].places.size(), 5U);
  EXPECT_EQ(lines[1].text, "Page 1 of 5");
  EXPECT_TRUE(lines[1].is_foot);
  EXPECT_EQ(lines[1].places.back().page, 4U);
}

TEST(RepeatedLines, NumbersCountPagesOrAreTheSame) {
  EXPECT_EQ(repeated_lines(document(4, "", "Proprietary to the Bank   C-% of v2010\n")).size(), 1U);
  EXPECT_EQ(repeated_lines(document(4, "", "- % -\n")).size(), 1U);
  EXPECT_EQ(repeated_lines(document(4, "Seite %\n", "Stand 3/2024\n")).size(), 2U);
  Text romans = document(3, "", "");
  romans.pages[0].text += "i\n";
  romans.pages[1].text += "ii\n";
  romans.pages[2].text += "iii\n";
  EXPECT_EQ(repeated_lines(romans).size(), 1U);
  Text bills = document(4, "", "");
  for (std::size_t i = 0; i < 4; ++i)
    bills.pages[i].text += "Total " + std::to_string(119 + 7 * i * i) + ".00\n";
  EXPECT_TRUE(repeated_lines(bills).empty()) << "amounts of four bills";
}

TEST(RepeatedLines, WhatComesOnceOrTwiceOrElsewhereIsText) {
  EXPECT_TRUE(repeated_lines(document(2, "ACME Ltd.\n", "")).empty()) << "two pages";
  EXPECT_TRUE(repeated_lines(document(5, "", "[***]\n")).empty()) << "no letter";
  EXPECT_TRUE(repeated_lines(Text{}).empty());
  Text signatures = document(3, "", "");
  for (std::size_t i = 0; i < 3; ++i)
    signatures.pages[i] = page_of_words(std::string(20 * i, '\n') + "Signature of the party\nname\n");
  EXPECT_TRUE(repeated_lines(signatures).empty()) << "at another height on each page";
  Text rare = document(12, "", "");
  for (const std::size_t i : {0U, 5U, 11U})
    rare.pages[i] = page_of_words("Exhibit to the contract\n" + rare.pages[i].text);
  EXPECT_TRUE(repeated_lines(rare).empty()) << "on a quarter of the pages";
}

TEST(RepeatedLines, KeptOnTheFirstPageOnly) {
  Text text = document(4, "ACME Ltd.\n", "Page %\n");
  const Text before = text;
  keep_once(text, repeated_lines(text));
  EXPECT_EQ(text.pages[0], before.pages[0]);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(text.pages[i].text.find("ACME"), std::string::npos);
    EXPECT_EQ(text.pages[i].text.find("Page"), std::string::npos);
    EXPECT_EQ(text.pages[i].words.size(), before.pages[i].words.size() - 4);
    EXPECT_EQ(words_of(text.pages[i]).front(), "Clause");
    EXPECT_EQ(words_of(text.pages[i]).back(), "this.");
  }
}

}  // namespace
}  // namespace docket::worker
