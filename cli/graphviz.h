#pragma once
#include <string>

#include "pipeline/support/result.h"

namespace docket {

/// The picture that Graphviz' `dot` makes of a graph in its language, as SVG. The Error says that it is not
/// installed and how that is done, or what it complained about.
Result<std::string> svg_of_dot(const std::string& graph);

}  // namespace docket
