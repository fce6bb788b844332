#include "pipeline/support/utf8.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Utf8, KnowsTheFirstByteThatIsNone) {
  EXPECT_TRUE(is_utf8("a é € 😀"));
  EXPECT_EQ(first_invalid_utf8("ab\xFF"), 2u);
  EXPECT_EQ(first_invalid_utf8("\xC0\x80"), 0u) << "overlong";
  EXPECT_EQ(first_invalid_utf8("\xE0\x80\x80"), 0u) << "overlong";
  EXPECT_EQ(first_invalid_utf8("\xED\xA0\x80"), 0u) << "a surrogate";
  EXPECT_EQ(first_invalid_utf8("\xF4\x90\x80\x80"), 0u) << "beyond Unicode";
  EXPECT_EQ(first_invalid_utf8("a\xE2\x82"), 1u) << "cut";
}

TEST(Utf8, DecodesWhatItEncodes) {
  for (const char32_t c :
       {U'a', U'\x7F', U'\x80', U'é', U'\x7FF', U'\x800', U'€', U'\xFFFF', U'\x10000', U'😀', U'\x10FFFF'}) {
    std::string text;
    append_utf8(text, c);
    std::size_t at = 0;
    EXPECT_EQ(next_code_point(text, at), c);
    EXPECT_EQ(at, text.size());
  }
  std::string text;
  append_utf8(text, 0xD800);
  append_utf8(text, 0x110000);
  EXPECT_EQ(text, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8, GoesOnBehindABadByte) {
  std::size_t at = 0;
  EXPECT_EQ(next_code_point("\xE2\x82z", at), replacement_character);
  EXPECT_EQ(at, 1u);
}

TEST(Utf8, CutsAMessageWhereACharacterEnds) {
  EXPECT_EQ(excerpt("one\ntwo\x1b", 20), "one two ");
  EXPECT_EQ(excerpt("ab€", 4), "ab…");
  EXPECT_EQ(excerpt("ab€", 5), "ab€");
}

}  // namespace
}  // namespace docket
