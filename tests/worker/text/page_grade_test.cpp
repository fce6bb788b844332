#include "worker/text/page_grade.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "worker/text/grade.h"

namespace docket::worker {
namespace {

const std::string sentences =
    "The supplier shall deliver the goods within thirty days after receipt of the written order, unless "
    "otherwise provided. Der Lieferant liefert die Ware innerhalb von dreißig Tagen nach Eingang der "
    "Bestellung. Le fournisseur livre les marchandises dans les trente jours suivant la commande.\n";

/// Every letter another one, as a font does that lost the list of its letters.
std::string exchanged(std::string text) {
  constexpr std::string_view others = "qxzjkvbwpghfyumdlcrsntoiea";
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = others[static_cast<std::size_t>(c - 'a')];
  }
  return text;
}

PageGrade page_of(std::string_view text, float images = 0, std::size_t paints = 0) {
  PageGrade page;
  page.is_drawn = true;
  page.images = images;
  page.paints = paints;
  add_text(page, text);
  page.drawn = page.characters;
  return page;
}

TEST(PageGrade, ATextNeedsNoOcr) {
  for (const std::string& text :
       {sentences, std::string("Exhibit A\n"), std::string("本合同由甲乙双方签订\n"),
        std::string("Настоящий договор заключён между сторонами\n"),
        std::string("4711  12.50  AB-1234\n4712  18.20  XQ-9981\n"),
        std::string("Exhibit 3\n[…***…]\n[…***…] […***…]\n[…***…]\n[…***…]\n")}) {
    EXPECT_EQ(why_ocr(page_of(text)), "") << text;
    EXPECT_EQ(grade(page_of(text)), "good") << text;
  }
  EXPECT_EQ(why_ocr(page_of(sentences, 1)), "") << "on a background image";
  EXPECT_EQ(why_ocr(page_of(sentences, 0.3f, 5000)), "") << "beside a picture and a chart";
}

TEST(PageGrade, AnEmptyPageNeedsNone) {
  EXPECT_EQ(why_ocr(page_of("")), "");
  EXPECT_EQ(grade(page_of("")), "none");
  EXPECT_EQ(why_ocr(page_of("", 0, 3)), "") << "a line";
}

TEST(PageGrade, ImagesWithoutText) {
  EXPECT_EQ(why_ocr(page_of("", 1)), "image");
  EXPECT_EQ(why_ocr(page_of("ACME 000123\n", 0.9f)), "image") << "a stamp on a scan";
  EXPECT_EQ(why_ocr(page_of("Page 3\n", 0.2f)), "image") << "half a page of it";
  EXPECT_EQ(grade(page_of("", 1)), "none");
  EXPECT_EQ(grade(page_of("ACME 000123\n", 0.9f)), "poor");
}

TEST(PageGrade, AScanThatWasReadAlreadyNeedsNone) {
  PageGrade page = page_of("A short letter, read before.\n", 1);
  page.beneath_images = page.drawn;
  EXPECT_EQ(why_ocr(page), "");
  PageGrade nonsense = page_of(exchanged(sentences), 1);
  nonsense.beneath_images = nonsense.drawn;
  EXPECT_EQ(why_ocr(nonsense), "garbled") << "but not well";
}

TEST(PageGrade, LettersThatAreDrawings) {
  EXPECT_EQ(why_ocr(page_of("", 0, 900)), "drawings");
  EXPECT_EQ(why_ocr(page_of("Page 1 of 2\n", 0, 900)), "drawings");
}

TEST(PageGrade, WhatPeopleDoNotSee) {
  PageGrade page = page_of(sentences, 0.6f);
  page.unseen = 2 * page.drawn;
  EXPECT_EQ(why_ocr(page), "image") << "an image lies over most of the text";
}

TEST(PageGrade, Garbled) {
  EXPECT_EQ(why_ocr(page_of(exchanged(sentences))), "garbled");
  EXPECT_EQ(why_ocr(page_of("\uE001\uE002\uE003 \uFFFD\uFFFD\uFFFD and words\n")), "garbled");
  PageGrade unmapped = page_of(sentences);
  unmapped.unreadable = unmapped.drawn / 10;
  EXPECT_EQ(why_ocr(unmapped), "garbled");
  PageGrade nothing = page_of("");
  nothing.drawn = nothing.unreadable = 300;
  EXPECT_EQ(why_ocr(nothing), "garbled") << "no letter of it has a meaning";
}

TEST(PageGrade, WhatIsNotDrawnCannotBeReadAsAnImage) {
  Extraction text;
  text.text.pages.push_back({0, 0, exchanged(sentences), {}});
  EXPECT_EQ(why_ocr(grade_pages(text).front()), "");
  EXPECT_EQ(grade(grade_pages(text).front()), "poor");
}

TEST(PageGrade, StretchesOfPages) {
  Extraction document;
  for (const char* text : {"", "ACME 000123\n", ""})
    document.text.pages.push_back({0, 0, text, {}});
  document.text.pages.push_back({0, 0, sentences, {}});
  document.text.pages.push_back({0, 0, sentences, {}});
  document.drawn_pages.resize(5);
  document.drawn_pages[1].images = document.drawn_pages[2].images = 1;
  EXPECT_EQ(page_stretches(grade_pages(document)), nlohmann::json::parse(R"([
    {"from": 1, "to": 1, "grade": "none"},
    {"from": 2, "to": 2, "grade": "poor", "needs_ocr": "image"},
    {"from": 3, "to": 3, "grade": "none", "needs_ocr": "image"},
    {"from": 4, "to": 5, "grade": "good"}])"));
}

TEST(PageGrade, PagesOfOneKindAreNotWorthAWord) {
  Extraction good, scan;
  for (int i = 0; i < 3; ++i) {
    good.text.pages.push_back({0, 0, sentences, {}});
    scan.text.pages.push_back({0, 0, "", {}});
  }
  EXPECT_TRUE(page_stretches(grade_pages(good)).empty());
  scan.drawn_pages.resize(3);
  for (PageGrade& page : scan.drawn_pages)
    page.images = 1;
  EXPECT_EQ(page_stretches(grade_pages(scan)),
            nlohmann::json::parse(R"([{"from": 1, "to": 3, "grade": "none", "needs_ocr": "image"}])"));
}

}  // namespace
}  // namespace docket::worker
