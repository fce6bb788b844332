#pragma once
#include <cstdint>
#include <string>

namespace docket {

/// Nano-dollars (1e-9 USD), which is how money is kept, as JSON and spreadsheets have it.
double in_usd(std::int64_t nano_dollars);
/// And back, to the nearest.
std::int64_t in_nano_dollars(double usd);

/// A sum that does not fit is the largest number. Neither is below 0.
std::int64_t money_sum(std::int64_t a, std::int64_t b);

/// US dollars for people, from nano-dollars (1e-9 USD): "$0.00", "$1.25"; below a cent with two digits that
/// count, such as "$0.0031".
std::string format_money(std::int64_t nano_dollars);
/// The same, always to the cent: where texts with like amounts are to be one group.
std::string format_cents(std::int64_t nano_dollars);

}  // namespace docket
