#include "pipeline/support/glob.h"

#include <algorithm>

#include "pipeline/support/utf8.h"

namespace docket {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> components;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) components.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return components;
}

/// The character at `at`, which moves behind it. A byte that is not UTF-8 is a character of its own.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const std::size_t begin = at;
  const char32_t c = next_code_point(text, at);
  return c == replacement_character && at == begin + 1 ? 0x110000 + byte : c;
}

}  // namespace

Glob::Glob(std::string_view pattern, Use use, LetterCase letters) : use_(use), letters_(letters) {
  if (pattern.starts_with('/')) root_ = "/";
  read(pattern);
}

/// Appends what is no pattern to the root; the rest is parsed.
void Glob::read(std::string_view pattern) {
  std::string root = root_;
  std::string rest;
  for (const std::string& component : split(pattern)) {
    if (!rest.empty() || is_pattern(component)) {
      rest += (rest.empty() ? "" : "/") + component;
    } else {
      if (!root.empty() && root != "/") root += '/';
      root += component;
    }
  }
  if (rest.empty()) {  // No pattern at all: the last component is the file.
    const std::size_t slash = root.rfind('/');
    rest = root.substr(slash == std::string::npos ? 0 : slash + 1);
    root = slash == std::string::npos ? "" : root.substr(0, std::max<std::size_t>(slash, 1));
  }
  set_root(std::move(root));
  parse(composed(rest));
}

Glob Glob::in(const std::string& folder, std::string_view pattern, Use use, LetterCase letters) {
  Glob glob(use, letters);
  glob.root_ = folder;
  glob.read(pattern);
  return glob;
}

Glob Glob::below(std::string folder) {
  Glob glob(Use::list, LetterCase::ignored);
  while (folder.size() > 1 && folder.ends_with('/'))
    folder.pop_back();
  glob.set_root(std::move(folder));
  glob.parse("**/*");
  return glob;
}

Glob Glob::with_root(std::string root) const {
  Glob glob = *this;
  glob.set_root(std::move(root));
  return glob;
}

void Glob::set_root(std::string root) {
  root_ = std::move(root);
  same_root_ = comparable(root_, letters_);
}

bool Glob::is_pattern(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

void Glob::parse(std::string_view pattern) {
  using Kind = Token::Kind;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern.substr(at).starts_with("**/")) {
      tokens_.push_back({Kind::folders});
      tokens_.push_back({Kind::in_folders});
      at += 3;
    } else if (pattern[at] == '*') {
      const bool twice = pattern.substr(at).starts_with("**");
      tokens_.push_back({twice ? Kind::anything : Kind::any_name});
      at += twice ? 2 : 1;
    } else if (pattern[at] == '?') {
      tokens_.push_back({Kind::any_character});
      ++at;
    } else if (const std::size_t end = pattern[at] == '[' ? parse_class(pattern, at + 1) : 0; end != 0) {
      at = end;
    } else {
      const char32_t c = next_character(pattern, at);
      const char32_t same = letters_ == LetterCase::ignored ? fold(c) : c;
      tokens_.push_back({Kind::character, {{same, same}}});
    }
  }
}

/// What stands behind a '['. Returns where the class ends; 0: it is none, and the '[' a character.
std::size_t Glob::parse_class(std::string_view pattern, std::size_t at) {
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  const std::size_t end = pattern.find(']', at + 1);  // A ']' that comes first is one of the class.
  if (end == std::string_view::npos) return 0;
  Token token{negated ? Token::Kind::none_of : Token::Kind::one_of};
  while (at < end) {
    char32_t first = next_character(pattern, at), last = first;
    if (at + 1 < end && pattern[at] == '-') last = next_character(pattern, ++at);
    token.ranges.emplace_back(std::min(first, last), std::max(first, last));
  }
  tokens_.push_back(std::move(token));
  return end + 1;
}

/// True if the character, or one that differs from it in case, is among the token's.
bool Glob::lists(const Token& token, char32_t c) const {
  const auto has = [&](char32_t wanted) {
    return std::ranges::any_of(
        token.ranges, [&](const auto& range) { return range.first <= wanted && wanted <= range.second; });
  };
  if (letters_ == LetterCase::counts) return has(c);
  const char32_t small = fold(c);
  if (token.kind == Token::Kind::character) return has(small);
  return has(c) || has(small) || has(capital(small));
}

bool Glob::takes(const Token& token, char32_t c, bool begins_name) const {
  const bool listed = lists(token, c);
  if (token.kind == Token::Kind::character) return listed;
  if (use_ == Use::list && begins_name && c == '.') return false;
  switch (token.kind) {
    case Token::Kind::one_of:
      return listed && (c != '/' || use_ == Use::match);
    case Token::Kind::none_of:
      return !listed && (c != '/' || use_ == Use::match);
    case Token::Kind::any_character:
    case Token::Kind::any_name:
      return c != '/';
    case Token::Kind::anything:
    case Token::Kind::in_folders:
      return true;
    default:
      return false;
  }
}

/// Adds the places behind tokens that need take no character.
void Glob::skip_optional(Places& places) const {
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (!places[i]) continue;
    const Token::Kind kind = tokens_[i].kind;
    if (kind == Token::Kind::any_name || kind == Token::Kind::anything) places[i + 1] = true;
    if (kind == Token::Kind::folders) places[i + 1] = places[i + 2] = true;
  }
}

void Glob::advance(Places& places, std::string_view text) const {
  bool begins_name = true;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_character(text, at);
    Places next(places.size());
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!places[i] || !takes(tokens_[i], c, begins_name)) continue;
      const Token::Kind kind = tokens_[i].kind;
      const bool repeats =
          kind == Token::Kind::any_name || kind == Token::Kind::anything || kind == Token::Kind::in_folders;
      if (repeats) next[i] = true;
      if (!repeats || (kind == Token::Kind::in_folders && c == '/')) next[i + 1] = true;
    }
    skip_optional(next);
    places.swap(next);
    begins_name = c == '/';
  }
}

Glob::Places Glob::start() const {
  Places places(tokens_.size() + 1);
  places[0] = true;
  skip_optional(places);
  return places;
}

Glob::Places Glob::enter(const Places& places, std::string_view folder) const {
  Places next = places;
  advance(next, composed(folder) + '/');
  const bool none = std::ranges::find(next, true) == next.end();
  return none ? Places() : next;
}

bool Glob::accepts(const Places& places, std::string_view file) const {
  Places end = places;
  advance(end, composed(file));
  return end.back();
}

bool Glob::matches(std::string_view path) const {
  if (same_root_.empty()) return (use_ == Use::match || !path.starts_with('/')) && accepts(start(), path);
  // Where the path is longer in another normal form, so is the part that is compared with the root.
  std::size_t at = 0;
  for (auto left = std::ranges::count(same_root_, '/') + (same_root_ == "/" ? 0 : 1); left > 0; --left) {
    at = path.find('/', at);
    if (at == std::string_view::npos) return false;
    ++at;
  }
  const std::string_view root = path.substr(0, same_root_ == "/" ? at : at - 1);
  return comparable(root, letters_) == same_root_ && accepts(start(), path.substr(at));
}

}  // namespace docket
