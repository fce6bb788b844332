#pragma once
#include <string_view>
#include <vector>

#include "pipeline/config/yaml.h"

namespace docket {

/// A text by lines, to turn the parser's marks (bytes, from 0) into positions (characters, from 1). For one
/// thread.
class YamlSource {
 public:
  /// `text` must outlive it and be valid UTF-8.
  YamlSource(std::string_view text, int override);

  Position at(int line, int column) const;  ///< `line` below 0: the whole file.
  std::string_view line(int number) const;  ///< Empty when there is no such line.
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  int override_;
  std::vector<std::size_t> lines_;  ///< Where each begins.
  /// The place that was asked for last: the next one is mostly further on in the same, perhaps very long,
  /// line.
  struct Place {
    int line = -1;
    std::size_t bytes = 0, characters = 0;
  };
  mutable Place last_;
};

/// What keeps the text from being given to the parser at all: not UTF-8, control characters, too long.
std::vector<YamlProblem> unreadable_text(const YamlSource& source);

/// yaml-cpp's message in words that say what to do; `place` is where it stopped.
YamlProblem explain_yaml_error(const YamlSource& source, const std::string& message, int line, int column);

}  // namespace docket
