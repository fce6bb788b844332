#include "worker/formats/html.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

std::string html_page(std::string_view html, TableForm tables = TableForm::plain) {
  const Extraction out = read_html(html, tables);
  EXPECT_EQ(out.text.pages.size(), 1U);
  return out.text.pages[0].text;
}

TEST(Html, BlocksAreLinesAndBlanksCollapse) {
  EXPECT_EQ(html_page("<html><body><h1>Offer</h1>\n <div>one\n  two <b>three</b></div><div>four<br>five</div>"
                      "<p>six</p><p>seven &amp; &euro;&nbsp;5</p></body>"),
            "Offer\n\none two three\nfour\nfive\n\nsix\n\nseven & € 5\n");
  EXPECT_EQ(html_page("no tags but &lt;these&gt;"), "no tags but <these>\n");
  EXPECT_EQ(html_page("<pre>a\n  b\n\nc</pre>"), "a\n  b\n\nc\n");
}

TEST(Html, WhatABrowserDoesNotShow) {
  for (const char* hidden :
       {"<script>x</script>", "<style>x</style>", "<p hidden>x</p>", "<p style='display: none'>x</p>",
        "<noscript>x</noscript>", "<template>x</template>", "<!-- x -->",
        "<span style=\"visibility:hidden\">x</span>", "<div style='position:absolute; left:-9999px'>x</div>",
        "<span style='font-size:0'>x</span>", "<input type=hidden value=x>", "<font color=white>x</font>",
        "<p style='color:#FFF;background:#fff'>x</p>", "<dialog>x</dialog>", "<iframe>x</iframe>"})
    EXPECT_EQ(html_page(std::string("<p>a</p>") + hidden + "<p>b</p>"), "a\n\nb\n") << hidden;
  EXPECT_EQ(
      html_page(
          "<style>.no, td.also {display:none} @media print {p {display:none}}</style><p class='x no'>x</p>"
          "<p>b</p>"),
      "b\n");
  EXPECT_EQ(html_page("<p style='color:white;background:blue'>a</p>"), "a\n");
}

TEST(Html, TablesListsAndForms) {
  EXPECT_EQ(html_page("<table><tr><th>Item<th>Price</tr><tr><td>Oak<br>table<td>119.00</table>"),
            "Item       Price\nOak table  119.00\n");
  EXPECT_EQ(html_page("<table><tr><td rowspan=2>a<td>b<tr><td>c</table>"), "a  b\n   c\n");
  EXPECT_EQ(html_page("<table><tr><td>a<td>b</table>", TableForm::markdown), "| a | b |\n| --- | --- |\n");
  EXPECT_EQ(html_page("<table><tr><td><p>a page in a "
                      "table</p><table><tr><td>x<td>y</table></td><td>side</td></tr></table>"),
            "a page in a table\n\nx  y\nside\n");
  EXPECT_EQ(html_page("<ol start=3><li>c<ul><li>inner</ul><li><p>d</p></ol>"), "3. c\n  - inner\n4. d\n");
  EXPECT_EQ(html_page("<input value=Kim> <select><option>a<option selected>b</select>"), "Kim b\n");
}

TEST(Html, TitleIsMetadata) {
  const Extraction out =
      read_html("<title>An offer\n</title><meta name=author content=Kim>x", TableForm::plain);
  EXPECT_EQ(out.value["metadata"], (nlohmann::json{{"title", "An offer"}, {"author", "Kim"}}));
}

TEST(Html, DepthIsNoDanger) {
  std::string deep;
  for (int i = 0; i < 20'000; ++i)
    deep += i % 2 == 0 ? "<div>" : "<b>";
  EXPECT_EQ(html_page(deep + "deep"), "deep\n");
  std::string tables;
  for (int i = 0; i < 2'000; ++i)
    tables += "<table><tr><td>";
  EXPECT_NE(html_page(tables + "deep").find("deep"), std::string::npos);
}

TEST(Html, PartsOfOtherDocumentsAreDecoded) {
  EXPECT_EQ(html_text("<meta charset=iso-8859-1><p>Gr\xF6\xDF"
                      "e</p>",
                      TableForm::plain),
            "Größe\n");
}

}  // namespace
}  // namespace docket::worker
