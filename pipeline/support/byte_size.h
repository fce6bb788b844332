#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket {

/// `64MiB`, `1.5 GiB`, `512KiB`, `1TiB`, and `kB`, `MB`, `GB` of powers of 1000: a number of bytes; nothing
/// for all else, a bare number too.
std::optional<std::int64_t> parse_byte_size(std::string_view text);

/// For people: "64 MiB", "1.5 GiB", "200 KiB", "12 bytes". Rounded to a tenth.
std::string format_byte_size(std::int64_t bytes);

}  // namespace docket
