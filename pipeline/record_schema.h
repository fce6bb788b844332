#pragma once
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "pipeline/support/embedded_file.h"

namespace docket {

/// docs/record.schema.json, as the build puts it into the program.
std::span<const EmbeddedFile> record_schema_files();

/// The schema of a record's part, by its name among the definitions: `document`, `classify`. Whole: what it
/// refers to is in it.
nlohmann::json record_schema_of(std::string_view definition);

}  // namespace docket
