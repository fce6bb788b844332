#include "worker/members/member_cache.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

TEST(MemberCache, GivesEachMemberOfOneArchiveOnce) {
  MemberCache cache;
  cache.begin("one");
  EXPECT_TRUE(cache.keep("a", "first"));
  EXPECT_FALSE(cache.take("other", "a"));
  EXPECT_EQ(cache.take("one", "a"), "first");
  EXPECT_FALSE(cache.take("one", "a"));
  EXPECT_TRUE(cache.keep("b", "second"));
  cache.begin("two");
  EXPECT_FALSE(cache.take("one", "b"));
}

TEST(MemberCache, HasItsLimit) {
  MemberCache cache;
  cache.begin("one");
  const std::string large(std::size_t{30} << 20, 'x');
  EXPECT_TRUE(cache.keep("a", large));
  EXPECT_FALSE(cache.keep("b", large));
  EXPECT_EQ(cache.take("one", "a")->size(), large.size());
  EXPECT_TRUE(cache.keep("b", large));
}

}  // namespace
}  // namespace docket::worker
