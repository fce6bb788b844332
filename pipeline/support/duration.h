#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace docket {

/// `120s`, `1.5h`, `5m`, `500ms`, `2d`, and several after each other as in `1h30m`; nothing for all else.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// For people: "950 ms", "12.4 s", "20 s", "3 min 5 s", "2 min", "2 h 10 min", "40 days".
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace docket
