#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "pipeline/backend.h"

namespace docket::backends {

/// What a server has told of the tokens of texts. Any thread.
class ToldTokens {
 public:
  /// Whether the server was asked what the longest answer takes, or the prompt has none.
  bool has_room_for(const Prompt& prompt) const;
  /// None: it cannot count after all, and the estimate stays.
  void note_room(const Prompt& prompt, std::optional<std::int64_t> tokens);
  /// Sets most_output_tokens by that: the count, and a quarter more, since models put blanks where they may.
  void give_room(Prompt& prompt) const;

  /// Whether an answer to a question about the same text has told its tokens.
  bool knows_text(const Prompt& prompt) const;
  void note_text(const Prompt& prompt);

 private:
  mutable std::mutex mutex_;  // Guards all that follows.
  /// Of longest answers. They depend on the stage's schema, and on the script of the text.
  std::map<std::string, std::optional<std::int64_t>> counts_;
  std::set<std::size_t> texts_;  ///< Hashes.
};

}  // namespace docket::backends
