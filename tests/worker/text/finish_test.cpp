#include "worker/text/finish.h"

#include <gtest/gtest.h>

#include "tests/worker/text/words_of_page.h"

namespace docket::worker {
namespace {

/// Two that no other page has.
std::string own_lines(int page) {
  const std::string names[] = {"alpha", "beta", "gamma"};
  const std::string& name = names[page - 1];
  return "This is about the part " + name + "\nand of nothing but " + name + ".\n";
}

Extraction letter() {
  Extraction out;
  for (int page = 1; page <= 3; ++page)
    out.text.pages.push_back(page_of_words(
        "ACME Limited Company\n" + own_lines(page) +
        "The supplier shall deliver the goods under this agree-\nment within thirty days of the order.\n\n"
        "Item      Qty   Price\nShelf       2   59.50\nBoard       1   20.00\n\n" +
        own_lines(page) + "Page " + std::to_string(page) + "\n"));
  return out;
}

TEST(Finish, SaysWhatTheTextIs) {
  Extraction out = letter();
  finish(out, {});
  EXPECT_EQ(out.value["pages"], 3);
  EXPECT_EQ(out.value["grade"], "good");
  EXPECT_EQ(out.value["language"], "en");
  EXPECT_FALSE(out.value.contains("page_grades"));
  EXPECT_EQ(out.value["repeated_lines"].size(), 2U);
  EXPECT_EQ(out.value["repeated_lines"][0],
            nlohmann::json::parse(
                R"({"text": "ACME Limited Company", "place": "head", "pages": 3, "from": 1, "to": 3})"));
  EXPECT_NE(out.text.pages[2].text.find("this agreement\nwithin"), std::string::npos);
  EXPECT_EQ(out.text.pages[2].text.find('|'), std::string::npos);
}

TEST(Finish, WritesTheTextAsItIsAskedTo) {
  Extraction out = letter();
  finish(out, {TextForm::Tables::markdown, TextForm::RepeatedLines::once});
  EXPECT_NE(out.text.pages[0].text.find("ACME"), std::string::npos);
  EXPECT_EQ(out.text.pages[1].text.find("ACME"), std::string::npos);
  EXPECT_NE(out.text.pages[1].text.find("| Shelf | 2 | 59.50 |"), std::string::npos);
}

}  // namespace
}  // namespace docket::worker
