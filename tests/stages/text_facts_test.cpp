#include "stages/text_facts.h"

#include <gtest/gtest.h>

namespace docket::stages {
namespace {

Text text_of(std::initializer_list<const char*> pages) {
  Text text;
  for (const char* page : pages)
    text.pages.push_back({0, 0, page, {}});
  return text;
}

TEST(TextFacts, ATableIsThreeLinesOfThreeColumns) {
  EXPECT_EQ(count_tables(text_of({"Item   Number   Price\nShelf   2   10.00\nBoard   1   20.00\n"})), 1);
  EXPECT_EQ(count_tables(text_of({"Item   Number   Price\nShelf   2   10.00\n"})), 0) << "two lines";
  EXPECT_EQ(count_tables(text_of({"Total   10\nTax   2\nSum   12\nDue   12\n"})), 0) << "two columns";
  EXPECT_EQ(count_tables(
                text_of({"Words of a text. They are\nno table, however many\nlines of them there are.\n"})),
            0);
  EXPECT_EQ(count_tables(text_of({""})), 0);
}

TEST(TextFacts, ALineBetweenTwoRowsDoesNotEndATable) {
  EXPECT_EQ(count_tables(text_of({"a   b   c\nd   e   f\nmore of it\ng   h   i\nj   k   l\n"})), 1);
  EXPECT_EQ(count_tables(text_of({"a   b   c\nd   e   f\nmore\nof it\ng   h   i\n"})), 0);
}

TEST(TextFacts, TablesAreCountedPageByPage) {
  const char* table = "a   b   c\nd   e   f\ng   h   i\n\n\nText.\n\na  b  c  d\ne  f  g  h\ni  j  k  l\r\n";
  EXPECT_EQ(count_tables(text_of({table, "Text.", table})), 4);
}

TEST(TextFacts, MarkdownTablesAreTables) {
  EXPECT_EQ(count_tables(text_of({"| a | b | c |\n| --- | --- | --- |\n| d | e | f |\n| g | h | i |\n"})), 1);
  EXPECT_EQ(count_tables(text_of({"| a | b | c |\n| --- | --- | --- |\n| d | e | f |\n"})), 0) << "two rows";
}

}  // namespace
}  // namespace docket::stages
