// What a model server keeps for a call, and what it gives back.
#include "backends/protocols/model_server.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "backends/protocols/message.h"
#include "backends/protocols/model_type.h"
#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/prompt_size.h"
#include "tests/fault_server.h"
#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

using nlohmann::json;

/// Grants what it is asked for, or nothing at all, and takes notes.
class NotedPurse final : public Purse {
 public:
  void reserve(const Caller& caller, std::int64_t most,
               std::function<void(std::optional<Error>)> then) override {
    EXPECT_EQ(caller.document + " " + caller.stage, "a.txt classify");
    kept.push_back(most);
    then(refusal);
  }
  void settle(const Caller& caller, std::int64_t most, std::int64_t spent) override {
    EXPECT_EQ(caller.document + " " + caller.stage, "a.txt classify");
    EXPECT_EQ(most, kept.back());
    settled.push_back(spent);
  }
  std::optional<Error> refusal;
  std::vector<std::int64_t> kept, settled;
};

/// One model server, of which the first question may ask for 50 tokens.
class PaidServer {
 public:
  PaidServer(Dialect dialect, std::vector<Fault> script, const std::string& settings)
      : server_(dialect, std::move(script)) {
    setenv("DOCKET_TEST_KEY", "sk-4711-paid-server", 1);
    PipelineOrDiagnostics read = read_pipeline(
        dir_.write("pipeline.yaml", "version: 1\nbackends:\n  model: { type: " + name(dialect) + ", url: '" +
                                        server_.url() +
                                        "', model: m, api_key: '${DOCKET_TEST_KEY}', location: cloud" +
                                        settings + " }\nstages:\n  - extract:\n"),
        registry());
    if (!read.pipeline) throw std::invalid_argument(to_string(read.diagnostics.at(0)));
    pipeline_ = std::move(*read.pipeline);
    const BackendConfig& config = pipeline_.backends[0];
    const Target target = targets_of(config, secrets_of(pipeline_)).front();
    model_ =
        std::make_unique<ModelServer>(target, price_of(config), make_protocol(config, target), loop_, nullptr,
                                      &purse, [this](const std::string& text) { warnings.push_back(text); });
  }

  Reply ask(std::optional<bool> stage_thinks = std::nullopt) {
    Prompt prompt;
    prompt.think = stage_thinks;
    prompt.document = {{PromptPart::Kind::text, "Grüße, 119,00 €"}};
    prompt.task = "Which?";
    prompt.most_output_tokens = 50;
    std::promise<Reply> reply;
    model_->submit({"model", std::move(prompt), {"a.txt", "classify"}},
                   [&](Reply got) { reply.set_value(std::move(got)); });
    return reply.get_future().get();
  }
  std::vector<json> questions() const { return server_.questions(); }

  NotedPurse purse;
  std::vector<std::string> warnings;

 private:
  TempDir dir_;
  FaultServer server_;
  Pipeline pipeline_;
  HttpLoop loop_{std::stop_token()};
  std::unique_ptr<ModelServer> model_;
};

/// A token costs 3,000 and 15,000 nano-dollars, and 4,000 where it is written to a cache.
constexpr const char* price = ", price: { input: 3, cache_write: 4, cache_write_1h: 4, output: 15 }";
constexpr std::int64_t cost_of_answer = 100 * 3000 + 10 * 15000;

std::int64_t most_for(const json& question, std::int64_t output) {
  return most_prompt_tokens(static_cast<std::int64_t>(question.dump().size())) * 4000 + output * 15'000;
}

Fault answered(Dialect dialect) { return {.body = answer_in(dialect, "OK").dump()}; }

TEST(ModelServer, KeepsForEachByteAndEachTokenThatIsAskedFor) {
  for (const Dialect dialect : {Dialect::ollama, Dialect::openai, Dialect::anthropic}) {
    SCOPED_TRACE(name(dialect));
    for (const bool thinks : {false, true}) {
      PaidServer server(dialect, {answered(dialect)}, std::string(price) + (thinks ? ", think: true" : ""));
      EXPECT_TRUE(server.ask().answer);
      const json question = server.questions().at(0);
      const json& of =
          dialect == Dialect::ollama ? question["options"]["num_predict"] : question["max_tokens"];
      const std::int64_t limit = of.get<std::int64_t>();
      EXPECT_GE(limit, thinks ? room_for_thinking : 50);
      EXPECT_EQ(server.purse.kept, std::vector{most_for(question, limit + (thinks ? room_for_thinking : 0))});
      EXPECT_EQ(server.purse.settled, std::vector{cost_of_answer});
    }
  }
}

TEST(ModelServer, KeepsForTheThinkingThatAStageAsksFor) {
  for (const Dialect dialect : {Dialect::ollama, Dialect::openai, Dialect::anthropic})
    for (const bool backend_thinks : {false, true})
      for (const bool stage_thinks : {false, true}) {
        SCOPED_TRACE(name(dialect) + (backend_thinks ? ", the backend thinks" : "") +
                     (stage_thinks ? ", the stage does" : ""));
        PaidServer server(dialect, {answered(dialect)},
                          std::string(price) + (backend_thinks ? ", think: true" : ", think: false"));
        EXPECT_TRUE(server.ask(stage_thinks).answer);
        const json question = server.questions().at(0);
        const std::int64_t thinking = stage_thinks ? room_for_thinking : 0;
        const json& of =
            dialect == Dialect::ollama ? question["options"]["num_predict"] : question["max_tokens"];
        const std::int64_t limit = of.get<std::int64_t>();  // The server may have one of its own.
        EXPECT_GE(limit, stage_thinks ? room_for_thinking : 50);
        EXPECT_LE(limit, 50 + thinking);
        EXPECT_EQ(server.purse.kept, std::vector{most_for(question, limit + thinking)});
      }
}

TEST(ModelServer, KeepsAnewEachTimeThatAQuestionGoesOut) {
  const std::string refusal = error_in(Dialect::openai, "x", "'temperature' is not supported");
  PaidServer server(Dialect::openai, {{.status = 400, .body = refusal}, answered(Dialect::openai)}, price);
  EXPECT_TRUE(server.ask().answer);
  const std::vector<json> questions = server.questions();
  ASSERT_EQ(questions.size(), 2U);
  EXPECT_EQ(server.purse.kept, (std::vector{most_for(questions[0], 50), most_for(questions[1], 50)}));
  EXPECT_EQ(server.purse.settled, (std::vector<std::int64_t>{0, cost_of_answer}));
}

TEST(ModelServer, WithoutALimitOnOutputThinkingIsExpected) {
  std::vector<Fault> script;
  for (const char* words : {"max_tokens is not supported", "max_completion_tokens is not supported"})
    script.push_back({.status = 400, .body = error_in(Dialect::openai, "x", words)});
  script.push_back(answered(Dialect::openai));
  PaidServer server(Dialect::openai, script, price);
  EXPECT_TRUE(server.ask().answer);
  EXPECT_EQ(server.purse.kept.back(), most_for(server.questions().back(), 50 + room_for_thinking));
}

TEST(ModelServer, SendsNothingThatIsNotPaidFor) {
  PaidServer server(Dialect::openai, {answered(Dialect::openai)}, price);
  server.purse.refusal = Error{ErrorClass::withheld, "budget", "nothing is left"};
  const Reply reply = server.ask();
  EXPECT_EQ(reply.answer.error(), *server.purse.refusal);
  EXPECT_EQ(reply.spent.total().calls, 0);
  EXPECT_TRUE(server.questions().empty());
  EXPECT_TRUE(server.purse.settled.empty());
}

TEST(ModelServer, WhatMayHaveBeenChargedCountsInFull) {
  const Fault lost{.raw = [](RawPeer& peer) { peer.reset(); }};
  json no_usage = answer_in(Dialect::openai, "OK");
  no_usage.erase("usage");
  for (const Fault& fault : {lost, Fault{.body = "<html>"}, Fault{.body = no_usage.dump()}}) {
    PaidServer server(Dialect::openai, {fault}, price);
    const Usage spent = server.ask().spent.total();
    EXPECT_EQ(spent.unpriced_calls, 1);
    EXPECT_EQ(std::vector{spent.uncertain_nano_dollars}, server.purse.kept);
    EXPECT_EQ(server.purse.settled, server.purse.kept);
  }
}

TEST(ModelServer, AfterAnAnswerThatCostMoreThanItCouldLaterOnesAreExpectedTo) {
  json dear = answer_in(Dialect::openai, "OK");
  dear["usage"] = {{"prompt_tokens", 1'000'000}, {"completion_tokens", 10}, {"total_tokens", 1'000'010}};
  PaidServer server(Dialect::openai, {{.body = dear.dump()}, answered(Dialect::openai)}, price);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(server.ask().answer);
  constexpr std::int64_t cost = 1'000'000 * 3000LL + 10 * 15'000;
  const std::int64_t most = most_for(server.questions().at(0), 50);
  EXPECT_EQ(server.purse.kept, (std::vector{most, cost, cost}));
  EXPECT_EQ(server.purse.settled, (std::vector{cost, cost_of_answer, cost_of_answer}));
  ASSERT_EQ(server.warnings.size(), 1U);
  EXPECT_TRUE(server.warnings[0].starts_with("backend 'model': an answer cost $3.00")) << server.warnings[0];
}

TEST(ModelServer, WhatNobodyKnowsThePriceOfIsAskedForTheLeast) {
  PaidServer server(Dialect::openai, {answered(Dialect::openai)}, ", price: unknown-ok");
  EXPECT_EQ(server.ask().spent.total().unpriced_calls, 1);
  EXPECT_EQ(server.purse.kept, std::vector<std::int64_t>{1});
  EXPECT_EQ(server.purse.settled, std::vector<std::int64_t>{0});
}

}  // namespace
}  // namespace docket::backends
