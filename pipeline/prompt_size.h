#pragma once
#include <cstdint>

#include "pipeline/backend.h"

namespace docket {

/// How many bytes of text make a token, where no server has counted them.
namespace bytes_per_token {
inline constexpr std::int64_t usual = 4;  ///< Of prose.
inline constexpr std::int64_t most = 5;   ///< The fewest tokens that are to be expected.
inline constexpr std::int64_t few = 2;    ///< Of numbers, names and other scripts.
inline constexpr std::int64_t least = 1;  ///< No token is shorter.
}  // namespace bytes_per_token

/// Tokens that a provider adds to a prompt: roles and marks, and words of its own about the form of the
/// answer.
namespace added_tokens {
inline constexpr std::int64_t usual = 200;
inline constexpr std::int64_t most = 500;
}  // namespace added_tokens

/// Bytes of all that a model may be shown of it: its words, and the schema of the answer.
std::int64_t bytes_of(const Prompt& prompt);

}  // namespace docket
