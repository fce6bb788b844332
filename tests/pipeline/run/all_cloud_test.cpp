#include "pipeline/run/all_cloud.h"

#include <gtest/gtest.h>

#include "cli/options/pipeline_options.h"
#include "cli/terminal/words.h"
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

/// A row of the stage `sort` about the document `a`.
LedgerCall answer_of(const std::string& backend, const Usage& usage) {
  LedgerCall call;
  call.document = "a";
  call.stage = "sort";
  call.backend = backend;
  call.location = backend == "cloud" ? "cloud" : "local";
  call.outcome = "ok";
  call.usage = usage;
  return call;
}

TEST(AllCloud, CountsTheWordsAroundPiecesOnce) {
  const auto pieces = [](const std::string& backend) {
    AllCloudOf run;
    for (const std::int64_t document_bytes : {3000, 3000, 2000}) {
      LedgerCall call = answer_of(backend, {.calls = 1, .input_tokens = (document_bytes + 1000) / 4});
      call.usage.output_tokens = document_bytes == 2000 ? 40 : 30;
      call.prompt_bytes = document_bytes + 1000;
      call.document_bytes = document_bytes;
      run.all().add(call);
    }
    return run.json();
  };
  const auto local = pieces("near");
  EXPECT_EQ(counted(local), "1 2250 40") << "(8000 + 1000) / 4, and the longest answer";
  EXPECT_EQ(local["cost_usd"], 0.00735);
  EXPECT_NE(local["how"].get<std::string>().find("1 of them were asked in pieces"), std::string::npos);
  EXPECT_EQ(counted(pieces("cloud")), "1 2750 100") << "the cloud's own window was too small";
}

TEST(AllCloud, OneCallThatWasSentTwiceIsNoPieces) {
  AllCloudOf run;
  LedgerCall call = answer_of("near", {.calls = 2, .input_tokens = 1000, .output_tokens = 10});
  call.prompt_bytes = 4000;
  call.document_bytes = 3000;
  run.all().add(call);
  EXPECT_EQ(counted(run.json()), "1 1000 10");
  EXPECT_EQ(run.json()["how"].get<std::string>().find("pieces"), std::string::npos);
}

TEST(AllCloud, ThinksOnlyIfTheCloudWould) {
  const std::string price = "location: cloud, price: { input: 3, output: 15 }";
  const struct {
    std::string cloud, up;
    std::int64_t output;
  } rows[] = {
      {price, "", 100},
      {price + ", think: true", "", 900},
      {price + ", think: false", "", 100},
  };
  for (const auto& row : rows) {
    AllCloudOf run(row.cloud, "", row.up);
    run.all().add(
        answer_of("near", {.calls = 1, .input_tokens = 10, .output_tokens = 900, .reasoning_tokens = 800}));
    const auto json = run.json();
    EXPECT_EQ(json["output_tokens"], row.output) << row.cloud;
    EXPECT_EQ(json["how"].get<std::string>().find("Left out: 800 tokens") != std::string::npos,
              row.output == 100)
        << json["how"];
  }
  AllCloudOf asked;
  asked.all().add(
      answer_of("cloud", {.calls = 1, .input_tokens = 10, .output_tokens = 900, .reasoning_tokens = 800}));
  EXPECT_EQ(asked.json()["output_tokens"], 900) << "what the cloud did is paid";
}

TEST(AllCloud, CostsWhatWasSpentWhereTheCloudAloneWasAsked) {
  const std::string price =
      "location: cloud, price: { input: 3, cached_input: 0.3, cache_write: 3.75, cache_write_1h: 6, output: "
      "15, "
      "batch: 0.5, per_call: 0.001, above: { tokens: 2000, input: 6, output: 22.5 } }";
  AllCloudOf run(price, "", "");
  Usage spent;
  for (const std::string tier : {"", "batch", ""})
    for (const std::int64_t input : {1000, 2000, 2001}) {
      LedgerCall call = answer_of("cloud", {.calls = 1,
                                            .input_tokens = input,
                                            .cached_input_tokens = 100,
                                            .cache_write_tokens = 300,
                                            .cache_write_1h_tokens = 200,
                                            .output_tokens = 77});
      call.document += tier + std::to_string(input) + std::to_string(spent.calls);
      call.service_tier = tier;
      const bool is_long = input > 2000;
      const std::int64_t micro_tenths =  // 1e-7 USD
          (input - 400) * (is_long ? 60 : 30) + 100 * (is_long ? 60 : 3) + 200 * (is_long ? 75 : 60) +
          77 * (is_long ? 225 : 150);
      const std::int64_t short_writes =
          100 * (is_long ? 75 : 0) * 10 + (is_long ? 0 : 100 * 375);  // 1e-8 USD
      call.usage.nano_dollars = (micro_tenths * 100 + short_writes * 10) / (tier.empty() ? 1 : 2) + 1'000'000;
      run.all().add(call);
      spent += call.usage;
    }
  const auto json = run.json(spent);
  EXPECT_EQ(json["ratio"], 1.0) << json["how"];
  EXPECT_EQ(json["saving_usd"], 0.0);
  const std::string how = json["how"];
  for (const char* words : {"written to the cache for an hour", " 400 at $6 written to the cache for an hour",
                            "in prompts above 2000 tokens", "of that 0.5 times, as in a batch",
                            "and 4 calls at $0.001", "; together $", "154 at $15 output"})
    EXPECT_NE(how.find(words), std::string::npos) << words << ": " << how;
}

TEST(AllCloud, AsksTheCloudForTheRestAsItServedWhatItWasAsked) {
  const std::string price = "location: cloud, price: { input: 3, output: 15, batch: 0.5 }";
  const auto cost = [&](const std::vector<std::string>& tiers) {
    AllCloudOf run(price);
    run.all().add(answer_of("near", {.calls = 1, .input_tokens = 1000}));
    for (const std::string& tier : tiers) {
      LedgerCall call = answer_of("cloud", {.calls = 1, .input_tokens = 1000});
      call.document = "b" + tier;
      call.stage = "escalate";
      call.service_tier = tier;
      run.all().add(call);
    }
    return run.json()["cost_usd"].get<double>();
  };
  EXPECT_EQ(cost({}), 0.003);
  EXPECT_EQ(cost({""}), 0.006);
  EXPECT_EQ(cost({"batch"}), 0.003) << "both at half the price";
  EXPECT_EQ(cost({"batch", ""}), 0.0075) << "nobody knows: the full price for the local one";
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
