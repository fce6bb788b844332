#include "worker/text/markdown_tables.h"

#include <gtest/gtest.h>

#include "tests/worker/text/words_of_page.h"

namespace docket::worker {
namespace {

std::string markdown(const std::string& text) {
  Page page = page_of_words(text), plain{0, 0, text, {}};
  write_tables_as_markdown(page);
  write_tables_as_markdown(plain);
  EXPECT_EQ(page.text, plain.text) << "boxes and characters tell the same";
  return page.text;
}

TEST(MarkdownTables, RowsAndCells) {
  EXPECT_EQ(markdown("Items\nItem      Qty   Price\nShelf       2   59.50\nBoard       1   20.00\nThanks\n"),
            "Items\n\n"
            "| Item | Qty | Price |\n| --- | --- | --- |\n| Shelf | 2 | 59.50 |\n| Board | 1 | 20.00 |\n\n"
            "Thanks\n");
}

TEST(MarkdownTables, EmptyCellsAndLongOnes) {
  EXPECT_EQ(markdown("No   Item           Qty   Price\n"
                     "1    Oak shelf,       2   59.50\n"
                     "     white\n"
                     "2    Board                20.00\n"
                     "3    Lamp             4   12.00\n"),
            "| No | Item | Qty | Price |\n| --- | --- | --- | --- |\n"
            "| 1 | Oak shelf, white | 2 | 59.50 |\n| 2 | Board | | 20.00 |\n| 3 | Lamp | 4 | 12.00 |\n");
}

TEST(MarkdownTables, TheSumBelowBelongsToIt) {
  EXPECT_EQ(
      markdown(
          "Item      Qty   Price\nShelf       2   59.50\nBoard       1   20.00\nSum             79.50\n"),
      "| Item | Qty | Price |\n| --- | --- | --- |\n| Shelf | 2 | 59.50 |\n| Board | 1 | 20.00 |\n"
      "| Sum | | 79.50 |\n");
}

TEST(MarkdownTables, WordsAreInTheOrderOfTheText) {
  Page page = page_of_words("Item       Qty   Price\na|b shelf    2   59.50\n");
  page = page_of_words(
      "No   Item        Qty   Price\n1    a|b shelf     2   59.50\n     white\n2    Board         1   "
      "20.00\n");
  const std::size_t words = page.words.size();
  write_tables_as_markdown(page);
  EXPECT_EQ(page.words.size(), words);
  EXPECT_EQ(words_of(page), (std::vector<std::string>{"No", "Item", "Qty", "Price", "1", "a\\|b", "shelf",
                                                      "white", "2", "59.50", "2", "Board", "1", "20.00"}));
  EXPECT_TRUE(std::ranges::is_sorted(page.words, {}, &Word::offset));
}

TEST(MarkdownTables, OtherTextIsAsItWas) {
  for (const char* text :
       {"", "Just a line.\n", "Total   10\nTax   2\nSum   12\nDue   12\n", "a   b   c\nd   e   f\n",
        "One paragraph of words\nand no table at all\n\nAnother\n"})
    EXPECT_EQ(markdown(text), text);
}

TEST(MarkdownTables, TwoTablesAreTwo) {
  const std::string table = "A    B    C\n1    2    3\n4    5    6\n";
  const std::string text = markdown(table + "\nNext table:\n\n" + table);
  EXPECT_EQ(text.find("| --- |"), text.find("| --- |"));
  EXPECT_NE(text.find("|\n\nNext table:\n\n| A"), text.npos) << text;
}

}  // namespace
}  // namespace docket::worker
