#include "pipeline/reading/plain.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(PlainText, KnowsWhichCharactersStandForOthers) {
  const std::string text = "a\u2013b-\u200Bc\u200B-\uFF11";  // A dash; hyphens beside what nobody sees.
  const PlainText plain(text);
  ASSERT_EQ(plain.text(), "a-b-c-1");
  std::string replaced;
  for (std::uint32_t at = 0; at < plain.text().size(); ++at)
    replaced += plain.is_replaced(at) ? 'x' : '.';
  EXPECT_EQ(replaced, ".x....x");
  EXPECT_EQ(plain.origin(3), 5U);
  EXPECT_EQ(plain.origin(4), 9U);
}

}  // namespace
}  // namespace docket
