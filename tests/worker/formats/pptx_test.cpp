#include "worker/formats/pptx.h"

#include <gtest/gtest.h>

#include "tests/small_zip.h"

namespace docket::worker {
namespace {

std::string shape(std::string_view text, std::string_view properties = {}) {
  return "<p:sp><p:nvSpPr>" + std::string(properties) + "</p:nvSpPr><p:txBody><a:p><a:r><a:t>" +
         std::string(text) + "</a:t></a:r></a:p></p:txBody></p:sp>";
}

std::string slide(std::string_view shapes, std::string_view attributes = {}) {
  return "<p:sld " + std::string(attributes) + "><p:cSld><p:spTree>" + std::string(shapes) +
         "</p:spTree></p:cSld></p:sld>";
}

std::vector<std::string> pptx_pages(const std::string& bytes) {
  const auto out = read_pptx(bytes, TableForm::plain);
  EXPECT_TRUE(out) << out.error().message;
  std::vector<std::string> texts;
  if (out)
    for (const Page& page : out->text.pages)
      texts.push_back(page.text);
  return texts;
}

TEST(Pptx, SlidesArePages) {
  EXPECT_EQ(pptx_pages(small_pptx({slide(shape("Title") + shape("Body")), slide(""), slide(shape("End"))})),
            (std::vector<std::string>{"Title\nBody\n", "", "End\n"}));
}

TEST(Pptx, TablesGroupsAndLines) {
  const std::string table =
      "<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>a</a:t></a:r></a:p></a:txBody></"
      "a:tc><a:tc>"
      "<a:txBody><a:p><a:r><a:t>b</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>";
  EXPECT_EQ(pptx_pages(small_pptx({slide("<p:grpSp>" + shape("in a group") + "</p:grpSp>" + table)})),
            (std::vector<std::string>{"in a group\na  b\n"}));
  EXPECT_EQ(pptx_pages(small_pptx(
                {slide("<p:sp><p:txBody><a:p><a:r><a:t>one</a:t></a:r><a:br/><a:r><a:t>two</a:t></a:r></a:p>"
                       "</p:txBody></p:sp>")})),
            (std::vector<std::string>{"one\ntwo\n"}));
}

TEST(Pptx, HiddenSlidesAndShapesAreLeftOut) {
  EXPECT_EQ(pptx_pages(small_pptx({slide(shape("no"), "show=\"0\""),
                                   slide(shape("yes") + shape("no", "<p:cNvPr hidden=\"1\"/>"))})),
            (std::vector<std::string>{"yes\n"}));
}

TEST(Pptx, NotesFollowAndMastersComeOnce) {
  const std::string relations =
      "<Relationships><Relationship Id=\"n\" Type=\"x/notesSlide\" Target=\"notes.xml\"/>"
      "<Relationship Id=\"l\" Type=\"x/slideLayout\" Target=\"layout.xml\"/></Relationships>";
  const std::string placeholder = "<p:nvPr><p:ph type=\"title\"/></p:nvPr>",
                    number = "<p:nvPr><p:ph type=\"sldNum\"/></p:nvPr>";
  EXPECT_EQ(pptx_pages(small_pptx(
                {slide(shape("one")), slide(shape("two"))},
                {{"ppt/_rels/slide1.xml.rels", relations},
                 {"ppt/_rels/slide2.xml.rels", relations},
                 {"ppt/layout.xml", slide(shape("Acme Ltd") + shape("Click to edit", placeholder))},
                 {"ppt/notes.xml", slide(shape("say this") + shape("7", number))}})),
            (std::vector<std::string>{"one\nAcme Ltd\n\nsay this\n", "two\n\nsay this\n"}));
}

}  // namespace
}  // namespace docket::worker
