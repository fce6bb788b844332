#include "worker/text/clean_text.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

TEST(CleanText, LigaturesBecomeLetters) {
  EXPECT_EQ(clean_utf8("eﬃcient ﬂow, ﬁnal oﬀer"), "efficient flow, final offer");
}

TEST(CleanText, BlanksBecomeBlanksAndTheInvisibleGoes) {
  EXPECT_EQ(clean_utf8("1\u00A0234,56\u202F€"), "1 234,56 €");
  EXPECT_EQ(clean_utf8("Ver\u00ADtrag\u200B\uFEFF\u200E"), "Vertrag");
  EXPECT_EQ(clean_utf8(std::string_view("a\0b\x01\x7F", 5)), "ab");
}

TEST(CleanText, WhatIsSeenStays) {
  EXPECT_EQ(clean_utf8("OP\u00AD2024\u00AD118, credit \u00AD25.00"), "OP-2024-118, credit -25.00");
  EXPECT_EQ(clean_utf8("Total \u0080 25.00 \u0096 it\u0092s"), "Total \u20AC 25.00 \u2013 it\u2019s");
  EXPECT_EQ(clean_utf8("Gro\u0308\u00DFe"), "Gr\u00F6\u00DFe");
  EXPECT_EQ(clean_utf16(u"Ame\u0301lie"), "Am\u00E9lie");
  EXPECT_EQ(clean_utf8("q\u0301"), "q\u0301");
}

TEST(CleanText, JoinersOfOtherScriptsStay) { EXPECT_EQ(clean_utf8("می\u200Cخواهم"), "می\u200Cخواهم"); }

TEST(CleanText, WhatIsNoUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(clean_utf8("a\xFF\xC3"), "a\uFFFD\uFFFD");
  EXPECT_EQ(clean_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
}

TEST(CleanText, Utf16WithPairsAndHalves) {
  EXPECT_EQ(clean_utf16(u"\xD83D\xDE00!"), "😀!");
  const char16_t half[] = {0xD83D, u'x', 0xDE00};
  EXPECT_EQ(clean_utf16({half, 3}), "\uFFFDx\uFFFD");
}

}  // namespace
}  // namespace docket::worker
