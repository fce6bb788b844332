#include "pipeline/support/suggest.h"

#include <algorithm>

#include "pipeline/support/ascii.h"

namespace docket {
namespace {

/// Beyond these a suggestion helps nobody, and a hostile file could make it slow.
constexpr std::size_t longest_name = 64;
constexpr std::size_t most_names = 1000;
constexpr std::size_t most_listed = 16;

std::string folded(std::string_view name) {
  std::string text = to_lower(name);
  for (char& c : text) {
    if (c == '_' || c == ' ') c = '-';
  }
  return text;
}

/// Edits (insert, delete, change, swap of neighbours) from one to the other.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    last[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

/// The one known name that `name` is the beginning of.
std::optional<std::string_view> completed(const std::string& name,
                                          const std::vector<std::string_view>& known) {
  std::optional<std::string_view> found;
  for (const std::string_view candidate : known) {
    if (name.size() < 3 || !folded(candidate).starts_with(name)) continue;
    if (found) return std::nullopt;
    found = candidate;
  }
  return found;
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.empty() || name.size() > longest_name || known.size() > most_names) return std::nullopt;
  const std::string wanted = folded(name);
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    if (candidate.size() > longest_name) continue;
    const std::size_t edits = distance(wanted, folded(candidate));
    if (edits >= best_distance || edits >= candidate.size()) continue;
    best = candidate;
    best_distance = edits;
  }
  return best ? best : completed(wanted, known);
}

std::string did_you_mean(std::optional<std::string_view> found) {
  return found ? ", did you mean '" + std::string(*found) + "'?" : "";
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known) {
  if (const auto found = nearest(name, known)) return did_you_mean(found);
  if (known.empty() || known.size() > most_listed) return {};
  std::string text = "; known: ";
  for (const std::string_view candidate : known) {
    if (text.back() != ' ') text += ", ";
    text += candidate;
  }
  return text;
}

std::string one_of(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace docket
