#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/config/diagnostics.h"
#include "pipeline/pipeline.h"

namespace docket {

/// The plan, or everything that is wrong with the file, in order of line and column.
struct PipelineOrDiagnostics {
  std::optional<Pipeline> pipeline;
  std::vector<Diagnostic> diagnostics;
};

/// Whether what is done with the pipeline needs its keys and passwords.
enum class SecretUse {
  needed,
  none,  ///< One whose variable is not set, or whose file cannot be read, is empty.
};

/// Reads and validates a pipeline file. `overrides` are the `key=value` of `--set`: a dotted path into the
/// file (`output.dir=x`, `backends.local.url=…`, `stages.classify.accept=0.9`: stages by id), the value as
/// YAML. `content`: of the file, where it is not to be read; its paths are then relative to where `file`
/// would be.
PipelineOrDiagnostics read_pipeline(const std::filesystem::path& file, const Registry& registry,
                                    const std::vector<std::pair<std::string, std::string>>& overrides = {},
                                    std::optional<std::string> content = std::nullopt,
                                    SecretUse secrets = SecretUse::needed);

/// The JSON Schema (draft 7) of the pipeline file, made from the same tables that `read_pipeline` checks
/// with.
nlohmann::json pipeline_schema(const Registry& registry);

}  // namespace docket
