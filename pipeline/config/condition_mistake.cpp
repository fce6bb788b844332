#include "pipeline/config/condition_mistake.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "pipeline/config/misplaced.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using Found = std::optional<ConditionMistake>;

struct Replacement {
  std::string_view theirs, ours;
};

/// What no jq expression has outside of a text. Longer ones stand before what they begin with.
constexpr Replacement signs[] = {{"&&", "and"}, {"||", "or"}, {"<>", "!="}, {"===", "=="},
                                 {"!==", "!="}, {"=<", "<="}, {"=>", ">="}};

constexpr std::string_view curly_quotes[] = {"“", "”", "„", "‘", "’", "‚", "«", "»"};

/// Words of other languages.
constexpr Replacement words[] = {{"AND", "and"},
                                 {"OR", "or"},
                                 {"NOT", "not"},
                                 {"True", "true"},
                                 {"TRUE", "true"},
                                 {"False", "false"},
                                 {"FALSE", "false"},
                                 {"None", "null"},
                                 {"nil", "null"},
                                 {"NULL", "null"},
                                 {"undefined", "null"},
                                 {"is", "=="},
                                 {"eq", "=="},
                                 {"equals", "=="},
                                 {"ne", "!="},
                                 {"gt", ">"},
                                 {"lt", "<"},
                                 {"ge", ">="},
                                 {"le", "<="},
                                 {"len", "length"},
                                 {"size", "length"},
                                 {"lower", "ascii_downcase"},
                                 {"upper", "ascii_upcase"},
                                 {"abs", "fabs"},
                                 {"like", "test(\"…\")"},
                                 {"matches", "test(\"…\")"}};

const std::vector<std::string_view> functions = {
    "length",       "test",       "contains", "inside",   "any",        "all",      "select",
    "map",          "not",        "has",      "keys",     "startswith", "endswith", "fabs",
    "add",          "min",        "max",      "tonumber", "tostring",   "empty",    "ascii_downcase",
    "ascii_upcase", "index",      "match",    "capture",  "floor",      "round",    "sort",
    "unique",       "join",       "split",    "type",     "values",     "first",    "last",
    "range",        "to_entries", "ltrimstr", "rtrimstr", "paths",      "isvalid",  "nulls",
    "min_by",       "max_by",     "group_by"};

bool is_word(char c) { return is_alnum(c) || c == '_'; }

/// The beginnings of what stands outside of texts, one after the other.
template <class Look>
Found first(std::string_view expression, Look look) {
  for (std::size_t at = 0; at < expression.size();) {
    if (expression[at] == '"') {
      at = behind_text(expression, at);
      continue;
    }
    if (Found found = look(at)) return found;
    if (is_word(expression[at]))
      while (at < expression.size() && is_word(expression[at]))
        ++at;
    else
      static_cast<void>(next_code_point(expression, at));
  }
  return std::nullopt;
}

/// A word that names a function, unlike `.member` and `$variable`.
std::string_view name_at(std::string_view expression, std::size_t at) {
  const char before = at == 0 ? ' ' : expression[at - 1];
  if (!is_word(expression[at]) || is_digit(expression[at]) || before == '.' || before == '$' || before == '@')
    return {};
  std::size_t end = at;
  while (end < expression.size() && is_word(expression[end]))
    ++end;
  return expression.substr(at, end - at);
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// What stands in quotes of another kind, as an example; cut where it is long.
std::string example_text(std::string_view text) {
  constexpr std::size_t most = 40;
  return text.empty() || text.size() > most || text.find('"') != std::string_view::npos
             ? "\"…\""
             : "\"" + std::string(text) + "\"";
}

Found wrong_quote(std::string_view expression, std::size_t at) {
  const std::string_view rest = expression.substr(at);
  if (rest.starts_with('\''))
    return ConditionMistake{
        at, "text stands in double quotes: write " +
                example_text(rest.substr(1, std::max(rest.find('\'', 1), std::size_t{1}) - 1))};
  for (const std::string_view quote : curly_quotes) {
    if (!rest.starts_with(quote)) continue;
    std::size_t end = rest.size();
    for (const std::string_view other : curly_quotes)
      end = std::min(end, rest.find(other, quote.size()));
    return ConditionMistake{at, quoted(quote) + " is no quote to jq: write " +
                                    example_text(rest.substr(quote.size(), end - quote.size())) +
                                    " with straight double quotes"};
  }
  return std::nullopt;
}

Found wrong_sign(std::string_view expression, std::size_t at) {
  const std::string_view rest = expression.substr(at);
  for (const auto& [theirs, ours] : signs)
    if (rest.starts_with(theirs))
      return ConditionMistake{at, "write " + quoted(ours) + " for " + quoted(theirs)};
  if (rest.starts_with('!') && !rest.starts_with("!="))
    return ConditionMistake{at, "jq has no '!': write (… | not)"};
  if (rest.starts_with('&')) return ConditionMistake{at, "write 'and' for '&'"};
  if (rest.starts_with('%') && at > 0 && is_digit(expression[at - 1])) {
    const std::size_t next = rest.find_first_not_of(" \n%");
    if (next == std::string_view::npos || rest[next] == ')' || is_alpha(rest[next]))
      return ConditionMistake{at, "'%' is no percent sign: write 0.8 for 80%"};
  }
  return std::nullopt;
}

Found wrong_word(std::string_view expression, std::size_t at) {
  const std::string_view name = name_at(expression, at);
  if (expression.substr(at + name.size()).starts_with(':')) return std::nullopt;  // A key.
  for (const auto& [theirs, ours] : words)
    if (name == theirs)
      return ConditionMistake{at, "write " + std::string(ours) + " for " + std::string(theirs)};
  return std::nullopt;
}

/// Of jq's `NAME/0 is not defined` the name.
std::string undefined_in(const std::string& jq) {
  const std::size_t end = jq.find(" is not defined");
  if (end == std::string::npos) return {};
  const std::size_t slash = jq.rfind('/', end);
  if (slash == std::string::npos) return {};
  std::size_t begin = slash;
  while (begin > 0 && is_word(jq[begin - 1]))
    --begin;
  return jq.substr(begin, slash - begin);
}

/// `.structured-extract`: a subtraction to jq. The member that was meant; empty: it is none.
std::string with_underscore(std::string_view expression, std::size_t at, std::string_view name,
                            const std::vector<std::string_view>& stages) {
  if (at == 0 || expression[at - 1] != '-') return {};
  std::size_t begin = at - 1;
  while (begin > 0 && is_word(expression[begin - 1]))
    --begin;
  if (begin == 0 || expression[begin - 1] != '.' || begin == at - 1) return {};
  const std::string id = std::string(expression.substr(begin, at - 1 - begin)) + "_" + std::string(name);
  const bool is_stage = std::ranges::any_of(stages, [&](std::string_view stage) { return stage == id; });
  return is_stage ? id : "";
}

std::string advice_for(std::string_view expression, std::size_t at, std::string_view name,
                       const std::vector<std::string_view>& stages) {
  if (const std::string id = with_underscore(expression, at, name, stages); !id.empty())
    return "; the ids of stages have '_': write ." + id;
  if (std::ranges::find(stages, name) != stages.end())
    return "; what is read has a dot: write ." + std::string(name);
  const std::size_t behind = at + name.size();
  if (const auto meant = nearest(name, functions)) return did_you_mean(meant);
  const std::size_t before = expression.substr(0, at).find_last_not_of(" \n");
  const bool is_called = (behind < expression.size() && expression[behind] == '(') ||
                         (before != std::string_view::npos && expression[before] == '|');
  if (is_called) return "; see the manual of jq for its functions";
  return "; text stands in double quotes: write \"" + std::string(name) + "\"";
}

Found undefined_name(std::string_view expression, const std::string& jq,
                     const std::vector<std::string_view>& stages) {
  const std::string name = undefined_in(jq);
  if (name.empty()) return std::nullopt;
  return first(expression, [&](std::size_t at) -> Found {
    if (name_at(expression, at) != name) return std::nullopt;
    if (Found known = wrong_word(expression, at)) return known;
    return ConditionMistake{at, jq + advice_for(expression, at, name, stages)};
  });
}

/// The backslash in a text that begins no escape: of a regular expression, most often.
Found wrong_escape(std::string_view expression) {
  bool in_text = false;
  for (std::size_t at = 0; at < expression.size(); ++at) {
    if (expression[at] == '"') in_text = !in_text;
    if (!in_text || expression[at] != '\\') continue;
    const std::string_view escape = expression.substr(at, 2);
    if (escape.size() < 2 || std::string_view("\"\\/bfnrtu(").find(escape[1]) == std::string_view::npos)
      return ConditionMistake{at, quoted(escape) + " is no escape in a text: write '\\" +
                                      std::string(escape) + "', a backslash for each"};
    ++at;
  }
  return std::nullopt;
}

/// The bracket that nothing closes, or that closes nothing.
Found lone_bracket(std::string_view expression) {
  std::vector<std::size_t> open;
  const Found wrong = first(expression, [&](std::size_t at) -> Found {
    constexpr std::string_view openers = "([{", closers = ")]}";
    if (openers.find(expression[at]) != std::string_view::npos) open.push_back(at);
    const std::size_t closer = closers.find(expression[at]);
    if (closer == std::string_view::npos) return std::nullopt;
    if (open.empty() || expression[open.back()] != openers[closer])
      return ConditionMistake{at, std::string("nothing is open that this '") + expression[at] + "' closes"};
    open.pop_back();
    return std::nullopt;
  });
  if (wrong || open.empty()) return wrong;
  return ConditionMistake{open.back(), std::string("this '") + expression[open.back()] + "' is not closed"};
}

}  // namespace

ConditionMistake explain_jq(std::string_view expression, const std::string& jq,
                            const std::vector<std::string_view>& stages) {
  const auto look = [&](std::size_t at) -> Found {
    Found found = wrong_quote(expression, at);
    return found ? found : wrong_sign(expression, at);
  };
  if (Found found = first(expression, look)) return *std::move(found);
  if (Found found = undefined_name(expression, jq, stages)) return *std::move(found);
  if (Found found = first(expression, [&](std::size_t at) { return wrong_word(expression, at); }))
    return *std::move(found);
  if (jq.find("brackets do not match") != std::string::npos)
    if (Found found = lone_bracket(expression)) return *std::move(found);
  if (jq.find("unexpected end") != std::string::npos)
    return {expression.size(), "it ends too early: something is missing behind this"};
  if (jq.find("Invalid escape") != std::string::npos)
    if (Found found = wrong_escape(expression)) return *std::move(found);
  if (jq.find("syntax error") != std::string::npos)
    if (Found found = misplaced_in(expression)) return *std::move(found);
  return {0, jq};
}

}  // namespace docket
