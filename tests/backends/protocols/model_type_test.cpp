#include "backends/protocols/model_type.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "backends/backends.h"
#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/json/schema.h"
#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

/// The complaint about a backend with these settings; empty: none. Else where it is.
std::string checked(const std::string& settings) {
  const TempDir dir;
  const auto read = read_pipeline(
      dir.write("pipeline.yaml", "version: 1\nbackends:\n  m: { " + settings + " }\nstages:\n  - extract:\n"),
      registry());
  return read.pipeline ? std::string(name(location_of(read.pipeline->backends[0])))
                       : to_string(read.diagnostics.at(0));
}

TEST(ModelType, TheFarthestAddressSaysWhereTheModelIsUnlessThePipelineDoes) {
  EXPECT_EQ(checked("type: openai, model: m, url: ['http://127.0.0.1:1', 'https://far.example.com']"),
            "cloud");
  EXPECT_EQ(checked("type: openai, model: m, url: 'https://llm.corp.example.com', location: local"), "local");
  EXPECT_EQ(checked("type: openai, model: m, url: 'http://127.0.0.1:1', location: cloud"), "cloud");
  EXPECT_EQ(checked("type: ollama, model: 'gpt-oss:120b-cloud', location: local"), "cloud")
      << "Ollama hands it on, whatever the pipeline says";
}

TEST(ModelType, AKeyGoesOverPlainHttpToThisMachineOnly) {
  setenv("DOCKET_TEST_KEY", "sk-secret-4711", 1);
  EXPECT_EQ(checked("type: openai, model: m, url: 'http://127.0.0.1:1', api_key: '${DOCKET_TEST_KEY}'"),
            "local");
  const std::string refused =
      checked("type: openai, model: m, url: 'http://10.0.0.1', api_key: '${DOCKET_TEST_KEY}'");
  EXPECT_NE(refused.find("https"), std::string::npos) << refused;
  EXPECT_EQ(refused.find("4711"), std::string::npos);
}

/// What is sent only to local addresses: what nobody but the host's name says to be local.
TEST(ModelType, WhatIsLocalByItsNameIsHeldToIt) {
  const auto only_locally = [](const std::string& settings) {
    const TempDir dir;
    const auto read =
        read_pipeline(dir.write("pipeline.yaml", "version: 1\nbackends:\n  m: { type: openai, model: m, " +
                                                     settings + " }\nstages:\n  - extract:\n"),
                      registry());
    return targets_of(read.pipeline->backends[0], secrets_of(*read.pipeline))[0].only_locally;
  };
  EXPECT_TRUE(only_locally("url: 'http://gpu-box:8080'"));
  EXPECT_TRUE(only_locally("url: 'http://nas.local'"));
  EXPECT_TRUE(only_locally("url: 'http://localhost:1'"));
  EXPECT_FALSE(only_locally("url: 'http://gpu-box:8080', location: local"));
  EXPECT_FALSE(only_locally("url: 'http://gpu-box:8080', location: cloud"));
  EXPECT_FALSE(only_locally("url: 'https://far.example.com'"));
}

BackendConfig backend_of(const BackendType& type) { return {.name = "b", .type = &type, .settings = {}}; }

const BackendType& row(std::string_view name) { return *std::ranges::find(all(), name, &BackendType::name); }

TEST(ModelType, EveryProtocolSpeaksItsOwn) {
  Prompt prompt;
  prompt.schema = std::make_shared<const Schema>(nlohmann::json{{"type", "object"}});
  Target target;
  target.url = "http://127.0.0.1:9";
  std::map<std::string, std::string> urls;
  for (const BackendType& type : all())
    if (type.answers_prompts())
      urls[std::string(type.name)] = make_protocol(backend_of(type), target)->ask({"b", prompt}, {}).url;
  const std::map<std::string, std::string> expected = {{"anthropic", "http://127.0.0.1:9/v1/messages"},
                                                       {"ollama", "http://127.0.0.1:9/api/chat"},
                                                       {"openai", "http://127.0.0.1:9/v1/chat/completions"}};
  EXPECT_EQ(urls, expected);
}

TEST(ModelType, WithoutAProtocolIsAnErrorAndNotAnotherProtocol) {
  EXPECT_THROW(make_protocol(backend_of(row("builtin")), {}), std::logic_error);
  const BackendType unknown{.name = "unknown", .summary = "", .fields = {}};
  EXPECT_THROW(make_protocol(backend_of(unknown), {}), std::logic_error);
}

TEST(ModelType, EveryTypeThatAnswersPromptsDeclaresAllThatModelsDeclare) {
  for (const BackendType& type : all()) {
    EXPECT_EQ(type.location != nullptr, type.answers_prompts() || type.reads_files) << type.name;
    EXPECT_EQ(type.price != nullptr, type.answers_prompts()) << type.name;
    EXPECT_EQ(type.problem != nullptr, type.answers_prompts() || type.reads_files) << type.name;
    EXPECT_EQ(type.server != nullptr, type.answers_prompts()) << type.name;
  }
}

TEST(ModelType, KeepsWhatATypeSaysItself) {
  const auto far = [](const Settings&) { return Location::cloud; };
  const BackendType type = model_type({.name = "t", .summary = "", .fields = {}, .location = far});
  EXPECT_EQ(type.location({}), Location::cloud);
  EXPECT_NE(type.price, nullptr);
}

}  // namespace
}  // namespace docket::backends
