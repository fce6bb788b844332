#pragma once
#include <string_view>

namespace docket {

/// A file that is part of the program.
struct EmbeddedFile {
  std::string_view name;
  std::string_view content;
};

}  // namespace docket
