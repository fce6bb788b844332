#pragma once
#include <string_view>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// Reads XML of no known format, in UTF-8: a line for each element that holds a value, `name: value`, and one
/// for each element that mixes text and other elements. Attributes are values where there is no other.
Result<Extraction> read_xml(std::string_view utf8);

/// The name of the root element, without its prefix; empty: the text is not XML.
std::string xml_root(std::string_view utf8);

}  // namespace docket::worker
