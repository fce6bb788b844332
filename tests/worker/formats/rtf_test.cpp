#include "worker/formats/rtf.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

std::string rtf_text(std::string_view rtf) {
  const auto out = read_rtf(rtf, TableForm::plain);
  EXPECT_TRUE(out) << out.error().message;
  std::string all;
  if (out)
    for (const Page& page : out->text.pages)
      all += (all.empty() ? "" : "\f") + page.text;
  return all;
}

TEST(Rtf, ParagraphsAndSigns) {
  EXPECT_EQ(
      rtf_text("{\\rtf1\\ansi Dear {\\b Ms} Ash,\\par\r\n\\par one\\line two\\tab b\\emdash\\~5\\{\\}\\\\}"),
      "Dear Ms Ash,\n\none\ntwo     b— 5{}\\\n");
  EXPECT_EQ(rtf_text("{\\rtf1 a\\page b}"), "a\n\fb\n");
}

TEST(Rtf, CharactersOfManyCharsets) {
  EXPECT_EQ(rtf_text("{\\rtf1\\ansi\\ansicpg1252 Gr\\'f6\\'dfe \\'80}"), "Größe €\n");
  EXPECT_EQ(rtf_text("{\\rtf1\\ansi\\ansicpg1251 \\'c4\\'e0}"), "Да\n");
  EXPECT_EQ(
      rtf_text(
          "{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset128 MS Mincho;}{\\f2\\fcharset161 B;}}"
          "\\f1 \\'93\\'fa\\'96\\'7b\\f2 \\'e1\\f0 \\'e4}"),
      "日本αä\n");
  EXPECT_EQ(rtf_text("{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset128 B;}}"
                     "\\loch\\af0\\hich\\af0\\dbch\\af1 \\'93\\'fa\\'83A}"),
            "日ア\n");
  EXPECT_EQ(rtf_text("{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset2 Symbol;}}\\f0 a\\'b3}"), "α≥\n");
}

TEST(Rtf, UnicodeSkipsItsStandIn) {
  EXPECT_EQ(rtf_text("{\\rtf1\\ansi\\u8364 ?5 \\uc2\\u937\\'83\\'b6x \\uc0\\u233 y \\u-10179 \\u-8704 z}"),
            "€5 Ωx éy 😀z\n");
  EXPECT_EQ(rtf_text("{\\rtf1\\ansi a{\\uc1\\u228}b}"), "aäb\n");
}

TEST(Rtf, TablesAreRows) {
  EXPECT_EQ(
      rtf_text(
          "{\\rtf1 Offer\\par\\trowd\\cellx1\\cellx2\\pard\\intbl Item\\cell Price\\cell\\row"
          "\\trowd\\cellx1\\cellx2\\pard\\intbl Oak\\par table\\cell 119.00\\cell\\row\\pard Thanks\\par}"),
      "Offer\nItem       Price\nOak table  119.00\nThanks\n");
}

TEST(Rtf, WhatIsNotShown) {
  EXPECT_EQ(
      rtf_text(
          "{\\rtf1{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0;}{\\stylesheet{\\s0 Normal;}}{\\*\\generator x;}"
          "{\\info{\\title T}}a{\\v hidden}{\\deleted gone}{\\pict 0102}{\\*\\unknown "
          "x}{\\field{\\*\\fldinst PAGE}"
          "{\\fldrslt 7}}\\bin3 }}}b}"),
      "a7b\n");
  EXPECT_EQ(rtf_text("{\\rtf1 a{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv 1}}{\\shptxt "
                     "box\\par}}{\\shprslt{\\*\\do{\\dptxbxtext "
                     "box}}}} b\\par}"),
            "a b\nbox\n");
}

TEST(Rtf, HeadersNotesAndMetadata) {
  const auto out = read_rtf(
      "{\\rtf1{\\info{\\title An offer}{\\author Kim}{\\creatim\\yr2024\\mo2\\dy29}}{\\header Acme\\par}"
      "{\\footer Bank}Total{\\footnote net} 5\\par\\sect{\\header Acme\\par}}",
      TableForm::plain);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->text.pages[0].text, "Acme\n\nTotal[1] 5\n\n[1] net\n\nBank\n");
  EXPECT_EQ(out->value["metadata"],
            (nlohmann::json{{"title", "An offer"}, {"author", "Kim"}, {"created", "2024-02-29"}}));
}

TEST(Rtf, BrokenOnes) {
  EXPECT_EQ(read_rtf("no rich text", TableForm::plain).error().error_class, ErrorClass::damaged);
  EXPECT_EQ(rtf_text("{\\rtf1 cut {\\b off"), "cut off\n");
  EXPECT_EQ(rtf_text("{\\rtf1 a}}}}}b"), "ab\n");
  EXPECT_EQ(rtf_text("{\\rtf1" + std::string(100'000, '{') + "deep"), "deep\n");
  for (const char* odd :
       {"{\\rtf1\\", "{\\rtf1\\'", "{\\rtf1\\'g", "{\\rtf1\\u", "{\\rtf1\\bin999999999 x",
        "{\\rtf1\\cell\\row\\row", "{\\rtf1}\\footnote a}}}b}", "{\\rtf1}\\header a}}\\footer b}{\\title"})
    rtf_text(odd);
}

}  // namespace
}  // namespace docket::worker
