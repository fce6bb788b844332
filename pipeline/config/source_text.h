#pragma once
#include <string>
#include <string_view>

#include "pipeline/config/yaml.h"

namespace docket {

/// The text of a pipeline file, to point at a word in one of its values.
class SourceText {
 public:
  explicit SourceText(std::string text = {});

  /// Where the byte `at` of a scalar's value stands, which begins at `begin`, in quotes or a block or
  /// neither. `begin` itself where that cannot be told: of a `--set`, or behind an escape that stands for
  /// something else.
  Position inside(const Position& begin, std::string_view value, std::size_t at) const;

 private:
  std::string text_;
};

}  // namespace docket
