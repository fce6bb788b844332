#include "backends/protocols/token_probabilities.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "backends/protocols/json_leaves.h"
#include "pipeline/support/ascii.h"

namespace docket::backends {
namespace {

/// 0…1, whatever servers write for "impossible": -infinity, -3.4e38, -9999; and for NaN.
double probability(double logprob) {
  if (!(logprob > -1000)) return 0;
  return std::exp(std::min(logprob, 0.0));
}

/// Of an answer in which some allowed values are among no position's alternatives: how probable these can be
/// together. None is more probable than the least that was told, and all share what is left.
double most_unseen(const std::vector<TokenChoice>& choices, std::size_t unseen) {
  double told = 0, least = 1;
  for (const TokenChoice& choice : choices) {
    told += probability(choice.logprob);
    least = std::min(least, probability(choice.logprob));
  }
  return std::min(static_cast<double>(unseen) * least, std::max(0.0, 1 - told));
}

/// The tokens, and where each begins in what they add up to.
struct Tokens {
  const std::vector<Token>& all;
  std::vector<std::size_t> begins;
  std::string text;

  explicit Tokens(const std::vector<Token>& tokens) : all(tokens) {
    for (const Token& token : tokens) {
      begins.push_back(text.size());
      text += token.bytes;
    }
  }

  /// The text with blanks in place of all that is not the content: servers take blanks and code fences off
  /// both ends of an answer, and some count the token that ends it. None: the content is not in it, or not
  /// only once.
  std::optional<std::string> where_it_is(std::string_view content) const {
    const std::string_view wanted = trim(content);
    const std::size_t begin = text.find(wanted);
    if (wanted.empty() || begin == std::string::npos || text.find(wanted, begin + 1) != std::string::npos)
      return std::nullopt;
    std::string only(text.size(), ' ');
    return only.replace(begin, wanted.size(), wanted);
  }

  /// Indices of those that have a byte in [begin, end).
  std::pair<std::size_t, std::size_t> touching(std::size_t begin, std::size_t end) const {
    const auto after_first = std::ranges::upper_bound(begins, begin);
    const auto after_last = std::ranges::lower_bound(begins, end);
    return {static_cast<std::size_t>(after_first - begins.begin()) - 1,
            static_cast<std::size_t>(after_last - begins.begin())};
  }
};

/// Does writing `text` from where a value begins lead to it? `text` may end within the value, or go on behind
/// it.
bool leads_to(std::string_view text, std::string_view value) {
  if (text.size() <= value.size()) return value.starts_with(text);
  if (!text.starts_with(value)) return false;
  constexpr std::string_view ends_a_value = ",]} \t\r\n";
  return value.back() == '"' || ends_a_value.find(text[value.size()]) != std::string_view::npos;
}

std::vector<TokenChoice> choices_of(const Token& token) {
  std::vector<TokenChoice> choices = token.alternatives;
  if (std::ranges::none_of(choices, [&](const TokenChoice& choice) { return choice.bytes == token.bytes; }))
    choices.push_back({token.bytes, token.logprob});
  return choices;
}

/// The chosen value's share among the allowed ones; none: it cannot be told.
std::optional<double> margin_of(const Tokens& tokens, const JsonLeaf& leaf,
                                std::vector<std::string> allowed) {
  const std::string_view text = tokens.text;
  const std::string chosen(text.substr(leaf.begin, leaf.end - leaf.begin));
  if (std::ranges::find(allowed, chosen) == allowed.end()) return std::nullopt;
  double share = 1;
  const auto [first, last] = tokens.touching(leaf.begin, leaf.end);
  for (std::size_t i = first; i < last; ++i) {
    const std::size_t begin = tokens.begins[i];
    const std::string_view before =
        text.substr(begin, leaf.begin - std::min(begin, leaf.begin));  // Structure.
    const std::string written(text.substr(leaf.begin, std::max(begin, leaf.begin) - leaf.begin));
    std::erase_if(allowed, [&](const std::string& value) { return !leads_to(written, value); });
    if (allowed.size() < 2) break;
    const std::vector<TokenChoice> choices = choices_of(tokens.all[i]);
    std::set<std::string_view> seen;  // Of the allowed values.
    double to_chosen = 0, to_any = 0;
    for (const TokenChoice& choice : choices) {
      if (choice.bytes.empty() || !choice.bytes.starts_with(before)) continue;
      const std::string would_be = written + choice.bytes.substr(before.size());
      bool leads = false;
      for (const std::string& value : allowed) {
        if (!leads_to(would_be, value)) continue;
        seen.insert(value);
        leads = true;
      }
      if (!leads) continue;
      to_any += probability(choice.logprob);
      if (leads_to(would_be, chosen)) to_chosen += probability(choice.logprob);
    }
    to_any += most_unseen(choices, allowed.size() - seen.size());
    if (to_any <= 0) return std::nullopt;
    share *= to_chosen / to_any;
  }
  return share;
}

TokenProbability probability_of(const Tokens& tokens, const JsonLeaf& leaf) {
  std::size_t begin = leaf.begin, end = leaf.end;
  if (leaf.is_string) {
    ++begin;
    if (end - begin > 1) --end;  // Of "", the second quote is what was chosen.
  }
  TokenProbability found{1, 1, std::nullopt};
  const auto [first, last] = tokens.touching(begin, end);
  for (std::size_t i = first; i < last; ++i) {
    const double one = tokens.all[i].bytes.empty() ? 1 : probability(tokens.all[i].logprob);
    found.least = std::min(found.least, one);
    found.joint *= one;
  }
  return found;
}

}  // namespace

std::map<std::string, TokenProbability> token_probabilities(std::string_view content,
                                                            const std::vector<Token>& tokens,
                                                            const EnumValues& enums) {
  const Tokens placed(tokens);
  const auto text = placed.where_it_is(content);
  if (!text) return {};
  const auto leaves = json_leaves(*text);
  if (!leaves) return {};

  std::map<std::string, TokenProbability> found;
  for (const JsonLeaf& leaf : *leaves) {
    TokenProbability& one = found[leaf.pointer] = probability_of(placed, leaf);
    const std::string value = text->substr(leaf.begin, leaf.end - leaf.begin);
    if (const auto allowed = enums.find(leaf.pointer); allowed != enums.end()) {
      one.margin = margin_of(placed, leaf, allowed->second);
    } else if (value == "true" || value == "false") {
      one.margin = margin_of(placed, leaf, {"true", "false"});
    }
  }
  return found;
}

}  // namespace docket::backends
