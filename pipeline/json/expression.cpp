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
      at_ = std::min(text_.find('\n', at_), text_.size());
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
  std::vector<int> open_;  ///< Per open interpolation, the parentheses open in it.
};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Their arguments see the elements of the input, or another input altogether.
constexpr std::array<std::string_view, 14> element_functions = {
    "map",    "map_values", "with_entries", "sort_by", "group_by", "unique_by", "min_by",
    "max_by", "walk",       "recurse",      "until",   "while",    "repeat",    "paths"};
/// After these a `.name` starts a new term.
constexpr std::array<std::string_view, 7> connecting_words = {"and", "or",    "reduce", "foreach",
                                                              "try", "label", "def"};

/// Follows what `.` stands for through the brackets of an expression.
class MemberReader {
 public:
  explicit MemberReader(const std::vector<ExpressionToken>& tokens) : tokens_(tokens) {
    groups_.push_back({});
  }

  std::vector<MemberUse> run() {
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      switch (tokens_[at_].kind) {
        case Kind::field:
          use(tokens_[at_].text);
          break;
        case Kind::word:
          word(tokens_[at_].text);
          break;
        case Kind::symbol:
          symbol(tokens_[at_].text);
          break;
        case Kind::variable:
        case Kind::string:
        case Kind::unclosed:
        case Kind::number:
          after_term_ = true;
          break;
      }
    }
    return merged();
  }

 private:
  struct Group {
    std::string bracket;
    bool counts = true;  ///< `.` is the value that the expression was given.
    bool counts_at_start = true;
    bool binding = false;     ///< Behind `as`: the next pipe keeps `.`.
    bool all_or_any = false;  ///< Without a `;` its one argument sees the elements.
    bool has_semicolon = false;
    std::size_t segment = 0;  ///< First use that a coming `//` would guard.
    std::size_t first = 0;    ///< First use of the group.
  };

  const ExpressionToken* token(std::size_t ahead) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  bool next_is(std::size_t ahead, std::string_view text) const {
    const ExpressionToken* next = token(ahead);
    return next && next->kind == Kind::symbol && next->text == text;
  }

  void use(const std::string& name) {
    if (!after_term_ && groups_.back().counts) uses_.push_back({name, false});
    after_term_ = true;
  }

  void word(const std::string& text) {
    Group& group = groups_.back();
    const bool key_place = group.bracket == "{" && at_ > 0 && tokens_[at_ - 1].kind == Kind::symbol &&
                           (tokens_[at_ - 1].text == "{" || tokens_[at_ - 1].text == ",");
    if (key_place) {  // {net} is short for {net: .net}
      if (next_is(1, ",") || next_is(1, "}")) use(text);
      return;
    }
    after_term_ = !contains(connecting_words, text);
    if (text == "if") open("if", group.counts);
    if (text == "def") open("def", false);
    if (text == "as") group.binding = true;
    if (text == "if" || text == "as") after_term_ = false;
    if (text == "then" || text == "elif" || text == "else") restart();
    if (text == "end") close();
  }

  void symbol(const std::string& text) {
    if (text == ".") return dot();
    if (text == "(" || text == "[" || text == "{" || text == "\\(") return open_bracket(text);
    if (text == ")" || text == "]" || text == "}") return close();
    Group& group = groups_.back();
    if (text == "//" || text == "//=") {
      for (std::size_t i = group.segment; i < uses_.size(); ++i) {
        uses_[i].guarded = true;
      }
    } else if (text == "|" || text == "|=") {
      group.counts = group.counts && group.binding;
      group.binding = false;
      group.segment = uses_.size();
    } else if (text == ",") {
      group.segment = uses_.size();
      if (group.bracket == "{") group.counts = group.counts_at_start;
    } else if (text == ";") {
      semicolon();
    }
    after_term_ = text == "?" || text == "..";
  }

  /// `."name"` and `.["name"]` read a member like `.name`.
  void dot() {
    const ExpressionToken* next = token(1);
    if (next && next->kind == Kind::string) return use(next->text);
    const ExpressionToken* key = token(2);
    if (next_is(1, "[") && key && key->kind == Kind::string && next_is(3, "]")) return use(key->text);
    after_term_ = true;
  }

  void open_bracket(const std::string& text) {
    Group& outer = groups_.back();
    bool counts = outer.counts;
    std::string_view function;
    if (text == "(" && at_ > 0 && tokens_[at_ - 1].kind == Kind::word) function = tokens_[at_ - 1].text;
    if (contains(element_functions, function)) counts = false;
    if (text == "(" && outer.binding && after_term_) {  // reduce … as $x (…): `.` is what was reduced so far.
      counts = false;
      outer.binding = false;
    }
    open(text, counts);
    groups_.back().all_or_any = function == "all" || function == "any";
    after_term_ = false;
  }

  void open(std::string bracket, bool counts) {
    Group group;
    group.bracket = std::move(bracket);
    group.counts = group.counts_at_start = counts;
    group.segment = group.first = uses_.size();
    groups_.push_back(std::move(group));
  }

  void semicolon() {
    if (groups_.back().bracket == "def") return close();
    restart();
    groups_.back().has_semicolon = true;
    if (groups_.back().all_or_any) groups_.back().counts = false;
  }

  void restart() {
    Group& group = groups_.back();
    group.counts = group.counts_at_start;
    group.segment = uses_.size();
    after_term_ = false;
  }

  void close() {
    const Group& group = groups_.back();
    if (group.all_or_any && !group.has_semicolon) uses_.resize(group.first);
    if (groups_.size() > 1) groups_.pop_back();
    after_term_ = true;
  }

  std::vector<MemberUse> merged() const {
    std::vector<MemberUse> members;
    for (const MemberUse& use : uses_) {
      const auto same = std::find_if(members.begin(), members.end(),
                                     [&](const MemberUse& member) { return member.name == use.name; });
      if (same == members.end()) {
        members.push_back(use);
      } else {
        same->guarded = same->guarded && use.guarded;
      }
    }
    return members;
  }

  const std::vector<ExpressionToken>& tokens_;
  std::size_t at_ = 0;
  std::vector<Group> groups_;
  std::vector<MemberUse> uses_;
  bool after_term_ = false;  ///< What comes next, if it is a field, goes deeper into the term before it.
};

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

std::vector<MemberUse> members_read(const std::vector<ExpressionToken>& tokens) {
  return MemberReader(tokens).run();
}

std::optional<std::string> forbidden_word(const std::vector<ExpressionToken>& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const ExpressionToken& token = tokens[i];
    if (token.kind == Kind::variable && token.text == "ENV") return "$ENV";
    const bool is_key =
        i + 1 < tokens.size() && tokens[i + 1].text == ":" && tokens[i + 1].kind == Kind::symbol;
    if (token.kind == Kind::word && !is_key && contains(forbidden_words, token.text)) return token.text;
  }
  return std::nullopt;
}

}  // namespace docket
