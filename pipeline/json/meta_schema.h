#pragma once
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "pipeline/json/schema.h"
#include "pipeline/support/embedded_file.h"

namespace docket {

/// The files of pipeline/json/meta_schema, as the build puts them into the program.
std::span<const EmbeddedFile> meta_schema_files();

/// JSON Schema's schema of itself (draft 7), as data and ready to validate with.
const Schema& meta_schema();

/// The part of the meta-schema that is about a value: where `node` (itself such a part) leads to another, or
/// to several of which the value's kind decides.
const nlohmann::json& meta_node(const nlohmann::json& node, const nlohmann::json& value);
/// The part about the member `name` (or any item) of a value that `node` is about; null: there is none.
const nlohmann::json& meta_member(const nlohmann::json& node, std::string_view name);
const nlohmann::json& meta_item(const nlohmann::json& node);
/// True if `node` is about a whole schema.
bool is_schema_node(const nlohmann::json& node);

/// What a value has to be by such a part: "a whole number from 0 on".
std::string expected_by(const nlohmann::json& node);

}  // namespace docket
