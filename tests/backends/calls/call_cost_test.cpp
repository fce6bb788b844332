#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <stdexcept>

#include "backends/calls/model_backend.h"
#include "backends/protocols/model_type.h"
#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/json/schema.h"
#include "tests/fault_server.h"
#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

using nlohmann::json;

/// A model server whose answers have this usage, and this beside it.
Fault answer(const json& usage, const json& beside = json::object()) {
  json body = answer_in(Dialect::openai, R"({"ok":true})");
  body["usage"] = usage;
  body.update(beside);
  return {.body = body.dump()};
}

const json usual = {{"prompt_tokens", 1000}, {"completion_tokens", 100}, {"total_tokens", 1100}};

class CallCost : public testing::Test {
 protected:
  /// What `calls` calls with this price cost.
  Usage ask(std::vector<Fault> script, const std::string& price, int calls = 1) {
    const FaultServer server(Dialect::openai, std::move(script));
    const TempDir dir;
    const PipelineOrDiagnostics read = read_pipeline(
        dir.write("p.yaml", "version: 1\nbackends:\n  m: { type: openai, model: m, location: cloud, url: '" +
                                server.url() + "', price: " + price + " }\nstages:\n  - extract:\n"),
        registry());
    if (!read.pipeline) throw std::invalid_argument(to_string(read.diagnostics.at(0)));
    HttpLoop loop({});
    CallOptions options;
    options.retry.attempts = 1;
    options.health.warn = [this](const std::string& warning) { warnings_.push_back(warning); };
    const auto backend = make_model_backend(read.pipeline->backends[0], secrets_of(*read.pipeline), false, {},
                                            loop, nullptr, options);
    Usage spent;
    for (int i = 0; i < calls; ++i) {
      std::promise<Reply> reply;
      backend->submit(question(), [&](Reply got) { reply.set_value(std::move(got)); });
      spent += reply.get_future().get().spent.total();
    }
    return spent;
  }

  static Request question() {
    Prompt prompt;
    prompt.task = "Is it?";
    prompt.schema = std::make_shared<const Schema>(json{{"type", "object"}});
    prompt.most_output_tokens = 50;
    return {"m", std::move(prompt)};
  }

  std::vector<std::string> warnings_;
};

TEST_F(CallCost, IsThatOfItsTokens) {
  const Usage spent = ask({answer(usual)}, "{ input: 3, output: 15 }", 2);
  EXPECT_EQ(spent.nano_dollars, 2 * (3'000'000 + 1'500'000));
  EXPECT_EQ(spent.unpriced_calls, 0);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(CallCost, IsUnknownWhereTheTokensDoNotAddUpAndIsSaidOnce) {
  json usage = usual;
  usage["total_tokens"] = 5000;
  const Usage spent = ask({answer(usage)}, "{ input: 3, output: 15 }", 3);
  EXPECT_EQ(spent.unpriced_calls, 3);
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_EQ(
      warnings_[0],
      "backend 'm': the cost of a call is unknown: its count of tokens does not add up: prompt_tokens 1000, "
      "completion_tokens 100, total_tokens 5000");
}

TEST_F(CallCost, IsAShareWhereTheServerHasDoneItWhenItHadRoom) {
  const json flex = {{"service_tier", "flex"}};
  EXPECT_EQ(ask({answer(usual, flex)}, "{ input: 3, output: 15, batch: 0.5 }").nano_dollars, 2'250'000);
  EXPECT_EQ(ask({answer(usual, flex)}, "{ input: 3, output: 15 }").unpriced_calls, 1);
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find("'batch'"), std::string::npos) << warnings_[0];
}

TEST_F(CallCost, OfTimeIsKnownWhateverTheServerSaysOfTokens) {
  for (const Fault& fault :
       {answer(usual), answer(nullptr), Fault{.status = 500}, Fault{.body = "no JSON"}}) {
    const Usage spent = ask({fault}, "{ per_hour: 10000 }");
    EXPECT_GT(spent.nano_dollars, 0) << fault.body;
    EXPECT_EQ(spent.unpriced_calls, 0) << fault.body;
  }
  EXPECT_TRUE(std::ranges::none_of(
      warnings_, [](const std::string& one) { return one.find("cost") != std::string::npos; }));
}

TEST_F(CallCost, OfARefusedCallIsNothing) {
  const Usage spent = ask({{.status = 500}}, "{ input: 3, output: 15, per_call: 0.01 }");
  EXPECT_EQ(spent.nano_dollars, 0);
  EXPECT_EQ(spent.unpriced_calls, 0);
}

}  // namespace
}  // namespace docket::backends
