#pragma once
#include <span>

#include "pipeline/registry.h"

namespace docket::stages {

/// Every stage type that a pipeline may name. A new stage is one new file and one line in all.cpp.
std::span<const StageType> all();

}  // namespace docket::stages
