#include "worker/formats/xlsx.h"

#include <gtest/gtest.h>

#include "tests/small_zip.h"

namespace docket::worker {
namespace {

std::vector<std::string> xlsx_pages(const std::string& bytes, TableForm tables = TableForm::plain) {
  const auto out = read_xlsx(bytes, tables);
  EXPECT_TRUE(out) << out.error().message;
  std::vector<std::string> texts;
  if (out)
    for (const Page& page : out->text.pages)
      texts.push_back(page.text);
  return texts;
}

constexpr std::string_view xlsx_styles =
    "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd.mm.yyyy\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"#,##0.00\\ &quot;EUR&quot;\"/></numFmts><cellXfs><xf "
    "numFmtId=\"0\"/>"
    "<xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"9\"/></cellXfs></styleSheet>";

TEST(Xlsx, CellsAsTheyAreShown) {
  const std::string sheet =
      "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" "
      "t=\"inlineStr\"><is><t>Date</t></is></c>"
      "<c r=\"D1\" t=\"str\"><f>A1</f><v>Total</v></c></row><row r=\"2\"><c r=\"A2\"><v>4711</v></c>"
      "<c r=\"B2\" s=\"1\"><v>45351</v></c><c r=\"D2\" s=\"2\"><f>1+1</f><v>1234.5</v></c></row>"
      "<row r=\"5\"><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c><c "
      "s=\"3\"><v>0.19</v></c></row></sheetData>";
  const std::string strings = "<sst><si><r><t>In</t></r><r><t>voice</t></r><rPh><t>x</t></rPh></si></sst>";
  EXPECT_EQ(xlsx_pages(small_xlsx({{"name=\"May\"", sheet}}, {{"xl/sharedStrings.xml", strings},
                                                              {"xl/styles.xml", std::string(xlsx_styles)}})),
            (std::vector<std::string>{"May\nInvoice  Date        Total\n4711     2024-02-29  1234.50 EUR\n\n"
                                      "TRUE  #N/A  19%\n"}));
}

TEST(Xlsx, SheetsArePagesAndHiddenThingsAreLeftOut) {
  const auto sheet = [](std::string_view text, std::string_view more = {}, std::string_view row = {}) {
    return std::string(more) + "<sheetData><row " + std::string(row) + "><c r=\"B1\" t=\"str\"><v>" +
           std::string(text) + "</v></c></row></sheetData>";
  };
  EXPECT_EQ(xlsx_pages(small_xlsx(
                {{"name=\"One\"", sheet("first")},
                 {"name=\"Two\" state=\"hidden\"", sheet("no")},
                 {"name=\"Three\"", sheet("no", "<cols><col min=\"2\" max=\"2\" hidden=\"1\"/></cols>")},
                 {"name=\"Four\"", sheet("no", "", "hidden=\"1\"")},
                 {"name=\"Five\"", sheet("last")}})),
            (std::vector<std::string>{"One\nfirst\n", "", "", "Five\nlast\n"}));
}

TEST(Xlsx, TablesInMarkdown) {
  const std::string sheet =
      "<sheetData><row r=\"1\"><c t=\"str\"><v>a|b</v></c><c t=\"str\"><v>n</v></c></row>"
      "<row r=\"2\"><c r=\"B2\"><v>1</v></c></row></sheetData>";
  EXPECT_EQ(xlsx_pages(small_xlsx({{"name=\"S\"", sheet}}), TableForm::markdown),
            (std::vector<std::string>{"S\n| a\\|b | n |\n| --- | --- |\n| | 1 |\n"}));
}

TEST(Xlsx, FarColumnsCostNothing) {
  std::string rows;
  for (int i = 1; i <= 2000; ++i)
    rows += "<row r=\"" + std::to_string(i) + "\"><c r=\"A" + std::to_string(i) +
            "\"><v>1</v></c><c r=\"XFD" + std::to_string(i) + "\"><v>2</v></c></row>";
  const auto texts = xlsx_pages(small_xlsx({{"name=\"S\"", "<sheetData>" + rows + "</sheetData>"}}));
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts[0].substr(0, 12), "S\n1  2\n1  2\n");
}

}  // namespace
}  // namespace docket::worker
