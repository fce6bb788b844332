#include "worker/layout/layout.h"

#include <gtest/gtest.h>

#include <limits>

namespace docket::worker {
namespace {

constexpr float letter = 5, type = 10;  // Points: the width and the height of every letter here.

/// Words as poppler gives them: one box for each, parted at the blanks of `text`.
void write(std::vector<PlacedWord>& words, float x, float y, std::string_view text, float blank = 3) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    const float right = x + letter * static_cast<float>(word.size());
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    words.push_back({{x, y, right, y + type}, std::string(word), 0, !text.empty()});
    x = right + blank;
  }
}

std::string text_of(const std::vector<PlacedWord>& words) { return lay_out(600, 800, {{0, words}}).text; }

TEST(Layout, WordsOfALineAreABlankApart) {
  std::vector<PlacedWord> words;
  write(words, 50, 100, "Dear Sir or Madam");
  write(words, 50, 112, "this is our offer");
  EXPECT_EQ(text_of(words), "Dear Sir or Madam\nthis is our offer\n");
}

TEST(Layout, ALabelAndItsAmountAreOneRow) {
  std::vector<PlacedWord> words;
  write(words, 400, 101, "1.234,50");  // A point lower, and written first.
  write(words, 50, 100, "Total amount");
  write(words, 50, 112, "Tax");
  write(words, 410, 112, "234,50");
  const std::string text = text_of(words);
  EXPECT_EQ(text.find("Total amount  "), 0U);
  const std::size_t first = text.find("1.234,50\n"), second = text.find("234,50\n", first + 9);
  ASSERT_NE(first, text.npos);
  ASSERT_NE(second, text.npos);
  // Right-aligned numbers stay right-aligned.
  EXPECT_EQ(first + 8, second + 6 - (text.find('\n') + 1));
}

TEST(Layout, PartsWithoutABlankAreOneWordWithOneBox) {
  std::vector<PlacedWord> words = {{{50, 100, 70, 110}, "2024", 0, false},
                                   {{70.2F, 100, 90, 110}, "-117", 0, false}};
  const Page page = lay_out(600, 800, {{0, words}});
  EXPECT_EQ(page.text, "2024-117\n");
  ASSERT_EQ(page.words.size(), 1U);
  EXPECT_EQ(page.words[0], (Word{{50, 100, 90, 110}, 0, 8}));
}

TEST(Layout, EveryWordIsFoundInTheText) {
  std::vector<PlacedWord> words;
  write(words, 50, 100, "Größe und Menge");
  write(words, 300, 100, "5 €");
  write(words, 50, 140, "Summe");
  const Page page = lay_out(600, 800, {{0, words}});
  std::vector<std::string> found;
  for (const Word& word : page.words) {
    found.push_back(page.text.substr(word.offset, word.length));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"Größe", "und", "Menge", "5", "€", "Summe"}));
}

TEST(Layout, ParagraphsAreAnEmptyLineApart) {
  std::vector<PlacedWord> words;
  write(words, 50, 100, "one");
  write(words, 50, 112, "two");
  write(words, 50, 140, "three");
  EXPECT_EQ(text_of(words), "one\ntwo\n\nthree\n");
}

/// `lines` of prose in each of two columns, whose lines are half a line apart.
std::vector<PlacedWord> two_columns(int lines) {
  std::vector<PlacedWord> words;
  write(words, 50, 40, "A title that goes over both of the columns of this page, as titles do");
  for (int i = 0; i < lines; ++i) {
    const float y = 80 + 12 * static_cast<float>(i);
    write(words, 50, y, "left hand prose goes on and on " + std::to_string(i));
    write(words, 320, y + 5, "right hand prose goes on and on " + std::to_string(i));
  }
  return words;
}

TEST(Layout, ColumnsOfProseComeOneAfterTheOther) {
  const std::string text = text_of(two_columns(20));
  EXPECT_EQ(text.find("A title"), 0U);
  EXPECT_LT(text.find("left hand prose goes on and on 19"), text.find("right hand prose goes on and on 0"));
}

TEST(Layout, ThreeColumnsToo) {
  std::vector<PlacedWord> words;
  for (int i = 0; i < 20; ++i) {
    const float y = 80 + 12 * static_cast<float>(i);
    for (int column = 0; column < 3; ++column)
      write(words, 40 + 180 * static_cast<float>(column), y,
            "prose of column " + std::to_string(column) + " goes on");
  }
  const std::string text = text_of(words);
  EXPECT_LT(text.rfind("column 0"), text.find("column 1"));
  EXPECT_LT(text.rfind("column 1"), text.find("column 2"));
}

/// Lines of prose, `step` points apart.
void write_prose(std::vector<PlacedWord>& words, float x, float y, int lines, float step = 12) {
  for (int i = 0; i < lines; ++i)
    write(words, x, y + step * static_cast<float>(i),
          "prose that goes on and on, line " + std::to_string(10 + i));
}

TEST(Layout, AListBesideProseIsReadByItself) {
  std::vector<PlacedWord> words;
  write_prose(words, 200, 80, 20);
  for (int i = 0; i < 9; ++i)
    write(words, 40, 81 + 14 * static_cast<float>(i), std::to_string(i) + " Chapter");
  const std::string text = text_of(words);
  EXPECT_EQ(text.find("0 Chapter\n1 Chapter\n"), 0U) << text;
  EXPECT_LT(text.find("8 Chapter\n"), text.find("line 10"));
  EXPECT_NE(text.find("line 10\nprose that"), text.npos);
}

TEST(Layout, SoIsATableBesideProse) {
  std::vector<PlacedWord> words;
  write_prose(words, 40, 80, 20);
  for (int i = 0; i < 10; ++i) {
    const float y = 83 + 15 * static_cast<float>(i);
    write(words, 340, y, "Item" + std::to_string(i));
    write(words, 440, y, std::to_string(i) + ".50");
  }
  const std::string text = text_of(words);
  EXPECT_LT(text.find("line 29\n"), text.find("Item0"));
  EXPECT_NE(text.find(".50\nItem1"), text.npos) << text;
}

TEST(Layout, NumbersInTheMiddleOfTheirRowStayBesideIt) {
  std::vector<PlacedWord> words;
  for (int row = 0; row < 5; ++row) {
    const float y = 80 + 56 * static_cast<float>(row);
    write_prose(words, 40, y, 4);
    write(words, 340, y + 18, std::to_string(row) + ".50");
  }
  const std::string text = text_of(words);
  EXPECT_LT(text.find("0.50"), text.find("1.50"));
  EXPECT_LT(text.find("0.50"), text.find("line 13"));
}

TEST(Layout, LongCellsAreReadRowByRow) {
  std::vector<PlacedWord> words;
  for (int row = 0; row < 4; ++row) {
    const float y = 80 + 70 * static_cast<float>(row);
    const std::string number = std::to_string(row);
    write(words, 40, y, "Clause " + number + " says in one language that");
    write_prose(words, 40, y + 12, 3);
    write(words, 320, y, "Artikel " + number + " sagt in der anderen das");
    write_prose(words, 320, y + 12, 2 + row % 2);
  }
  const std::string text = text_of(words);
  for (int row = 0; row < 3; ++row) {
    const std::string number = std::to_string(row), next = std::to_string(row + 1);
    EXPECT_LT(text.find("Clause " + number), text.find("Artikel " + number));
    EXPECT_LT(text.find("Artikel " + number), text.find("Clause " + next)) << text;
  }
}

TEST(Layout, ATableStaysATableHoweverLong) {
  std::vector<PlacedWord> words;
  for (int i = 0; i < 30; ++i) {
    const float y = 80 + 12 * static_cast<float>(i);
    write(words, 50, y, "Article number " + std::to_string(i));
    write(words, 300, y, std::to_string(i) + " pcs");
    write(words, 400, y, std::to_string(i * 3) + ",50");
  }
  const std::string text = text_of(words);
  for (int i = 0; i < 30; ++i) {
    const std::size_t row = text.find("Article number " + std::to_string(i) + "  ");
    ASSERT_NE(row, text.npos);
    EXPECT_NE(text.substr(row, text.find('\n', row) - row).find(std::to_string(i * 3) + ",50"), text.npos);
  }
}

TEST(Layout, BlanksBelowEachOtherInTypeOfOneWidthAreNoGutter) {
  std::vector<PlacedWord> words;
  for (int i = 0; i < 20; ++i) {
    write(words, 50, 80 + 12 * static_cast<float>(i),
          "these words have all the same width, so blanks fall below blanks", letter);
  }
  const std::string text = text_of(words);
  EXPECT_EQ(text.find("these words have all the same width, so blanks fall below blanks\n"), 0U);
  EXPECT_EQ(text.find("  "), text.npos);
}

TEST(Layout, ABulletKeepsToItsLine) {
  std::vector<PlacedWord> words;
  write(words, 50, 100, "To inform you");
  words.push_back({{55, 104, 60, 121}, "•", 0, true});  // Taller than the text, and reaches the line above.
  write(words, 63, 109, "call us");
  EXPECT_EQ(text_of(words), "To inform you\n• call us\n");
}

TEST(Layout, TurnedTextComesLastAndReadsItsOwnWay) {
  std::vector<PlacedWord> words;
  // Upwards along the left margin: the first word is the lowest.
  words.push_back({{10, 400, 20, 420}, "Copy", 3, true});
  words.push_back({{10, 370, 20, 397}, "only", 3, true});
  write(words, 50, 100, "Invoice of today");
  EXPECT_EQ(text_of(words), "Invoice of today\n\nCopy only\n");
  // Downwards: the first word is the highest.
  EXPECT_EQ(text_of({{{500, 130, 510, 150}, "down", 1, true}, {{500, 100, 510, 127}, "Way", 1, true}}),
            "Way down\n");
  // Upside down: the first word is the rightmost.
  EXPECT_EQ(text_of({{{100, 100, 120, 110}, "down", 2, true}, {{123, 100, 150, 110}, "Upside", 2, true}}),
            "Upside down\n");
}

TEST(Layout, RightToLeftLinesAreReadFromTheRight) {
  // Words are in reading order already; their places say which one is read first.
  const std::vector<PlacedWord> words = {{{100, 100, 130, 110}, "עולם", 0, true},
                                         {{133, 100, 160, 110}, "שלום", 0, true}};
  EXPECT_EQ(text_of(words), "שלום עולם\n");
}

TEST(Layout, BlanksWithinAWordPartIt) {
  const Page page = lay_out(600, 800, {{0, {{{50, 100, 100, 110}, "1 234,56", 0, false}}}});
  EXPECT_EQ(page.text, "1 234,56\n");
  EXPECT_EQ(page.words.size(), 2U);
}

TEST(Layout, WildCoordinatesDoNoHarm) {
  const float huge = std::numeric_limits<float>::max(), nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(text_of({{{nan, 0, 1, 1}, "a", 0, false}, {{0, 0, huge, huge}, "b", 0, false}}), "");
  EXPECT_EQ(text_of({{{5, 5, 5, 5}, "c", 0, false}, {{0, 0, 0, 0}, "d", 1, false}}), "c\n\nd\n");
  std::vector<PlacedWord> far;
  write(far, -19000, -19000, "here and");
  write(far, 19000, -19000, "there");
  EXPECT_LT(text_of(far).size(), 400U);  // Not a blank for each point between them.
}

}  // namespace
}  // namespace docket::worker
