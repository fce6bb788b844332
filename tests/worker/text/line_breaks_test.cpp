#include "worker/text/line_breaks.h"

#include <gtest/gtest.h>

#include "tests/worker/text/words_of_page.h"

namespace docket::worker {
namespace {

using Words = std::vector<std::string>;

Page joined(const std::string& text) {
  Text document;
  document.pages.push_back(page_of_words(text));
  join_hyphenated_words(document);
  return document.pages.front();
}

TEST(LineBreaks, AHyphenatedWordIsWhole) {
  EXPECT_EQ(joined("The agree-\nment under law\n").text, "The agreement\nunder law\n");
  EXPECT_EQ(joined("die Vertrags-\n   partner.\n").text, "die Vertragspartner.\n");
  EXPECT_EQ(joined("(re-\nspectively)\nand so on\n").text, "(respectively)\nand so on\n");
  EXPECT_EQ(joined("„Rech-\nnung“ Übersicht\n").text, "„Rechnung“\nÜbersicht\n");
  EXPECT_EQ(joined("ver-\nände-\nrungen x\n").text, "veränderungen\nx\n");
}

TEST(LineBreaks, TheHalvesStayTwoWordsInTheirPlaces) {
  const Page before = page_of_words("The agree-\nment under law\n");
  const Page after = joined("The agree-\nment under law\n");
  EXPECT_EQ(words_of(after), (Words{"The", "agree", "ment", "under", "law"}));
  for (std::size_t i = 0; i < before.words.size(); ++i)
    EXPECT_EQ(after.words[i].box, before.words[i].box) << i;
}

TEST(LineBreaks, ACompoundKeepsItsHyphen) {
  EXPECT_EQ(joined("non-\nexclusive right\n").text, "non-exclusive\nright\n");
  EXPECT_EQ(joined("A state-\nof-the-art thing\n").text, "A state-of-the-art\nthing\n");
  EXPECT_EQ(joined("an e-\nmail\n").text, "an e-mail\n");
  EXPECT_EQ(joined("cross-\nborder\n").text, "cross-border\n");
  EXPECT_EQ(joined("paper-\nbased\n").text, "paper-based\n");
}

TEST(LineBreaks, TheDocumentKnowsItsWords) {
  EXPECT_EQ(joined("well-\nbeing\n").text, "well-being\n");
  EXPECT_EQ(joined("well-\nbeing\nof wellbeing\n").text, "wellbeing\nof wellbeing\n");
  EXPECT_EQ(joined("counter-\npart of a counter-part\n").text, "counter-part\nof a counter-part\n");
  EXPECT_EQ(joined("price-\nlist is a list of the price.\n").text, "price-list\nis a list of the price.\n");
  EXPECT_EQ(joined("AGREE-\nMENT of AGREEMENT\n").text, "AGREEMENT\nof AGREEMENT\n");
  EXPECT_EQ(joined("E-\nMail an E-Mail\n").text, "E-Mail\nan E-Mail\n");
}

TEST(LineBreaks, RealHyphensAreLeftAlone) {
  for (const char* text :
       {"The E-\nMail of\n", "from 2023-\n2024 on\n", "Haupt-\nund Nebenkosten\n", "pre-\nor post-paid\n",
        "www.foo-\nbar.de and\n", "see co-\nmment.com now\n", "- \nitem one\n", "Total-\ncost   5.00\n",
        "Name   agree-\nment  5\n", "ends here-\n", "-\nword\n", "at the end-\n\nof it\n", "AGREE-\nMENT\n"})
    EXPECT_EQ(joined(text).text, text);
}

TEST(LineBreaks, AcrossColumnsOnlyWordsThatTheDocumentHas) {
  EXPECT_EQ(joined("item-\n\nized and itemized\n").text, "itemized\n\nand itemized\n");
  EXPECT_EQ(joined("item-\n\nized list\n").text, "item-\n\nized list\n");
}

TEST(LineBreaks, SoftHyphensAreGone) {
  EXPECT_EQ(joined("agree\u00AD\nMent.\n").text, "agreeMent.\n");
  EXPECT_EQ(joined("agree\u00AD\n\nment\n").text, "agree\n\nment\n");
  EXPECT_EQ(joined("agree\u00AD\n").text, "agree\n");
  EXPECT_EQ(words_of(joined("agree\u00AD\nment.\n")), (Words{"agree", "ment."}));
}

TEST(LineBreaks, APlainTextIsAsItWasWritten) {
  Text document;
  document.pages.push_back({0, 0, "The agree-\nment\n", {}});
  join_hyphenated_words(document);
  EXPECT_EQ(document.pages.front().text, "The agree-\nment\n");
}

}  // namespace
}  // namespace docket::worker
