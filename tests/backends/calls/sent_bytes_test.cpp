// How many bytes are said to have left this machine: each question once for each time that it went out.
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "backends/calls/model_backend.h"
#include "backends/protocols/model_type.h"
#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/json/schema.h"
#include "tests/fault_server.h"
#include "tests/hasty_timer.h"
#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

using nlohmann::json;

Usage usage_of(const std::string& url, const std::string& location) {
  const TempDir dir;
  const PipelineOrDiagnostics read = read_pipeline(
      dir.write("p.yaml", "version: 1\nbackends:\n  m: { type: openai, model: m, location: " + location +
                              ", url: '" + url +
                              "', price: { input: 3, output: 15 } }\nstages:\n  - extract:\n"),
      registry());
  if (!read.pipeline) throw std::invalid_argument(to_string(read.diagnostics.at(0)));
  HttpLoop loop({});
  HastyTimer timer(loop);
  CallOptions options;
  options.retry.attempts = 3;
  options.timer = &timer;
  const auto backend = make_model_backend(read.pipeline->backends[0], secrets_of(*read.pipeline), false, {},
                                          loop, nullptr, options);
  Prompt prompt;
  prompt.document = {{PromptPart::Kind::text, "Grüße, 119,00 €"}};
  prompt.task = "Is it?";
  prompt.schema = std::make_shared<const Schema>(json{{"type", "object"}});
  prompt.most_output_tokens = 50;
  std::promise<Reply> reply;
  backend->submit({"m", std::move(prompt)}, [&](Reply got) { reply.set_value(std::move(got)); });
  return reply.get_future().get().spent.total();
}

struct SentRow {
  const char* name;
  std::vector<Fault> script;
  std::size_t questions;
};

std::vector<SentRow> sent_rows() {
  const Fault good{.body = answer_in(Dialect::openai, R"({"ok":true})").dump()};
  const auto refused = [](const char* words) {
    return Fault{.status = 400, .body = error_in(Dialect::openai, "x", words)};
  };
  const Fault lost{.raw = [](RawPeer& peer) { peer.reset(); }};
  const Fault words{.body = answer_in(Dialect::openai, "No.").dump()};
  return {{"an answer", {good}, 1},
          {"without a setting", {refused("'temperature' is not supported"), good}, 2},
          {"a retry", {{.status = 500}, good}, 2},
          {"a lost reply", {lost, lost, good}, 3},
          {"asked again", {words, good}, 2},
          {"a health check", {refused("I would rather not"), good, good}, 3}};
}

TEST(SentBytes, EachQuestionCountsOnce) {
  for (const SentRow& row : sent_rows()) {
    SCOPED_TRACE(row.name);
    const FaultServer server(Dialect::openai, row.script);
    const Usage spent = usage_of(server.url(), "cloud");
    const std::vector<json> questions = server.questions();
    EXPECT_EQ(questions.size(), row.questions);
    EXPECT_EQ(spent.calls, static_cast<std::int64_t>(row.questions));
    std::int64_t bytes = 0;
    for (const json& question : questions)
      bytes += static_cast<std::int64_t>(question.dump().size());
    EXPECT_EQ(spent.sent_bytes, bytes);
  }
}

TEST(SentBytes, NoneAreOfALocalModel) {
  for (const SentRow& row : sent_rows()) {
    SCOPED_TRACE(row.name);
    const FaultServer server(Dialect::openai, row.script);
    EXPECT_EQ(usage_of(server.url(), "local").sent_bytes, 0);
    EXPECT_EQ(server.questions().size(), row.questions);
  }
}

TEST(SentBytes, NoneLeftWhereNobodyIsThere) {
  EXPECT_EQ(usage_of("http://127.0.0.1:1", "cloud").sent_bytes, 0);
  const FaultServer no_model(Dialect::openai, {{.status = 404}});
  EXPECT_GT(usage_of(no_model.url(), "cloud").sent_bytes, 0) << "it has read the question";
}

}  // namespace
}  // namespace docket::backends
