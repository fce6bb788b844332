#pragma once
#include <span>
#include <string>
#include <vector>

#include "pipeline/config/diagnostics.h"
#include "pipeline/config/settings_reader.h"
#include "pipeline/config/yaml.h"
#include "pipeline/registry.h"

namespace docket {

/// A stage as the file has it, before its settings are read.
struct StageDraft {
  const StageType* type = nullptr;
  std::string id;
  Position position;  ///< Of the type's name.
  NodePtr options;    ///< A mapping, or null for none.
};

/// The items of `stages:` whose form, type and id are right; complains about the others.
std::vector<StageDraft> draft_stages(const Node::Entry& stages, std::span<const StageType> types,
                                     SettingsReader& reader, Diagnostics& diagnostics);

}  // namespace docket
