#include "backends/rules/layout.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/rules_text.h"

namespace docket::rules {
namespace {

std::vector<std::string> cells(const Layout& layout) {
  std::vector<std::string> all;
  for (const Cell& cell : layout.cells())
    all.emplace_back(layout.cell_text(cell));
  return all;
}

std::vector<std::string> row_of(const Layout& layout, std::size_t cell) {
  std::vector<std::string> all;
  for (const std::uint32_t other : layout.row_cells(layout.cells()[cell].row)) {
    all.emplace_back(layout.cell_text(layout.cells()[other]));
  }
  return all;
}

using Strings = std::vector<std::string>;

TEST(RulesLayout, TwoBlanksOrATabPartCellsOfPlainText) {
  const auto text = plain_text("Datum:  5.6.2024   Nr. 17\n\n  Summe\t12,00 EUR\n");
  EXPECT_EQ(cells(Layout(*text, 10)), (Strings{"Datum:", "5.6.2024", "Nr. 17", "Summe", "12,00 EUR"}));
}

TEST(RulesLayout, BarsPartTheCellsOfAMarkdownTable) {
  const auto text = plain_text("| Item | Price |\n| --- | --- |\n| Oak shelf | 59.50 |\na|b ist c\n");
  EXPECT_EQ(cells(Layout(*text, 10)),
            (Strings{"Item", "Price", "---", "---", "Oak shelf", "59.50", "a|b ist c"}));
}

TEST(RulesLayout, AWordThatGoesOnBelowIsInItsCell) {
  auto text = std::make_shared<Text>();
  Page page{595, 842, "An agreement\nof both", {}};
  page.words = {{{400, 0, 420, 10}, 0, 2},
                {{425, 0, 450, 10}, 3, 5},
                {{50, 12, 80, 22}, 8, 4},
                {{85, 12, 95, 22}, 13, 2},
                {{100, 12, 120, 22}, 16, 4}};
  text->pages.push_back(page);
  EXPECT_EQ(cells(Layout(*text, 10)), (Strings{"An agreement", "of both"}));
}

TEST(RulesLayout, WhatIsBesideWhatIsAMatterOfGeometryNotOfOrder) {
  // The text has the left column first and the right one after it.
  const auto text =
      placed_text({{50, 100, "Netto"}, {50, 120, "Steuer"}, {300, 101, "10,00"}, {300, 119, "1,90"}});
  const Layout layout(*text, 10);
  ASSERT_EQ(cells(layout).size(), 4U);
  EXPECT_EQ(row_of(layout, 0), (Strings{"Netto", "10,00"}));
  EXPECT_EQ(row_of(layout, 1), (Strings{"Steuer", "1,90"}));
}

TEST(RulesLayout, WideGapsPartCellsAndNarrowOnesDoNot) {
  auto text = std::make_shared<Text>();
  Page page{595, 842, "a b  c", {}};
  page.words = {{{0, 0, 5, 10}, 0, 1}, {{30, 0, 35, 10}, 2, 1}, {{38, 0, 43, 10}, 5, 1}};
  text->pages.push_back(page);
  // "b" and "c" have two blanks between them but stand together; "a" and "b" are far apart.
  EXPECT_EQ(cells(Layout(*text, 10)), (Strings{"a", "b  c"}));
}

TEST(RulesLayout, TextThatRunsUpTheMarginIsBesideNothing) {
  auto text = std::make_shared<Text>();
  Page page{595, 842, "Rand\neins\nzwei\ndrei", {}};
  page.words = {{{5, 100, 15, 400}, 0, 4},
                {{50, 240, 70, 250}, 5, 4},
                {{50, 260, 70, 270}, 10, 4},
                {{50, 280, 70, 290}, 15, 4}};
  text->pages.push_back(page);
  const Layout layout(*text, 10);
  EXPECT_EQ(row_of(layout, 0), (Strings{"Rand"}));
  EXPECT_EQ(row_of(layout, 1), (Strings{"eins"}));
}

TEST(RulesLayout, BoxesUniteWords) {
  const auto text = placed_text({{50, 100, "Musterfirma GmbH Berlin"}});
  const Layout layout(*text, 10);
  Box box;
  ASSERT_TRUE(layout.box_of(0, 0, 16, box));
  EXPECT_EQ(box, (Box{50, 100, 130, 110}));
  EXPECT_FALSE(Layout(*plain_text("Musterfirma"), 10).box_of(0, 0, 11, box));
}

TEST(RulesLayout, BlanksThatAreNoneAreLeftOut) {
  auto text = std::make_shared<Text>();
  Page page{595, 842, "Liefer ant GmbH", {}};
  page.words = {{{0, 0, 30, 10}, 0, 6}, {{31, 0, 45, 10}, 7, 3}, {{48, 0, 68, 10}, 11, 4}};
  text->pages.push_back(page);
  EXPECT_EQ(Layout(*text, 10).plain_text(0, 0, 15), "Lieferant GmbH");
}

TEST(RulesLayout, SurvivesBoxesAndOffsetsThatMakeNoSense) {
  auto text = std::make_shared<Text>();
  Page page{0, 0, "a b c", {}};
  const float nan = std::nanf(""), huge = std::numeric_limits<float>::infinity();
  page.words = {{{nan, nan, nan, nan}, 0, 1},
                {{huge, -huge, huge, huge}, 2, 1},
                {{9, 9, 1, 1}, 4, 99},
                {{0, 0, 1, 1}, 4'000'000'000U, 500'000'000U}};
  text->pages.push_back(page);
  text->pages.push_back({});
  EXPECT_LE(cells(Layout(*text, 10)).size(), 3U);
  EXPECT_EQ(Layout(*text, 1).pages(), 1U);
}

/// A line of words that are `letters` long each, 6 points a letter, `gap` apart; two blanks part them in the
/// text at every third place.
Page line_of_words(std::size_t words, float gap) {
  Page page{595, 842, "", {}};
  float left = 20;
  for (std::size_t i = 0; i < words; ++i) {
    if (i > 0) page.text += i % 3 == 0 ? "  " : " ";
    page.words.push_back({{left, 100, left + 24, 110}, static_cast<std::uint32_t>(page.text.size()), 4});
    page.text += "Word";
    left += 24 + gap;
  }
  return page;
}

TEST(RulesLayout, WhatPartsCellsIsWiderThanTheBlanksOfThePage) {
  for (const float blank : {3.0F, 7.0F, 9.0F}) {
    Text text{{line_of_words(18, blank)}};
    EXPECT_EQ(cells(Layout(text, 10)).size(), 1U) << blank;
    text.pages[0].words.back().box.left += 2 * blank;  // Behind two blanks, and apart.
    text.pages[0].words.back().box.right += 2 * blank;
    text.pages[0].text.replace(text.pages[0].words.back().offset - 1, 1, "  ");
    ++text.pages[0].words.back().offset;
    EXPECT_EQ(cells(Layout(text, 10)).size(), 2U) << blank;
  }
}

TEST(RulesLayout, RowsOfAPageThatWasScannedAskew) {
  auto askew =
      placed_text({{50, 100, "Netto"}, {350, 116, "10,00"}, {50, 116, "Steuer"}, {350, 132, "1,90"}});
  Text text = *askew;
  Page& page = text.pages[0];
  page.text = "Netto  10,00\nSteuer  1,90\n";
  const std::uint32_t offsets[] = {0, 7, 13, 21};
  for (std::size_t i = 0; i < 4; ++i)
    page.words[i].offset = offsets[i];
  page.confidence.assign(4, 90);
  const Layout layout(text, 10);
  EXPECT_EQ(row_of(layout, 0), (Strings{"Netto", "10,00"}));
  EXPECT_EQ(row_of(layout, 2), (Strings{"Steuer", "1,90"}));
  Box box;
  ASSERT_TRUE(layout.box_on_page(0, 7, 12, box));
  EXPECT_EQ(box, page.words[1].box);
}

}  // namespace
}  // namespace docket::rules
