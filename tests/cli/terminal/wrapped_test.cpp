#include "cli/terminal/wrapped.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Wrapped, BreaksAtBlanksAndMarksWhatIsCut) {
  const std::string a(50, 'a'), b(29, 'b'), c(76, 'c');
  EXPECT_EQ(wrapped("short", 2, 4), "short\n");
  EXPECT_EQ(wrapped(a + " " + b, 2, 4), a + " " + b + "\n") << "80 columns";
  EXPECT_EQ(wrapped(a + " " + b + "b", 2, 4), a + "\n    " + b + "b\n");
  EXPECT_EQ(wrapped(a + " " + c + " " + a, 3, 4), a + "\n    " + c + "\n    " + a + "\n");
  EXPECT_EQ(wrapped(a + " " + c + " " + a, 2, 4), a + "\n    " + c.substr(1) + "…\n");
  EXPECT_EQ(wrapped(std::string(81, 'x'), 3, 4), std::string(79, 'x') + "…\n") << "one long word";
}

}  // namespace
}  // namespace docket
