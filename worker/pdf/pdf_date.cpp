#include "worker/pdf/pdf_date.h"

#include "pipeline/support/ascii.h"

namespace docket::worker {
namespace {

struct Part {
  std::string_view before;  ///< What ISO 8601 writes in front of it.
  std::size_t digits;
  int minimum, maximum;
};

constexpr Part parts[] = {{"", 4, 1000, 9999}, {"-", 2, 1, 12}, {"-", 2, 1, 31},
                          {"T", 2, 0, 23},     {":", 2, 0, 59}, {":", 2, 0, 59}};

/// `+01'00'`, `+01`, `Z`; nothing for all else.
std::string zone(std::string_view text) {
  if (text.empty()) return {};
  const char sign = text.front();
  if (sign == 'Z') return "Z";
  if (sign != '+' && sign != '-') return {};
  text.remove_prefix(1);
  const std::string_view hours = text.substr(0, 2);
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23) return {};
  if (!text.empty() && (text.front() == '\'' || text.front() == ':')) text.remove_prefix(1);
  const std::string_view minutes = text.substr(0, 2);
  const auto minute = take_digits(text, 2);
  const bool whole = minute && *minute <= 59;
  return std::string(1, sign) + std::string(hours) + ":" + (whole ? std::string(minutes) : "00");
}

}  // namespace

std::optional<std::string> iso_date(std::string_view text) {
  if (text.substr(0, 2) == "D:") text.remove_prefix(2);
  std::string iso;
  std::size_t found = 0;
  for (const Part& part : parts) {
    const std::string_view digits = text.substr(0, part.digits);
    const auto value = take_digits(text, part.digits);
    if (!value) break;
    if (*value < part.minimum || *value > part.maximum) return {};
    iso += part.before;
    iso += digits;
    ++found;
  }
  if (found == 0) return {};
  if (found == 4) iso += ":00";  // An hour alone is no ISO 8601 time.
  if (found > 3) iso += zone(text);
  return iso;
}

}  // namespace docket::worker
