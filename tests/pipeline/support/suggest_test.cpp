#include "pipeline/support/suggest.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Suggest, FindsTheNearestName) {
  const std::vector<std::string_view> known = {"prompt", "labels", "accept", "max_concurrent",
                                               "structured-extract"};
  EXPECT_EQ(nearest("promt", known), "prompt");
  EXPECT_EQ(nearest("pormpt", known), "prompt");
  EXPECT_EQ(nearest("Labels", known), "labels");
  EXPECT_EQ(nearest("max-concurrent", known), "max_concurrent");
  EXPECT_EQ(nearest("structured_extract", known), "structured-extract");
  EXPECT_EQ(nearest("struct", known), "structured-extract");
  EXPECT_EQ(nearest("banana", known), std::nullopt);
  EXPECT_EQ(nearest("", known), std::nullopt);
  EXPECT_EQ(nearest(std::string(100000, 'x'), known), std::nullopt);
  EXPECT_EQ(nearest("x", {"y"}), std::nullopt);
}

TEST(Suggest, ListsTheKnownNamesWhenNoneIsNear) {
  EXPECT_EQ(did_you_mean("promt", {"prompt", "labels"}), ", did you mean 'prompt'?");
  EXPECT_EQ(did_you_mean("banana", {"prompt", "labels"}), "; known: prompt, labels");
  EXPECT_EQ(did_you_mean("banana", {}), "");
  EXPECT_EQ(one_of({"a", "b", "c"}), "a, b or c");
  EXPECT_EQ(one_of({"a"}), "a");
}

}  // namespace
}  // namespace docket
