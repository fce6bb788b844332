#pragma once
#include <span>
#include <string_view>

namespace docket {

/// A file that `docket init` writes.
struct StarterFile {
  std::string_view name;  ///< Below the folder that is initialised.
  std::string_view content;
};

/// cli/starter/** and the invoice schema of the examples, put into the program when it is built.
std::span<const StarterFile> starter_files();

}  // namespace docket
