#pragma once

namespace docket {
inline constexpr const char* version = "0.1.0";
}
