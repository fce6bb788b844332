#include "backends/protocols/reported_usage.h"

#include <gtest/gtest.h>

namespace docket::backends {
namespace {

using nlohmann::json;

struct Counted {
  std::int64_t input = 0, cached = 0, written = 0, for_an_hour = 0, output = 0, reasoning = 0;
  friend bool operator==(const Counted&, const Counted&) = default;
  friend void PrintTo(const Counted& c, std::ostream* out) {
    *out << c.input << " in (" << c.cached << " cached, " << c.written << " written, " << c.for_an_hour
         << " for an hour), " << c.output << " out (" << c.reasoning << " thinking)";
  }
};
Counted counted(const Usage& usage) {
  return {usage.input_tokens,          usage.cached_input_tokens, usage.cache_write_tokens,
          usage.cache_write_1h_tokens, usage.output_tokens,       usage.reasoning_tokens};
}

struct UsageRow {
  const char* who;
  const char* reply;
  Counted counted;
  const char* model = "m";
};

// In the members of each API as it is documented, or as its servers are seen to answer.
const UsageRow usage_rows[] = {
    {"OpenAI",
     R"({"service_tier": "default", "usage": {"prompt_tokens": 1200, "completion_tokens": 300,
         "total_tokens": 1500, "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 0},
         "completion_tokens_details": {"reasoning_tokens": 256, "accepted_prediction_tokens": 0}}})",
     {1200, 1024, 0, 0, 300, 256}},
    {"OpenAI since it bills writes to the cache",
     R"({"usage": {"prompt_tokens": 5000, "completion_tokens": 40, "total_tokens": 5040,
         "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 4800}}})",
     {5000, 0, 4800, 0, 40, 0}},
    {"OpenAI's responses, as a gateway hands them on",
     R"({"usage": {"input_tokens": 700, "output_tokens": 90, "total_tokens": 790,
         "input_tokens_details": {"cached_tokens": 512}, "output_tokens_details": {"reasoning_tokens": 64}}})",
     {700, 512, 0, 0, 90, 64}},
    {"Azure",
     R"({"prompt_filter_results": [], "usage": {"prompt_tokens": 31, "completion_tokens": 9,
         "total_tokens": 40, "prompt_tokens_details": null}})",
     {31, 0, 0, 0, 9, 0}},
    {"xAI: thinking is beside the answer",
     R"({"usage": {"prompt_tokens": 840, "completion_tokens": 35, "total_tokens": 1110,
         "prompt_tokens_details": {"text_tokens": 840, "cached_tokens": 320},
         "completion_tokens_details": {"reasoning_tokens": 235}, "num_sources_used": 0}})",
     {840, 320, 0, 0, 270, 235}},
    {"xAI: little thinking, which could be inside",
     R"({"usage": {"prompt_tokens": 840, "completion_tokens": 350, "total_tokens": 1200,
         "completion_tokens_details": {"reasoning_tokens": 10}}})",
     {840, 0, 0, 0, 360, 10}},
    {"a proxy in front of it that leaves the total out",
     R"({"usage": {"prompt_tokens": 840, "completion_tokens": 35,
         "completion_tokens_details": {"reasoning_tokens": 235}}})",
     {840, 0, 0, 0, 270, 235}},
    {"DeepSeek",
     R"({"usage": {"prompt_tokens": 2048, "completion_tokens": 55, "total_tokens": 2103,
         "prompt_cache_hit_tokens": 1920, "prompt_cache_miss_tokens": 128,
         "prompt_tokens_details": {"cached_tokens": 1920},
         "completion_tokens_details": {"reasoning_tokens": 20}}})",
     {2048, 1920, 0, 0, 55, 20}},
    {"DeepSeek behind a proxy that keeps only the misses",
     R"({"usage": {"prompt_tokens": 2048, "completion_tokens": 55, "total_tokens": 2103,
         "prompt_cache_miss_tokens": 128}})",
     {2048, 1920, 0, 0, 55, 0}},
    {"Moonshot",
     R"({"usage": {"prompt_tokens": 900, "completion_tokens": 12, "total_tokens": 912, "cached_tokens": 768}})",
     {900, 768, 0, 0, 12, 0}},
    {"Mistral",
     R"({"usage": {"prompt_tokens": 77, "completion_tokens": 5, "total_tokens": 82,
         "prompt_audio_seconds": null, "num_cached_tokens": 64}})",
     {77, 64, 0, 0, 5, 0}},
    {"Groq",
     R"({"usage": {"queue_time": 0.02, "prompt_tokens": 601, "prompt_time": 0.01, "completion_tokens": 14,
         "completion_time": 0.03, "total_tokens": 615, "total_time": 0.04,
         "prompt_tokens_details": {"cached_tokens": 512}}, "service_tier": "on_demand",
         "x_groq": {"id": "r", "usage": {"prompt_tokens": 601}}})",
     {601, 512, 0, 0, 14, 0}},
    {"vLLM",
     R"({"service_tier": null, "usage": {"prompt_tokens": 210, "total_tokens": 260, "completion_tokens": 50,
         "prompt_tokens_details": null}})",
     {210, 0, 0, 0, 50, 0}},
    {"LM Studio",
     R"({"stats": {}, "usage": {"prompt_tokens": 24, "completion_tokens": 187, "total_tokens": 211,
         "completion_tokens_details": {"reasoning_tokens": 150}}})",
     {24, 0, 0, 0, 187, 150}},
    {"llama-server",
     R"({"usage": {"completion_tokens": 8, "prompt_tokens": 400, "total_tokens": 408,
         "prompt_tokens_details": {"cached_tokens": 390}}, "timings": {"cache_n": 390, "prompt_n": 10}})",
     {400, 390, 0, 0, 8, 0}},
    {"OpenRouter",
     R"({"usage": {"prompt_tokens": 10100, "completion_tokens": 60, "total_tokens": 10160, "cost": 0.01,
         "is_byok": false, "prompt_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 9900},
         "cost_details": {"upstream_inference_cost": null},
         "completion_tokens_details": {"reasoning_tokens": 0, "image_tokens": 0}}})",
     {10100, 100, 9900, 0, 60, 0}},
    {"counts as decimals",
     R"({"usage": {"prompt_tokens": 1000.0, "completion_tokens": 20.0, "total_tokens": 1020.0}})",
     {1000, 0, 0, 0, 20, 0}},
    {"Anthropic",
     R"({"usage": {"input_tokens": 21, "cache_creation_input_tokens": 1500, "cache_read_input_tokens": 3000,
         "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1000},
         "output_tokens": 400, "output_tokens_details": {"thinking_tokens": 350},
         "service_tier": "standard", "inference_geo": "not_available"}})",
     {4521, 3000, 1500, 1000, 400, 350}},
    {"Anthropic's words without the sum of what was written",
     R"({"usage": {"input_tokens": 21, "output_tokens": 4, "cache_read_input_tokens": null,
         "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 0}}})",
     {521, 0, 500, 0, 4, 0}},
    {"a proxy that adds a total to Anthropic's words",
     R"({"usage": {"input_tokens": 21, "output_tokens": 4, "cache_read_input_tokens": 3000,
         "cache_creation_input_tokens": 0, "total_tokens": 3025}})",
     {3021, 3000, 0, 0, 4, 0}},
    {"one that forgets the cache in it",
     R"({"usage": {"input_tokens": 21, "output_tokens": 4, "cache_read_input_tokens": 3000,
         "cache_creation_input_tokens": 0, "total_tokens": 25}})",
     {3021, 3000, 0, 0, 4, 0}},
    {"LiteLLM: Anthropic's cache inside of OpenAI's prompt",
     R"({"usage": {"prompt_tokens": 4521, "completion_tokens": 400, "total_tokens": 4921,
         "cache_creation_input_tokens": 1500, "cache_read_input_tokens": 3000,
         "prompt_tokens_details": {"cached_tokens": 3000, "cache_creation_tokens": 1500,
           "cache_creation_token_details": {"ephemeral_5m_input_tokens": 500,
                                            "ephemeral_1h_input_tokens": 1000}}}})",
     {4521, 3000, 1500, 1000, 400, 0}},
    {"LiteLLM, older: only what was read is inside",
     R"({"usage": {"prompt_tokens": 3021, "completion_tokens": 400, "total_tokens": 4921,
         "cache_creation_input_tokens": 1500, "cache_read_input_tokens": 3000}})",
     {4521, 3000, 1500, 0, 400, 0}},
    {"a proxy with Anthropic's cache on top of OpenAI's prompt",
     R"({"usage": {"prompt_tokens": 21, "completion_tokens": 400, "total_tokens": 4921,
         "cache_creation_input_tokens": 1500, "cache_read_input_tokens": 3000}})",
     {4521, 3000, 1500, 0, 400, 0}},
    {"the same, forgotten in the total",
     R"({"usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110,
         "cache_read_input_tokens": 900}})",
     {1000, 900, 0, 0, 10, 0}},
    {"one-api: members of other APIs, filled with 0",
     R"({"usage": {"prompt_tokens": 50, "completion_tokens": 6, "total_tokens": 56, "input_tokens": 0,
         "output_tokens": 0, "prompt_cache_hit_tokens": 0, "input_tokens_details": null,
         "prompt_tokens_details": {"cached_tokens": 32, "cached_creation_tokens": 0}}})",
     {50, 32, 0, 0, 6, 0}},
    {"Gemini",
     R"({"usageMetadata": {"promptTokenCount": 1100, "cachedContentTokenCount": 1000,
         "candidatesTokenCount": 30, "thoughtsTokenCount": 500, "totalTokenCount": 1630,
         "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1100}], "trafficType": "ON_DEMAND"}})",
     {1100, 1000, 0, 0, 530, 500}},
    {"Gemini with a tool's words in the prompt",
     R"({"usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 30, "thoughtsTokenCount": 5,
         "toolUsePromptTokenCount": 900, "totalTokenCount": 1035}})",
     {1000, 0, 0, 0, 35, 5}},
    {"Gemini in OpenAI's words: thinking is in the total only",
     R"({"usage": {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 630}})",
     {100, 0, 0, 0, 530, 500},
     "google/Gemini-3.5-flash"},
    {"Bedrock",
     R"({"usage": {"inputTokens": 12, "outputTokens": 7, "totalTokens": 2019, "cacheReadInputTokens": 2000,
         "cacheWriteInputTokens": 0}})",
     {2012, 2000, 0, 0, 7, 0}},
    {"Cohere: what is billed",
     R"({"usage": {"billed_units": {"input_tokens": 17, "output_tokens": 12},
         "tokens": {"input_tokens": 83, "output_tokens": 12}, "cached_tokens": 64}})",
     {17, 0, 0, 0, 12, 0}},
    {"Cohere, version 1",
     R"({"meta": {"billed_units": {"input_tokens": 17.0, "output_tokens": 12.0}, "api_version": {}}})",
     {17, 0, 0, 0, 12, 0}},
    {"Perplexity",
     R"({"usage": {"prompt_tokens": 9, "completion_tokens": 200, "total_tokens": 209,
         "search_context_size": "low"}})",
     {9, 0, 0, 0, 200, 0}},
    {"Ollama", R"({"prompt_eval_count": 812, "eval_count": 25, "done": true})", {812, 0, 0, 0, 25, 0}},
    {"Ollama since it tells its cache",
     R"({"prompt_eval_count": 812, "prompt_eval_cached_count": 800, "eval_count": 25})",
     {812, 800, 0, 0, 25, 0}},
    {"Ollama when it counted only what was new",
     R"({"prompt_eval_count": 12, "prompt_eval_cached_count": 800, "eval_count": 25})",
     {812, 800, 0, 0, 25, 0}},
};

TEST(ReportedUsage, IsCountedOnceInTheWordsOfManyProviders) {
  for (const UsageRow& row : usage_rows) {
    const ReportedUsage reported = reported_usage(json::parse(row.reply), row.model);
    EXPECT_EQ(counted(reported.usage), row.counted) << row.who;
    EXPECT_EQ(reported.billing.unclear, "") << row.who;
    EXPECT_EQ(reported.usage.unpriced_calls, 0) << row.who;
    EXPECT_EQ(reported.usage.calls, 1) << row.who;
  }
}

TEST(ReportedUsage, ThatDoesNotAddUpIsNotPricedAndSaysItsNumbers) {
  const struct {
    const char* reply;
    const char* says;
  } bad[] = {
      {R"({"usage": {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 630}})",
       "prompt_tokens 100, completion_tokens 30, total_tokens 630"},
      {R"({"usage": {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 100}})",
       "total_tokens 100"},
      {R"({"usage": {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 130,
           "completion_tokens_details": {"reasoning_tokens": 31}}})",
       "reasoning_tokens 31"},
      {R"({"usage": {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 130,
           "prompt_tokens_details": {"cached_tokens": 101}}})",
       "cached_tokens 101"},
      {R"({"usage": {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 130, "cached_tokens": 50,
           "prompt_cache_hit_tokens": 60}})",
       "prompt_cache_hit_tokens 60"},
      {R"({"usage": {"prompt_tokens": 100, "completion_tokens": 30, "prompt_cache_hit_tokens": 60,
           "prompt_cache_miss_tokens": 50}})",
       "prompt_cache_miss_tokens 50"},
      {R"({"usage": {"prompt_tokens": 1000, "completion_tokens": 30, "cache_read_input_tokens": 60}})",
       "cache_read_input_tokens 60"},  // On top or inside: nothing tells.
      {R"({"usage": {"input_tokens": 5, "output_tokens": 3, "cache_creation_input_tokens": 10,
           "cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 5}}})",
       "ephemeral_1h_input_tokens 5"},
      {R"({"usage": {"prompt_tokens": 100}})", "prompt_tokens 100"},
      {R"({"usage": {"prompt_tokens": -1, "completion_tokens": 30}})", "prompt_tokens -1"},
      {R"({"usage": {"prompt_tokens": 10.5, "completion_tokens": 30}})", "prompt_tokens 10.5"},
      {R"({"usage": {"prompt_tokens": "100", "completion_tokens": 30}})", "prompt_tokens \"100\""},
      {R"({"usage": {"prompt_tokens": 1e300, "completion_tokens": 30}})", "prompt_tokens 1e+300"},
      {R"({"usage": {}})", "the reply says nothing of tokens"},
      {R"({"usage": null})", "the reply says nothing of tokens"},
      {R"({"usage": [1, 2]})", "the reply says nothing of tokens"},
      {R"({})", "the reply says nothing of tokens"},
  };
  for (const auto& row : bad) {
    const ReportedUsage reported = reported_usage(json::parse(row.reply), "m");
    EXPECT_EQ(reported.usage.unpriced_calls, 1) << row.reply;
    EXPECT_NE(reported.billing.unclear.find(row.says), std::string::npos) << reported.billing.unclear;
  }
}

TEST(ReportedUsage, OfOtherTermsIsNotPricedAsUsual) {
  const std::string counts = R"("prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11)";
  const auto billing = [&](const std::string& reply, const std::string& usage) {
    return reported_usage(json::parse("{" + reply + R"("usage": {)" + counts + usage + "}}"), "m").billing;
  };
  for (const char* tier : {"batch", "flex", "FLEX"})
    EXPECT_EQ(billing(R"("service_tier": ")" + std::string(tier) + "\", ", "").tier, ServiceTier::batch);
  EXPECT_NE(billing(R"("service_tier": "priority", )", "").unclear.find("'priority'"), std::string::npos);
  EXPECT_NE(billing("", R"(, "service_tier": "priority")").unclear.find("'priority'"), std::string::npos);
  EXPECT_NE(billing("", R"(, "speed": "fast")").unclear.find("usage/speed is 'fast'"), std::string::npos);
  EXPECT_NE(billing("", R"(, "inference_geo": "us")").unclear.find("'us'"), std::string::npos);
  EXPECT_NE(billing("", R"(, "server_tool_use": {"web_search_requests": 2})").unclear.find("is 2"),
            std::string::npos);
  EXPECT_EQ(billing("", R"(, "server_tool_use": {"web_search_requests": 0})").unclear, "");
  EXPECT_EQ(billing(R"("service_tier": 7, )", "").unclear, "");
}

}  // namespace
}  // namespace docket::backends
