#include "backends/rules/labels.h"

#include <algorithm>

namespace docket::rules {

void LabelIndex::add(std::string_view label, const LabelUse& use) {
  Entry entry{fold_letters(label), std::string(label), use, label.starts_with('*'), 0, 0};
  if (!entry.letters.empty()) entries_.push_back(std::move(entry));
}

void LabelIndex::build() {
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.letters != b.letters ? a.letters < b.letters : a.use.strength > b.use.strength;
  });
  std::vector<Entry> merged;
  for (Entry& entry : entries_) {
    if (merged.empty() || merged.back().letters != entry.letters) {
      entry.first_use = static_cast<std::uint32_t>(uses_.size());
      merged.push_back(entry);
      uses_.push_back(merged.back().use);
    } else {
      // The same label of the same owner counts once, in its strongest meaning, which comes first.
      const auto own = std::span(uses_).subspan(merged.back().first_use);
      const bool known = std::any_of(own.begin(), own.end(), [&](const LabelUse& use) {
        return use.owner == entry.use.owner && use.kind == entry.use.kind;
      });
      if (!known) uses_.push_back(entry.use);
    }
    merged.back().is_ending = merged.back().is_ending || entry.is_ending;
    merged.back().use_count = static_cast<std::uint32_t>(uses_.size()) - merged.back().first_use;
  }
  entries_ = std::move(merged);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].is_ending) endings_.push_back(i);
  }
  std::size_t entry = 0;
  for (std::size_t byte = 0; byte < starts_.size(); ++byte) {
    while (entry < entries_.size() && static_cast<unsigned char>(entries_[entry].letters[0]) < byte)
      ++entry;
    starts_[byte] = static_cast<std::uint32_t>(entry);
  }
}

bool LabelIndex::longest(const Folded& folded, std::size_t first, std::size_t last, LabelMatch& match) const {
  if (first >= last) return false;
  const std::size_t begin = folded.tokens[first].fold_begin;
  const std::size_t end = folded.tokens[last - 1].fold_end;
  if (begin >= end) return false;
  const auto byte = static_cast<unsigned char>(folded.letters[begin]);
  auto low = entries_.begin() + starts_[byte];
  auto high = entries_.begin() + starts_[byte + 1U];
  const Entry* best = nullptr;
  std::size_t token = first, best_token = first;
  for (std::size_t i = 0; low != high && begin + i < end; ++i) {
    const char c = folded.letters[begin + i];
    const auto before = [i](const Entry& entry, char wanted) {
      return entry.letters.size() <= i ||
             static_cast<unsigned char>(entry.letters[i]) < static_cast<unsigned char>(wanted);
    };
    low = std::lower_bound(low, high, c, before);
    while (high != low && (high[-1].letters.size() <= i || high[-1].letters[i] != c))
      --high;
    if (low == high) break;
    if (begin + i + 1 < folded.tokens[token].fold_end) continue;
    ++token;
    if (low->letters.size() != i + 1) continue;
    best = &*low;
    best_token = token;
  }
  if (best == nullptr) {
    const std::string_view word = folded.token(first);
    for (const std::uint32_t ending : endings_) {
      if (word.ends_with(entries_[ending].letters)) best = &entries_[ending];
    }
    best_token = first + 1;
  }
  if (best == nullptr) return false;
  match = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(best_token),
           std::span(uses_).subspan(best->first_use, best->use_count), best->label};
  return true;
}

void LabelIndex::find(const Folded& folded, std::size_t first, std::size_t last,
                      std::vector<LabelMatch>& matches) const {
  LabelMatch match;
  while (first < last) {
    if (longest(folded, first, last, match)) {
      matches.push_back(match);
      first = match.last_token;
    } else {
      ++first;
    }
  }
}

}  // namespace docket::rules
