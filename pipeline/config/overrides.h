#pragma once
#include <string>
#include <utility>
#include <vector>

#include "pipeline/config/diagnostics.h"
#include "pipeline/config/yaml.h"

namespace docket {

/// The file's tree with the values of `--set` in it; the n-th one's positions have `override` n, from 1. A
/// path that leads through something that is no mapping, or to a stage that is not there, is a complaint.
NodePtr apply_overrides(NodePtr root, const std::vector<std::pair<std::string, std::string>>& overrides,
                        Diagnostics& diagnostics);

/// The one key of a stage's item (`- TYPE: …`, or just `- TYPE`); empty when it has another form.
std::string stage_type(const Node& item);

/// `structured-extract` → `structured_extract`.
std::string default_id(std::string type);

}  // namespace docket
