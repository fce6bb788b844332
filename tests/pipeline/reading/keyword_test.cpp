#include "pipeline/reading/keyword.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

namespace docket {
namespace {

std::size_t count(std::string_view keyword, std::string_view text) {
  const Folded folded = fold(text);
  return Keyword(keyword).find(text, folded, folded.tokens.size()).size();
}

using Pair = std::pair<std::string_view, std::string_view>;

TEST(Keyword, StandsWithItsMarks) {
  for (const auto& [keyword, text] : {Pair("From:", "FROM : ann"),
                                      {"Invoice #", "invoice # 12"},
                                      {"Invoice #", "Invoice #: 12"},
                                      {"P.O.", "P. O. Box 7"},
                                      {"C++", "c++17"},
                                      {"R&D", "R & D"},
                                      {"§ 5", "nach §5 und"},
                                      {"24/7", "open 24 / 7!"},
                                      {"e-mail", "E-Mail"},
                                      {"Re:", "Re: Re: seals"},
                                      {"A/C", "a/c 5511"},
                                      {"N°", "N° 12"},
                                      {"No.", "No. 7"},
                                      {"€", "12 €"},
                                      {"#", "(#7)"},
                                      {"Rechnungs Nr.:", "Rechnungs-Nr. : 5"},
                                      {"Größe:", "GROSSE:"}})
    EXPECT_EQ(count(keyword, text) > 0, true) << keyword << " in " << text;
}

TEST(Keyword, DoesNotStandWithoutThem) {
  for (const auto& [keyword, text] : {Pair("From:", "from the hill, to: be"),
                                      {"Invoice #", "Invoice no. 12"},
                                      {"P.O.", "the po valley"},
                                      {"C++", "in C, and C#"},
                                      {"R&D", "r d"},
                                      {"§ 5", "5 §"},
                                      {"§ 5", "§ 57"},
                                      {"24/7", "24.7 and 247"},
                                      {"e-mail", "email"},
                                      {"Re:", "re-opened"},
                                      {"A/C", "AC"},
                                      {"N°", "no 12"},
                                      {"No.", "no 7"},
                                      {"€", "12 EUR"},
                                      {"From:", "therefrom: x"},
                                      {"", "text"},
                                      {" \u200B", "text"}})
    EXPECT_EQ(count(keyword, text), 0U) << keyword << " in " << text;
}

TEST(Keyword, AMarkIsTheSameInEveryUnicodeForm) {
  for (const auto& [keyword, text] : {Pair("From:", "Ｆｒｏｍ： ann"),
                                      {"From：", "From: ann"},
                                      {"l'avis", "l’avis"},
                                      {"l’avis", "L'AVIS"},
                                      {"e-mail", "e\u2011mail"},
                                      {"e–mail", "e-mail"},
                                      {"N°", "Nº 5"},
                                      {"Nº", "№ 5"},
                                      {"“net”", "\"net\""},
                                      {"R＆D", "R&D"},
                                      {"24/7", "24⁄7"}})
    EXPECT_EQ(count(keyword, text), 1U) << keyword << " in " << text;
}

TEST(Keyword, WithoutMarksTheWordsCountHoweverTheyAreJoined) {
  for (const std::string_view text : {"Rechnungs-Nr. 5", "rechnungsnr", "RECHNUNGS NR"})
    EXPECT_EQ(count("Rechnungsnr", text), 1U) << text;
  EXPECT_FALSE(Keyword("Rechnungs Nr").has_marks());
  EXPECT_FALSE(Keyword("...").has_letters());
  EXPECT_TRUE(Keyword("...").has_marks());
}

TEST(Keyword, SaysWhereItStands) {
  const std::string_view text = "to me\nTo: you";
  const Folded folded = fold(text);
  const auto places = Keyword("To:").find(text, folded, folded.tokens.size());
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].begin, 6U);
}

TEST(Keyword, KnowsCommonWords) {
  for (const char* word : {"date", "Total", "Seite", "n°", "No.", "E-Mail", "total amount", "número"})
    EXPECT_EQ(commonness(word), Commonness::everyday) << word;
  for (const char* word : {"from", "The", "nach", "à", "of the"})
    EXPECT_EQ(commonness(word), Commonness::filler) << word;
  for (const char* word :
       {"invoice", "due date", "24/7", "die", "of the sea", "§", "", "dear", "sincerely", "annex"})
    EXPECT_EQ(commonness(word), Commonness::rare) << word;
}

}  // namespace
}  // namespace docket
