#include "pipeline/json/expression_facts.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "pipeline/json/expression_tree.h"

namespace docket {
namespace {

using nlohmann::json;
using NodeKind = Expression::Kind;

constexpr std::size_t most_paths = 64;  ///< Of one value.

/// What an expression may give: places of the value that it is about, constants, and what is computed.
struct Value {
  std::vector<JsonPath> paths = {};
  std::vector<json> constants = {};
  std::vector<json> elements = {};  ///< All of what is computed, when it is a list of constants.
  JsonKinds computed = 0;           ///< Kinds of what is neither a place nor a constant.
  std::string assignment = {};      ///< The operator, when what is computed is its input with changes.

  bool is_nothing() const { return paths.empty() && constants.empty() && computed == 0; }
  bool is_constant() const { return paths.empty() && computed == 0 && !constants.empty(); }
};

Value computed(JsonKinds kinds) { return {.computed = kinds}; }

JsonKinds kinds_of(const std::vector<json>& values) {
  JsonKinds kinds = 0;
  for (const json& value : values)
    kinds |= kind_of(value);
  return kinds;
}

struct Function {
  std::string_view name;
  JsonKinds gives;
};
/// Functions that give what their name says; all others may give anything.
constexpr Function functions[] = {{"all", json_kind::boolean},
                                  {"any", json_kind::boolean},
                                  {"contains", json_kind::boolean},
                                  {"endswith", json_kind::boolean},
                                  {"has", json_kind::boolean},
                                  {"in", json_kind::boolean},
                                  {"inside", json_kind::boolean},
                                  {"isinfinite", json_kind::boolean},
                                  {"isnan", json_kind::boolean},
                                  {"isnormal", json_kind::boolean},
                                  {"isvalid", json_kind::boolean},
                                  {"isempty", json_kind::boolean},
                                  {"not", json_kind::boolean},
                                  {"startswith", json_kind::boolean},
                                  {"test", json_kind::boolean},
                                  {"IN", json_kind::boolean},
                                  {"ceil", json_kind::number},
                                  {"fabs", json_kind::number},
                                  {"floor", json_kind::number},
                                  {"length", json_kind::number},
                                  {"mktime", json_kind::number},
                                  {"now", json_kind::number},
                                  {"pow", json_kind::number},
                                  {"round", json_kind::number},
                                  {"sqrt", json_kind::number},
                                  {"tonumber", json_kind::number},
                                  {"utf8bytelength", json_kind::number},
                                  {"ascii_downcase", json_kind::string},
                                  {"ascii_upcase", json_kind::string},
                                  {"gsub", json_kind::string},
                                  {"implode", json_kind::string},
                                  {"join", json_kind::string},
                                  {"sub", json_kind::string},
                                  {"todate", json_kind::string},
                                  {"tojson", json_kind::string},
                                  {"tostring", json_kind::string},
                                  {"type", json_kind::string},
                                  {"explode", json_kind::array},
                                  {"group_by", json_kind::array},
                                  {"keys", json_kind::array},
                                  {"map", json_kind::array},
                                  {"sort", json_kind::array},
                                  {"sort_by", json_kind::array},
                                  {"split", json_kind::array},
                                  {"unique", json_kind::array},
                                  {"unique_by", json_kind::array},
                                  {"empty", 0},
                                  {"error", 0}};
/// Their arguments see the elements of the input.
constexpr std::array<std::string_view, 7> element_functions = {
    "map", "map_values", "sort_by", "group_by", "unique_by", "min_by", "max_by"};
/// Look at what their arguments give, and not at their input.
constexpr std::array<std::string_view, 7> argument_functions = {"first", "last", "limit", "isempty",
                                                                "range", "pow",  "error"};
/// Look for their argument among the elements of their input.
constexpr std::array<std::string_view, 3> searching_functions = {"index", "rindex", "indices"};
/// Look at nothing.
constexpr std::array<std::string_view, 4> constants = {"empty", "now", "nan", "infinite"};
/// Their arguments see what is made of the input, which they read as a whole.
constexpr std::array<std::string_view, 14> making_functions = {
    "with_entries", "walk", "recurse",    "until", "while", "repeat", "paths",
    "sub",          "gsub", "leaf_paths", "path",  "del",   "INDEX",  "JOIN"};

bool is_in(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_comparison(std::string_view sign) {
  return sign == "==" || sign == "!=" || sign == "<" || sign == "<=" || sign == ">" || sign == ">=";
}

/// Follows the given value through an expression.
class Follower {
 public:
  ExpressionFacts run(const Expression& whole) {
    Value given{.paths = {JsonPath{}}};
    const Value result = follow(whole, given);
    decide_by(result);
    facts_.gives = result.computed | kinds_of(result.constants);
    facts_.gives_of = result.paths;
    return std::move(facts_);
  }

 private:
  using Variables = std::map<std::string, Value>;

  Value follow(const Expression& expression, const Value& input) {
    switch (expression.kind) {
      case NodeKind::input:
        return input;
      case NodeKind::member:
        return member(follow(child(expression, 0), input), expression.text);
      case NodeKind::element:
        return element(expression, input);
      case NodeKind::everywhere:
        consume(input);
        return computed(json_kind::any);
      case NodeKind::literal:
        return {.constants = {expression.value}};
      case NodeKind::text:
        consume_children(expression, input);
        return computed(json_kind::string);
      case NodeKind::array:
        return list(expression, input);
      case NodeKind::object:
        consume_children(expression, input);
        return computed(json_kind::object);
      case NodeKind::variable:
        return variable(expression.text);
      case NodeKind::call:
        return call(expression, input);
      case NodeKind::operation:
        return operation(expression, input);
      case NodeKind::negation:
        consume_children(expression, input);
        return computed(json_kind::number);
      case NodeKind::choice:
        return choice(expression, input);
      case NodeKind::attempt:
        return attempt(expression, input);
      case NodeKind::binding:
        return binding(expression, input);
      case NodeKind::fold:
        return fold(expression, input);
      case NodeKind::definition:
        facts_.reads_everything = true;
        defined_.insert(expression.text);
        return follow(child(expression, 0), input);
      case NodeKind::label:
        return expression.children.empty() ? computed(0) : follow(child(expression, 0), input);
    }
    return computed(json_kind::any);
  }

  static const Expression& child(const Expression& expression, std::size_t number) {
    return expression.children[number];
  }

  /// Something looks at the value itself, whatever is in it.
  void consume(const Value& value) {
    const auto is_all = [](const JsonPath& path) { return path.empty(); };
    facts_.reads_everything = facts_.reads_everything || std::ranges::any_of(value.paths, is_all);
  }

  /// Whether it is true is asked.
  void decide_by(const Value& value) {
    consume(value);
    if (facts_.assignment.empty()) facts_.assignment = value.assignment;
  }

  void consume_children(const Expression& expression, const Value& input) {
    for (const Expression& one : expression.children)
      consume(follow(one, input));
  }

  Value member(const Value& base, const std::string& name) {
    Value value = computed(base.computed == 0 && base.constants.empty() ? 0 : json_kind::any);
    for (const JsonPath& path : base.paths) {
      if (value.paths.size() >= most_paths) {
        facts_.reads_everything = true;
        break;
      }
      value.paths.push_back(path);
      value.paths.back().push_back(name);
      facts_.accesses.push_back({value.paths.back(), guards_ > 0, false});
    }
    return value;
  }

  Value list(const Expression& expression, const Value& input) {
    Value list = computed(json_kind::array);
    for (const Expression& one : expression.children) {
      const Value value = follow(one, input);
      consume(value);
      if (value.is_constant()) list.elements = value.constants;
    }
    return list;
  }

  /// An element of a list, or a member whose name is computed.
  Value elements_of(const Value& base) {
    consume(base);
    const bool is_known = base.constants.empty() && (base.computed == 0 || !base.elements.empty());
    Value value = computed(is_known ? 0 : json_kind::any);
    value.constants = base.elements;
    for (JsonPath path : base.paths) {
      path.emplace_back(any_element);
      value.paths.push_back(std::move(path));
    }
    return value;
  }

  Value element(const Expression& expression, const Value& input) {
    Value base = follow(child(expression, 0), input);
    for (std::size_t i = 1; i < expression.children.size(); ++i)
      consume(follow(child(expression, i), input));
    return elements_of(base);
  }

  Value variable(const std::string& name) {
    const auto known = variables_.find(name);
    return known == variables_.end() ? computed(json_kind::any) : known->second;
  }

  Value call(const Expression& call, const Value& input) {
    if (defined_.contains(call.text)) {  // What its arguments are about is for it to say.
      for (const Expression& argument : call.children)
        follow(argument, computed(json_kind::any));
      return computed(json_kind::any);
    }
    if (call.text == "select" && call.children.size() == 1) {
      decide_by(follow(child(call, 0), input));
      return input;
    }
    if (call.text == "IN") return one_of(call, input);
    const bool is_quantifier = call.text == "any" || call.text == "all";
    if (is_quantifier && call.children.size() == 2) {
      decide_by(follow(child(call, 1), follow(child(call, 0), input)));
      return computed(json_kind::boolean);
    }
    const bool looks_at_arguments = !call.children.empty() && is_in(argument_functions, call.text);
    if (!looks_at_arguments && !is_in(constants, call.text)) consume(input);
    if (call.text == "not") decide_by(input);
    Value seen = input;
    if (is_quantifier || is_in(element_functions, call.text)) seen = elements_of(input);
    if (is_in(making_functions, call.text)) seen = computed(json_kind::any);
    for (const Expression& argument : call.children) {
      const Value value = follow(argument, seen);
      if (is_quantifier)
        decide_by(value);
      else
        consume(value);
      if (is_in(searching_functions, call.text) && input.paths.empty() && input.constants.empty())
        compare(value, {.constants = input.elements});
    }
    const auto* known = std::ranges::find(functions, std::string_view(call.text), &Function::name);
    return computed(known == std::end(functions) ? json_kind::any : known->gives);
  }

  /// `IN(constants)`, `IN(places; constants)`
  Value one_of(const Expression& call, const Value& input) {
    const Value left = call.children.size() == 2 ? follow(child(call, 0), input) : input;
    if (!call.children.empty()) compare(left, follow(call.children.back(), input));
    return computed(json_kind::boolean);
  }

  void compare(const Value& left, const Value& right, std::string_view sign = "==") {
    consume(left);
    consume(right);
    for (const auto& [value, other] : {std::pair(&left, &right), std::pair(&right, &left)}) {
      if (!other->is_constant()) continue;
      if (facts_.assignment.empty()) facts_.assignment = value->assignment;
      if (value->paths.empty()) continue;
      facts_.comparisons.push_back({value->paths, json(value->constants), value->computed,
                                    json(other->constants), sign.starts_with('<') || sign.starts_with('>')});
    }
  }

  Value operation(const Expression& expression, const Value& input) {
    const std::string& sign = expression.text;
    if (sign == "|") return follow(child(expression, 1), follow(child(expression, 0), input));
    if (sign.ends_with('=') && !is_comparison(sign)) return assignment(expression, input);
    if (sign == "//") ++guards_;
    Value left = follow(child(expression, 0), input);
    if (sign == "//") --guards_;
    const Value right = follow(child(expression, 1), input);
    if (sign == "," || sign == "//") return either(std::move(left), right);
    if (is_comparison(sign)) {
      compare(left, right, sign);
      return computed(json_kind::boolean);
    }
    if (sign == "and" || sign == "or") {
      decide_by(left);
      decide_by(right);
      return computed(json_kind::boolean);
    }
    consume(left);
    consume(right);
    // Null is neutral to a sum, so that a sum of unknown values may be anything; yet nobody adds booleans.
    const JsonKinds sums = json_kind::any & ~json_kind::boolean & ~json_kind::null;
    if (sign == "+") return computed(sums);
    if (sign == "%") return computed(json_kind::number);
    return computed(sums & ~(sign == "-" ? json_kind::string | json_kind::object : 0U));
  }

  /// What is set need not be there before, nor be what the stage has made of it.
  Value assignment(const Expression& expression, const Value& input) {
    const std::string& sign = expression.text;
    const Expression& made = child(expression, 1);
    const bool is_update = sign == "|=";
    const bool has_default = sign == "//=" || (is_update && made.text == "//");
    guards_ += has_default ? 1 : 0;
    const std::size_t accesses = facts_.accesses.size();
    const Value left = follow(child(expression, 0), input);
    for (std::size_t i = accesses; sign == "=" && i < facts_.accesses.size(); ++i) {
      JsonAccess& access = facts_.accesses[i];
      access.is_set = std::ranges::any_of(left.paths, [&](const JsonPath& path) {
        return std::ranges::mismatch(access.path, path).in1 == access.path.end();
      });
      access.guarded = access.guarded || access.is_set;
    }
    guards_ -= has_default ? 1 : 0;
    consume(follow(made, is_update ? left : input));
    consume(left);
    consume(input);
    Value value = computed(json_kind::any);
    value.assignment = sign;
    return value;
  }

  static Value either(Value left, Value right) {
    if (left.is_nothing()) return right;
    if (right.is_nothing()) return left;
    left.paths.insert(left.paths.end(), right.paths.begin(), right.paths.end());
    left.constants.insert(left.constants.end(), right.constants.begin(), right.constants.end());
    left.elements.clear();
    left.computed |= right.computed;
    if (left.assignment.empty()) left.assignment = std::move(right.assignment);
    return left;
  }

  Value choice(const Expression& expression, const Value& input) {
    Value value;
    for (std::size_t i = 0; i < expression.children.size(); ++i) {
      const Value one = follow(child(expression, i), input);
      const bool is_condition = i % 2 == 0 && i + 1 < expression.children.size();
      if (is_condition)
        decide_by(one);
      else
        value = either(std::move(value), one);
    }
    return value;
  }

  /// What `catch` sees is an error's message.
  Value attempt(const Expression& expression, const Value& input) {
    Value value = follow(child(expression, 0), input);
    if (expression.children.size() < 2) return value;
    return either(std::move(value), follow(child(expression, 1), computed(json_kind::any)));
  }

  Value binding(const Expression& expression, const Value& input) {
    Value bound = follow(child(expression, 0), input);
    const Variables outer = variables_;
    bind(expression.text, std::move(bound));
    Value value = follow(child(expression, 1), input);
    variables_ = outer;
    return value;
  }

  /// A pattern binds names that are not followed.
  void bind(const std::string& name, Value value) {
    if (name.empty()) {
      facts_.reads_everything = true;
      variables_.clear();
    } else {
      variables_[name] = std::move(value);
    }
  }

  /// What is folded is what the first expression gives, and what the second makes of it.
  Value fold(const Expression& expression, const Value& input) {
    Value source = follow(child(expression, 0), input);
    if (expression.children.size() < 3) return computed(json_kind::any);
    consume(follow(child(expression, 1), input));
    const Variables outer = variables_;
    bind(expression.text, std::move(source));
    for (std::size_t i = 2; i < expression.children.size(); ++i)
      consume(follow(child(expression, i), computed(json_kind::any)));
    variables_ = outer;
    return computed(json_kind::any);
  }

  ExpressionFacts facts_;
  Variables variables_;
  std::set<std::string> defined_;  ///< Functions of the expression's own.
  int guards_ = 0;                 ///< `//` that what is followed stands left of.
};

}  // namespace

JsonKinds kind_of(const json& value) {
  if (value.is_null()) return json_kind::null;
  if (value.is_boolean()) return json_kind::boolean;
  if (value.is_number()) return json_kind::number;
  if (value.is_string()) return json_kind::string;
  return value.is_array() ? json_kind::array : json_kind::object;
}

std::string in_words(JsonKinds kinds) {
  static constexpr std::pair<JsonKinds, std::string_view> words[] = {
      {json_kind::number, "a number"},       {json_kind::string, "a text"},
      {json_kind::boolean, "true or false"}, {json_kind::array, "a list"},
      {json_kind::object, "an object"},      {json_kind::null, "null"}};
  std::string text;
  for (const auto& [kind, word] : words) {
    if ((kinds & kind) != 0) text += (text.empty() ? "" : " or ") + std::string(word);
  }
  return text.empty() ? "nothing" : text;
}

ExpressionFacts facts_of(std::string_view expression) {
  const auto tree = parse_expression(expression_tokens(expression));
  if (tree) return Follower().run(*tree);
  ExpressionFacts facts;
  facts.reads_everything = true;
  return facts;
}

}  // namespace docket
