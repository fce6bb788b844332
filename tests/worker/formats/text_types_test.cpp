#include <gtest/gtest.h>

#include "worker/formats/data_type.h"
#include "worker/formats/markup_type.h"
#include "worker/formats/xml_text.h"

namespace docket::worker {
namespace {

TEST(TextTypes, Markup) {
  for (const char* html : {"<!DOCTYPE html><p>a", "<html><body>a</body></html>", "\n<!-- x --><HTML>a",
                           "<p>a</p>", "<div class=x>a<br>b</div>"})
    EXPECT_EQ(markup_type(html, "text/plain"), "text/html") << html;
  EXPECT_EQ(markup_type("<?xml version='1.0'?><html xmlns='x'><p/></html>", ""), "application/xhtml+xml");
  EXPECT_EQ(markup_type("<?xml version='1.0'?><a><b/></a>", ""), "application/xml");
  EXPECT_EQ(markup_type("<order><id>1</id></order>", ""), "application/xml");
  EXPECT_EQ(markup_type("<?xml version='1.0'?><!DOCTYPE svg PUBLIC 'x' 'y'><svg/>", ""), "image/svg+xml");
  for (const char* plain : {"a < b and c > d", "<3 you", "<Kim> hello\n<Lee> hi",
                            "The tag <html> begins a page.", "<unclosed", "", "<p is a letter"})
    EXPECT_EQ(markup_type(plain, "text/html"), "") << plain;
}

TEST(TextTypes, Data) {
  for (const char* json : {"{\"a\": [1, 2.5, null]}", " [1]\n", "{}"})
    EXPECT_EQ(data_media_type(json), "application/json") << json;
  EXPECT_EQ(data_media_type("{\"a\": 1}\n{\"a\": 2}\n"), "application/x-ndjson");
  for (const char* csv :
       {"a,b,c\n1,2,3\n", "Name;Betrag\nKim;1,50\nLee;2,50\n", "\"a, b\",c,d\r\n\"x\"\"y\",2,3\r\n"})
    EXPECT_EQ(data_media_type(csv), "text/csv") << csv;
  EXPECT_EQ(data_media_type("a\tb\tc\n1\t2\t3\n"), "text/tab-separated-values");
  for (const char* plain : {"{\"a\": ", "Dear Kim,\nthank you, Lee\n", "one line", "a, b, c\nd, e, f\n",
                            "| a | b |\n|---|---|\n| 1 | 2 |\n", "{curly} words\n", ""})
    EXPECT_EQ(data_media_type(plain), "") << plain;
}

TEST(TextTypes, XmlIsNamedValues) {
  const auto text = [](std::string_view xml) {
    const auto out = read_xml(xml);
    return out ? out->text.pages[0].text : std::string(name(out.error().error_class));
  };
  EXPECT_EQ(
      text("<?xml version='1.0' encoding='latin1'?><order><id>47</id><party><n:name>Müller</n:name></party>"
           "<total currency='EUR' amount='5'/></order>"),
      "id: 47\nname: Müller\ntotal currency: EUR\ntotal amount: 5\n");
  EXPECT_EQ(text("<book><para>Some <em>mixed</em> text.</para><![CDATA[]]></book>"), "Some mixed text.\n");
  EXPECT_EQ(text("<a><b></a>"), "damaged");
  EXPECT_EQ(text("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a><b>&x;</b></a>"), "b: &x;\n");
}

}  // namespace
}  // namespace docket::worker
