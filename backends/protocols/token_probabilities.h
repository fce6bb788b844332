#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/backend.h"

namespace docket::backends {

/// What a model might have written at a place. The bytes of one token need not be whole characters.
struct TokenChoice {
  std::string bytes;
  double logprob = 0;
};

/// What it wrote, and what else it considered (perhaps what it wrote once more).
struct Token {
  std::string bytes;
  double logprob = 0;
  std::vector<TokenChoice> alternatives = {};
};

/// By JSON Pointer: the values that are allowed there, as JSON texts. (`true` and `false` need not be told.)
using EnumValues = std::map<std::string, std::vector<std::string>>;

/// How sure the model was of each leaf of its JSON answer. The tokens that touch a leaf count for it, also
/// where they begin or end with quotes, commas or names of members; those that are nothing else are left out.
/// Tokens that do not add up to `content` give nothing: a wrong number is worse than none.
///
/// A token that the server's grammar forced may have a low probability all the same, since servers tell those
/// before the grammar. `margin` is free of that: at each token it is the share of what leads to the chosen
/// value in all that leads to any allowed one.
std::map<std::string, TokenProbability> token_probabilities(std::string_view content,
                                                            const std::vector<Token>& tokens,
                                                            const EnumValues& enums);

}  // namespace docket::backends
