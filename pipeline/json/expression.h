#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// A piece of a jq program, as far as docket needs to understand one; jq itself judges the grammar.
struct ExpressionToken {
  enum class Kind {
    field,     ///< `.name`; `text` is the name.
    word,      ///< Keyword, function or key; also `@base64`.
    variable,  ///< `$name`; `text` is the name.
    string,  ///< The end of a string; `text` is what stands behind its last interpolation, escapes untouched.
    unclosed,  ///< A string without its end; the last token.
    number,
    symbol,  ///< Operator or bracket, `.` too; `\(` opens an interpolation.
  };
  Kind kind = Kind::symbol;
  std::string text;
};

/// Never fails: what cannot be read ends the list.
std::vector<ExpressionToken> expression_tokens(std::string_view expression);

/// The same expression with a line's end in place of each comment.
std::string without_comments(std::string_view expression);

/// True if every bracket and every `\(` is closed by its own kind, in its order: then an expression in
/// brackets cannot end before they do.
bool is_balanced(const std::vector<ExpressionToken>& tokens);

/// The first word that has no place in a condition: it reads the environment, other input or files, prints,
/// or stops the interpreter.
std::optional<std::string> forbidden_word(const std::vector<ExpressionToken>& tokens);

}  // namespace docket
