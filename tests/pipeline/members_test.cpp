#include "pipeline/members.h"

#include <gtest/gtest.h>

#include <string>

namespace docket {
namespace {

const std::string digest(64, 'a');

TEST(Members, AreTheFilesWithADigest) {
  const auto members = members_in({{"embedded_files",
                                    {{{"name", "a.pdf"}, {"bytes", 7}, {"sha256", digest}},
                                     {{"name", "logo.png"}, {"inline", true}},
                                     "odd"}}});
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members[0].name, "a.pdf");
  EXPECT_EQ(members[0].bytes, 7);
  EXPECT_EQ(member_path("in/m.eml", members[0].name), "in/m.eml/a.pdf");
  EXPECT_TRUE(members_in(nullptr).empty());
  EXPECT_TRUE(members_in({{"embedded_files", 3}}).empty());
}

TEST(Members, LeadNowhereElse) {
  const std::string with_zero("a\0b", 3);
  for (const std::string& name :
       {std::string("../a"), std::string("a/../../b"), std::string("/etc/x"), std::string("a//b"),
        std::string("a/."), std::string(".."), std::string("a/"), with_zero, std::string("\xFF")})
    EXPECT_TRUE(members_in({{"embedded_files", {{{"name", name}, {"sha256", digest}}}}}).empty()) << name;
  const auto members = members_in({{"embedded_files",
                                    {{{"name", "a/..b/c.."}, {"sha256", digest}, {"bytes", -1}},
                                     {{"name", "a/..b/c.."}, {"sha256", digest}},
                                     {{"name", "odd"}, {"sha256", "../" + digest.substr(3)}}}}});
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members[0].name, "a/..b/c..");
  EXPECT_EQ(members[0].bytes, 0);
}

TEST(Members, AreAllThatAContainerHas) {
  EXPECT_TRUE(is_container({{"container", true}}));
  for (const char* other : {"null", "{}", R"({"container": false})", R"({"container": "yes"})", "[1]"})
    EXPECT_FALSE(is_container(nlohmann::json::parse(other))) << other;
}

}  // namespace
}  // namespace docket
