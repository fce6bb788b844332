#include "cli/report/reasons.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

std::string said_by(const std::vector<std::string>& reasons) {
  SharedReason said;
  for (const std::string& reason : reasons)
    said.add(reason);
  return said.text();
}

TEST(SharedReason, IsWhatAllSayButForCounts) {
  EXPECT_EQ(said_by({"broken", "broken", "broken"}), "broken");
  EXPECT_EQ(said_by({"broken", "broken", "empty"}), "");
  EXPECT_EQ(said_by({"busy (2 attempts)", "busy (2 attempts)"}), "busy (2 attempts)");
  EXPECT_EQ(said_by({"busy (2 attempts)", "busy (3 attempts)", "busy"}), "busy");
  EXPECT_EQ(said_by({"one"}), "") << "nobody else says it";
  EXPECT_EQ(said_by({"", ""}), "");
  EXPECT_EQ(said_by({}), "");
}

TEST(SharedReason, IsNotToldOfSomeOfThem) {
  SharedReason said;
  said.add("broken");
  said.add("broken");
  said.give_up();
  said.add("broken");
  EXPECT_EQ(said.text(), "");
  EXPECT_TRUE(said.differ());
}

}  // namespace
}  // namespace docket
