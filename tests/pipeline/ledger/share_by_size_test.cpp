#include "pipeline/ledger/share_by_size.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace docket {
namespace {

/// Of 20 documents of 1,000, 2,000, ... bytes: these happened.
std::vector<SizedOutcome> outcomes(std::initializer_list<int> happened) {
  std::vector<SizedOutcome> made;
  for (int i = 1; i <= 20; ++i)
    made.push_back({1000.0 * i, std::ranges::find(happened, i) != happened.end()});
  return made;
}

TEST(ShareBySizeTest, WhatIsTheSameForAllIsSoForEverySize) {
  for (const double bytes : {0.0, 1.0, 5'000.0, 1e9}) {
    EXPECT_EQ(share_by_size(outcomes({}), bytes), 0) << bytes;
    EXPECT_EQ(share_by_size(std::vector<SizedOutcome>{{1000, true}, {9000, true}}, bytes), 1) << bytes;
  }
}

TEST(ShareBySizeTest, ItIsTheShareWhereSizeTellsNothing) {
  const auto even = outcomes({2, 5, 8, 11, 14, 17, 20});
  for (const double bytes : {1'000.0, 10'000.0, 20'000.0})
    EXPECT_NEAR(share_by_size(even, bytes), 0.35, 0.1) << bytes;
  EXPECT_DOUBLE_EQ(share_by_size(even, 0), 0.35) << "the size is not known";
}

TEST(ShareBySizeTest, LongOnesAreToldFromShortOnes) {
  const auto long_ones = outcomes({13, 14, 15, 16, 17, 18, 19, 20});
  EXPECT_GT(share_by_size(long_ones, 18'000), 0.9);
  EXPECT_LT(share_by_size(long_ones, 4'000), 0.1);
  EXPECT_GT(share_by_size(long_ones, 1e7), 0.9);
  const auto short_ones = outcomes({1, 2, 3, 4, 5, 7});
  EXPECT_GT(share_by_size(short_ones, 2'000), 0.85);
  EXPECT_LT(share_by_size(short_ones, 15'000), 0.1);
}

TEST(ShareBySizeTest, AFewDocumentsShowNoDifference) {
  const std::vector<SizedOutcome> few = {{1000, false}, {2000, true}, {4000, false}};
  EXPECT_NEAR(share_by_size(few, 100'000), 1.0 / 3, 0.2);
  const std::vector<SizedOutcome> of_one_size = {{1000, false}, {1000, true}, {1000, false}, {1000, true}};
  EXPECT_NEAR(share_by_size(of_one_size, 100'000), 0.5, 1e-6);
}

TEST(ShareBySizeTest, DocumentsOfUnknownSizeCountInTheShare) {
  const std::vector<SizedOutcome> none_known = {{0, false}, {0, true}, {0, true}, {0, true}};
  EXPECT_DOUBLE_EQ(share_by_size(none_known, 5'000), 0.75);
}

}  // namespace
}  // namespace docket
