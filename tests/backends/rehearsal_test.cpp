#include <gtest/gtest.h>

#include <optional>

#include "backends/backends.h"
#include "backends/protocols/message.h"
#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/document_marks.h"
#include "pipeline/json/schema.h"
#include "pipeline/prompt_size.h"
#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

using nlohmann::json;

constexpr const char* yaml = R"(
version: 1
policy: { redact: [email] }
backends:
  plain: { type: openai, url: 'http://127.0.0.1:9', model: p, location: cloud }
  own: { type: openai, url: 'http://127.0.0.1:9', model: o }
  thinking: { type: openai, url: 'http://127.0.0.1:9', model: t, think: true, location: cloud }
stages:
  - extract:
  - classify: { backends: [plain, thinking, own], labels: { a: {}, b: {} } }
)";

/// Keeps what a run's ledger would have of the calls.
class NotedCalls final : public AnswerStore {
 public:
  Result<std::optional<StoredAnswer>> answer(std::string_view) override {
    return std::optional<StoredAnswer>();
  }
  void call_begins(LedgerCall, std::function<void(const std::optional<Error>&)> committed) override {
    committed(std::nullopt);
  }
  void call_ended(LedgerCall call, std::optional<StoredAnswer>,
                  std::function<void(const std::optional<Error>&)> committed) override {
    last = std::move(call);
    if (committed) committed(std::nullopt);
  }
  Result<std::int64_t> spent_since(std::string_view) override { return 0; }

  LedgerCall last;
};

class Rehearsal : public testing::Test {
 protected:
  Reply ask(const char* backend, const std::string& document, std::optional<bool> think = {},
            json properties = {{"who", {{"type", "string"}}}}) {
    Prompt prompt;
    prompt.document = {{PromptPart::Kind::text, between_marks(document)}};
    prompt.task = "Find it.";
    prompt.most_output_tokens = 100;
    prompt.think = think;
    prompt.schema = std::make_shared<const Schema>(
        json{{"type", "object"}, {"properties", std::move(properties)}, {"required", {"who"}}});
    bytes_ = bytes_of(prompt);
    std::optional<Reply> reply;
    backend_->submit({backend, std::move(prompt)}, [&](Reply got) { reply = std::move(got); });
    return *reply;
  }

  std::int64_t bytes_ = 0;  ///< Of the prompt, before anything is redacted.
  NotedCalls calls_;

 private:
  Options options() {
    Options options;
    options.answers = &calls_;
    return options;
  }
  const TempDir dir_;
  const PipelineOrDiagnostics pipeline_ = read_pipeline(dir_.write("pipeline.yaml", yaml), registry());
  const std::unique_ptr<Backend> backend_ = make_rehearsal(*pipeline_.pipeline, options());
};

TEST_F(Rehearsal, MeasuresWhatWouldBeSent) {
  const std::string document = "Write to jane.doe.of.the.long.name@alder-and-birch.example about it.";
  const Usage own = ask("own", document).spent.total();
  EXPECT_EQ(own.sent_bytes, bytes_);
  EXPECT_EQ(own.input_tokens, most_prompt_tokens(bytes_));
  EXPECT_EQ(calls_.last.prompt_bytes, bytes_);
  const Usage redacted = ask("plain", document).spent.total();
  EXPECT_NE(redacted.sent_bytes, bytes_);
  EXPECT_EQ(redacted.sent_bytes, calls_.last.prompt_bytes);
  EXPECT_EQ(calls_.last.redactions, (json{{"email", 1}}));
}

TEST_F(Rehearsal, NobodyJudgesSamples) {
  const json address = {{"who", {{"type", "string"}, {"pattern", "^[a-z.]+@acme\\.example$"}}}};
  const Reply reply = ask("plain", "Write to jane.doe@acme.example.", {}, address);
  ASSERT_TRUE(reply.answer) << reply.answer.error().message;
  EXPECT_TRUE(reply.answer->value.contains("who"));
}

TEST_F(Rehearsal, ThinksAsARunDoes) {
  const auto room = [&](const char* backend, std::optional<bool> think) {
    return ask(backend, "text", think).spent.total().output_tokens;
  };
  EXPECT_EQ(room("plain", std::nullopt), 100);
  EXPECT_EQ(room("plain", true), 100 + room_for_thinking);
  EXPECT_EQ(room("thinking", std::nullopt), 100 + room_for_thinking);
  EXPECT_EQ(room("thinking", false), 100);
}

}  // namespace
}  // namespace docket::backends
