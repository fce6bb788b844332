#include "pipeline/support/byte_size.h"

#include <charconv>
#include <cmath>

namespace docket {
namespace {

struct SizeUnit {
  std::string_view name;
  double bytes;
};
constexpr SizeUnit size_units[] = {{"TiB", 1099511627776.0},
                                   {"GiB", 1073741824.0},
                                   {"MiB", 1048576.0},
                                   {"KiB", 1024.0},
                                   {"TB", 1e12},
                                   {"GB", 1e9},
                                   {"MB", 1e6},
                                   {"kB", 1e3}};
constexpr double most_bytes = 9e15;  ///< Far from overflow, and exact in a double.

}  // namespace

std::optional<std::int64_t> parse_byte_size(std::string_view text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || text.starts_with('-')) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  for (const SizeUnit& unit : size_units)
    if (text == unit.name && number * unit.bytes <= most_bytes) return std::llround(number * unit.bytes);
  return std::nullopt;
}

std::string format_byte_size(std::int64_t bytes) {
  constexpr std::string_view names[] = {" bytes", " KiB", " MiB", " GiB", " TiB"};
  double number = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; number >= 1024 && unit + 1 < std::size(names); ++unit)
    number /= 1024;
  const std::int64_t tenths = std::llround(number * 10);
  const std::string fraction = tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10);
  return std::to_string(tenths / 10) + fraction + std::string(names[unit]);
}

}  // namespace docket
