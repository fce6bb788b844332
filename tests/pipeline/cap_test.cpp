#include "pipeline/cap.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

std::int64_t allowed(const char* text, std::int64_t documents) {
  const auto cap = Cap::parse(text);
  return cap ? cap->allowed(documents) : -1;
}

TEST(Cap, IsANumberOfDocumentsOrAShareOfThem) {
  struct Row {
    const char* text;
    std::int64_t documents, expected;
  };
  for (const Row& row : {Row{"20", 1000, 20},
                         {"20", 7, 7},
                         {"0", 9, 0},
                         {"10%", 50, 5},
                         {"100%", 3, 3},
                         {"2.5 %", 1000, 25},
                         {"0.125%", 8000, 10},
                         {"0%", 100, 0},
                         {"2.3%", 1000, 23}})
    EXPECT_EQ(allowed(row.text, row.documents), row.expected) << row.text << " of " << row.documents;
}

TEST(Cap, AShareIsRoundedDown) {
  EXPECT_EQ(allowed("10%", 9), 0);
  EXPECT_EQ(allowed("10%", 19), 1);
  EXPECT_EQ(allowed("33.333%", 3), 0);
  EXPECT_EQ(allowed("66.667%", 3), 2);
}

TEST(Cap, IsNothingElse) {
  for (const char* text : {"", "%", "-1", "+5", "ten", "10 percent", "101%", "100.001%", "1.5", "10.%", ".5%",
                           "1.2345%", "10%%", "1e3", "99999999999999999999", " 10", "10\n"})
    EXPECT_FALSE(Cap::parse(text)) << text;
}

}  // namespace
}  // namespace docket
