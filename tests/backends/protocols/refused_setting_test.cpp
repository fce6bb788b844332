#include "backends/protocols/refused_setting.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "backends/backends.h"
#include "backends/protocols/protocol.h"

namespace docket::backends {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

std::unique_ptr<Protocol> protocol(std::string_view name) {
  Target target;
  target.model = "m";
  return std::ranges::find(all(), name, &BackendType::name)->protocol(target);
}

Names refused_by(std::string_view type, int status, const json& body) {
  return protocol(type)->refused_settings({status, {}, body.dump()}, {});
}
Names refused(std::string_view type, int status, const std::string& message) {
  return refused_by(type, status, json{{"error", {{"message", message}}}});
}

TEST(RefusedSettings, AreFoundInEverySpelling) {
  for (const char* message : {"Logprobs are off", "'logProbs' is not supported", "no top_logprobs here",
                              "Log Probabilities are not available", "Unrecognized argument: logprobs",
                              "model does not support log-probs", "LOGPROBS: extra fields not permitted"})
    EXPECT_EQ(refused("openai", 400, message), Names{"logprobs"}) << message;
  for (const char* message :
       {"use max_completion_tokens, not max_tokens", "maxTokens was unexpected", "Max Tokens cannot be set"})
    EXPECT_EQ(refused("openai", 422, message), Names{"max_tokens"}) << message;
  for (const char* message : {"response_format is unavailable", "JSON schema is not implemented",
                              "structured outputs: no", "grammar not supported"})
    EXPECT_EQ(refused("openai", 501, message), (Names{"response_format", "response_format"})) << message;
  EXPECT_EQ(refused("openai", 400, "response_format.type must be json_object or text"),
            Names{"response_format"})
      << "what may be tried in its place";
  EXPECT_EQ(refused("openai", 500, "System role not supported"), Names{"system_role"});
  EXPECT_EQ(refused("openai", 400, "chat_template_kwargs is not supported for Mistral tokenizers"),
            Names{"chat_template_kwargs"});
  EXPECT_EQ(refused_by("ollama", 400, json{{"error", "\"m\" does not support thinking"}}), Names{"think"});
  EXPECT_EQ(refused_by("ollama", 400, json{{"error", "format is not available"}}), Names{"format"});
  EXPECT_EQ(refused("anthropic", 400, "output_config: Extra inputs are not permitted"),
            Names{"output_config"});
  EXPECT_EQ(refused("anthropic", 400, "messages.0.content.0: cache_control is unknown"),
            Names{"cache_control"});
}

TEST(RefusedSettings, ComeWithAnyStatusAndShape) {
  for (const int status : {400, 403, 404, 422, 500, 501, 200})
    EXPECT_EQ(refused("openai", status, "temperature must be 1"), Names{"temperature"}) << status;
  for (const int status : {401, 402, 429, 503})
    EXPECT_EQ(refused("openai", status, "temperature must be 1"), Names{}) << status;
  EXPECT_EQ(refused_by("openai", 400, json{{"error", {{"message", "no"}, {"param", "temperature"}}}}),
            Names{"temperature"});
  const json pydantic = {{"detail",
                          {{{"loc", {"body", "logprobs"}}, {"msg", "Extra inputs are not permitted"}},
                           {{"loc", {"body", "temperature"}}, {"msg", "Extra inputs are not permitted"}}}}};
  EXPECT_EQ(refused_by("openai", 422, pydantic), (Names{"logprobs", "temperature"}));
  EXPECT_EQ(refused_by("openai", 400, json{{"message", "additional properties: temperature, logprobs"}}),
            (Names{"temperature", "logprobs"}))
      << "all that a server does not know";
  EXPECT_EQ(refused_by("openai", 400, json::array({{{"error", {{"message", "no logprobs"}}}}})),
            Names{"logprobs"});
}

TEST(RefusedSettings, OtherErrorsRefuseNone) {
  for (const char* message :
       {"input and `max_tokens` are over the context limit", "prompt tokens plus max_tokens: too long",
        "Failed to generate JSON: schema not met", "no", ""})
    EXPECT_EQ(refused("openai", 400, message), Names{}) << message;
  EXPECT_EQ(refused_by("openai", 200, json{{"choices", {{{"message", {{"content", "temperature"}}}}}}}),
            Names{});
  EXPECT_EQ(protocol("openai")->refused_settings({400, {}, "\xff{" + std::string(100'000, '[')}, {}),
            Names{});
}

}  // namespace
}  // namespace docket::backends
