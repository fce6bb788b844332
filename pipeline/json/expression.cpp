#include "pipeline/json/expression.h"

#include <algorithm>
#include <array>

#include "pipeline/support/ascii.h"

namespace docket {
namespace {

using Kind = ExpressionToken::Kind;

bool is_word_start(char c) { return c == '_' || is_alpha(c); }
bool is_word(char c) { return is_word_start(c) || is_digit(c); }

/// The longest first.
constexpr std::array<std::string_view, 18> long_symbols = {
    "?//", "//=", "//", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "..", "=", "|", "<", ">"};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<ExpressionToken> run() {
    while (at_ < text_.size()) {
      step();
    }
    return std::move(tokens_);
  }

  const std::vector<std::pair<std::size_t, std::size_t>>& comments() const { return comments_; }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void add(Kind kind, std::string_view text) { tokens_.push_back({kind, std::string(text)}); }

  std::string_view take_word() {
    const std::size_t start = at_;
    while (is_word(peek()) || (peek() == ':' && peek(1) == ':' && is_word_start(peek(2)))) {
      at_ += peek() == ':' ? 2 : 1;
    }
    return text_.substr(start, at_ - start);
  }

  void step() {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else if (c == '#') {
      const std::size_t start = at_;
      at_ = std::min(text_.find('\n', at_), text_.size());
      comments_.emplace_back(start, at_);
    } else if (c == '"') {
      ++at_;
      string();
    } else if (c == '.' && is_word_start(peek(1))) {
      ++at_;
      add(Kind::field, take_word());
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
    } else if (c == '$' && is_word_start(peek(1))) {
      ++at_;
      add(Kind::variable, take_word());
    } else if (is_word_start(c) || (c == '@' && is_word_start(peek(1)))) {
      const std::size_t start = at_++;
      take_word();
      add(Kind::word, text_.substr(start, at_ - start));
    } else {
      symbol();
    }
  }

  void number() {
    const std::size_t start = at_;
    while (is_digit(peek()) || peek() == '.' ||
           ((peek() == 'e' || peek() == 'E') && (is_digit(peek(1)) || peek(1) == '-' || peek(1) == '+'))) {
      at_ += is_digit(peek()) || peek() == '.' ? 1 : 2;
    }
    add(Kind::number, text_.substr(start, at_ - start));
  }

  void symbol() {
    for (const std::string_view symbol : long_symbols) {
      if (text_.substr(at_).starts_with(symbol)) {
        at_ += symbol.size();
        return add(Kind::symbol, symbol);
      }
    }
    const char c = text_[at_];
    add(Kind::symbol, text_.substr(at_++, 1));
    if (open_.empty()) return;
    if (c == '(') ++open_.back();
    if (c == ')' && open_.back()-- == 0) {
      open_.pop_back();
      string();
    }
  }

  /// Reads on in a string, from behind its quote or an interpolation's end.
  void string() {
    const std::size_t start = at_;
    for (; at_ < text_.size(); ++at_) {
      if (peek() == '"') {
        add(Kind::string, text_.substr(start, at_ - start));
        ++at_;
        return;
      }
      if (peek() == '\\' && peek(1) == '(') {
        at_ += 2;
        open_.push_back(0);
        return add(Kind::symbol, "\\(");
      }
      if (peek() == '\\') ++at_;
    }
    at_ = text_.size();
    add(Kind::unclosed, text_.substr(std::min(start, at_)));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<ExpressionToken> tokens_;
  std::vector<std::pair<std::size_t, std::size_t>> comments_;  ///< Begin and end.
  std::vector<int> open_;  ///< Per open interpolation, the parentheses open in it.
};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Of the names in the program that docket makes of the conditions.
constexpr std::string_view own_prefix = "__docket";

constexpr std::array<std::string_view, 15> forbidden_words = {"env",
                                                              "input",
                                                              "inputs",
                                                              "input_line_number",
                                                              "input_filename",
                                                              "debug",
                                                              "stderr",
                                                              "halt",
                                                              "import",
                                                              "include",
                                                              "halt_error",
                                                              "module",
                                                              "modulemeta",
                                                              "get_search_list",
                                                              "input_position"};

}  // namespace

std::vector<ExpressionToken> expression_tokens(std::string_view expression) {
  return Lexer(expression).run();
}

std::string without_comments(std::string_view expression) {
  Lexer lexer(expression);
  lexer.run();
  std::string text;
  std::size_t from = 0;
  for (const auto& [begin, end] : lexer.comments()) {
    text += expression.substr(from, begin - from);
    text += '\n';
    from = end;
  }
  return text += expression.substr(from);
}

bool is_balanced(const std::vector<ExpressionToken>& tokens) {
  std::string open;
  for (const ExpressionToken& token : tokens) {
    if (token.kind == Kind::unclosed) return false;
    if (token.kind != Kind::symbol) continue;
    const std::string& text = token.text;
    if (text == "(" || text == "\\(") open += ')';
    if (text == "[") open += ']';
    if (text == "{") open += '}';
    if (text != ")" && text != "]" && text != "}") continue;
    if (open.empty() || open.back() != text[0]) return false;
    open.pop_back();
  }
  return open.empty();
}

std::optional<std::string> forbidden_word(const std::vector<ExpressionToken>& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const ExpressionToken& token = tokens[i];
    if (token.kind == Kind::variable && token.text == "ENV") return "$ENV";
    if (token.text.starts_with(own_prefix) && (token.kind == Kind::variable || token.kind == Kind::word))
      return token.text;
    const bool is_key =
        i + 1 < tokens.size() && tokens[i + 1].text == ":" && tokens[i + 1].kind == Kind::symbol;
    if (token.kind == Kind::word && !is_key && contains(forbidden_words, token.text)) return token.text;
  }
  return std::nullopt;
}

}  // namespace docket
