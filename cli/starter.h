#pragma once
#include <span>

#include "pipeline/support/embedded_file.h"

namespace docket {

/// What `docket init` writes, named from the folder on: cli/starter/** and the invoice schema of the
/// examples.
std::span<const EmbeddedFile> starter_files();

}  // namespace docket
