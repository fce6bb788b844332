#include "cli/table.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Table, AlignsColumnsByCharactersNotBytes) {
  EXPECT_EQ(format_table({{"stage", "in"}, {"größe", "1"}, {"x"}}),
            "stage  in\n"
            "größe   1\n"
            "x    \n");
}

TEST(Printable, LeavesNothingThatDrivesATerminal) {
  EXPECT_EQ(printable("a\x1b[2J\x07\x7f\nb\tc"), "a?[2J??\nb?c");
  EXPECT_EQ(printable("caf\xc3\xa9 \xc2\x9b"
                      "31m \xc2\xa0"),
            "caf\xc3\xa9 ?31m \xc2\xa0")
      << "C1 controls too";
}

TEST(Duration, IsShortAtEverySize) {
  EXPECT_EQ(format_duration(950), "950 ms");
  EXPECT_EQ(format_duration(12'400), "12.4 s");
  EXPECT_EQ(format_duration(185'000), "3 min 5 s");
  EXPECT_EQ(format_duration(7'800'000), "2 h 10 min");
}

TEST(Money, IsNeverRoundedToNothingAndSaysWhenItIsUnknown) {
  EXPECT_EQ(format_money(0), "$0.00");
  EXPECT_EQ(format_money(1.25), "$1.25");
  EXPECT_EQ(format_money(0.0031), "$0.0031");
  EXPECT_EQ(format_money(nullptr), "?");
}

}  // namespace
}  // namespace docket
