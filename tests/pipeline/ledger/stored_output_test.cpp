#include "pipeline/ledger/stored_output.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using nlohmann::json;

/// As ledgers hold it since the first version.
const json stored_replacement = {
    {"replaces", "first"}, {"before", {{"label", "letter"}}}, {"answer", {{"label", "invoice"}}}};

TEST(StoredOutput, OfAReplacementIsOneObject) {
  StageResult result;
  from_stored(stored_replacement, result);
  EXPECT_EQ(result.output, (json{{"replaces", "first"}, {"before", {{"label", "letter"}}}}));
  ASSERT_TRUE(result.replaces);
  EXPECT_EQ(result.replaces->stage, "first");
  EXPECT_EQ(result.replaces->answer, stored_replacement["answer"]);
  EXPECT_EQ(to_stored(result), stored_replacement);
}

TEST(StoredOutput, IsTheOutputItselfWhenItReplacesNothing) {
  for (const json& output : {json(nullptr), json(7), json{{"answer", 1}}, json{{"replaces", "first"}},
                             json{{"replaces", 1}, {"answer", 2}}}) {
    StageResult result;
    from_stored(output, result);
    EXPECT_EQ(result.output, output);
    EXPECT_FALSE(result.replaces);
    EXPECT_EQ(to_stored(result), output);
  }
}

}  // namespace
}  // namespace docket
