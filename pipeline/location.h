#pragma once
#include <string_view>

namespace docket {

/// Where a model runs: `local` keeps documents in this machine's network, `cloud` lets them leave it.
enum class Location { local, cloud };

inline std::string_view name(Location location) { return location == Location::local ? "local" : "cloud"; }

}  // namespace docket
