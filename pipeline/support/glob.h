#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/support/unicode_form.h"

namespace docket {

/// A pattern for paths; docs/formats.md has the language. The normal form of Unicode never matters. Takes
/// time in proportion to pattern and path, so any pattern may come from anywhere.
class Glob {
 public:
  enum class Use {
    list,   ///< Finds files, as shells do: a leading dot of a name must be written out.
    match,  ///< Looks at the path of a document: a leading dot is a character like any other.
  };
  Glob(std::string_view pattern, Use use, LetterCase letters = LetterCase::ignored);
  /// The pattern from a folder on, whatever characters the folder's name has. `pattern` is relative.
  static Glob in(const std::string& folder, std::string_view pattern, Use use,
                 LetterCase letters = LetterCase::ignored);
  /// Lists everything below a folder, whatever characters its name has.
  static Glob below(std::string folder);

  /// True if the pattern fits the whole path.
  bool matches(std::string_view path) const;

  /// True if `text` has one of the characters that make a pattern.
  static bool is_pattern(std::string_view text);

  /// The folders that come before the first component with a pattern: where a search begins.
  const std::string& root() const { return root_; }
  /// The same pattern below another folder.
  Glob with_root(std::string root) const;

  /// Which tokens of the pattern may come next, after the folders so far; empty: nothing there can match.
  using Places = std::vector<bool>;
  Places start() const;  ///< In `root()`.
  Places enter(const Places& places, std::string_view folder) const;
  bool accepts(const Places& places, std::string_view file) const;

 private:
  struct Token {
    enum class Kind {
      character,      ///< The one in `ranges`.
      one_of,         ///< `[a-z]`
      none_of,        ///< `[!a-z]`
      any_character,  ///< `?`
      any_name,       ///< `*`: any number of characters but '/'.
      anything,       ///< `**`: any number of characters.
      folders,        ///< `**/`, here: nothing, or what the next token takes.
      in_folders,     ///< Any number of characters, the last of them '/'.
    };
    Kind kind;
    std::vector<std::pair<char32_t, char32_t>> ranges = {};
  };

  Glob(Use use, LetterCase letters) : use_(use), letters_(letters) {}
  void read(std::string_view pattern);
  void set_root(std::string root);
  void parse(std::string_view pattern);
  std::size_t parse_class(std::string_view pattern, std::size_t at);
  bool lists(const Token& token, char32_t c) const;
  bool takes(const Token& token, char32_t c, bool begins_name) const;
  void skip_optional(Places& places) const;
  void advance(Places& places, std::string_view text) const;

  Use use_;
  LetterCase letters_;
  std::string root_;           ///< As it was given.
  std::string same_root_;      ///< To compare with.
  std::vector<Token> tokens_;  ///< After the root.
};

}  // namespace docket
