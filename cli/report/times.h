#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace docket {

/// Seconds since 1970 of a time as utc_now() writes it; nothing for all else.
std::optional<std::int64_t> seconds_since_1970(const std::string& utc);

}  // namespace docket
