#pragma once
#include <string>
#include <string_view>

namespace docket {

/// SHA-256 (OpenSSL) of `bytes` as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace docket
