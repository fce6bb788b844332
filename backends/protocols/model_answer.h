#pragma once
#include <optional>
#include <string>
#include <vector>

#include "backends/http/http.h"
#include "backends/protocols/token_probabilities.h"
#include "pipeline/backend.h"

namespace docket::backends {

/// The JSON object that a reply with status 200 must be. The Error (class `content`) shows what came instead.
Result<nlohmann::json> reply_object(const HttpReply& reply);

/// What a model wrote, as an answer to the prompt: JSON that the schema allows, on its own or as the only
/// such object after thoughts, in prose or in a code fence. `tokens`: empty where the server tells none. The
/// Error (class `content`) is worded for the model too, which is asked again with it.
Result<Answer> model_answer(std::string_view content, const Prompt& prompt, const std::vector<Token>& tokens);

/// A whole, not negative count of the usage a server reports; none: it is missing or no such number.
std::optional<std::int64_t> token_count(const nlohmann::json& usage, const char* member);

/// Tokens of one call as reported, checked: none is negative, parts are not larger than their whole, `total`
/// (if told) is the sum. Otherwise what is known is kept, and the call is marked as of unknown price.
struct ReportedTokens {
  std::optional<std::int64_t> input;   ///< Cached ones included.
  std::optional<std::int64_t> output;  ///< Thinking included.
  std::optional<std::int64_t> total;
  std::int64_t cached = 0, cache_write = 0, reasoning = 0;
};
Usage usage_of(const ReportedTokens& tokens);

}  // namespace docket::backends
