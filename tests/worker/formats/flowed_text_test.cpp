#include "worker/formats/flowed_text.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

TEST(FlowedText, IsJoined) {
  EXPECT_EQ(unflowed("one \r\ntwo \r\nthree\r\nfour\r\n", false), "one two three\nfour\n");
  EXPECT_EQ(unflowed("in \nner", true), "inner\n");
  EXPECT_EQ(unflowed(" From here\n>quoted \n>more\n>> deeper\nmine\n", false),
            "From here\n> quoted more\n>> deeper\nmine\n");
  EXPECT_EQ(unflowed("text \n-- \nAnn\n", false), "text \n-- \nAnn\n");
  EXPECT_EQ(unflowed("", false), "");
  EXPECT_EQ(unflowed("last ", false), "last \n");
}

}  // namespace
}  // namespace docket::worker
