#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// Names from the value that an expression is given to a value in it; `[]` is any element of a list.
using JsonPath = std::vector<std::string>;
inline constexpr std::string_view any_element = "[]";

/// Kinds of JSON values, as bits.
using JsonKinds = unsigned;
namespace json_kind {
inline constexpr JsonKinds null = 1, boolean = 2, number = 4, string = 8, array = 16, object = 32, any = 63;
}
JsonKinds kind_of(const nlohmann::json& value);
/// "a number", "a text or a list".
std::string in_words(JsonKinds kinds);

/// A place that an expression looks at.
struct JsonAccess {
  JsonPath path;
  bool guarded = false;  ///< Stands left of a `//`, so null is provided for.
  bool is_set = false;   ///< By `=`, so it need not be there before.
};

/// A value that is compared with constants, by `==`, `IN`, `index`, `<`, …
struct JsonComparison {
  std::vector<JsonPath> paths;  ///< It is the value of one of these places, at least one,
  nlohmann::json others;        ///< or in this list, such as what stands right of a `//`,
  JsonKinds computed = 0;       ///< or of these kinds.
  nlohmann::json constants;     ///< A list.
  bool is_order = false;        ///< By `<` and the like: then only the kinds must agree.
};

/// What the text of an expression shows of it.
///
/// What an expression reads is followed through members, pipes, operators, variables and the functions of jq,
/// each of which is taken to read all of its input. What cannot be followed so (`def`, patterns, whatever the
/// parser does not understand) reads everything.
struct ExpressionFacts {
  bool reads_everything = false;     ///< Or may: `accesses` is not all.
  std::vector<JsonAccess> accesses;  ///< In the text's order; `a` before `a.b`.
  std::vector<JsonComparison> comparisons;
  /// The first operator that sets a member, `=`, where true or false is wanted; empty: none.
  std::string assignment;
  JsonKinds gives = json_kind::any;  ///< What it can give beside what is in `gives_of`.
  std::vector<JsonPath> gives_of;    ///< It can give the values of these places.
};

ExpressionFacts facts_of(std::string_view expression);

}  // namespace docket
