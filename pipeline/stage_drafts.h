#pragma once
#include <span>
#include <string>
#include <vector>

#include "pipeline/complaints.h"
#include "pipeline/kind.h"
#include "pipeline/settings_reader.h"
#include "pipeline/yaml.h"

namespace docket {

/// A stage as the file has it, before its settings are read.
struct StageDraft {
  const StageKind* kind = nullptr;
  std::string id;
  Position position;  ///< Of the type's name.
  NodePtr options;    ///< A mapping, or null for none.
};

/// The items of `stages:` whose form, type and id are right; complains about the others.
std::vector<StageDraft> draft_stages(const Node::Entry& stages, std::span<const StageKind> kinds,
                                     SettingsReader& reader, Complaints& complaints);

}  // namespace docket
