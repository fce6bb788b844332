#pragma once
#include <nlohmann/json_fwd.hpp>

namespace docket {

/// Is the number `value` a multiple of the number `divisor`, as a person reads the two? 19.99 is one of 0.01,
/// and so is 0.1 + 0.2, which is 0.30000000000000004 to a computer: what differs by rounding alone is the
/// same.
bool is_multiple_of(const nlohmann::json& value, const nlohmann::json& divisor);

}  // namespace docket
