#include "pipeline/run/prefix_reuse.h"

#include <gtest/gtest.h>

#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

/// Of one call at these prices, that was served at this tier.
nlohmann::ordered_json saved_by(const Usage& usage, const std::string& tier) {
  const TempDir dir;
  PipelineOrDiagnostics read = read_pipeline(
      dir.write(
          "pipeline.yaml",
          "version: 1\nbackends:\n  m: { type: openai, url: 'http://127.0.0.1:1', model: m, location: cloud, "
          "price: { input: 4, cached_input: 1, cache_write: 5, cache_write_1h: 8, output: 9, batch: 0.5 } }\n"
          "stages:\n  - extract:\n"),
      registry());
  if (!read.pipeline) throw std::invalid_argument(to_string(read.diagnostics.at(0)));
  PrefixReuse reuse(*read.pipeline);
  LedgerCall call;
  call.backend = "m";
  call.service_tier = tier;
  call.usage = usage;
  reuse.add(call);
  return reuse.to_json();
}

TEST(PrefixReuse, IsAtThePriceAtWhichTheCallWasServed) {
  const Usage read{.calls = 1, .input_tokens = 1000, .cached_input_tokens = 600, .output_tokens = 5};
  EXPECT_EQ(saved_by(read, "").dump(), R"({"tokens":600,"cost_usd":0.0018})");
  EXPECT_EQ(saved_by(read, std::string(batch_tier)).dump(), R"({"tokens":600,"cost_usd":0.0009})");
  const Usage written{
      .calls = 1, .input_tokens = 1000, .cache_write_tokens = 500, .cache_write_1h_tokens = 100};
  EXPECT_EQ(saved_by(written, "").dump(), R"({"tokens":0,"cost_usd":-0.0008})") << "400 x 1 + 100 x 4";
  EXPECT_EQ(saved_by(written, std::string(batch_tier)).dump(), R"({"tokens":0,"cost_usd":-0.0004})");
}

}  // namespace
}  // namespace docket
