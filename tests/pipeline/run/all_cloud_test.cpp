#include "pipeline/run/all_cloud.h"

#include <gtest/gtest.h>

#include "cli/commands.h"
#include "pipeline/config/read_pipeline.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

/// A pipeline with local and cloud models; `cloud`: more of the cloud's settings.
class AllCloudOf {
 public:
  explicit AllCloudOf(
      const std::string& cloud = "location: cloud, price: { input: 3, cached_input: 1, output: 15 }",
      const std::string& more = "",
      const std::string& up = "  - escalate: { backend: cloud, redo: sort }\n") {
    dir_.write("p.mustache", "What is unusual?");
    PipelineOrDiagnostics read = read_pipeline(
        dir_.write("pipeline.yaml",
                   "version: 1\nbackends:\n  rules: { type: builtin }\n"
                   "  small: { type: openai, url: 'http://127.0.0.1:1', model: s }\n"
                   "  near: { type: openai, url: 'http://127.0.0.1:1', model: n }\n"
                   "  cloud: { type: openai, url: 'http://127.0.0.1:1', model: big, " +
                       cloud + " }\n" + more +
                       "stages:\n  - extract:\n  - classify: { id: sort, backends: [rules, small, near], "
                       "labels: { a: {}, b: {} } }\n" +
                       up),
        registry());
    if (!read.pipeline) throw std::invalid_argument(to_string(read.diagnostics.at(0)));
    pipeline_ = std::move(*read.pipeline);
    all_.emplace(pipeline_);
  }

  void add(const std::string& document, const std::string& stage, const std::string& backend,
           std::int64_t input, std::int64_t output, const std::string& outcome = "ok") {
    LedgerCall call;
    call.document = document;
    call.stage = stage;
    call.backend = backend;
    call.location = backend == "cloud" || backend == "other" ? "cloud" : "local";
    call.outcome = outcome;
    call.usage = {.calls = 1, .input_tokens = input, .output_tokens = output};
    all_->add(call);
  }
  AllCloud& all() { return *all_; }
  nlohmann::ordered_json json(const Usage& spent = {.calls = 1, .nano_dollars = 1'000'000}) {
    return all_->to_json(spent);
  }

 private:
  TempDir dir_;
  Pipeline pipeline_;
  std::optional<AllCloud> all_;
};

std::string counted(const nlohmann::ordered_json& json) {
  return json["questions"].dump() + " " + json["input_tokens"].dump() + " " + json["output_tokens"].dump();
}

TEST(AllCloud, AsksWhatLocalModelsAnsweredOfTheCloud) {
  AllCloudOf run;
  run.add("a", "sort", "near", 1000, 100);
  run.add("b", "sort", "near", 2000, 200);
  const auto json = run.json();
  EXPECT_EQ(json["backend"], "cloud");
  EXPECT_EQ(json["model"], "big");
  EXPECT_EQ(json["prices"].dump(),
            R"({"input":3.0,"cached_input":1.0,"cache_write":3.75,"cache_write_1h":3.75,"output":15.0})");
  EXPECT_EQ(counted(json), "2 3000 300");
  EXPECT_EQ(json["cost_usd"], 0.0135);  // (3000 x 3 + 300 x 15) / 1e6
  EXPECT_EQ(json["spent_usd"], 0.001);
  EXPECT_EQ(json["saving_usd"], 0.0125);
  EXPECT_EQ(json["ratio"], 13.5);
  EXPECT_FALSE(json.contains("reason"));
}

TEST(AllCloud, AsksEachQuestionOnce) {
  AllCloudOf run;
  run.add("a", "sort", "small", 900, 10);
  run.add("a", "sort", "near", 1000, 100);
  run.add("a", "escalate", "cloud", 1010, 50);
  run.add("b", "sort", "small", 900, 10);
  run.add("b", "sort", "near", 2000, 200);
  EXPECT_EQ(counted(run.json()), "2 3010 250") << "the cloud's answer, else that of the last tier";
}

TEST(AllCloud, NeedsTheWholeAnswerWhereTheCloudGaveAPart) {
  const std::string price = "location: cloud, price: { input: 3, output: 15 }";
  for (const char* mode : {"review: sort", "redo: sort, send: pages", "redo: sort, send: fields",
                           "redo: sort, send: summary, summarize_with: small"}) {
    AllCloudOf run(price, "", "  - escalate: { backend: cloud, " + std::string(mode) + " }\n");
    run.add("a", "sort", "near", 1000, 100);
    run.add("a", "escalate", "small", 1000, 200);  // A summary.
    run.add("a", "escalate", "cloud", 300, 10);
    run.add("b", "escalate", "cloud", 300, 10);  // Rules had answered.
    EXPECT_EQ(counted(run.json()), "2 1300 110") << mode;
  }
}

TEST(AllCloud, AsksAQuestionOfItsOwnAsItWasAsked) {
  AllCloudOf run(
      "location: cloud, price: { input: 3, output: 15 }", "",
      "  - escalate: { backend: cloud, prompt: p.mustache, send: summary, summarize_with: small }\n");
  run.add("a", "sort", "near", 1000, 100);
  run.add("a", "escalate", "small", 1000, 200);
  run.add("a", "escalate", "cloud", 300, 10);
  EXPECT_EQ(counted(run.json()), "2 1300 110") << "nobody needs the summary";
}

TEST(AllCloud, CountsThePiecesOfALongDocumentTogether) {
  AllCloudOf run;
  for (int piece = 0; piece < 3; ++piece)
    run.add("a", "sort", "near", 100, 10);
  EXPECT_EQ(counted(run.json()), "1 300 30");
}

TEST(AllCloud, NeedsNoAttemptThatFailedAndNoAnswerThatWasKnown) {
  AllCloudOf run;
  run.add("a", "sort", "near", 1000, 100, "content");
  run.add("a", "sort", "near", 1100, 110);
  run.add("b", "sort", "near", 1000, 100, std::string(known_answer));
  EXPECT_EQ(counted(run.json()), "1 1100 110");
}

TEST(AllCloud, TakesCachedTokensForCached) {
  AllCloudOf run;
  LedgerCall call;
  call.document = "a";
  call.stage = "sort";
  call.backend = "near";
  call.location = "local";
  call.outcome = "ok";
  call.usage = {.calls = 1, .input_tokens = 1000, .cached_input_tokens = 800, .output_tokens = 0};
  run.all().add(call);
  EXPECT_EQ(run.json()["cost_usd"], 0.0014);  // (200 x 3 + 800 x 1) / 1e6
}

TEST(AllCloud, RoundsOnceACall) {
  AllCloudOf run("location: cloud, price: { input: 1.0005, output: 1 }");
  for (const char* document : {"a", "b", "c"})
    run.add(document, "sort", "near", 1, 0);
  EXPECT_EQ(run.json()["cost_usd"], 3.003e-6) << "1000.5 nano-dollars are 1001, three times";
}

TEST(AllCloud, SaysWhyItIsNotKnown) {
  AllCloudOf unpriced("location: cloud, price: unknown-ok");
  unpriced.add("a", "sort", "near", 1000, 100);
  EXPECT_EQ(unpriced.json()["cost_usd"], nullptr);
  EXPECT_EQ(unpriced.json()["ratio"], nullptr);
  EXPECT_EQ(unpriced.json()["reason"], "the price of backend 'cloud' is not known");

  AllCloudOf spent;
  spent.add("a", "sort", "near", 1000, 100);
  const auto json = spent.json({.calls = 3, .unpriced_calls = 2});
  EXPECT_EQ(json["cost_usd"], 0.0045);
  EXPECT_EQ(json["spent_usd"], nullptr);
  EXPECT_EQ(json["saving_usd"], nullptr);
  EXPECT_EQ(json["reason"], "what 2 of the calls cost is not known");

  AllCloudOf uncounted;
  uncounted.add("a", "sort", "near", 0, 0);
  EXPECT_EQ(uncounted.json()["cost_usd"], nullptr);
  EXPECT_EQ(uncounted.json()["reason"], "how many tokens 1 of the answers took is not known");

  AllCloudOf free;
  free.add("a", "sort", "near", 1000, 100);
  EXPECT_EQ(free.json({})["ratio"], nullptr);
  EXPECT_EQ(free.json({})["saving_usd"], 0.0045);
  EXPECT_EQ(free.json({})["reason"], "nothing was spent");
}

TEST(AllCloud, TakesTheModelThatDocumentsAreSentUpTo) {
  const std::string price = "location: cloud, price: { input: 3, output: 15 }";
  const std::string other =
      "  other: { type: openai, url: 'http://127.0.0.1:1', location: cloud, model: o, price: "
      "{ input: 1, output: 1 } }\n";
  EXPECT_EQ(AllCloudOf(price, other).json()["backend"], "cloud") << "escalate names it";
  EXPECT_EQ(AllCloudOf(price, "", "").json()["backend"], "cloud") << "the only one";
  EXPECT_EQ(AllCloudOf(price, other, "").json()["reason"],
            "more than one cloud model could answer all: 'cloud', 'other'");
  EXPECT_EQ(AllCloudOf(price, "", "  - escalate: { backend: near, redo: sort }\n").json()["backend"],
            "cloud");
  EXPECT_EQ(AllCloudOf("location: local").json()["backend"], nullptr);
  EXPECT_EQ(AllCloudOf("location: local").json()["reason"], "the pipeline names no cloud model");
}

TEST(AllCloud, EstimatesApartWhatRulesAnswered) {
  AllCloudOf run;
  run.add("a", "sort", "near", 1000, 0);
  run.add("b", "sort", "near", 2000, 0);
  for (int document = 0; document < 10; ++document)
    run.all().add_without_model("sort");
  const auto json = run.json();
  EXPECT_EQ(json["cost_usd"], 0.009);
  EXPECT_EQ(json["without_model"]["answers"], 10);
  EXPECT_EQ(json["without_model"]["estimate_usd"], 0.045) << "10 x the mean of 0.003 and 0.006";
  run.all().add_without_model("look");
  EXPECT_EQ(run.json()["without_model"]["estimate_usd"], nullptr);
  EXPECT_EQ(run.json()["without_model"]["reason"],
            "no model answered a question of the stage 'look' in this run");
}

}  // namespace
}  // namespace docket
