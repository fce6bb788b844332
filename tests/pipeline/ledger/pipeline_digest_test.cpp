#include "pipeline/ledger/pipeline_digest.h"

#include <gtest/gtest.h>

#include "pipeline/config/read_pipeline.h"
#include "tests/temp_dir.h"
#include "tests/test_registry.h"

namespace docket {
namespace {

constexpr std::string_view pipeline = R"yaml(version: 1
name: accounts
input: { paths: [inbox] }
backends:
  rules: { type: builtin }
  local: { type: ollama, url: http://127.0.0.1:11434, model: small, max_concurrent: 4, timeout: 120s,
           price: { input: 1, output: 2 } }
policy: { private: ["path: hr/**"] }
budget: { run: 2 }
stages:
  - extract: { ocr: auto }
  - classify:
      backends: [rules, local]
      accept: 0.85
      labels: { invoice: { description: a bill }, other: {} }
  - structured-extract:
      when: { bills: .classify.label == "invoice" }
      backends: [rules]
      schema: invoice.json
)yaml";

constexpr std::string_view schema = R"({"type":"object","properties":{"total":{"type":"number"}}})";

struct Digests {
  std::string pipeline_digest, extract, classify, fields;
  friend bool operator==(const Digests&, const Digests&) = default;
};

Digests digests_of(const TempDir& dir, const std::string& file, const ModelDigests& models = {}) {
  const PipelineOrDiagnostics read = read_pipeline(dir.path() / file, plan_registry());
  for (const Diagnostic& diagnostic : read.diagnostics)
    ADD_FAILURE() << to_string(diagnostic);
  if (!read.pipeline) return {};
  const auto stages = configurations_of(*read.pipeline, models);
  return {pipeline_digest(*read.pipeline, stages), stages[0].digest, stages[1].digest, stages[2].digest};
}

/// Of the pipeline above with one text in place of another.
Digests digests_with(const std::string& from, const std::string& to) {
  std::string text(pipeline);
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  EXPECT_TRUE(from.empty() || text != pipeline) << from;
  const TempDir dir;
  dir.write("invoice.json", schema);
  dir.write("p.yaml", text);
  return digests_of(dir, "p.yaml");
}

TEST(PlanDigest, StaysWhenTheAnswersStay) {
  const Digests before = digests_with("accounts", "payables");  // Also: the folder is another each time.
  const std::pair<const char*, const char*> rows[] = {
      {"local", "desk"},
      {"rules", "builtin"},
      {"max_concurrent: 4", "max_concurrent: 8"},
      {"timeout: 120s", "timeout: 5m"},
      {"input: 1,", "input: 3,"},
      {"11434", "11435"},
      {"run: 2", "run: 3"},
      {"[inbox]", "[inbox, more]"},
      {"ocr: auto", ""},  // The fallback, written out or not.
  };
  for (const auto& [from, to] : rows)
    EXPECT_EQ(digests_with(from, to), before) << from;
}

TEST(PlanDigest, ChangesWithWhatTheStageIsTold) {
  const Digests before = digests_with("accounts", "payables");
  const struct {
    const char *from, *to;
    std::string Digests::*stage;  // Null: the plan alone.
  } rows[] = {
      {"ocr: auto", "ocr: off", &Digests::extract},
      {"accept: 0.85", "accept: 0.9", &Digests::classify},
      {"a bill", "an invoice", &Digests::classify},
      {"model: small", "model: large", &Digests::classify},
      {"[rules, local]", "[local]", &Digests::classify},
      {"[rules, local]", "[local, rules]", &Digests::classify},
      {"== \"invoice\"", "!= \"other\"", nullptr},
      {"hr/**", "payroll/**", nullptr},
  };
  for (const auto& row : rows) {
    Digests now = digests_with(row.from, row.to);
    EXPECT_NE(now.pipeline_digest, before.pipeline_digest) << row.from;
    now.pipeline_digest = before.pipeline_digest;
    if (row.stage != nullptr) {
      EXPECT_NE(now.*row.stage, before.*row.stage) << row.from;
      now.*row.stage = before.*row.stage;
    }
    EXPECT_EQ(now, before) << row.from << ": no other stage";
  }
}

TEST(PlanDigest, BackendsWithModelsOfOneNameAreToldApartByTheirPlaces) {
  const TempDir dir;
  dir.write("invoice.json", schema);
  const auto with = [&](const std::string& asked, int port) {
    std::string text(pipeline);
    text.replace(
        text.find("policy:"), 0,
        "  other: { type: ollama, url: http://127.0.0.1:" + std::to_string(port) + ", model: small }\n");
    text.replace(text.find("[rules, local]"), 14, "[rules, " + asked + "]");
    dir.write("p.yaml", text);
    return digests_of(dir, "p.yaml").classify;
  };
  EXPECT_NE(with("local", 9999), with("other", 9999));
  EXPECT_NE(with("other", 9998), with("other", 9999));
  EXPECT_EQ(with("local", 11434), with("other", 11434)) << "one server";
}

TEST(PlanDigest, ChangesWithTheContentOfFilesThatItNames) {
  const TempDir dir;
  dir.write("p.yaml", pipeline);
  dir.write("invoice.json", schema);
  const Digests before = digests_of(dir, "p.yaml");
  dir.write("invoice.json", R"({"type":"object","properties":{"sum":{"type":"number"}}})");
  const Digests after = digests_of(dir, "p.yaml");
  EXPECT_NE(after.fields, before.fields);
  EXPECT_NE(after.pipeline_digest, before.pipeline_digest);
  EXPECT_EQ(after.classify, before.classify);
}

TEST(PlanDigest, ChangesWithWhatIsRedactedWhereTheCloudMayAnswer) {
  const auto changes = [](const std::string& backend) {
    const std::string local = "url: http://127.0.0.1:11434, model: small, ";
    std::string text(pipeline);
    text.replace(text.find(local), local.size(), backend);
    text.insert(text.find("policy:"),
                "  far: { type: ollama, url: https://far.example.com, model: large, price: { input: 1, "
                "output: 2 } }\n"
                "  near: { type: ollama, url: http://127.0.0.1:2, model: m, fallback: far }\n");
    TempDir dir;
    dir.write("invoice.json", schema);
    dir.write("before.yaml", text);
    dir.write("after.yaml", text.replace(text.find("hr/**\"]"), 7, "hr/**\"], redact: [email]"));
    return digests_of(dir, "before.yaml").classify != digests_of(dir, "after.yaml").classify;
  };
  EXPECT_FALSE(changes("url: http://127.0.0.1:11434, model: small, "));
  EXPECT_TRUE(changes("url: https://far.example.com, model: small, "));
  EXPECT_TRUE(changes("url: http://127.0.0.1:11434, model: small, fallback: far, "));
  EXPECT_TRUE(changes("url: http://127.0.0.1:11434, model: small, fallback: near, ")) << "over another one";
}

TEST(PlanDigest, ChangesWithTheDigestOfAModel) {
  const TempDir dir;
  dir.write("p.yaml", pipeline);
  dir.write("invoice.json", schema);
  const Digests before = digests_of(dir, "p.yaml", {{"local", "sha256:1"}});
  const Digests after = digests_of(dir, "p.yaml", {{"local", "sha256:2"}});
  EXPECT_NE(after.classify, before.classify);
  EXPECT_EQ(after.fields, before.fields);
}

}  // namespace
}  // namespace docket
