#pragma once
#include <span>

#include "pipeline/support/embedded_file.h"

namespace docket {

/// What the report as a page is made of: cli/report/templates.
std::span<const EmbeddedFile> report_templates();

}  // namespace docket
