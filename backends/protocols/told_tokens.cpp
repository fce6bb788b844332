#include "backends/protocols/told_tokens.h"

#include <functional>

#include "backends/protocols/message.h"

namespace docket::backends {
namespace {

constexpr std::size_t most_counts = 100;
constexpr std::size_t most_texts = 10'000;
constexpr std::int64_t blank_tokens = 32;

std::size_t hash_of(const Prompt& prompt) {
  std::string shown = document_text(prompt);
  for (const Image* image : images_of(prompt))
    shown += image->bytes;
  return std::hash<std::string>()(shown);
}

}  // namespace

bool ToldTokens::has_room_for(const Prompt& prompt) const {
  if (!prompt.longest_answer) return true;
  const std::lock_guard lock(mutex_);
  return counts_.contains(*prompt.longest_answer);
}

void ToldTokens::note_room(const Prompt& prompt, std::optional<std::int64_t> tokens) {
  const std::lock_guard lock(mutex_);
  if (counts_.size() >= most_counts) counts_.clear();
  counts_[*prompt.longest_answer] = tokens;
}

void ToldTokens::give_room(Prompt& prompt) const {
  if (!prompt.longest_answer) return;
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(*prompt.longest_answer);
  if (found == counts_.end() || !found->second) return;
  prompt.most_output_tokens = (*found->second * 5 / 4 + blank_tokens) * prompt.times_room;
}

bool ToldTokens::knows_text(const Prompt& prompt) const {
  const std::lock_guard lock(mutex_);
  return texts_.contains(hash_of(prompt));
}

void ToldTokens::note_text(const Prompt& prompt) {
  const std::lock_guard lock(mutex_);
  if (texts_.size() >= most_texts) texts_.clear();
  texts_.insert(hash_of(prompt));
}

}  // namespace docket::backends
