#pragma once
#include <string>

namespace docket::backends {

/// scheme://host:port/path: an address as messages show it, without user, password, query and fragment.
std::string shown_address(const std::string& url);

}  // namespace docket::backends
