#pragma once
#include <filesystem>

#include "pipeline/support/result.h"

namespace docket {

/// "cannot write FILE: No space left on device", from errno.
Error write_error(const std::filesystem::path& file, int error_number);

}  // namespace docket
