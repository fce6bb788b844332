#include "backends/protocols/reported_usage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backends/protocols/model_answer.h"
#include "pipeline/json/member.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using nlohmann::json;

/// Where a reply has its usage; the first that counts input or output holds. Cohere bills other tokens than
/// it reads, so what it bills comes first.
constexpr std::string_view holders[] = {"usage/billed_units", "usage", "usageMetadata", "meta/billed_units",
                                        ""};

enum class Part {
  input,
  output,
  total,
  cached,       ///< Read from the cache.
  not_cached,   ///< All other input.
  cache_write,  ///< However long it is kept.
  cache_write_5m,
  cache_write_1h,
  reasoning,
  tool_input,  ///< Beside the input: what a tool of the server added to it.
};

/// What a member's name says of its place, where no total tells.
enum class Place {
  inside,  ///< Part of the count of input or output.
  beside,  ///< Not in it.
};

struct Member {
  std::string_view path;
  Part part;
  Place place = Place::inside;
};

constexpr Member members[] = {
    // OpenAI's chat completions, and with them vLLM, LM Studio, Groq, Mistral, Together, OpenRouter, Azure.
    {"prompt_tokens", Part::input},
    {"completion_tokens", Part::output},
    {"total_tokens", Part::total},
    {"prompt_tokens_details/cached_tokens", Part::cached},
    {"prompt_tokens_details/cache_write_tokens", Part::cache_write},
    {"completion_tokens_details/reasoning_tokens", Part::reasoning},  // xAI: beside, as the total says.
    // OpenAI's responses, as gateways hand them on; the first two are also Anthropic's and Cohere's.
    {"input_tokens", Part::input},
    {"output_tokens", Part::output},
    {"input_tokens_details/cached_tokens", Part::cached},
    {"input_tokens_details/cache_write_tokens", Part::cache_write},
    {"output_tokens_details/reasoning_tokens", Part::reasoning},
    // Anthropic: `input_tokens` is what was neither read from the cache nor written to it.
    {"cache_read_input_tokens", Part::cached, Place::beside},
    {"cache_creation_input_tokens", Part::cache_write, Place::beside},
    {"cache_creation/ephemeral_5m_input_tokens", Part::cache_write_5m, Place::beside},
    {"cache_creation/ephemeral_1h_input_tokens", Part::cache_write_1h, Place::beside},
    {"output_tokens_details/thinking_tokens", Part::reasoning},
    // LiteLLM and new-api, with OpenAI's words for what Anthropic or Bedrock counted.
    {"prompt_tokens_details/cache_creation_tokens", Part::cache_write},
    {"prompt_tokens_details/cached_creation_tokens", Part::cache_write},
    {"prompt_tokens_details/cache_creation_token_details/ephemeral_5m_input_tokens", Part::cache_write_5m},
    {"prompt_tokens_details/cache_creation_token_details/ephemeral_1h_input_tokens", Part::cache_write_1h},
    {"claude_cache_creation_5_m_tokens", Part::cache_write_5m},
    {"claude_cache_creation_1_h_tokens", Part::cache_write_1h},
    // DeepSeek; Moonshot and others; Perplexity.
    {"prompt_cache_hit_tokens", Part::cached},
    {"prompt_cache_miss_tokens", Part::not_cached},
    {"cached_tokens", Part::cached},
    {"num_cached_tokens", Part::cached},
    {"reasoning_tokens", Part::reasoning},
    // Gemini's own words.
    {"promptTokenCount", Part::input},
    {"candidatesTokenCount", Part::output},
    {"totalTokenCount", Part::total},
    {"cachedContentTokenCount", Part::cached},
    {"thoughtsTokenCount", Part::reasoning, Place::beside},
    {"toolUsePromptTokenCount", Part::tool_input},
    // Bedrock's Converse, and what it adds to streams.
    {"inputTokens", Part::input},
    {"outputTokens", Part::output},
    {"totalTokens", Part::total},
    {"cacheReadInputTokens", Part::cached, Place::beside},
    {"cacheWriteInputTokens", Part::cache_write, Place::beside},
    {"inputTokenCount", Part::input},
    {"outputTokenCount", Part::output},
    {"cacheReadInputTokenCount", Part::cached, Place::beside},
    {"cacheWriteInputTokenCount", Part::cache_write, Place::beside},
    // Ollama: thinking is in the output, and not told apart.
    {"prompt_eval_count", Part::input},
    {"eval_count", Part::output},
    {"prompt_eval_cached_count", Part::cached},
};

/// What is billed beside tokens, if it is not 0.
constexpr std::string_view fees[] = {"server_tool_use/web_search_requests", "num_search_queries"};

/// What says at which of its prices a server does a call; other words than these mean another price.
struct TermsMember {
  std::string_view path;  ///< In the reply.
  std::vector<std::string_view> usual;
  std::vector<std::string_view> batch = {};
};
const TermsMember terms_members[] = {
    {"service_tier", {"default", "standard", "standard_only", "auto", "on_demand"}, {"batch", "flex"}},
    {"usage/service_tier", {"default", "standard", "standard_only", "auto", "on_demand"}, {"batch", "flex"}},
    {"usage/speed", {"standard"}},
    {"usage/inference_geo", {"global", "not_available"}},
    {"usageMetadata/trafficType", {"on_demand", "traffic_type_unspecified"}, {"on_demand_flex"}},
};

const json& at(const json& object, std::string_view path) {
  const json* here = &object;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    here = &member(*here, std::string(name).c_str());
  }
  return *here;
}

const json& usage_in(const json& body) {
  static const json none;
  for (const std::string_view holder : holders) {
    const json& usage = at(body, holder);
    const bool counts = std::ranges::any_of(members, [&](const Member& one) {
      return (one.part == Part::input || one.part == Part::output) && !at(usage, one.path).is_null();
    });
    if (counts) return usage;
  }
  return none;
}

/// The members of one usage, read.
class Counts {
 public:
  explicit Counts(const json& usage) {
    for (const Member& one : members) {
      const json& value = at(usage, one.path);
      if (value.is_null()) continue;
      words_ += (words_.empty() ? "" : ", ") + std::string(one.path) + " " + excerpt(value.dump(), 20);
      const auto count = token_count(value);
      is_clear_ = is_clear_ && count.has_value();
      if (count) add(one, *count);
    }
  }

  bool has(Part part) const { return found_.contains(part); }
  std::int64_t operator[](Part part) const {
    const auto found = found_.find(part);
    return found == found_.end() ? 0 : found->second.count;
  }
  Place place(Part part) const {
    const auto found = found_.find(part);
    return found == found_.end() ? Place::inside : found->second.place;
  }
  /// Input is counted by a word that means all of it with OpenAI, and what was not cached with Anthropic.
  bool may_be_uncached() const { return may_be_uncached_; }
  bool is_clear() const { return is_clear_; }  ///< All were counts, and no two of one part differ.
  const std::string& words() const { return words_; }

 private:
  struct Found {
    std::int64_t count = 0;
    Place place = Place::inside;
  };

  /// Some servers fill the members of other servers, too, with the same or with 0.
  void add(const Member& one, std::int64_t count) {
    const auto [known, is_new] = found_.try_emplace(one.part, Found{count, one.place});
    const bool is_first = is_new || (known->second.count == 0 && count > 0);
    if (one.part == Part::input && is_first) may_be_uncached_ = !one.path.starts_with("prompt");
    if (is_new || count == 0) return;
    if (known->second.count > 0 && known->second.count != count) is_clear_ = false;
    if (known->second.count == 0 || one.place == Place::inside) known->second.place = one.place;
    known->second.count = count;
  }

  std::map<Part, Found> found_;
  std::string words_;
  bool is_clear_ = true;
  bool may_be_uncached_ = false;
};

struct Whole {
  std::int64_t input = 0, output = 0;
};

/// Tokens written to the cache, and how many of them for an hour. None: the parts are not their whole.
struct Written {
  std::int64_t all = 0, for_an_hour = 0;
};
std::optional<Written> written_in(const Counts& counts) {
  const std::int64_t hour = counts[Part::cache_write_1h], parts = counts[Part::cache_write_5m] + hour;
  const std::int64_t all = counts.has(Part::cache_write) ? counts[Part::cache_write] : parts;
  if (parts > 0 && parts != all) return std::nullopt;
  return Written{all, hour};
}

/// What input and output may be in all, likelier readings first, given what was read from and written to the
/// cache.
std::vector<Whole> readings(const Counts& counts, std::int64_t cached, std::int64_t written) {
  const std::int64_t input = counts[Part::input] + counts[Part::tool_input], output = counts[Part::output];
  const std::int64_t reasoning = counts[Part::reasoning];
  std::vector<std::int64_t> inputs, outputs;
  if (cached + written <= input) inputs.push_back(input);
  if (cached <= input) inputs.push_back(input + written);
  inputs.push_back(input + cached + written);
  if (reasoning <= output) outputs.push_back(output);
  outputs.push_back(output + reasoning);
  std::vector<Whole> all;
  for (const std::int64_t in : inputs)
    for (const std::int64_t out : outputs)
      all.push_back({in, out});
  return all;
}

bool names_cache_beside(const Counts& counts, std::int64_t cached, std::int64_t written) {
  const Part wrote = counts.has(Part::cache_write) ? Part::cache_write : Part::cache_write_5m;
  return (cached > 0 && counts.place(Part::cached) == Place::beside) ||
         (written > 0 && counts.place(wrote) == Place::beside);
}

/// By the names alone. None: they say two things.
std::optional<Whole> by_names(const Counts& counts, std::int64_t cached, std::int64_t written) {
  const std::int64_t input = counts[Part::input] + counts[Part::tool_input], cache = cached + written;
  const bool beside = names_cache_beside(counts, cached, written);
  if (beside && !counts.may_be_uncached() && cache <= input) return std::nullopt;
  const bool is_on_top = beside || cache > input;
  const std::int64_t reasoning = counts[Part::reasoning], output = counts[Part::output];
  const bool thinks_beside = counts.place(Part::reasoning) == Place::beside || reasoning > output;
  return Whole{is_on_top ? input + cache : input, thinks_beside ? output + reasoning : output};
}

std::optional<Whole> whole(const Counts& counts, std::int64_t cached, std::int64_t written, bool is_gemini) {
  const auto named = by_names(counts, cached, written);
  if (!counts.has(Part::total)) return named;
  const std::int64_t total = counts[Part::total];
  const auto adds_up = [&](const Whole& one) { return one.input + one.output == total; };
  if (named && adds_up(*named)) return named;
  const std::vector<Whole> all = readings(counts, cached, written);
  if (const auto found = std::ranges::find_if(all, adds_up); found != all.end()) return *found;
  const std::int64_t input = counts[Part::input] + counts[Part::tool_input];
  // What is on top by its name may be left out of a total that somebody else added up.
  if (named && names_cache_beside(counts, cached, written) && input + named->output == total) return named;
  // Gemini's endpoint in OpenAI's words has thinking in the total only.
  if (is_gemini && counts[Part::reasoning] == 0 && total > input + counts[Part::output])
    return Whole{input, total - input};
  return std::nullopt;
}

Usage known_of(const Counts& counts) {
  Usage usage{.calls = 1};
  usage.input_tokens = counts[Part::input];
  usage.output_tokens = counts[Part::output];
  usage.unpriced_calls = 1;
  return usage;
}

std::optional<Usage> usage_of(const Counts& counts, bool is_gemini) {
  const auto writes = written_in(counts);
  if (!counts.is_clear() || !counts.has(Part::input) || !counts.has(Part::output) || !writes)
    return std::nullopt;
  const bool only_misses = counts.has(Part::not_cached) && !counts.has(Part::cached);
  const std::int64_t cached =
      only_misses ? counts[Part::input] - writes->all - counts[Part::not_cached] : counts[Part::cached];
  if (cached < 0) return std::nullopt;
  const auto all = whole(counts, cached, writes->all, is_gemini);
  if (!all) return std::nullopt;
  if (counts.has(Part::not_cached) && cached + writes->all + counts[Part::not_cached] != all->input)
    return std::nullopt;
  Usage usage{.calls = 1};
  usage.input_tokens = all->input;
  usage.cached_input_tokens = cached;
  usage.cache_write_tokens = writes->all;
  usage.cache_write_1h_tokens = writes->for_an_hour;
  usage.output_tokens = all->output;
  const bool only_in_total = counts[Part::reasoning] == 0 && all->output > counts[Part::output];
  usage.reasoning_tokens = only_in_total ? all->output - counts[Part::output] : counts[Part::reasoning];
  return usage;
}

Billing billing_of(const json& body, const json& usage) {
  Billing billing;
  for (const TermsMember& one : terms_members) {
    const json& value = at(body, one.path);
    if (!value.is_string()) continue;
    const std::string word = to_lower(value.get<std::string>());
    if (std::ranges::find(one.batch, word) != one.batch.end())
      billing.tier = ServiceTier::batch;
    else if (!word.empty() && std::ranges::find(one.usual, word) == one.usual.end())
      billing.unclear = std::string(one.path) + " is '" + excerpt(word, 40) + "', which has another price";
  }
  for (const std::string_view fee : fees) {
    const auto count = token_count(at(usage, fee));
    if (count && *count > 0)
      billing.unclear =
          std::string(fee) + " is " + std::to_string(*count) + ", which is billed beside the tokens";
  }
  return billing;
}

}  // namespace

ReportedUsage reported_usage(const json& body, std::string_view model) {
  const json& usage = usage_in(body);
  const Counts counts(usage);
  const bool is_gemini = to_lower(model).find("gemini") != std::string::npos;
  ReportedUsage reported{.usage = {}, .billing = billing_of(body, usage)};
  const auto understood = usage_of(counts, is_gemini);
  reported.usage = understood ? *understood : known_of(counts);
  if (usage.is_null()) {
    reported.billing.unclear = "the reply says nothing of tokens";
  } else if (!understood) {
    reported.billing.unclear = "its count of tokens does not add up: " + counts.words();
  }
  if (!reported.billing.unclear.empty()) reported.usage.unpriced_calls = 1;
  return reported;
}

void note_usage(const json& body, const std::string& backend, const std::string& model, Reply& reply) {
  ReportedUsage reported = reported_usage(body, model);
  reply.spent.add({backend, model, reported.usage});
  reply.billing = std::move(reported.billing);
}

}  // namespace docket::backends
