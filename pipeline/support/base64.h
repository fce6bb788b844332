#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace docket {

/// Bytes as letters (RFC 4648, section 4), padded, on one line.
std::string base64(std::string_view bytes);

/// Letters that base64() makes of so many bytes.
constexpr std::int64_t base64_size(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + 2) / 3 * 4);
}

}  // namespace docket
