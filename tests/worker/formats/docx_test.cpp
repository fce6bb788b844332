#include "worker/formats/docx.h"

#include <gtest/gtest.h>

#include "tests/small_zip.h"

namespace docket::worker {
namespace {

Extraction docx_of(const std::string& bytes, TableForm tables = TableForm::plain) {
  auto out = read_docx(bytes, tables);
  EXPECT_TRUE(out) << out.error().message;
  return out ? std::move(*out) : Extraction{};
}

std::string docx_text(std::string_view body, std::vector<ZipMember> more = {}) {
  std::string all;
  for (const Page& page : docx_of(small_docx(body, std::move(more))).text.pages)
    all += (all.empty() ? "" : "\f") + page.text;
  return all;
}

std::string para(std::string_view runs) { return "<w:p>" + std::string(runs) + "</w:p>"; }
std::string run(std::string_view text, std::string_view properties = {}) {
  return "<w:r><w:rPr>" + std::string(properties) + "</w:rPr><w:t xml:space=\"preserve\">" +
         std::string(text) + "</w:t></w:r>";
}
std::string word_cell(std::string_view text) { return "<w:tc>" + para(run(text)) + "</w:tc>"; }

TEST(Docx, ParagraphsBreaksAndTabs) {
  EXPECT_EQ(docx_text(para(run("Dear") + run(" ") + run("Ms Ash")) + para("") + para("") + para(run("two"))),
            "Dear Ms Ash\n\ntwo\n");
  EXPECT_EQ(
      docx_text(para("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r>")),
      "a       b\nc-\n");
  EXPECT_EQ(docx_text(para(run("R&amp;D &lt; 5 €"))), "R&D < 5 €\n");
}

TEST(Docx, TablesAreRows) {
  const std::string table = "<w:tbl><w:tr>" + word_cell("Item") + word_cell("Price") + "</w:tr><w:tr>" +
                            word_cell("Oak table") + word_cell("119.00") + "</w:tr></w:tbl>";
  EXPECT_EQ(docx_text(para(run("Offer")) + table + para(run("Thanks"))),
            "Offer\nItem       Price\nOak table  119.00\nThanks\n");
  EXPECT_EQ(docx_of(small_docx(table), TableForm::markdown).text.pages[0].text,
            "| Item | Price |\n| --- | --- |\n| Oak table | 119.00 |\n");
  EXPECT_EQ(docx_text("<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr>" + para(run("wide")) +
                      "</w:tc>" + word_cell("c") + "</w:tr><w:tr>" + word_cell("a") + word_cell("b") +
                      word_cell("d") + "</w:tr></w:tbl>"),
            "wide  c\na  b  d\n");
}

TEST(Docx, WhatNobodySeesIsLeftOutAndSaid) {
  const Extraction out = docx_of(small_docx(
      para(run("seen") + "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins>" + run(" new") +
           "</w:ins>" + run("secret", "<w:vanish/>") + run(" shown", "<w:vanish w:val=\"0\"/>") +
           run("white", "<w:color w:val=\"FFFFFF\"/>") + run("tiny", "<w:sz w:val=\"2\"/>"))));
  EXPECT_EQ(out.text.pages[0].text, "seen new shown\n");
  EXPECT_EQ(out.value["problems"].size(), 4U);
  EXPECT_EQ(docx_text(para(run("on blue", "<w:color w:val=\"FFFFFF\"/><w:shd w:fill=\"0000FF\"/>"))),
            "on blue\n");
  EXPECT_EQ(
      docx_text("<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + run("one ") + "</w:p>" + para(run("line"))),
      "one line\n");
}

TEST(Docx, FieldsShowTheirResult) {
  const auto field = [](std::string_view type) {
    return "<w:r><w:fldChar w:fldCharType=\"" + std::string(type) + "\"/></w:r>";
  };
  const std::string code = "<w:r><w:instrText>IF 1=1</w:instrText></w:r>";
  EXPECT_EQ(docx_text(para(field("begin") + code + run("in code") + field("separate") + run("result") +
                           field("end"))),
            "result\n");
  EXPECT_EQ(docx_text(para(field("begin") + code + run("kept: no end"))), "kept: no end\n");
  EXPECT_EQ(docx_text(para("<w:fldSimple w:instr=\"PAGE\">" + run("7") + "</w:fldSimple>")), "7\n");
  EXPECT_EQ(
      docx_text(para(
          "<w:r><w:fldChar w:fldCharType=\"begin\"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>"
          "</w:fldChar></w:r>" +
          field("end") + run(" paid"))),
      "☒ paid\n");
}

TEST(Docx, TextBoxesComeOnceBehindTheirParagraph) {
  const std::string box = "<w:txbxContent>" + para(run("in the box")) + "</w:txbxContent>";
  EXPECT_EQ(docx_text(para(run("before ") + "<w:r><mc:AlternateContent><mc:Choice>" + box +
                           "</mc:Choice><mc:Fallback>" + box + "</mc:Fallback></mc:AlternateContent></w:r>" +
                           run("behind"))),
            "before behind\nin the box\n");
  EXPECT_EQ(docx_text(para("<mc:AlternateContent><mc:Fallback>" + run("only") +
                           "</mc:Fallback></mc:AlternateContent>")),
            "only\n");
}

TEST(Docx, ListsAreNumbered) {
  const std::string numbering =
      "<w:numbering><w:abstractNum w:abstractNumId=\"0\">"
      "<w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText "
      "w:val=\"%1.\"/></w:lvl>"
      "<w:lvl w:ilvl=\"1\"><w:start w:val=\"1\"/><w:numFmt w:val=\"lowerLetter\"/><w:lvlText "
      "w:val=\"%1.%2)\"/></w:lvl>"
      "</w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>";
  const auto item = [](int level, std::string_view text) {
    return "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"" + std::to_string(level) +
           "\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr>" + run(text) + "</w:p>";
  };
  EXPECT_EQ(docx_text(item(0, "Term") + item(1, "one year") + item(1, "renewal") + item(0, "Law") +
                          item(1, "German"),
                      {{"word/numbering.xml", numbering}}),
            "1. Term\n1.a) one year\n1.b) renewal\n2. Law\n2.a) German\n");
}

TEST(Docx, HeadersFootersNotesAndComments) {
  const std::string body = para(run("Total 5 EUR") + "<w:r><w:footnoteReference w:id=\"2\"/></w:r>") +
                           "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"header1.xml\"/>"
                           "<w:headerReference w:type=\"first\" r:id=\"header2.xml\"/>"
                           "<w:footerReference w:type=\"default\" r:id=\"footer1.xml\"/></w:sectPr>";
  EXPECT_EQ(docx_text(body, {{"word/header1.xml", "<w:hdr>" + para(run("Acme")) + "</w:hdr>"},
                             {"word/header2.xml", "<w:hdr>" + para(run("not shown")) + "</w:hdr>"},
                             {"word/footer1.xml", "<w:ftr>" + para(run("Bank")) + "</w:ftr>"},
                             {"word/footnotes.xml", "<w:footnotes><w:footnote w:id=\"2\">" +
                                                        para(run("net")) + "</w:footnote></w:footnotes>"},
                             {"word/comments.xml", "<w:comments><w:comment w:author=\"Kim\">" +
                                                       para(run("check")) + "</w:comment></w:comments>"}}),
            "Acme\n\nTotal 5 EUR[1]\n\n[1] net\nComment (Kim): check\n\nBank\n");
}

TEST(Docx, PagesAreThoseOfTheProgramThatSavedIt) {
  EXPECT_EQ(docx_text(para(run("one")) + para("<w:r><w:br w:type=\"page\"/></w:r>") +
                      para("<w:r><w:lastRenderedPageBreak/><w:t>two</w:t></w:r>")),
            "one\n\ftwo\n");
  EXPECT_EQ(docx_text(para(run("one")) + "<w:p><w:pPr><w:pageBreakBefore/></w:pPr>" + run("two") + "</w:p>"),
            "one\n\ftwo\n");
}

TEST(Docx, FormulasAreTyped) {
  const auto m = [](std::string_view text) { return "<m:r><m:t>" + std::string(text) + "</m:t></m:r>"; };
  EXPECT_EQ(docx_text(para("<m:oMath>" + m("x=") + "<m:f><m:num>" + m("a") + m("+b") + "</m:num><m:den>" +
                           m("2") + "</m:den></m:f><m:sSup><m:e>" + m("y") + "</m:e><m:sup>" + m("2") +
                           "</m:sup></m:sSup></m:oMath>")),
            "x=(a+b)/2y^2\n");
}

TEST(Docx, EmbeddedFilesAndMetadata) {
  const Extraction out =
      docx_of(small_docx(para(run("a")), {{"word/embeddings/oleObject1.bin", "12345"},
                                          {"docProps/core.xml",
                                           "<cp:coreProperties><dc:title>Offer</dc:title><dc:creator>Kim"
                                           "</dc:creator><dcterms:created>2024-02-29T10:15:00Z"
                                           "</dcterms:created></cp:coreProperties>"}}));
  EXPECT_EQ(out.value["metadata"],
            (nlohmann::json{{"title", "Offer"}, {"author", "Kim"}, {"created", "2024-02-29T10:15:00Z"}}));
  EXPECT_EQ(out.value["embedded_files"], (nlohmann::json{{{"name", "word/embeddings/oleObject1.bin"},
                                                          {"bytes", 5},
                                                          {"media_type", "application/x-ole-storage"}}}));
}

TEST(Docx, BrokenOnesAreDamaged) {
  const std::string whole = small_docx(para(run("a")));
  for (const std::string& broken : {whole.substr(0, whole.size() / 2), std::string("PK\3\4"), std::string(),
                                    small_zip({{"a.txt", "a"}}), small_docx("<w:p><w:r>")}) {
    const auto out = read_docx(broken, TableForm::plain);
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().error_class, ErrorClass::damaged) << out.error().message;
  }
}

TEST(Docx, DepthIsNoDanger) {
  std::string open, close;
  for (int i = 0; i < 4000; ++i) {
    open += "<w:tbl><w:tr><w:tc><w:p>";
    close += "</w:p></w:tc></w:tr></w:tbl>";
  }
  EXPECT_NE(docx_text(open + run("deep") + close).find("deep"), std::string::npos);
}

}  // namespace
}  // namespace docket::worker
