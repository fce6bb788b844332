#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pipeline/support/result.h"

namespace docket {

/// A regular expression as JSON Schema's `pattern` has it: ECMAScript's syntax, as far as Oniguruma's Perl
/// syntax agrees, on UTF-8. Safe for any text: matching needs no stack and gives up after a bounded number of
/// steps. Immutable and shared by threads. The only file that knows Oniguruma.
class Pattern {
 public:
  /// The Error (class `config`) says what is wrong with `expression`.
  static Result<std::shared_ptr<const Pattern>> compile(std::string_view expression);
  ~Pattern();

  /// Matches anywhere in `text`, which must be valid UTF-8 (else false). Giving up counts as no match.
  bool found_in(std::string_view text) const;
  /// The first match that begins at `from` or later and is not empty, as its first byte and the one behind
  /// it; nothing where found_in would say false.
  std::optional<std::pair<std::size_t, std::size_t>> find_in(std::string_view text, std::size_t from) const;

 private:
  struct Compiled;
  explicit Pattern(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

/// Sets up Oniguruma, once. For other users of the same library.
void initialize_patterns();

}  // namespace docket
