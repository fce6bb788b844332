#pragma once
#include <nlohmann/json.hpp>

#include "pipeline/text.h"

namespace docket::worker {

/// What was read out of one file: `value` as `extract` in docs/record.schema.json, and the text.
struct Extraction {
  nlohmann::json value;
  Text text;
};

}  // namespace docket::worker
