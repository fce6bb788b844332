#pragma once
#include <optional>
#include <string>
#include <vector>

#include "backends/http/http.h"
#include "backends/protocols/token_probabilities.h"
#include "pipeline/backend.h"
#include "pipeline/json/schema.h"

namespace docket::backends {

/// The JSON object that a reply with status 200 must be. The Error (class `content`) shows what came instead.
Result<nlohmann::json> reply_object(const HttpReply& reply);

/// What a model wrote, as an answer to the prompt: JSON that the schema allows, on its own or as the only
/// such object after thoughts, in prose or in a code fence. `tokens`: empty where the server tells none. The
/// Error (class `content`) is worded for the model too, which is asked again with it.
Result<Answer> model_answer(std::string_view content, const Prompt& prompt, const std::vector<Token>& tokens);

/// An answer that is none (class `content`), worded for the model too.
Error against_schema(const std::vector<SchemaProblem>& problems);

/// A whole, not negative count of tokens; none: it is missing or no such number.
std::optional<std::int64_t> token_count(const nlohmann::json& value);
std::optional<std::int64_t> token_count(const nlohmann::json& usage, const char* name);

}  // namespace docket::backends
