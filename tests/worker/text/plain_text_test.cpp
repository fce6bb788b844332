#include "worker/text/plain_text.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

std::vector<std::string> pages(std::string_view text) {
  std::vector<std::string> out;
  for (const Page& page : text_pages(text).pages) {
    EXPECT_TRUE(page.words.empty());
    out.push_back(page.text);
  }
  return out;
}

TEST(PlainText, FormFeedsPartPages) {
  EXPECT_EQ(pages("one\n\ftwo\f"), (std::vector<std::string>{"one\n", "two\n"}));
  EXPECT_EQ(pages("one\f\fthree"), (std::vector<std::string>{"one\n", "", "three\n"}));
  EXPECT_EQ(pages(""), (std::vector<std::string>{""}));
}

TEST(PlainText, EveryKindOfLineEndIsOne) {
  EXPECT_EQ(pages("a\r\nb\rc\u2028d\n"), (std::vector<std::string>{"a\nb\nc\nd\n"}));
}

TEST(PlainText, TabsKeepCellsApartAndTrailingBlanksGo) {
  EXPECT_EQ(pages("a\tb  \nabcdefg\th\n"), (std::vector<std::string>{"a       b\nabcdefg  h\n"}));
}

TEST(PlainText, ControlsGo) {
  EXPECT_EQ(pages(std::string_view("a\0b\x1B[1m\n", 8)), (std::vector<std::string>{"ab[1m\n"}));
}

TEST(PlainText, MarkdownHasItsMarks) {
  EXPECT_EQ(text_media_type("# Offer\n\nWe offer:\n\n* one\n* two\n"), "text/markdown");
  EXPECT_EQ(text_media_type("Dear Sir,\n\n- first\n- second\n\nYours\n"), "text/plain");
  EXPECT_EQ(text_media_type("# a comment in a shell script\nls\n"), "text/plain");
}

}  // namespace
}  // namespace docket::worker
