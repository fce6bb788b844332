#include "pipeline/pipeline.h"

#include <gtest/gtest.h>

#include "backends/protocols/protocol.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/ledger/pipeline_digest.h"
#include "pipeline/support/digest.h"
#include "tests/temp_dir.h"
#include "tests/test_registry.h"

namespace docket {
namespace {

std::unique_ptr<backends::Protocol> no_protocol(backends::Target) { return nullptr; }

BackendConfig backend_of(const BackendType& type) { return {.name = "b", .type = &type, .settings = {}}; }

TEST(BackendTypes, ThatAnswerPromptsAreInTheCloudUnlessTheySayOtherwise) {
  BackendType type{.name = "t", .summary = "", .fields = {}};
  EXPECT_EQ(location_of(backend_of(type)), Location::local);
  type.protocol = no_protocol;
  EXPECT_EQ(location_of(backend_of(type)), Location::cloud);
  type.location = [](const Settings&) { return Location::local; };
  EXPECT_EQ(location_of(backend_of(type)), Location::local);
}

TEST(BackendTypes, ThatDeclareNothingHaveNoPriceAndNoProblem) {
  const BackendType type{.name = "t", .summary = "", .fields = {}};
  EXPECT_FALSE(price_of(backend_of(type)));
  EXPECT_FALSE(problem_of(backend_of(type)));
}

TEST(BackendTypes, DeclareThePriceTheProblemAndTheServer) {
  const BackendType type{
      .name = "t",
      .summary = "",
      .fields = {},
      .price =
          [](const Settings&) {
            return std::optional(Price{.tokens = {1, 2, 3, 4}});
          },
      .problem = [](const Settings&) { return std::optional(SettingProblem{.message = "p"}); },
      .server =
          [](const Settings&) {
            return nlohmann::json{"a", 1};
          }};
  EXPECT_EQ(price_of(backend_of(type))->tokens.output, 4);
  EXPECT_EQ(problem_of(backend_of(type))->message, "p");
  EXPECT_EQ(server_id(backend_of(type)), short_digest(json_to_text({"t", "a", 1})));
}

TEST(BackendTypes, ServersAreToldApartAsInEarlierLedgers) {
  const TempDir dir;
  const auto read = read_pipeline(
      dir.write("p.yaml",
                "version: 1\nbackends:\n  m: { type: ollama, model: small }\nstages:\n  - extract:\n"),
      plan_registry());
  ASSERT_TRUE(read.pipeline);
  EXPECT_EQ(server_id(read.pipeline->backends[0]),
            short_digest(json_to_text({"ollama", {"http://127.0.0.1:11434"}, "small"})));
}

}  // namespace
}  // namespace docket
