#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace docket {

/// What was probably meant where the file that is to be a pipeline is none: a name with a slip of the pen, a
/// folder, a document. Goes behind the file's name and a colon; nothing: it may be a pipeline.
std::optional<std::string> mistake_in_pipeline_file(const std::filesystem::path& file);

/// By the ending of its name.
bool is_yaml(const std::filesystem::path& file);

/// The names of the YAML files in a folder ("" is the current one), sorted.
std::vector<std::string> yaml_files_in(const std::filesystem::path& folder);

/// The one of them that is the pipeline: the only one, or that which most pipelines are called. Empty: none.
std::string pipeline_in(const std::filesystem::path& folder);

/// What a file that is no YAML may be; nothing: it may be a pipeline with mistakes. By the ending of its
/// name.
std::optional<std::string> likely_document(const std::filesystem::path& file);

}  // namespace docket
