#include "stages/ocr.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace docket::stages {
namespace {

using nlohmann::json;
using Mode = OcrOptions::Mode;

json value_with(json grades) {
  return {{"pages", 4}, {"grade", "poor"}, {"characters", 0}, {"page_grades", std::move(grades)}};
}

const json mixed = json::parse(R"([{"from": 1, "to": 1, "grade": "good"},
  {"from": 2, "to": 3, "grade": "none", "needs_ocr": "image"},
  {"from": 4, "to": 4, "grade": "poor", "needs_ocr": "garbled"}])");

Text four_pages() {
  Text text;
  for (const char* words : {"a page of its own words\n", "", "", "xqzt vbnq wrtp\n"})
    text.pages.push_back({595, 842, words, {}});
  return text;
}

LookedAt read(const std::string& words, const char* grade = "good", double confidence = 90) {
  auto text = std::make_shared<Text>();
  text->pages.push_back({595, 842, words, {}});
  return {.answer = Answer{{{"grade", grade}, {"confidence", confidence}}, std::move(text)}};
}

LookedAt failed(ErrorClass error_class = ErrorClass::timeout) {
  return {.answer = Error{error_class, "a.pdf took longer than 60 s"}};
}

LookedAt seen(const std::string& words, std::optional<Agreement> agreement = {}) {
  auto text = std::make_shared<Text>();
  text->pages.push_back({0, 0, words, {}});
  Answer answer{{{"grade", "good"}}, std::move(text)};
  answer.by = "eyes";
  return {.answer = std::move(answer), .agreement = agreement};
}

const OcrOptions options{.mode = Mode::automatic, .languages = {"eng"}};

TEST(Ocr, AutoReadsThePagesThatNeedIt) {
  const auto pages = unread_pages(value_with(mixed), four_pages(), Mode::automatic);
  ASSERT_EQ(pages.size(), 3U);
  EXPECT_EQ(pages[0].number, 2);
  EXPECT_EQ(pages[0].why, UnreadPage::Why::no_text);
  EXPECT_EQ(pages[2].number, 4);
  EXPECT_EQ(pages[2].why, UnreadPage::Why::doubtful);
  EXPECT_TRUE(unread_pages(value_with(json::array()), four_pages(), Mode::automatic).empty());
  EXPECT_TRUE(unread_pages(value_with(mixed), four_pages(), Mode::never).empty());
  EXPECT_EQ(unread_pages(value_with(mixed), four_pages(), Mode::always).size(), 4U);
}

TEST(Ocr, PagesWithoutALayoutCannotBeDrawn) {
  Text text = four_pages();
  text.pages[1].width = text.pages[1].height = 0;
  const auto pages = unread_pages(value_with(mixed), text, Mode::always);
  ASSERT_EQ(pages.size(), 3U);
  EXPECT_EQ(pages[1].number, 3);
}

TEST(Ocr, PagesBeyondTheTextAreNoPages) {
  const json grades = json::parse(R"([{"from": 0, "to": 99, "grade": "none", "needs_ocr": "image"}])");
  EXPECT_TRUE(unread_pages(value_with(grades), four_pages(), Mode::automatic).empty());
}

TEST(Ocr, WhatWasReadTakesThePlaceOfNothingAndOfWorseText) {
  json value = value_with(mixed);
  const auto pages = unread_pages(value, four_pages(), Mode::automatic);
  const std::vector<LookedAt> replies = {read("the second page\n"), read("the third page\n", "good", 80),
                                         read("the fourth page\n")};
  const auto joined = join_pages(four_pages(), pages, replies, options, value);
  ASSERT_TRUE(joined);
  EXPECT_EQ((*joined)->pages[0].text, "a page of its own words\n");
  EXPECT_EQ((*joined)->pages[1].text, "the second page\n");
  EXPECT_EQ((*joined)->pages[3].text, "the fourth page\n");
  EXPECT_EQ(value["grade"], "good");
  EXPECT_EQ(value["ocr"]["pages"], (json{2, 3, 4}));
  EXPECT_NEAR(value["ocr"]["confidence"].get<double>(), 86.8, 0.2);
  EXPECT_FALSE(value.contains("page_grades"));
  EXPECT_EQ(value["characters"], 24 + 16 + 15 + 16);
}

TEST(Ocr, APageKeepsItsTextWhereNothingBetterWasRead) {
  json value = value_with(mixed);
  const auto pages = unread_pages(value, four_pages(), Mode::automatic);
  const std::vector<LookedAt> replies = {read(""), read("the third page\n"), read("x.;: |\n", "poor", 30)};
  const auto joined = join_pages(four_pages(), pages, replies, options, value);
  ASSERT_TRUE(joined);
  EXPECT_EQ((*joined)->pages[3].text, "xqzt vbnq wrtp\n");
  EXPECT_EQ(value["ocr"]["pages"], json{3});
  EXPECT_EQ(value["page_grades"][1]["needs_ocr"], "image");
}

TEST(Ocr, AnUnsureReadingIsAPoorText) {
  json value = value_with(mixed);
  const auto pages = unread_pages(value, four_pages(), Mode::automatic);
  const std::vector<LookedAt> replies = {read("the second page\n", "good", 55),
                                         read("the third page\n", "good", 60),
                                         read("the fourth page\n", "good", 50)};
  ASSERT_TRUE(join_pages(four_pages(), pages, replies, options, value));
  EXPECT_EQ(value["grade"], "poor");
}

TEST(Ocr, APageThatFailsIsAProblemAndADocumentWithoutTextFails) {
  json value = value_with(mixed);
  auto pages = unread_pages(value, four_pages(), Mode::automatic);
  const std::vector<LookedAt> one = {failed(), read("the third page\n"), read("the fourth page\n")};
  ASSERT_TRUE(join_pages(four_pages(), pages, one, options, value));
  EXPECT_NE(value["problems"][0].get<std::string>().find("page 2 could not be read by OCR"),
            std::string::npos);

  json scan = {{"grade", "none"}, {"page_grades", mixed}};
  const std::vector<LookedAt> all = {failed(), failed(), failed()};
  const auto none = join_pages(four_pages(), pages, all, options, scan);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().error_class, ErrorClass::timeout);
}

TEST(Ocr, AStoppedRunIsNoFailureOfThePage) {
  json value = value_with(mixed);
  const auto pages = unread_pages(value, four_pages(), Mode::automatic);
  const std::vector<LookedAt> replies = {read("x\n"), failed(ErrorClass::cancelled), read("y\n")};
  const auto joined = join_pages(four_pages(), pages, replies, options, value);
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().error_class, ErrorClass::cancelled);
}

OcrOptions with_eyes() {
  OcrOptions with = options;
  with.backend = "eyes";
  return with;
}

TEST(Ocr, WhatAModelSeesIsATextWithoutConfidence) {
  json value = value_with(mixed);
  const auto pages = unread_pages(value, four_pages(), Mode::automatic);
  const std::vector<LookedAt> looked = {seen("the second page\n"), seen("the third page\n"), seen("four\n")};
  const auto joined = join_pages(four_pages(), pages, looked, with_eyes(), value);
  ASSERT_TRUE(joined);
  EXPECT_EQ((*joined)->pages[1].text, "the second page\n");
  EXPECT_EQ((*joined)->pages[1].width, 595) << "the page's own";
  EXPECT_EQ(value["ocr"], (json{{"pages", {2, 3}}, {"backend", "eyes"}, {"seen", {2, 3}}}));
  EXPECT_EQ(value["grade"], "good");
}

TEST(Ocr, SomePagesAreSeenAndOthersRead) {
  json value = value_with(mixed);
  const auto pages = unread_pages(value, four_pages(), Mode::automatic);
  LookedAt alone = read("the third page\n", "good", 80);
  alone.problem = "was read by OCR alone: 'eyes': no";
  const std::vector<LookedAt> looked = {seen("the second page\n"), alone, seen("")};
  ASSERT_TRUE(join_pages(four_pages(), pages, looked, with_eyes(), value));
  EXPECT_EQ(value["ocr"], (json{{"pages", {2, 3}},
                                {"backend", "eyes"},
                                {"seen", {2}},
                                {"languages", {"eng"}},
                                {"confidence", 80}}));
  EXPECT_EQ(value["problems"], json{"page 3 was read by OCR alone: 'eyes': no"});
}

TEST(Ocr, PagesInDoubtAreNamedAndPoor) {
  json value = value_with(mixed);
  const auto pages = unread_pages(value, four_pages(), Mode::automatic);
  const Agreement good{.words = 100, .equal = 98}, bad{.words = 100, .equal = 60};
  std::vector<LookedAt> looked = {read("the second page\n"), read("the third page\n"),
                                  read("the fourth page\n")};
  looked[0].agreement = good;
  looked[1].agreement = looked[2].agreement = bad;
  ASSERT_TRUE(join_pages(four_pages(), pages, looked, with_eyes(), value));
  EXPECT_EQ(value["ocr"]["agreement"], 0.727);
  EXPECT_EQ(value["ocr"]["in_doubt"], (json{3, 4}));
  EXPECT_EQ(value["grade"], "poor");
  EXPECT_EQ(value["page_grades"][1], (json{{"from", 3}, {"to", 4}, {"grade", "poor"}}));
}

}  // namespace
}  // namespace docket::stages
