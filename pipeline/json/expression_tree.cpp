#include "pipeline/json/expression_tree.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace docket {
namespace {

using NodeKind = Expression::Kind;
using TokenKind = ExpressionToken::Kind;

constexpr int deepest_nesting = 100;
constexpr int longest_chain = 500;  ///< Operators in a row.

struct Operator {
  std::string_view text;
  int binds;  ///< The higher, the closer.
  bool from_the_right = false;
};
constexpr Operator operators[] = {
    {"|", 1, true}, {",", 2},  {"//", 3, true}, {"=", 4},  {"|=", 4},  {"+=", 4}, {"-=", 4}, {"*=", 4},
    {"/=", 4},      {"%=", 4}, {"//=", 4},      {"or", 5}, {"and", 6}, {"==", 7}, {"!=", 7}, {"<", 7},
    {"<=", 7},      {">", 7},  {">=", 7},       {"+", 8},  {"-", 8},   {"*", 9},  {"/", 9},  {"%", 9}};
constexpr int after_comma = 3;  ///< What may stand as a value in an object, but for pipes.

struct NotUnderstood {};

/// Recursive descent over the tokens; throws NotUnderstood to its only caller.
class Parser {
 public:
  explicit Parser(const std::vector<ExpressionToken>& tokens) : tokens_(tokens) {}

  Expression run() {
    Expression whole = pipe();
    if (at_ != tokens_.size()) throw NotUnderstood();
    return whole;
  }

 private:
  /// Counts how deep the parser is.
  class Level {
   public:
    explicit Level(int& depth) : depth_(depth) {
      if (++depth_ > deepest_nesting) throw NotUnderstood();
    }
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    int& depth_;
  };

  const ExpressionToken* next(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  bool is(TokenKind kind, std::string_view text, std::size_t ahead = 0) const {
    const ExpressionToken* token = next(ahead);
    return token != nullptr && token->kind == kind && token->text == text;
  }
  bool is_symbol(std::string_view text, std::size_t ahead = 0) const {
    return is(TokenKind::symbol, text, ahead);
  }
  bool is_word(std::string_view text) const { return is(TokenKind::word, text); }
  bool is_kind(TokenKind kind, std::size_t ahead = 0) const {
    const ExpressionToken* token = next(ahead);
    return token != nullptr && token->kind == kind;
  }
  bool take_symbol(std::string_view text) {
    if (!is_symbol(text)) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view text) {
    if (!is_word(text)) return false;
    ++at_;
    return true;
  }
  void expect_symbol(std::string_view text) {
    if (!take_symbol(text)) throw NotUnderstood();
  }
  void expect_word(std::string_view text) {
    if (!take_word(text)) throw NotUnderstood();
  }
  std::string take_text(TokenKind kind) {
    if (!is_kind(kind)) throw NotUnderstood();
    return tokens_[at_++].text;
  }

  const Operator* next_operator() const {
    const ExpressionToken* token = next();
    if (token == nullptr || (token->kind != TokenKind::symbol && token->kind != TokenKind::word))
      return nullptr;
    const auto* found = std::ranges::find(operators, std::string_view(token->text), &Operator::text);
    return found == std::end(operators) ? nullptr : found;
  }

  Expression pipe() {
    const Level level(depth_);
    if (is_word("def")) return definition();
    if (take_word("label")) {
      take_text(TokenKind::variable);
      expect_symbol("|");
      return {.kind = NodeKind::label, .children = {pipe()}};
    }
    return operation(1);
  }

  /// Operators that bind at least so close.
  Expression operation(int least) {
    const Level level(depth_);
    Expression left = operand();
    for (int chain = 0; const Operator* found = next_operator(); ++chain) {
      if (found->binds < least) break;
      if (chain > longest_chain) throw NotUnderstood();
      ++at_;
      const bool is_pipe = found->text == "|";
      Expression right =
          is_pipe ? pipe() : operation(found->from_the_right ? found->binds : found->binds + 1);
      left = joined(found->text, std::move(left), std::move(right));
    }
    return left;
  }

  Expression operand() {
    const Level level(depth_);
    if (take_symbol("-")) return {.kind = NodeKind::negation, .children = {operand()}};
    if (take_word("try")) {
      Expression attempt{.kind = NodeKind::attempt, .children = {operand()}};
      if (take_word("catch")) attempt.children.push_back(operand());
      return attempt;
    }
    if (is_word("reduce") || is_word("foreach")) return fold();
    Expression term = postfix(primary());
    if (!take_word("as")) return term;
    Expression binding{.kind = NodeKind::binding, .text = pattern(), .children = {std::move(term)}};
    expect_symbol("|");
    binding.children.push_back(pipe());
    return binding;
  }

  Expression primary() {
    const ExpressionToken* token = next();
    if (token == nullptr) throw NotUnderstood();
    switch (token->kind) {
      case TokenKind::field:
        return {.kind = NodeKind::member, .text = take_text(TokenKind::field), .children = {Expression{}}};
      case TokenKind::number:
      case TokenKind::string:
        return literal();
      case TokenKind::variable:
        return {.kind = NodeKind::variable, .text = take_text(TokenKind::variable)};
      case TokenKind::word:
        return word();
      case TokenKind::symbol:
        return bracket();
      case TokenKind::unclosed:
        break;
    }
    throw NotUnderstood();
  }

  Expression literal() {
    const ExpressionToken& token = tokens_[at_++];
    const std::string text = token.kind == TokenKind::string ? '"' + token.text + '"' : token.text;
    Expression literal{.kind = NodeKind::literal, .value = nlohmann::json::parse(text, nullptr, false)};
    if (literal.value.is_discarded()) literal.kind = NodeKind::text;  // As jq may spell it: `.5`.
    return literal;
  }

  Expression bracket() {
    if (take_symbol("(")) {
      Expression inner = pipe();
      expect_symbol(")");
      return inner;
    }
    if (take_symbol("[")) {
      Expression array{.kind = NodeKind::array};
      if (!is_symbol("]")) array.children.push_back(pipe());
      expect_symbol("]");
      return array;
    }
    if (take_symbol("{")) return object();
    if (is_symbol("\\(")) return interpolation();
    if (take_symbol("..")) return {.kind = NodeKind::everywhere};
    if (take_symbol(".")) return behind_a_dot(Expression{});
    throw NotUnderstood();
  }

  /// `."a"` after a dot; else what the dot stands behind.
  Expression behind_a_dot(Expression base) {
    if (is_kind(TokenKind::string)) {
      const nlohmann::json name = literal().value;
      if (!name.is_string()) throw NotUnderstood();
      return {.kind = NodeKind::member, .text = name.get<std::string>(), .children = {std::move(base)}};
    }
    if (is_symbol("\\(")) {
      Expression element{.kind = NodeKind::element, .children = {std::move(base)}};
      element.children.push_back(interpolation());
      return element;
    }
    return base;
  }

  Expression postfix(Expression term) {
    for (int chain = 0; chain < longest_chain; ++chain) {
      if (is_kind(TokenKind::field)) {
        term = {.kind = NodeKind::member, .text = take_text(TokenKind::field), .children = {std::move(term)}};
      } else if (take_symbol(".")) {
        if (!is_kind(TokenKind::string) && !is_symbol("\\(") && !is_symbol("[")) throw NotUnderstood();
        term = behind_a_dot(std::move(term));
      } else if (take_symbol("[")) {
        term = element(std::move(term));
      } else if (take_symbol("?")) {
        term = {.kind = NodeKind::attempt, .children = {std::move(term)}};
      } else {
        return term;
      }
    }
    throw NotUnderstood();
  }

  Expression element(Expression base) {
    if (is_kind(TokenKind::string) && is_symbol("]", 1)) {
      Expression member = behind_a_dot(std::move(base));
      ++at_;
      return member;
    }
    Expression element{.kind = NodeKind::element, .children = {std::move(base)}};
    if (!is_symbol("]") && !is_symbol(":")) element.children.push_back(pipe());
    if (take_symbol(":") && !is_symbol("]")) element.children.push_back(pipe());
    expect_symbol("]");
    return element;
  }

  Expression interpolation() {
    Expression text{.kind = NodeKind::text};
    while (take_symbol("\\(")) {
      text.children.push_back(pipe());
      expect_symbol(")");
    }
    take_text(TokenKind::string);
    return text;
  }

  Expression word() {
    std::string name = take_text(TokenKind::word);
    static constexpr std::array<std::string_view, 3> literals = {"null", "true", "false"};
    if (std::ranges::find(literals, name) != literals.end())
      return {.kind = NodeKind::literal, .value = nlohmann::json::parse(name)};
    if (name == "if") return choice();
    if (name == "break") {
      take_text(TokenKind::variable);
      return {.kind = NodeKind::label};
    }
    if (name.starts_with('@')) return format(std::move(name));
    static constexpr std::array<std::string_view, 12> keywords = {
        "then", "elif", "else", "end", "as", "and", "or", "catch", "def", "label", "reduce", "foreach"};
    if (std::ranges::find(keywords, name) != keywords.end()) throw NotUnderstood();
    Expression call{.kind = NodeKind::call, .text = std::move(name)};
    if (!take_symbol("(")) return call;
    do {
      call.children.push_back(pipe());
    } while (take_symbol(";"));
    expect_symbol(")");
    return call;
  }

  /// With a string its interpolations are formatted, else the input is.
  Expression format(std::string name) {
    if (is_symbol("\\(")) return interpolation();
    Expression text{.kind = NodeKind::text, .text = std::move(name)};
    if (is_kind(TokenKind::string))
      ++at_;
    else
      text.children.emplace_back();
    return text;
  }

  Expression choice() {
    Expression choice{.kind = NodeKind::choice};
    do {
      choice.children.push_back(pipe());
      expect_word("then");
      choice.children.push_back(pipe());
    } while (take_word("elif"));
    if (take_word("else"))
      choice.children.push_back(pipe());
    else
      choice.children.emplace_back();
    expect_word("end");
    return choice;
  }

  Expression fold() {
    ++at_;
    Expression fold{.kind = NodeKind::fold, .children = {postfix(primary())}};
    expect_word("as");
    fold.text = pattern();
    expect_symbol("(");
    do {
      fold.children.push_back(pipe());
    } while (take_symbol(";"));
    expect_symbol(")");
    return fold;
  }

  /// The name of a plain variable; empty behind any other pattern.
  std::string pattern() {
    if (is_kind(TokenKind::variable) && !is_symbol("?//", 1)) return take_text(TokenKind::variable);
    int open = 0;
    for (; next() != nullptr; ++at_) {
      if (open == 0 && at_ > 0 && (is_symbol("|") || is_symbol("("))) return "";
      if (is_symbol("(") || is_symbol("[") || is_symbol("{") || is_symbol("\\(")) ++open;
      if (is_symbol(")") || is_symbol("]") || is_symbol("}")) --open;
    }
    throw NotUnderstood();
  }

  Expression object() {
    Expression object{.kind = NodeKind::object};
    while (!take_symbol("}")) {
      entry(object);
      if (!is_symbol("}")) expect_symbol(",");
    }
    return object;
  }

  void entry(Expression& object) {
    if (is_kind(TokenKind::variable)) {  // {$x} is short for {x: $x}.
      object.children.push_back(primary());
      return;
    }
    std::string name;
    if (is_kind(TokenKind::word) && !is_symbol("\\(", 1)) {
      name = take_text(TokenKind::word);
      if (is_kind(TokenKind::string)) ++at_;  // @base64 "key"
    } else {
      Expression key = primary();
      if (key.value.is_string()) name = key.value.get<std::string>();
      object.children.push_back(std::move(key));
    }
    if (!take_symbol(":")) {  // {net} is short for {net: .net}.
      object.children.push_back({.kind = NodeKind::member, .text = name, .children = {Expression{}}});
      return;
    }
    Expression value = operation(after_comma);
    while (take_symbol("|")) {
      Expression right = operation(after_comma);
      value = joined("|", std::move(value), std::move(right));
    }
    object.children.push_back(std::move(value));
  }

  static Expression joined(std::string_view sign, Expression left, Expression right) {
    Expression whole{.kind = NodeKind::operation, .text = std::string(sign)};
    whole.children.reserve(2);
    whole.children.push_back(std::move(left));
    whole.children.push_back(std::move(right));
    return whole;
  }

  /// The body of a function is skipped: `def`s in it end with a `;` too.
  Expression definition() {
    int open = 0, definitions = 0;
    std::string name = is_kind(TokenKind::word, 1) ? next(1)->text : "";
    for (; next() != nullptr; ++at_) {
      if (is_word("def")) ++definitions;
      if (is_symbol("(") || is_symbol("[") || is_symbol("{") || is_symbol("\\(")) ++open;
      if (is_symbol(")") || is_symbol("]") || is_symbol("}")) --open;
      if (open == 0 && is_symbol(";") && --definitions == 0) {
        ++at_;
        return {.kind = NodeKind::definition, .text = std::move(name), .children = {pipe()}};
      }
    }
    throw NotUnderstood();
  }

  const std::vector<ExpressionToken>& tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::optional<Expression> parse_expression(const std::vector<ExpressionToken>& tokens) {
  try {
    return Parser(tokens).run();
  } catch (const NotUnderstood&) {
    return std::nullopt;
  }
}

}  // namespace docket
