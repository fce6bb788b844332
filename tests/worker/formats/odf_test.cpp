#include "worker/formats/odf.h"

#include <gtest/gtest.h>

#include "tests/small_zip.h"

namespace docket::worker {
namespace {

std::vector<std::string> odf_pages(const std::string& bytes) {
  const auto out = read_odf(bytes, TableForm::plain);
  EXPECT_TRUE(out) << out.error().message;
  std::vector<std::string> texts;
  if (out)
    for (const Page& page : out->text.pages)
      texts.push_back(page.text);
  return texts;
}

std::string odt_text(std::string_view body, std::string_view styles = {}, std::vector<ZipMember> more = {}) {
  std::string all;
  for (const std::string& page : odf_pages(small_odf("text", body, styles, std::move(more))))
    all += page;
  return all;
}

TEST(Odf, TextWithItsBlanks) {
  EXPECT_EQ(odt_text("<text:h>Head</text:h>\n  <text:p>one<text:s text:c=\"3\"/>two\n   "
                     "three<text:line-break/>four</text:p>"
                     "<text:p>a<text:tab/>b</text:p>"),
            "Head\none   two three\nfour\na       b\n");
}

TEST(Odf, WhatNobodySeesIsLeftOut) {
  EXPECT_EQ(
      odt_text(
          "<text:tracked-changes><text:deletion><text:p>gone</text:p></text:deletion></text:tracked-changes>"
          "<text:p>seen<text:span text:style-name=\"H\"> hidden</text:span></text:p>"
          "<text:section text:display=\"none\"><text:p>no</text:p></text:section>"
          "<text:table-of-content><text:table-of-content-source><text:p>no</text:p>"
          "</text:table-of-content-source><text:index-body><text:p>Contents</text:p></text:index-body>"
          "</text:table-of-content>",
          "<style:style style:name=\"H\"><style:text-properties text:display=\"none\"/></style:style>"),
      "seen\nContents\n");
}

TEST(Odf, TablesListsNotesBoxesAndComments) {
  const auto cell = [](std::string_view text) {
    return "<table:table-cell><text:p>" + std::string(text) + "</text:p></table:table-cell>";
  };
  EXPECT_EQ(odt_text("<table:table><table:table-row>" + cell("Item") + cell("Price") +
                     "</table:table-row><table:table-row>" + cell("Oak") + cell("5") +
                     "</table:table-row></table:table>"),
            "Item  Price\nOak   5\n");
  EXPECT_EQ(
      odt_text("<text:list "
               "text:style-name=\"L\"><text:list-item><text:p>a</text:p></text:list-item><text:list-item>"
               "<text:p>b</text:p></text:list-item></text:list>",
               "<text:list-style style:name=\"L\"><text:list-level-style-number text:level=\"1\" "
               "style:num-suffix=\".\" style:num-format=\"i\"/></text:list-style>"),
      "i. a\nii. b\n");
  EXPECT_EQ(odt_text("<text:p>Total<text:note><text:note-citation>1</"
                     "text:note-citation><text:note-body><text:p>net</text:p>"
                     "</text:note-body></text:note><draw:frame><draw:text-box><text:p>box</text:p></"
                     "draw:text-box></draw:frame>"
                     "<office:annotation><dc:creator>Kim</dc:creator><text:p>check</text:p></"
                     "office:annotation> 5</text:p>"),
            "Total[1] 5\nbox\n\n[1] net\nComment (Kim): check\n");
}

TEST(Odf, AnEmptyItemDoesNotMarkWhatFollows) {
  const std::string_view empty = "<text:list-item/>";
  EXPECT_EQ(odt_text("<text:list><text:list-item><text:p>a</text:p></text:list-item>" + std::string(empty) +
                     "</text:list><text:p>b</text:p>"),
            "- a\nb\n");
  EXPECT_EQ(odt_text("<text:list>" + std::string(empty) +
                     "<text:list-item><text:p>a</text:p></text:list-item></text:list>"),
            "- a\n");
  EXPECT_EQ(odt_text("<text:list><text:list-item><text:list>" + std::string(empty) +
                     "</text:list><text:p>a</text:p></text:list-item></text:list>"),
            "a\n");
}

TEST(Odf, RepeatedCellsAreBounded) {
  const std::string sheet =
      "<table:table table:name=\"S\"><table:table-row><table:table-cell table:number-columns-repeated=\"2\" "
      "office:value-type=\"string\"><text:p>x</text:p></table:table-cell><table:table-cell office:date-value="
      "\"2024-02-29T00:00:00\"><text:p>29.02.24</text:p></table:table-cell><table:table-cell "
      "table:number-columns-repeated=\"16381\"/></table:table-row><table:table-row "
      "table:number-rows-repeated=\"1048574\"><table:table-cell "
      "table:number-columns-repeated=\"16384\"/></table:table-row>"
      "</table:table><table:table table:name=\"Huge\"><table:table-row "
      "table:number-rows-repeated=\"1000000000\">"
      "<table:table-cell table:number-columns-repeated=\"1000000000\"><text:p>y</text:p></table:table-cell>"
      "</table:table-row></table:table>";
  const auto texts = odf_pages(small_odf("spreadsheet", sheet));
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_EQ(texts[0], "S\nx  x  2024-02-29\n");
  EXPECT_LT(texts[1].size(), std::size_t{8} << 20);
}

TEST(Odf, SlidesArePages) {
  const auto page = [](std::string_view text, std::string_view more = {}) {
    return "<draw:page><draw:frame><draw:text-box><text:p>" + std::string(text) +
           "</text:p></draw:text-box></draw:frame>" + std::string(more) + "</draw:page>";
  };
  EXPECT_EQ(odf_pages(small_odf(
                "presentation",
                page("one",
                     "<draw:frame presentation:placeholder=\"true\"><draw:text-box><text:p>no</text:p>"
                     "</draw:text-box></draw:frame><presentation:notes><draw:frame "
                     "presentation:class=\"notes\"><draw:text-box><text:p>say</text:p></draw:text-box>"
                     "</draw:frame></presentation:notes>") +
                    page("two"))),
            (std::vector<std::string>{"one\n\nsay\n", "two\n"}));
}

TEST(Odf, LockedAndBrokenOnes) {
  const std::string locked = small_odf("text", "", "",
                                       {{"META-INF/manifest.xml",
                                         "<manifest:manifest><manifest:file-entry><manifest:encryption-data/>"
                                         "</manifest:file-entry></manifest:manifest>"}});
  EXPECT_EQ(read_odf(locked, TableForm::plain).error().error_class, ErrorClass::encrypted);
  EXPECT_EQ(read_odf(locked.substr(0, 90), TableForm::plain).error().error_class, ErrorClass::damaged);
  EXPECT_EQ(read_odf(small_zip({{"content.xml", "<a><b>"}}), TableForm::plain).error().error_class,
            ErrorClass::damaged);
}

TEST(Odf, OneXmlFile) {
  const auto out = read_flat_odf(
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><office:document><office:meta>"
      "<dc:title>Ü</dc:title></office:meta><office:body><office:text><text:p>Größe</text:p>"
      "</office:text></office:body></office:document>",
      TableForm::plain);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->text.pages[0].text, "Größe\n");
  EXPECT_EQ(out->value["metadata"]["title"], "Ü");
}

}  // namespace
}  // namespace docket::worker
