#include "pipeline/json/multiple_of.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

namespace docket {
namespace {

using nlohmann::json;

constexpr double rounding = 1e-15;  // A few units in the last place.

/// digits * 10^exponent, the last digit no zero.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

/// `text` as JSON writes a number of at most 19 digits. The sign is left out: it changes no multiple.
Decimal decimal(const std::string& text) {
  Decimal number;
  bool behind_point = false;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.') behind_point = true;
    if (text[at] < '0' || text[at] > '9') continue;
    number.digits = number.digits * 10 + static_cast<std::uint64_t>(text[at] - '0');
    number.exponent -= behind_point ? 1 : 0;
  }
  if (at < text.size()) number.exponent += std::atoi(text.c_str() + at + 1);
  while (number.digits != 0 && number.digits % 10 == 0) {
    number.digits /= 10;
    ++number.exponent;
  }
  return number;
}

std::uint64_t ten_times(std::uint64_t rest, std::uint64_t divisor) {
  std::uint64_t sum = 0;
  for (int i = 0; i < 10; ++i)  // Without a wider type: both are below the divisor.
    sum = sum >= divisor - rest ? sum - (divisor - rest) : sum + rest;
  return sum;
}

bool divides(const Decimal& divisor, const Decimal& value) {
  if (value.digits == 0) return true;
  if (divisor.digits == 0 || value.exponent < divisor.exponent) return false;  // The last digit is no zero.
  std::uint64_t rest = value.digits % divisor.digits;
  for (int i = divisor.exponent; i < value.exponent && rest != 0; ++i)
    rest = ten_times(rest, divisor.digits);
  return rest == 0;
}

/// The number without what came of computing with it in binary.
std::string unrounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", value);
  const double near = std::strtod(text, nullptr);
  return std::abs(near - value) <= rounding * std::abs(value) ? text : json(value).dump();
}

std::string written(const json& number) {
  return number.is_number_float() ? unrounded(number.get<double>()) : number.dump();
}

}  // namespace

bool is_multiple_of(const json& value, const json& divisor) {
  return divides(decimal(written(divisor)), decimal(written(value)));
}

}  // namespace docket
