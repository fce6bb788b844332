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

TEST(Utf8, LooksAtTheCharactersOnBothSidesOfAPlace) {
  const std::string text = "aé€";
  EXPECT_EQ(character_at(text, 0), U'a');
  EXPECT_EQ(character_at(text, 1), U'é');
  EXPECT_EQ(character_at(text, 3), U'€');
  EXPECT_EQ(character_at(text, text.size()), 0u);
  EXPECT_EQ(character_before(text, 0), 0u);
  EXPECT_EQ(character_before(text, 1), U'a');
  EXPECT_EQ(character_before(text, 3), U'é');
  EXPECT_EQ(character_before(text, text.size()), U'€');
  EXPECT_EQ(begin_of_character_before(text, 3), 1u);
  EXPECT_EQ(begin_of_character_before(text, text.size()), 3u);
  EXPECT_EQ(begin_of_character_before(text, 0), 0u);
}

TEST(Utf8, CutsAMessageWhereACharacterEnds) {
  EXPECT_EQ(excerpt("ab€", 4), "ab…");
  EXPECT_EQ(excerpt("ab€", 5), "ab€");
  EXPECT_EQ(excerpt(std::string(199, 'a') + "éé", 200), std::string(199, 'a') + "…");
  EXPECT_EQ(excerpt(std::string(3'000'000, 'F'), 300).size(), 300 + std::string("…").size());
}

TEST(Utf8, CleansAMessage) {
  EXPECT_EQ(excerpt("one\ntwo\x7f", 20), "one two ");
  EXPECT_EQ(excerpt("a\x1b[31mred\x1b[0m \x1b]0;title\ab", 40), "ared b") << "what terminals obey";
  EXPECT_EQ(excerpt("a\x1b[", 40), "a");
  EXPECT_EQ(excerpt("a\x1b", 40), "a");
  EXPECT_EQ(excerpt("a\xC2\x9B"
                    "1mb",
                    40),
            "a 1mb")
      << "C1, in one character";
  EXPECT_EQ(excerpt("gpj\u202Eexe\u2066\u200B\uFEFF", 40), "gpjexe") << "what turns or is not seen";
  EXPECT_EQ(excerpt("a\xff\xfe(\xE2\x82", 40), "a\uFFFD\uFFFD(\uFFFD\uFFFD");
}

}  // namespace
}  // namespace docket
