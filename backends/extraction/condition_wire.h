#pragma once
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/json/condition_set.h"
#include "pipeline/support/result.h"

namespace docket {

// How docket and a worker that evaluates conditions talk, with the frames of wire.h:
//
//   docket -> worker   `programs` once, then `questions` as often as there are any
//   worker -> docket   `ready` once, as to the pool; `compiled` for programs, `verdicts` for questions, or
//   `dying`
//
// jq programs and the data that they are given may bring a worker under their control: the decoders believe
// nothing that it says.

/// What a worker may take for one condition and one value.
inline constexpr std::chrono::seconds evaluation_limit{1};  ///< CPU time.
inline constexpr std::chrono::seconds compilation_limit{20};
inline constexpr std::int64_t evaluation_memory = std::int64_t{256} << 20;  ///< Bytes, for all together.

/// Sent from the signal handler of a worker that is about to end.
struct Dying {
  enum class Reason : std::uint32_t { time = 1, memory, crash };
  Reason reason = Reason::crash;
  std::uint32_t signal_number = 0;  ///< With `crash`.
  std::uint64_t position = 0;       ///< Of what was evaluated, in the order of what was asked.
};

/// What a condition said of a value, or why it cannot be evaluated.
struct Verdict {
  enum class Kind : std::uint32_t { no, yes, error };
  Kind kind = Kind::error;
  std::string message = {};
};

std::string encode_texts(const std::vector<std::string>& texts);  ///< `programs`, `compiled`
std::string encode(std::span<const ConditionQuestion> questions);
std::string encode(const std::vector<Verdict>& verdicts);

// Empty-handed: the bytes are not what `encode` gives, or not so many as were asked for.
Result<std::vector<std::string>> decode_texts(std::string_view bytes);
Result<std::vector<ConditionQuestion>> decode_questions(std::string_view bytes);
Result<std::vector<Result<bool>>> decode_verdicts(std::string_view bytes, std::size_t count);
Result<Dying> decode_dying(std::string_view bytes, std::size_t count);

}  // namespace docket
