#pragma once
#include <string>
#include <string_view>

namespace docket {

// Dates and times of ISO 8601, as far as RFC 3339 has them (and JSON Schema's `format` means them).

bool is_iso_date(std::string_view text);       ///< `2026-11-01`; a day that exists.
bool is_iso_time(std::string_view text);       ///< `12:00:00.5+01:00`
bool is_iso_date_time(std::string_view text);  ///< Both, with a `T` between.

/// By the Gregorian calendar.
bool is_calendar_day(int year, int month, int day);

/// `2026-11-01`
std::string iso_date(int year, int month, int day);

/// The time now, in UTC to the second: `2026-11-01T12:00:00Z`.
std::string utc_now();

}  // namespace docket
