#pragma once
#include <cstdint>

#include "pipeline/backend.h"

namespace docket {

/// Bytes of all that a model may be shown of it: its words, and the schema of the answer. An image counts as
/// a text of as many tokens.
std::int64_t bytes_of(const Prompt& prompt);
std::int64_t bytes_of(const PromptPart& part);

/// What images take of a prompt. Providers count by pixels, each in its own way: Anthropic a token for 750 of
/// them, Qwen for a square of 28; gpt-4o-mini bills the most, 2,833 and 5,667 for each square of 512.
struct ImageTokens {
  std::int64_t usual = 0, most = 0;
};
ImageTokens image_tokens(const Prompt& prompt);
/// Bytes of a request that are its images, as they are sent: base64.
std::int64_t image_bytes(const Prompt& prompt);

// Bytes to a token, where no server has counted: western text in the vocabulary of today's models; what the
// leanest of them take; what text of many figures or in other scripts takes.
inline constexpr std::int64_t usual_bytes_per_token = 4, lean_bytes_per_token = 5, dense_bytes_per_token = 2;

constexpr std::int64_t usual_tokens(std::int64_t bytes) { return bytes / usual_bytes_per_token; }

/// What a provider adds to a prompt: roles and marks, and words of its own about the form of the answer.
inline constexpr std::int64_t added_tokens = 500;

/// The most that a request of so many bytes can have: no token is shorter than one.
constexpr std::int64_t most_prompt_tokens(std::int64_t request_bytes) { return request_bytes + added_tokens; }

}  // namespace docket
