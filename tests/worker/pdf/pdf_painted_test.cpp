// What a person sees of a page, and what only the file knows.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/small_pdf.h"
#include "worker/layout/marks.h"
#include "worker/pdf/pdf.h"
#include "worker/text/grade.h"

namespace docket::worker {
namespace {

constexpr std::string_view seen = "Total due: GBP 385.20 within thirty days of the date of this invoice";

Extraction read_pages(const std::vector<SmallPage>& pages, const SmallExtras& extras = {}) {
  auto out = read_pdf(small_pdf(pages, extras), {});
  EXPECT_TRUE(out) << out.error().message;
  return out ? std::move(*out) : Extraction{};
}

/// Operators that write `text` at (72, y) in points from the bottom; `how` comes before.
std::string write(const std::string& text, int y, const std::string& how = "",
                  const std::string& font = "F") {
  return "q BT /" + font + " 10 Tf " + how + " 1 0 0 1 72 " + std::to_string(y) + " Tm (" + text +
         ") Tj ET Q\n";
}

/// A page that has a line to be seen, and what `paint` does.
SmallPage page_with(const std::string& paint, const std::string& resources = "") {
  return {{{72, 100, std::string(seen)}}, 0, "", paint, "", resources, ""};
}

bool has_problem(const Extraction& out, const std::string& part) {
  if (!out.value.contains("problems")) return false;
  for (const auto& problem : out.value["problems"]) {
    if (problem.get<std::string>().find(part) != std::string::npos) return true;
  }
  return false;
}

struct Painted {
  std::string name, paint, reason;
};

void PrintTo(const Painted& painted, std::ostream* out) { *out << painted.name; }

class LeftOut : public testing::TestWithParam<Painted> {};

TEST_P(LeftOut, WithAWordOfIt) {
  const Extraction out = read_pages(
      {page_with(
          GetParam().paint,
          "/ExtGState<</Clear<</ca 0>>/Faint<</ca 0.01>>/Times<</BM/Multiply>>>>/Properties<</Off 7 0 R>>")},
      {"/OCProperties<</OCGs[7 0 R]/D<</OFF[7 0 R]>>>>", {"<</Type/OCG/Name(Off)>>"}});
  EXPECT_EQ(out.text.pages[0].text, std::string(seen) + "\n");
  if (!GetParam().reason.empty()) {
    EXPECT_TRUE(has_problem(out, GetParam().reason)) << out.value.dump();
  }
  EXPECT_EQ(grade(grade_pages(out), out.letters), "good");
}

const std::string box = "70 590 200 20 re f\n";

INSTANTIATE_TEST_SUITE_P(
    Kinds, LeftOut,
    testing::Values(
        Painted{"mode 3", write("GBP 1.00", 600, "3 Tr"), "never painted, page 1"},
        Painted{"mode 7", write("GBP 1.00", 600, "7 Tr"), "never painted"},
        Painted{"white", write("GBP 1.00", 600, "1 g"), "7 characters"},
        Painted{"nearly white", write("GBP 1.00", 600, ".98 1 .99 rg"), "colour of their background"},
        Painted{"white by ink", write("GBP 1.00", 600, "0 0 0 0 k"), "colour of their background"},
        Painted{"black on black", box + write("GBP 1.00", 600), "colour of their background"},
        Painted{"white outlines", write("GBP 1.00", 600, "1 Tr 1 G"), "colour of their background"},
        Painted{"white times all", "0 g " + box + write("GBP 1.00", 600, "/Times gs 1 g"), "colour"},
        Painted{"opacity 0", write("GBP 1.00", 600, "/Clear gs"), "transparent"},
        Painted{"opacity 1 %", write("GBP 1.00", 600, "/Faint gs"), "transparent"},
        Painted{"white box over it", write("GBP 1.00", 600) + "1 g " + box, "painted over"},
        Painted{"line over it", write("GBP 1.00", 600) + "30 w 60 604 m 300 604 l S", "painted over"},
        Painted{"clipped", "q 300 300 50 50 re W n " + write("GBP 1.00", 600) + "Q", "clipped"},
        Painted{"off the page", "q 1 0 0 1 0 400 cm " + write("GBP 1.00", 600) + "Q", ""},
        Painted{"tiny", write("GBP 1.00", 600, "/F .4 Tf"), "smaller than a point"},
        Painted{"tiny by matrix", "q .01 0 0 .01 90 500 cm " + write("GBP 1.00", 600) + "Q", "smaller"},
        Painted{"layer that is off", "/OC /Off BDC " + write("GBP 1.00", 600) + "EMC", ""},
        Painted{"empty ActualText", "/Span<</ActualText(GBP 2.00)>>BDC EMC", ""}));

class Kept : public testing::TestWithParam<Painted> {};

TEST_P(Kept, WithoutAWord) {
  const Extraction out =
      read_pages({page_with(GetParam().paint, "/ExtGState<</Half<</ca .5>>/Times<</BM/Multiply>>>>")});
  EXPECT_NE(out.text.pages[0].text.find("GBP 1.00"), std::string::npos) << out.text.pages[0].text;
  EXPECT_FALSE(out.value.contains("problems")) << out.value["problems"];
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Kept,
    testing::Values(
        Painted{"white on black", box + write("GBP 1.00", 600, "1 g"), ""},
        Painted{"white on a shape",
                "70 590 m 300 590 l 300 620 l 180 640 l 70 620 l f " + write("GBP 1.00", 600, "1 g"), ""},
        Painted{"grey", write("GBP 1.00", 600, ".8 g"), ""},
        Painted{"outlines of white letters", write("GBP 1.00", 600, "2 Tr 1 g 0 G"), ""},
        Painted{"half opaque", write("GBP 1.00", 600, "/Half gs"), ""},
        Painted{"a marker over it", write("GBP 1.00", 600) + "q /Times gs 1 1 0 rg " + box + "Q", ""},
        Painted{"glass over it", write("GBP 1.00", 600) + "q /Half gs 1 g " + box + "Q", ""},
        Painted{"a box under it", ".9 g " + box + "0 g " + write("GBP 1.00", 600), ""},
        Painted{"a frame round it", write("GBP 1.00", 600) + "1 g 60 580 300 40 re 70 590 200 20 re f*", ""},
        Painted{"a box beside it", write("GBP 1.00", 600) + "1 g 300 590 200 20 re f", ""},
        Painted{"underlined", write("GBP 1.00", 600) + "1 w 72 598 m 130 598 l S", ""},
        Painted{"struck through", write("GBP 1.00", 600) + "1 w 72 604 m 130 604 l S", ""}));

TEST(PdfPainted, TheSameTextOnAWhiteBoxOverTheOldIsReadOnce) {
  const std::string line = write("GBP 1.00", 600);
  const Extraction out = read_pages({page_with(line + "q 1 g " + box + "Q " + line)});
  EXPECT_NE(out.text.pages[0].text.find("GBP 1.00"), std::string::npos);
  EXPECT_TRUE(has_problem(out, "painted over"));
}

const std::string image = "/XObject<</Scan 7 0 R>>";
const SmallExtras with_image{
    "",
    {small_stream("\x7F",
                  "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8")}};

TEST(PdfPainted, TheTextOfAScanStays) {
  const std::string scan = "q 595 0 0 842 0 0 cm /Scan Do Q\n";
  for (const std::string& paint :
       {scan + write("Text of a scan", 600, "3 Tr"), write("Text of a scan", 600, "3 Tr") + scan,
        write("Text of a scan", 600) + scan}) {
    const Extraction out = read_pages({{{}, 0, "", paint, "", image, ""}}, with_image);
    EXPECT_EQ(out.text.pages[0].text, "Text of a scan\n");
    EXPECT_FALSE(out.value.contains("problems"));
  }
}

TEST(PdfPainted, AnImageOverALineHidesIt) {
  const std::string patch = "q 200 0 0 20 70 590 cm /Scan Do Q\n";
  const Extraction out = read_pages({page_with(write("GBP 1.00", 600) + patch, image)}, with_image);
  EXPECT_EQ(out.text.pages[0].text, std::string(seen) + "\n");
  EXPECT_TRUE(has_problem(out, "painted over"));
}

TEST(PdfPainted, LettersOfAnImageBesideOthersAreKeptAndNamed) {
  const std::string photo = "q 200 0 0 100 70 550 cm /Scan Do Q\n";
  const Extraction out = read_pages({page_with(photo + write("GBP 1.00", 600, "3 Tr"), image)}, with_image);
  EXPECT_NE(out.text.pages[0].text.find("GBP 1.00"), std::string::npos);
  EXPECT_TRUE(has_problem(out, "7 characters are not painted and were kept")) << out.value.dump();
}

TEST(PdfPainted, ADocumentThatNobodySeesIsNotGood) {
  for (const std::string how : {"3 Tr", "1 g", "1 1 1 rg"}) {
    const Extraction out = read_pages({{{}, 0, "", write(std::string(seen), 600, how), "", "", ""}});
    EXPECT_EQ(grade(grade_pages(out), out.letters), "none");
    EXPECT_TRUE(out.value.contains("problems"));
  }
  const Extraction most =
      read_pages({page_with(write(std::string(seen), 600, "3 Tr") + write(std::string(seen), 500, "1 g"))});
  EXPECT_EQ(grade(grade_pages(most), most.letters), "poor");
}

TEST(PdfPainted, HiddenAnnotationsAreNotRead) {
  for (const std::string flags : {"2", "32", "34"}) {
    const Extraction out = read_pages(
        {{{{72, 100, std::string(seen)}},
          0,
          "",
          "",
          "",
          "",
          "/Annots[<</Type/Annot/Subtype/FreeText/Rect[70 500 300 520]/F " + flags + "/AP<</N 7 0 R>>>>]"}},
        {"",
         {small_stream("BT /F 10 Tf 2 5 Td (GBP 1.00) Tj ET",
                       "/Type/XObject/Subtype/Form/BBox[0 0 230 20]/Resources<</Font<</F 3 0 R>>>>")}});
    EXPECT_EQ(out.text.pages[0].text, std::string(seen) + "\n");
  }
}

TEST(PdfPainted, SlantedTextComesLast) {
  const std::vector<Written> lines = {{72, 300, "Net amount: GBP 321.00"},
                                      {72, 320, "VAT 20%: GBP 64.20"},
                                      {72, 340, "Total due: GBP 385.20"}};
  for (const int degrees : {-60, -45, -30, -7, 3, 12, 45, 135, 200}) {
    SmallPage page{lines};
    page.text.push_back({250, 330, "DRAFT", 40, degrees});
    const std::string text = read_pages({page}).text.pages[0].text;
    EXPECT_EQ(text, "Net amount: GBP 321.00\n\nVAT 20%: GBP 64.20\n\nTotal due: GBP 385.20\n\nDRAFT\n")
        << degrees;
  }
}

TEST(PdfPainted, APageThatIsTurnedALittleReadsInLines) {
  for (const int degrees : {-3, -1, 2, 3}) {
    SmallPage page;
    const double slope = std::tan(degrees * 3.14159265 / 180);
    for (int line = 0; line < 12; ++line) {
      const double y = 100 + 14 * line;
      page.text.push_back({60, y, "Item " + std::to_string(line) + " of the list", 10, degrees});
      page.text.push_back({480, y + 420 * slope, std::to_string(100 + line) + ".00", 10, degrees});
    }
    const std::string text = read_pages({page}).text.pages[0].text;
    std::size_t at = 0;
    for (int line = 0; line < 12; ++line) {
      std::string row = text.substr(at, text.find('\n', at) - at);
      at += row.size() + 1;
      row.erase(0, row.find_first_not_of(' '));
      EXPECT_TRUE(row.starts_with("Item " + std::to_string(line) + " ") &&
                  row.ends_with(std::to_string(100 + line) + ".00"))
          << degrees << ": " << row;
    }
  }
}

TEST(PdfPainted, ShadowsAreReadOnce) {
  for (const double aside : {0.0, 0.4, 1.0, 2.0, 3.0}) {
    const Extraction out =
        read_pages({{{{72, 100, "Invoice 1144", 12}, {72 + aside, 100 + aside / 2, "Invoice 1144", 12}}}});
    EXPECT_EQ(out.text.pages[0].text, "Invoice 1144\n") << aside;
  }
  // Letter by letter, one aside the other; and letters that stand twice in the word.
  SmallPage page;
  double x = 72;
  for (const char c : std::string("Hall 11")) {
    for (const double aside : {0.0, 0.5})
      page.text.push_back({x + aside, 100, std::string(1, c), 12});
    x += c == 'l' ? 2.7 : c == ' ' ? 3.3 : c == 'H' ? 8.7 : 6.7;
  }
  EXPECT_EQ(read_pages({page}).text.pages[0].text, "Hall 11\n");
}

/// Text in a font whose codes from 'A' on say `letters`, in the order of drawing.
std::string in_letters(const std::vector<std::string>& letters, const std::string& widths = "") {
  std::vector<std::pair<int, std::string>> codes;
  std::string text;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    codes.emplace_back(static_cast<int>('A' + i), letters[i]);
    text += static_cast<char>('A' + i);
  }
  SmallPage page{{},
                 0,
                 "",
                 write(text, 600, "", "U"),
                 "/U<</Type/Font/Subtype/TrueType/BaseFont/X/FirstChar 65" + widths + "/ToUnicode 7 0 R>>",
                 "",
                 ""};
  return read_pages({page}, {"", {small_map(codes)}}).text.pages[0].text;
}

TEST(PdfPainted, RightToLeft) {
  EXPECT_EQ(in_letters({"0645", "06440627", "0633"}), "سلام\n");  // A ligature of two letters.
  EXPECT_EQ(in_letters({"FEE1", "FEFC", "FEB3"}), "سلام\n");      // Forms and ligatures of their own.
  EXPECT_EQ(in_letters({"0028", "05D4", "05E2", "05E6", "05D4", "0029"}),
            "(הצעה)\n");  // Brackets as they look.
  EXPECT_EQ(in_letters({"0029", "05D4", "05E2", "05E6", "05D4", "0028"}),
            "(הצעה)\n");  // And as they are meant.
  EXPECT_EQ(in_letters({"0031", "0032", "002F", "0030", "0035", "002F", "0032", "0034", "002D", "05D1"}),
            "ב-12/05/24\n");
  EXPECT_EQ(in_letters({"0035", "0030", "0025", "05DC"}), "ל50%\n");
}

TEST(PdfPainted, MarksStayWithTheirLetter) {
  EXPECT_EQ(in_letters({"0063", "0061", "0066", "0065", "0301"}), "café\n");
  EXPECT_EQ(in_letters({"05DD", "05D5", "05B9", "05DC", "05E9", "05C1"}), "שׁלוֹם\n");
  // Drawn by itself, before and behind, and higher.
  const std::string fonts =
      "/U<</Type/Font/Subtype/TrueType/BaseFont/X/FirstChar 65/Widths[333]/ToUnicode 7 0 R>>";
  const std::string accent = "BT /U 10 Tf 1 0 0 1 87.6 601 Tm (A) Tj ET\n";
  for (const std::string& paint :
       {accent + write("cafe au lait", 600), write("cafe au lait", 600) + accent}) {
    const Extraction out = read_pages({{{}, 0, "", paint, fonts, "", ""}}, {"", {small_map({{65, "00B4"}})}});
    EXPECT_EQ(out.text.pages[0].text, "café au lait\n");
  }
}

TEST(PdfPainted, SoftHyphensThatAreDrawnAreHyphens) {
  EXPECT_EQ(in_letters({"004F", "00AD", "0034"}), "O-4\n");
  EXPECT_EQ(in_letters({"00AD", "0032", "0035"}), "-25\n");
  EXPECT_EQ(in_letters({"0031", "2010", "0032", "2011", "0033"}), "1\u20102\u20113\n");
  EXPECT_EQ(in_letters({"2212", "0032", "2013", "0033"}), "\u22122\u20133\n");
  const std::string names =
      "/U<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[65/sfthyphen/softhyphen]>>>>";
  const auto drawn = [&](const std::string& first, const std::string& second) {
    return read_pages({{{}, 0, "", write(first, 600, "", "U") + write(second, 588, "", "U"), names, "", ""}})
        .text.pages[0]
        .text;
  };
  EXPECT_EQ(drawn("X 24A118", "12B3"), "X 24-118\n12-3\n");
  EXPECT_EQ(drawn("is deliverA", "ed today"), "is deliver\u00AD\ned today\n");  // Broken within a word.
  EXPECT_EQ(drawn("number 24A", "118"), "number 24-\n118\n");
}

TEST(PdfPainted, ManyMarksOfOneLetterStayBehindIt) {
  DrawnWord word{
      .box = {0, 0, 20, 10}, .letters = U"a", .edges = {0, 10}, .quarter_turns = 0, .space_after = false};
  for (int i = 0; i < 1000; ++i) {
    word.letters += U'\u0334';
    word.edges.push_back(10);
  }
  word.letters += U'b';
  word.edges.push_back(20);
  const std::string text = written({word})[0].text;
  EXPECT_TRUE(text.starts_with("a\u0334\u0334") && text.ends_with("\u0334b")) << text.size();
}

TEST(PdfPainted, ActualTextThatLiesIsNotBelieved) {
  const auto said = [](const std::string& actual, const std::string& drawn) {
    return read_pages({{{},
                        0,
                        "",
                        "/Span<</ActualText(" + actual + ")>>BDC " + write(drawn, 600) + "EMC",
                        "",
                        "",
                        ""}})
        .text.pages[0]
        .text;
  };
  EXPECT_EQ(said("GBP 1.00", "GBP 385.20"), "GBP 385.20\n");
  EXPECT_EQ(said("", "385.20"), "385.20\n");
  EXPECT_EQ(said("PAID", "DUE"), "DUE\n");
  EXPECT_EQ(said("385.20", "385,20"), "385.20\n");
}

TEST(PdfPainted, ActualTextWithinAnotherOrWithoutAnEndIsNotBelieved) {
  const auto read = [](const std::string& paint) {
    return read_pages({{{}, 0, "", paint, "", "", ""}}).text.pages[0].text;
  };
  const std::string lie = "/Span<</ActualText(GBP 1.00)>>BDC ", empty = "/Span<</ActualText()>>BDC ";
  const std::string truth = "/Span<</ActualText(GBP 385.20)>>BDC ", drawn = write("GBP 385.20", 600);
  EXPECT_EQ(read(lie + empty + "EMC " + drawn + "EMC"), "GBP 385.20\n");
  EXPECT_EQ(read(lie + drawn + empty + "EMC EMC"), "GBP 385.20\n");
  EXPECT_EQ(read(empty + lie + drawn + "EMC EMC"), "GBP 385.20\n");
  EXPECT_EQ(read(truth + lie + drawn + "EMC EMC"), "GBP 385.20\n");
  const std::string both = read(truth + drawn + "EMC " + lie + write("GBP 9.00", 580) + "EMC");
  EXPECT_TRUE(both.find("GBP 385.20") != both.npos && both.find("GBP 9.00") != both.npos) << both;
  EXPECT_EQ(read(lie + drawn), "GBP 385.20\n");
}

TEST(PdfPainted, LettersWithoutAMapAreToldOf) {
  for (const std::string first : {"0001", "E000", "FFFD"}) {
    std::vector<std::pair<int, std::string>> codes;
    for (int code = 'a'; code <= 'z'; ++code)
      codes.emplace_back(code, first);
    SmallPage page = page_with(write("the text of a page in letters that say nothing", 600, "", "U"));
    page.fonts = "/U<</Type/Font/Subtype/TrueType/BaseFont/X/ToUnicode 7 0 R>>";
    const Extraction out = read_pages({page}, {"", {small_map(codes)}});
    EXPECT_EQ(grade(grade_pages(out), out.letters), "poor") << first;
    EXPECT_TRUE(has_problem(out, "% of the characters cannot be read")) << out.value.dump();
  }
}

TEST(PdfPainted, ExchangedLettersAreToldOf) {
  const std::string prose =
      "the supplier delivers the goods within thirty days after the order and the buyer pays them when they "
      "are received";
  for (const int by : {1, 3, -29}) {
    std::string moved;
    for (const char c : prose)
      moved += c == ' ' ? c : static_cast<char>(c + by);
    const Extraction out = read_pages({{{{72, 100, moved}}}});
    EXPECT_EQ(grade(grade_pages(out), out.letters), "poor") << moved;
    EXPECT_TRUE(has_problem(out, "words of no language")) << by;
  }
  const Extraction plain = read_pages({{{{72, 100, prose}}}});
  EXPECT_EQ(grade(grade_pages(plain), plain.letters), "good");
}

TEST(PdfPainted, PagesThatStandInForADocument) {
  const std::vector<SmallPage> placeholder = {
      {{{72, 100,
         "Bitte warten. Falls diese Meldung bleibt, kann Ihr Programm das Formular nicht anzeigen."}}}};
  for (const std::string catalog :
       {"/NeedsRendering true/AcroForm<</XFA 7 0 R/Fields[]>>", "/AcroForm<</XFA[(a) 7 0 R]/Fields[]>>"}) {
    const Extraction out = read_pages(placeholder, {catalog, {small_stream("<xdp/>")}});
    EXPECT_EQ(grade(grade_pages(out), out.letters), "poor");
    EXPECT_TRUE(has_problem(out, "dynamic form (XFA)"));
  }
  const Extraction cover = read_pages(
      placeholder, {"/Collection<</Type/Collection>>/Names<</EmbeddedFiles<</Names[(a) 7 0 R]>>>>",
                    {"<</Type/Filespec/F(a.pdf)/EF<</F 8 0 R>>>>", small_stream("x", "/Type/EmbeddedFile")}});
  EXPECT_EQ(grade(grade_pages(cover), cover.letters), "poor");
  EXPECT_TRUE(has_problem(cover, "its document is the file embedded in it"));
  // A form whose fields are on its page is a document.
  std::vector<SmallPage> form = placeholder;
  form[0].entries = "/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[70 500 300 520]>>]";
  EXPECT_FALSE(
      has_problem(read_pages(form, {"/AcroForm<</XFA 7 0 R/Fields[]>>", {small_stream("<xdp/>")}}), "XFA"));
}

}  // namespace
}  // namespace docket::worker
