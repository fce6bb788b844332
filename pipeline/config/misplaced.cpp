#include "pipeline/config/misplaced.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

struct JqToken {
  enum class Kind { text, number, member, word, sign, foreign };
  Kind kind;
  std::size_t at;
  std::string_view text;
  bool apart;  ///< Blanks stand before it.
};
using Kind = JqToken::Kind;
using Mistake = std::optional<ConditionMistake>;
using Meant = std::pair<std::string_view, std::string_view>;

constexpr Meant foreign_signs[] = {{"≥", ">="},  {"≤", "<="}, {"≠", "!="},         {"×", "*"},
                                   {"÷", "/"},   {"−", "-"},  {"–", "-"},          {"¬", "(… | not)"},
                                   {"∧", "and"}, {"∨", "or"}, {"~", "test(\"…\")"}};

/// Between two values.
constexpr Meant foreign_operators[] = {{"in", "… | IN(\"a\", \"b\")"},
                                       {"between", ">= … and … <="},
                                       {"und", "and"},
                                       {"oder", "or"},
                                       {"contains", "… | contains(\"…\")"},
                                       {"startswith", "… | startswith(\"…\")"},
                                       {"endswith", "… | endswith(\"…\")"}};

constexpr std::string_view operators[] = {"and",     "or",  "if",    "then",   "elif",
                                          "else",    "as",  "try",   "catch",  "reduce",
                                          "foreach", "def", "label", "import", "include"};
constexpr std::string_view binary[] = {"and", "or", "==", "!=", "<=", ">=", "<", ">",
                                       "|",   ",",  "+",  "*",  "/",  "%",  "//"};
constexpr std::string_view comparisons[] = {"==", "!=", "<=", ">=", "<", ">"};
constexpr std::string_view long_signs[] = {"==", "!=", "<=", ">=", "//", "|=", "+=", "-=", "*=", "/=", ".."};

template <class List>
bool is_among(const List& list, std::string_view text) {
  return std::ranges::find(list, text) != std::end(list);
}

bool is_part_of_name(char c) { return is_alnum(c) || c == '_'; }

std::size_t behind_name(std::string_view text, std::size_t at) {
  while (at < text.size() && is_part_of_name(text[at]))
    ++at;
  return at;
}

/// With its exponent: 1e5.
std::size_t behind_number(std::string_view text, std::size_t at) {
  constexpr std::string_view digits = "0123456789";
  const std::size_t end = std::min(text.find_first_not_of("0123456789.", at), text.size());
  std::size_t exponent = end + 1;
  if (end == text.size() || (text[end] != 'e' && text[end] != 'E')) return end;
  if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
  if (exponent >= text.size() || !is_digit(text[exponent])) return end;
  return std::min(text.find_first_not_of(digits, exponent), text.size());
}

std::pair<Kind, std::size_t> kind_and_end(std::string_view text, std::size_t at) {
  const char c = text[at];
  const char next = at + 1 < text.size() ? text[at + 1] : ' ';
  if (c == '"') return {Kind::text, std::min(behind_text(text, at), text.size())};
  if (is_digit(c)) return {Kind::number, behind_number(text, at)};
  if ((c == '.' || c == '$' || c == '@') && is_part_of_name(next) && !is_digit(next))
    return {Kind::member, behind_name(text, at + 1)};
  if (is_part_of_name(c)) return {Kind::word, behind_name(text, at)};
  for (const std::string_view sign : long_signs)
    if (text.substr(at).starts_with(sign)) return {Kind::sign, at + sign.size()};
  if (std::string_view(".[]{}()|,:;=<>!+-*/%?$@#").find(c) != std::string_view::npos)
    return {Kind::sign, at + 1};
  std::size_t end = at;
  static_cast<void>(next_code_point(text, end));
  return {Kind::foreign, end};
}

std::vector<JqToken> tokens_of(std::string_view text) {
  std::vector<JqToken> tokens;
  bool apart = false;
  for (std::size_t at = 0; at < text.size();) {
    const bool is_comment = text[at] == '#';
    if (is_comment || std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos) {
      apart = true;
      at = is_comment ? std::min(text.find('\n', at), text.size()) : at + 1;
      continue;
    }
    const auto [kind, end] = kind_and_end(text, at);
    tokens.push_back({kind, at, text.substr(at, end - at), apart});
    apart = false;
    at = end;
  }
  return tokens;
}

bool ends_value(const JqToken& token) {
  if (token.kind == Kind::sign)
    return is_among(std::initializer_list<std::string_view>{")", "]", "}", "?", ".", ".."}, token.text);
  return token.kind != Kind::foreign && !is_among(operators, token.text);
}

bool begins_value(const JqToken& token) {
  if (token.kind == Kind::member) return token.apart;  // `.a.b` is one.
  if (token.kind == Kind::word) return !is_among(operators, token.text) && token.text != "end";
  return token.kind == Kind::text || token.kind == Kind::number;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 40;
  return "'" + excerpt(text, most) + "'";
}

Mistake foreign(const JqToken& token) {
  if (token.kind != Kind::foreign) return std::nullopt;
  for (const auto& [theirs, ours] : foreign_signs)
    if (token.text == theirs)
      return ConditionMistake{token.at, "write " + std::string(ours) + " for " + in_quotes(theirs)};
  return ConditionMistake{token.at, in_quotes(token.text) + " means nothing to jq"};
}

/// `.label.contains("a")`
Mistake method(const JqToken& before, const JqToken& token) {
  const bool is_call =
      token.text == "(" && !token.apart && before.kind == Kind::member && before.text[0] == '.';
  if (!is_call) return std::nullopt;
  const std::string name(before.text.substr(1));
  return ConditionMistake{before.at, "jq has no methods: write | " + name + "(…) for ." + name + "(…)"};
}

Mistake side_by_side(const JqToken& before, const JqToken& token) {
  if (!ends_value(before) || !begins_value(token)) return std::nullopt;
  if (before.text.starts_with('@') && token.kind == Kind::text) return std::nullopt;  // @base64 "…"
  if (before.kind == Kind::number && token.kind == Kind::word && !token.apart)
    return ConditionMistake{token.at, in_quotes(token.text) + " is no unit to jq: write the number in full"};
  for (const auto& [theirs, ours] : foreign_operators)
    if (token.text == theirs)
      return ConditionMistake{token.at, "write " + std::string(ours) + " for " + std::string(theirs)};
  return ConditionMistake{token.at,
                          "an operator, such as == or and, is missing before " + in_quotes(token.text)};
}

Mistake without_value(const JqToken* before, const JqToken& token) {
  const bool is_free = before == nullptr || (!ends_value(*before) && before->text != "end");
  if (!is_among(binary, token.text) || !is_free || token.kind == Kind::text) return std::nullopt;
  return ConditionMistake{token.at,
                          "something to compare or combine is missing before " + in_quotes(token.text)};
}

}  // namespace

std::size_t behind_text(std::string_view expression, std::size_t at) {
  for (++at; at < expression.size() && expression[at] != '"'; ++at)
    if (expression[at] == '\\') ++at;
  return at + 1;
}

std::optional<ConditionMistake> not_before_member(std::string_view expression) {
  const std::vector<JqToken> tokens = tokens_of(expression);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const JqToken& next = tokens[i + 1];
    if (tokens[i].kind != Kind::word || tokens[i].text != "not" || !next.text.starts_with('.') ||
        next.kind != Kind::member)
      continue;
    std::string path(next.text);
    for (std::size_t j = i + 2; j < tokens.size() && tokens[j].kind == Kind::member && !tokens[j].apart; ++j)
      path += tokens[j].text;
    return ConditionMistake{tokens[i].at, "'not' stands behind what it denies: write (" + path + " | not)"};
  }
  return std::nullopt;
}

std::optional<ConditionMistake> misplaced_in(std::string_view expression) {
  if (expression.starts_with("{{")) return ConditionMistake{0, "a condition is written without {{ }}"};
  const std::vector<JqToken> tokens = tokens_of(expression);
  bool compares = false;  // Since the last operator of another kind.
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const JqToken& token = tokens[i];
    const JqToken* before = i == 0 ? nullptr : &tokens[i - 1];
    Mistake found = foreign(token);
    if (!found && before != nullptr) found = method(*before, token);
    if (!found && before != nullptr && before->text == "?" && begins_value(token))
      found = ConditionMistake{before->at, "write if … then … else … end for '… ? … : …'"};
    if (!found && before != nullptr) found = side_by_side(*before, token);
    if (!found) found = without_value(before, token);
    const bool is_comparison = token.kind == Kind::sign && is_among(comparisons, token.text);
    if (!found && compares && is_comparison)
      found = ConditionMistake{token.at, "a comparison of a comparison: write … < … and … < …"};
    if (found) return found;
    const bool ends =
        is_among(operators, token.text) ||
        is_among(std::initializer_list<std::string_view>{"|", ",", ";", "(", ")", "[", "]", "{", "}", "//"},
                 token.text);
    compares = (compares || is_comparison) && !ends;
  }
  return std::nullopt;
}

}  // namespace docket
