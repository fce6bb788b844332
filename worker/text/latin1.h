#pragma once
#include <optional>
#include <string>

namespace docket::worker {

/// As Latin-1, for passwords of PDF 1.7 and before, which are not Unicode: what a user types as UTF-8 was set
/// as Latin-1. None: it cannot be written so, or is the same.
std::optional<std::string> as_latin1(const std::string& utf8);

}  // namespace docket::worker
