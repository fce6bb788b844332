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

TEST(Cost, SaysWhenItIsUnknown) {
  EXPECT_EQ(format_cost(1.25), "$1.25");
  EXPECT_EQ(format_cost(0.0031), "$0.0031");
  EXPECT_EQ(format_cost(nullptr), "?");
}

}  // namespace
}  // namespace docket
