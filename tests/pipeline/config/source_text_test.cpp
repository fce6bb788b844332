#include "pipeline/config/source_text.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using Places = std::pair<int, int>;

/// Of what stands at `word` in the value, which begins in line 1.
Places place_of(const std::string& yaml, int column, const std::string& value, const std::string& word) {
  const Position found = SourceText(yaml).inside({1, column, 0}, value, value.find(word));
  return {found.line, found.column};
}

TEST(SourceText, PointsIntoScalarsOfEveryKind) {
  EXPECT_EQ(place_of("a: .x == y\n", 4, ".x == y", "y"), Places(1, 10));
  EXPECT_EQ(place_of("a: '.x == y'\n", 4, ".x == y", "y"), Places(1, 11));
  EXPECT_EQ(place_of("a: 'it''s y'\n", 4, "it's y", "y"), Places(1, 11));
  EXPECT_EQ(place_of("a: \"\\\"q\\\" y\"\n", 4, "\"q\" y", "y"), Places(1, 11));
  EXPECT_EQ(place_of("a: >\n  .x ==\n  y\n", 4, ".x == y\n", "y"), Places(3, 3));
  EXPECT_EQ(place_of("a: |\n  .x ==\n\n    y\n", 4, ".x ==\n\n  y\n", "y"), Places(4, 5));
  EXPECT_EQ(place_of("\xEF\xBB\xBF"
                     "a: \u00e4\u00f6 y\n",
                     4, "\u00e4\u00f6 y", "y"),
            Places(1, 7));
}

TEST(SourceText, PointsAtTheBeginningWhereItCannotTell) {
  EXPECT_EQ(place_of("a: \"\\x41 y\"\n", 4, "A y", "y"), Places(1, 4));
  EXPECT_EQ(place_of("", 4, "x", "x"), Places(1, 4));
  const Position set{1, 1, 1};
  EXPECT_EQ(SourceText("a: b\n").inside(set, "b", 0), set);
}

}  // namespace
}  // namespace docket
