#include "backends/protocols/repetition.h"

#include <algorithm>
#include <vector>

namespace docket::backends {
namespace {

// In bytes. What documents quote has rows of dots and of equal cells too, but shorter ones.
constexpr std::size_t shortest_repeat = 80;
constexpr std::size_t longest_piece = 2000;
constexpr std::size_t longest_word = 64;
constexpr std::size_t shortest_run = 24;
constexpr std::size_t looked_at = 100'000;

/// How far back from its end the text is the same as what stands `period` bytes before.
std::size_t repeated_at_end(std::string_view text, std::size_t period) {
  std::size_t same = 0;
  while (same + period < text.size() && text[text.size() - 1 - same] == text[text.size() - 1 - same - period])
    ++same;
  return same;
}

/// Five times a word or a row, three times what is as long as an answer.
bool ends_with_repeats(std::string_view text) {
  constexpr std::size_t long_piece = 200;
  for (std::size_t period = 1; period <= std::min(longest_piece, text.size() / 3); ++period) {
    const std::size_t needed = std::max(shortest_repeat, period > long_piece ? 2 * period : 4 * period);
    if (repeated_at_end(text, period) >= needed) return true;
  }
  return false;
}

/// Where limits of the schema end each value, the model goes on in the next one.
bool is_mostly_repeats(std::string_view text) {
  constexpr std::size_t shortest = 200;
  if (text.size() < shortest) return false;
  std::vector<bool> repeated(text.size());
  for (std::size_t period = 1; period <= longest_word; ++period) {
    std::size_t run = 0;
    for (std::size_t at = period; at <= text.size(); ++at) {
      if (at < text.size() && text[at] == text[at - period]) {
        ++run;
        continue;
      }
      if (run >= std::max(shortest_run, 4 * period))
        std::fill(repeated.begin() + static_cast<std::ptrdiff_t>(at - run),
                  repeated.begin() + static_cast<std::ptrdiff_t>(at), true);
      run = 0;
    }
  }
  return static_cast<std::size_t>(std::ranges::count(repeated, true)) * 3 > text.size() * 2;
}

}  // namespace

bool is_repetition(std::string_view text) {
  if (text.size() > looked_at) text.remove_prefix(text.size() - looked_at);
  return ends_with_repeats(text) || is_mostly_repeats(text);
}

}  // namespace docket::backends
