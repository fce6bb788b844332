#include "worker/formats/mbox.h"

#include <gtest/gtest.h>

#include "tests/unpacked.h"

namespace docket::worker {
namespace {

const std::string first =
    "From a@b.example Tue Mar  5 10:15:00 2024\nMessage-ID: <1@b>\nSubject: One\n\nFrom me to you\n>From "
    "here\n";
const std::string second =
    "From - Wed Mar 06 10:15:00 2024\r\nMessage-ID: <2@b>\r\nSubject: Two\r\n\r\nbody\r\n";

TEST(Mbox, IsSeveralMessages) {
  EXPECT_TRUE(is_mbox(first + "\n" + second));
  EXPECT_FALSE(is_mbox(first));
  EXPECT_FALSE(is_mbox("From Monday 2024 on, at 10:15\n\nwe open later\n"));
  EXPECT_FALSE(is_mbox(""));
  EXPECT_FALSE(is_mbox("From "));
}

TEST(Mbox, GivesEachMessageAsItWas) {
  Unpacked files;
  const std::string box = first + "\n" + second + "\r\n" + first;
  MemberBudget budget({}, box.size());
  EXPECT_FALSE(unpack_mbox(box, budget, files.handler()));
  EXPECT_EQ(files.names, (std::vector<std::string>{"One.eml", "Two.eml", "One~2.eml"}));
  EXPECT_EQ(files.contents["One~2.eml"], "Message-ID: <1@b>\nSubject: One\n\nFrom me to you\nFrom here\n");
  EXPECT_EQ(files.contents["Two.eml"], "Message-ID: <2@b>\r\nSubject: Two\r\n\r\nbody\r\n\r\n");
}

TEST(Mbox, EndsWhereverItIsCut) {
  const std::string box = first + "\n" + second;
  for (std::size_t size = 0; size <= box.size(); ++size) {
    Unpacked files;
    MemberBudget budget({}, size);
    EXPECT_FALSE(unpack_mbox(box.substr(0, size), budget, files.handler()));
    EXPECT_LE(files.names.size(), 2U);
  }
}

}  // namespace
}  // namespace docket::worker
