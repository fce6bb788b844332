#pragma once
#include <string>

namespace docket {

/// The time now, as ISO 8601 in UTC to the second: `2026-11-01T12:00:00Z`.
std::string utc_now();

}  // namespace docket
