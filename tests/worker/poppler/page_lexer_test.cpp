// The contents of pages, as worker/poppler reads them in place of libpoppler.
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <string_view>
#include <vector>

#include "worker/pdf/pdf.h"

namespace docket::worker {
namespace {

std::string deflated(std::string_view plain) {
  uLongf size = compressBound(static_cast<uLong>(plain.size()));
  std::string out(size, '\0');
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(plain.data()),
           static_cast<uLong>(plain.size()));
  out.resize(size);
  return out;
}

/// Without a cross-reference table: poppler makes one. `filter` is an entry of the streams' dictionaries.
std::string pdf_of(const std::vector<std::string>& contents, const std::string& filter = "",
                   const std::string& more = "") {
  std::string streams, references;
  int number = 10;
  for (const std::string& content : contents) {
    const std::string object = std::to_string(number++) + " 0 ";
    references += object + "R ";
    streams += object + "obj <</Length " + std::to_string(content.size()) + filter + ">> stream\n" + content +
               "\nendstream endobj\n";
  }
  return "%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
         "2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"
         "3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 600 400]/Contents[" +
         references +
         "]/Resources<</Font<</F 5 0 R/F#20G 6 0 R>>/XObject<</X 7 0 R>>>>>> endobj\n"
         "5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj\n"
         "6 0 obj <</Type/Font/Subtype/Type1/BaseFont/Courier>> endobj\n" +
         more + streams + "trailer <</Root 1 0 R>>\n";
}

std::string text_of(const std::string& pdf) {
  const auto out = read_pdf(pdf, {});
  if (!out) return "error: " + out.error().message;
  return out->text.pages.at(0).text;
}

struct Shown {
  std::string name, operators, text;
};

void PrintTo(const Shown& shown, std::ostream* out) { *out << shown.name; }

class PageLexer : public testing::TestWithParam<Shown> {};

TEST_P(PageLexer, PlainOrDeflatedOrInPieces) {
  const Shown& shown = GetParam();
  const std::string content = "BT /F 12 Tf 50 300 Td " + shown.operators + " ET";
  EXPECT_EQ(text_of(pdf_of({content})), shown.text);
  EXPECT_EQ(text_of(pdf_of({deflated(content)}, "/Filter/FlateDecode")), shown.text);
  EXPECT_EQ(text_of(pdf_of({deflated("BT /F 12 Tf "), deflated("50 300 Td " + shown.operators + " ET")},
                           "/Filter[/FlateDecode]")),
            shown.text);
}

INSTANTIATE_TEST_SUITE_P(
    Tokens, PageLexer,
    testing::Values(
        Shown{"escapes", R"((a\(b\)c\\d\145f) Tj)", "a(b)c\\def\n"},
        Shown{"octal", R"((\1012\60) Tj)", "A20\n"}, Shown{"nested", "(see (a (b)) c) Tj", "see (a (b)) c\n"},
        Shown{"broken_line", "(one\\\n two\\\r\n three) Tj", "one two three\n"},
        Shown{"hex", "<48 656C6c 6F2> Tj", "Hello\n"},
        Shown{"long_string", "25 Tz (" + std::string(300, 'x') + ") Tj", std::string(300, 'x') + "\n"},
        Shown{"comment", "% (no) Tj\r(yes) Tj", "yes\n"},
        Shown{"array", "[(Wo)-20.5(rd)+3(s)] TJ", "Words\n"},
        Shown{"numbers", "+0 -.5 Td 0 4-.5 Td 99999999999999999999 Tw 0 Tw 4294967296 Tc 0 Tc (n) Tj", "n\n"},
        Shown{"name", "/F#20G 12 Tf (c) Tj", "c\n"},
        Shown{"unknown_operator", "/" + std::string(200, 'n') + " " + std::string(200, 'q') + " (t) Tj",
              "t\n"},
        Shown{"illegal", ") } > (still) Tj", "still\n"}, Shown{"no_end", "(to the end", ""}),
    [](const auto& test) { return test.param.name; });

TEST(PageContents, GoOnInTheNextStream) {
  EXPECT_EQ(text_of(pdf_of({"BT /F 12 Tf 50 300 Td (one ", "two) Tj ET"})), "one two\n");
}

TEST(PageContents, BrokenDeflatedStreamIsReadAsFarAsItGoes) {
  std::string lines = "BT /F 12 Tf 14 TL 50 380 Td ";
  for (int line = 0; line < 20; ++line)
    lines += "(line " + std::to_string(line * line * 7919) + ") ' ";
  const std::string whole = deflated(lines + "ET");
  const std::string text = text_of(pdf_of({whole.substr(0, whole.size() / 2)}, "/Filter/FlateDecode"));
  EXPECT_NE(text.find("line 7919"), std::string::npos) << text;
}

TEST(PageContents, InlineImageIsPassedOver) {
  EXPECT_EQ(
      text_of(pdf_of({"BT /F 12 Tf 50 300 Td (before ) Tj ET q 9 0 0 9 0 0 cm BI /W 2 /H 2 /BPC 8 /CS /G ID "
                      "(Tj( EI Q BT /F 12 Tf 50 200 Td (behind) Tj ET"})),
      "before\n\nbehind\n");
}

TEST(Fonts, AreThoseOfTheirDocument) {
  const std::string form =
      "7 0 obj <</Type/XObject/Subtype/Form/BBox[0 0 600 400]/Length 39/Resources<</Font<</F 5 0 R>>>>>> "
      "stream\n"
      "BT /F 12 Tf 50 200 Td (in a form) Tj ET\nendstream endobj\n";
  const std::string page = "BT /F 12 Tf 50 300 Td (A) Tj ET /X Do";
  const std::string encoded = pdf_of({page}, "", form);
  std::string other = encoded;
  const std::string font = "/BaseFont/Helvetica>>";
  other.replace(other.find(font), font.size(), "/BaseFont/Helvetica/Encoding<</Differences[65/B]>>>>");
  EXPECT_EQ(text_of(encoded), "A\n\nin a form\n");
  EXPECT_EQ(text_of(other), "B\n\nin a form\n");
  EXPECT_EQ(text_of(encoded), "A\n\nin a form\n");
}

}  // namespace
}  // namespace docket::worker
