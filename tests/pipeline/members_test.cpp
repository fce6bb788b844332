#include "pipeline/members.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Members, AreTheFilesWithADigest) {
  const auto members = members_in({{"embedded_files",
                                    {{{"name", "a.pdf"}, {"bytes", 7}, {"sha256", "abc"}},
                                     {{"name", "logo.png"}, {"inline", true}},
                                     "odd"}}});
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members[0].name, "a.pdf");
  EXPECT_EQ(members[0].bytes, 7);
  EXPECT_EQ(member_path("in/m.eml", members[0].name), "in/m.eml/a.pdf");
  EXPECT_TRUE(members_in(nullptr).empty());
  EXPECT_TRUE(members_in({{"embedded_files", 3}}).empty());
}

TEST(Members, AreAllThatAContainerHas) {
  EXPECT_TRUE(is_container({{"container", true}}));
  for (const char* other : {"null", "{}", R"({"container": false})", R"({"container": "yes"})", "[1]"})
    EXPECT_FALSE(is_container(nlohmann::json::parse(other))) << other;
}

}  // namespace
}  // namespace docket
