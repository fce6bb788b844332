#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/json/expression.h"

namespace docket {

/// A jq expression as its grammar takes it apart. jq itself judges what is valid: this tree may take more.
struct Expression {
  enum class Kind {
    input,       ///< `.`
    member,      ///< Of child 0, named `text`: `.a`, `."a"`, `.["a"]`.
    element,     ///< Of child 0, the others say which: `.[]`, `.[0]`, `.[1:2]`, `.[.a]`.
    everywhere,  ///< `..`
    literal,     ///< `value`
    text,        ///< A string with interpolations, or a format such as `@json`; children are what is put in.
    array,       ///< `[…]`
    object,      ///< Children are keys that are expressions, and values.
    variable,    ///< `$text`
    call,        ///< `text(children; …)`
    operation,   ///< `text` is the operator, of the two children: `|`, `,`, `//`, `and`, `==`, `+`, `|=`, …
    negation,    ///< `-…`
    choice,      ///< `if`: conditions and branches by turns, at last the `else`.
    attempt,     ///< `try` and, if there are two children, `catch`; `…?`
    binding,     ///< `child 0 as $text | child 1`. `text` is empty for a pattern.
    fold,        ///< `reduce` and `foreach`: `child 0 as $text (the others; …)`.
    definition,  ///< `def text…; child 0`: what is defined is not kept, but for its name.
    label,       ///< `label $x | child 0`; `break` has no child.
  };
  Kind kind = Kind::input;
  std::string text = {};
  nlohmann::json value = {};
  std::vector<Expression> children = {};
};

/// None: not understood, or nested deeper than a person would write.
std::optional<Expression> parse_expression(const std::vector<ExpressionToken>& tokens);

}  // namespace docket
