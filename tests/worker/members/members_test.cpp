#include "worker/members/members.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

std::string mailbox_of(int messages) {
  std::string mailbox;
  for (int i = 0; i < messages; ++i)
    mailbox += "From a@a.example Thu Jan  5 10:00:00 2023\nFrom: a@a.example\nTo: b@b.example\nSubject: m" +
               std::to_string(i) + "\nDate: Thu, 5 Jan 2023 10:00:00 +0000\n\nText " + std::to_string(i) +
               "\n\n";
  return mailbox;
}

TEST(Members, OfAMailboxAreReadInOneGo) {
  const auto media_types = MediaTypes::load();
  ASSERT_TRUE(media_types);
  const std::string mailbox = mailbox_of(3);
  Extraction listed;
  MemberBudget budget({}, mailbox.size());
  MemberCache cache;
  const MemberTools tools{**media_types, {}, budget, Attachments::automatic, 1, &cache, "this one"};
  ASSERT_FALSE(list_members(mailbox, "application/mbox", tools, listed));
  const nlohmann::json& files = listed.value["embedded_files"];
  ASSERT_EQ(files.size(), 3U);
  const auto first = read_member(mailbox, {files[0]["name"]}, tools);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_NE(first->find("Text 0"), std::string::npos);
  for (int i = 1; i < 3; ++i) {
    const auto kept = cache.take("this one", files[i]["name"]);
    ASSERT_TRUE(kept) << i;
    EXPECT_NE(kept->find("Text " + std::to_string(i)), std::string::npos);
  }
}

}  // namespace
}  // namespace docket::worker
