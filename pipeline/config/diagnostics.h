#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/config/source_text.h"
#include "pipeline/config/yaml.h"

namespace docket {

/// One mistake in a pipeline file, or in a file that it names. Prints as `file:line:column: message`.
struct Diagnostic {
  std::string file;
  int line = 0;    ///< From 1; 0: the whole file.
  int column = 0;  ///< From 1.
  std::string message;
};
std::string to_string(const Diagnostic& diagnostic);

/// Collects what is wrong with a pipeline file while it is read to its end.
class Diagnostics {
 public:
  /// `file` as the user wrote it; `overrides` are the keys of the `--set`s, in order.
  Diagnostics(std::string file, std::vector<std::string> overrides);

  /// Of the file; before, no word in a value can be pointed at.
  void set_text(std::string text) { text_ = SourceText(std::move(text)); }
  /// See SourceText.
  Position inside(const Position& begin, std::string_view value, std::size_t at) const {
    return text_.inside(begin, value, at);
  }

  /// `field` is a dotted path, or empty.
  void add(const Position& position, const std::string& field, const std::string& message);
  /// What is probably wrong, and no mistake for sure.
  void warn(const Position& position, const std::string& field, const std::string& message);
  bool empty() const { return found_.empty(); }
  /// There is a complaint about the setting, or about one in it.
  bool concern(const std::string& setting) const;
  /// So many that more would help nobody: what is slow need not be done any more.
  bool full() const { return found_.size() >= most; }

  /// By place, each once; those that were too many in one line at the end.
  std::vector<Diagnostic> sorted() const;
  std::vector<Diagnostic> warnings() const;  ///< The same.
  /// A place as messages name it: `file:line:column`, or the `--set`.
  std::string place(const Position& position) const;

 private:
  static constexpr std::size_t most = 100;
  struct Found {
    Position position;
    std::string message;
    friend auto operator<=>(const Found&, const Found&) = default;
  };
  Found found(const Position& position, const std::string& field, const std::string& message) const;
  std::vector<Diagnostic> sorted(std::vector<Found> all) const;

  std::string file_;
  SourceText text_;
  std::vector<std::string> overrides_;
  std::vector<Found> found_;
  std::vector<Found> warnings_;
  std::size_t more_ = 0;
};

}  // namespace docket
