#pragma once
#include <algorithm>
#include <cmath>

namespace docket {

/// Equal, but for what is lost where decimals are written in binary: 0.1 + 0.2 and 0.3.
inline bool is_same_number(double a, double b) {
  return std::fabs(a - b) <= 1e-9 * std::max(1.0, std::fabs(b));
}

}  // namespace docket
