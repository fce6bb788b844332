#include "worker/text/grade.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

std::string_view grade_of(const std::vector<std::string>& pages) {
  Extraction extraction;
  for (const std::string& page : pages) {
    extraction.text.pages.push_back({0, 0, page, {}});
  }
  return grade(grade_pages(extraction), {});
}

const std::string prose = "Invoice 4711 of 3 May 2024\nThe total of 119.00 EUR is due within thirty days.\n";

TEST(Grade, ProseIsGood) {
  EXPECT_EQ(grade_of({prose}), "good");
  EXPECT_EQ(grade_of({"Настоящий договор заключён между поставщиком и покупателем\n"}), "good");
  EXPECT_EQ(
      grade_of(
          {"この契約は、売主と買主の間で締結される。売主は商品を引き渡し、買主は代金を支払うものとする。\n"}),
      "good");
}

TEST(Grade, AScanHasNone) {
  EXPECT_EQ(grade_of({""}), "none");
  EXPECT_EQ(grade_of({"1\n", "2\n", "3\n"}), "none");
}

TEST(Grade, AStampOnAScanIsPoor) {
  EXPECT_EQ(grade_of({"ACME 000123\n"}), "poor");
  EXPECT_EQ(grade_of({prose, "", ""}), "poor");
}

TEST(Grade, FontsWithoutAMapToUnicodeArePoor) {
  EXPECT_EQ(grade_of({prose + "\uE001\uE002\uE003\uE004\uE005\uE006\uFFFD\uFFFD\uFFFD"}), "poor");
  // Every letter three places further in the alphabet of the font.
  EXPECT_EQ(
      grade_of({"Wkh wrwdo lv gxh zlwklq wkluwb gdbv diwhu uhfhlsw ri wklv lqyrlfh dqg qrw odwhu, xqohvv wkh "
                "vxssolhu djuhhv lq zulwlqj wr dqrwkhu gdwh\n"}),
      "poor");
  EXPECT_EQ(
      grade_of(
          {"ଋҨǥƹ̽ୡȥഁୡ ࣧҨဌʾဎಱ ̽ೌ¢܆ȥ¢Νন ੧ͱʸ¢͢ฏʤҨ ଋҨǥƹ̽ୡȥ "
           "ࣧҨဌʾဎಱ "
           "̽ೌ¢܆ȥ¢Νন "
           "੧ͱʸ¢͢ฏʤҨ\n"}),
      "poor");
}

TEST(Grade, CharactersAreCodePoints) {
  Text text;
  text.pages.push_back({0, 0, "für  5 €\n", {}});
  EXPECT_EQ(character_count(text), 9U);
}

}  // namespace
}  // namespace docket::worker
