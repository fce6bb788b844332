#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/text.h"

namespace docket::worker {

/// Changes to the text of a page that its words take part in. No change may reach into another, nor begin or
/// end within a word, but for one that takes away its end.
class TextEdits {
 public:
  /// `with` in the place of the bytes [begin, end); behind what was added for an earlier place.
  void replace(std::uint32_t begin, std::uint32_t end, std::string_view with);
  bool empty() const { return edits_.empty(); }
  /// Words without a letter left are gone.
  void apply(Page& page) const;

 private:
  struct Edit {
    std::uint32_t begin = 0, end = 0;
    std::string with;
  };
  std::vector<Edit> edits_;
};

}  // namespace docket::worker
