#include "pipeline/reading/letter_spaced.h"

#include <algorithm>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

bool is_gap(char c) { return c == ' ' || c == '\t'; }
bool is_white(char c) { return is_gap(c) || c == '\n' || c == '\r' || c == '\f'; }

std::uint32_t end_of_character(std::string_view text, std::uint32_t at) {
  std::uint32_t end = at + 1;
  while (end < text.size() && continues_character(text[end]))
    ++end;
  return end;
}

std::uint32_t end_of_gap(std::string_view text, std::uint32_t at) {
  while (at < text.size() && is_gap(text[at]))
    ++at;
  return at;
}

}  // namespace

/// Characters that stand alone, on one line.
struct ClosedUp::Stretch {
  std::vector<std::uint32_t> begins;  ///< Of each.
  std::uint32_t end = 0;
  std::uint32_t narrowest = 0;  ///< Bytes of the gap between two letters.
};

ClosedUp::Stretch ClosedUp::stretch_at(std::string_view plain, std::uint32_t at) {
  Stretch stretch;
  while (at < plain.size() && !is_white(plain[at])) {
    const std::uint32_t end = end_of_character(plain, at);
    if (end < plain.size() && !is_white(plain[end])) break;
    const std::uint32_t gap = at - stretch.end;
    if (!stretch.begins.empty() && (stretch.narrowest == 0 || gap < stretch.narrowest))
      stretch.narrowest = gap;
    stretch.begins.push_back(at);
    stretch.end = end;
    at = end_of_gap(plain, end);
  }
  return stretch;
}

void ClosedUp::append(std::string_view plain, std::uint32_t begin, std::uint32_t end) {
  text_ += plain.substr(begin, end - begin);
  for (std::uint32_t at = begin; at < end; ++at)
    origins_.push_back(at);
}

std::uint32_t ClosedUp::place_of(std::uint32_t at) const {
  return static_cast<std::uint32_t>(std::ranges::lower_bound(origins_, at) - origins_.begin());
}

bool ClosedUp::is_behind_digit(std::uint32_t at) const {
  const std::uint32_t place = place_of(at);
  return place > 0 && is_digit(text_[place - 1]);
}

ClosedUp::ClosedUp(std::string_view plain) {
  constexpr std::size_t least = 6;  // Fewer are initials, or cells of a table.
  for (std::uint32_t at = 0; at < plain.size();) {
    const bool begins_word = !is_white(plain[at]) && (at == 0 || is_white(plain[at - 1]));
    const Stretch stretch = begins_word ? stretch_at(plain, at) : Stretch{};
    if (stretch.begins.size() < least) {
      const std::uint32_t end = std::max(stretch.end, end_of_character(plain, at));
      append(plain, at, end);
      at = end;
      continue;
    }
    is_changed_ = true;
    for (const std::uint32_t begin : stretch.begins) {
      const std::uint32_t end = end_of_character(plain, begin), next = end_of_gap(plain, end);
      append(plain, begin, end);
      if (end < stretch.end && next - end > stretch.narrowest) append(plain, end, end + 1);
    }
    at = stretch.end;
  }
}

}  // namespace docket
