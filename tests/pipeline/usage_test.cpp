#include "pipeline/usage.h"

#include <gtest/gtest.h>

#include "pipeline/ledger_rows.h"
#include "pipeline/record.h"

namespace docket {
namespace {

/// Another value for each member.
Usage counting_from(std::int64_t value) {
  Usage usage;
  for (const UsageMember& member : usage_members)
    usage.*member.value = value++;
  return usage;
}

TEST(Usage, AddsUpEveryMember) {
  Usage sum = counting_from(1);
  sum += counting_from(100);
  std::int64_t expected = 101;
  for (const UsageMember& member : usage_members) {
    EXPECT_EQ(sum.*member.value, expected) << member.name;
    expected += 2;
  }
}

TEST(Usage, IsShownWithItsCostInDollars) {
  Usage usage{.calls = 2,
              .input_tokens = 30,
              .cached_input_tokens = 20,
              .cache_write_tokens = 5,
              .output_tokens = 9,
              .reasoning_tokens = 4,
              .nano_dollars = 1'500'000'000};
  EXPECT_EQ(
      to_json(usage).dump(),
      R"({"calls":2,"input_tokens":30,"cached_input_tokens":20,"cache_write_tokens":5,"cache_write_1h_tokens":0,)"
      R"("output_tokens":9,"reasoning_tokens":4,"cost_usd":1.5})");
  usage.unpriced_calls = 1;
  EXPECT_EQ(to_json(usage)["cost_usd"], nullptr);
}

TEST(Usage, ComesBackFromTheTextOfTheLedger) {
  const Usage usage = counting_from(7);
  EXPECT_EQ(usage_from_text(usage_to_text(usage)), usage);
  EXPECT_EQ(usage_to_text({.calls = 1, .unpriced_calls = 2}), R"({"calls":1,"unpriced_calls":2})");
  EXPECT_EQ(usage_from_text("no JSON"), Usage());
  EXPECT_EQ(usage_from_text(R"({"calls":"many","input_tokens":3})"), (Usage{.input_tokens = 3}));
}

}  // namespace
}  // namespace docket
