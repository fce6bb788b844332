#include "pipeline/config/field_words.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/config/scalars.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/byte_size.h"
#include "pipeline/support/decimal.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using Type = Field::Type;

/// 100000000, and not 1e+08.
std::string in_digits(double number) {
  constexpr double most = 1e15;  // Beyond it a double is no longer exact.
  const bool is_whole = std::abs(number) < most && std::floor(number) == number;
  return is_whole ? std::to_string(static_cast<std::int64_t>(number)) : shown(number);
}

std::string range(const Field& field, const std::string& what) {
  const bool has_minimum = std::isfinite(field.minimum), has_maximum = std::isfinite(field.maximum);
  if (has_minimum && field.minimum == field.maximum) return in_digits(field.minimum);
  if (has_minimum && has_maximum)
    return what + " from " + in_digits(field.minimum) + " to " + in_digits(field.maximum);
  if (has_minimum) return what + " of at least " + in_digits(field.minimum);
  if (has_maximum) return what + " of at most " + in_digits(field.maximum);
  return what;
}

std::string or_word(const Field& field) {
  return field.word.empty() ? "" : ", or '" + std::string(field.word) + "'";
}

std::string size(const Field& field) {
  std::string text = "a size such as 64MiB or 1GiB";
  if (std::isfinite(field.minimum))
    text += ", at least " + format_byte_size(static_cast<std::int64_t>(field.minimum));
  if (std::isfinite(field.maximum))
    text += ", at most " + format_byte_size(static_cast<std::int64_t>(field.maximum));
  return text;
}

std::string duration(const Field& field) {
  std::string text = "a duration such as 500ms, 120s, 5m or 1h";
  if (std::isfinite(field.minimum)) text += ", at least " + in_digits(field.minimum / 1000) + "s";
  if (std::isfinite(field.maximum)) text += ", at most " + in_digits(field.maximum / 1000) + "s";
  return text;
}

/// `0,8` as 0.8. Three digits behind the comma are more likely thousands, but for `0,125`.
std::string with_point(std::string_view given) {
  std::string text(given);
  const std::size_t comma = text.find(',');
  const std::size_t end = std::min(text.find_first_not_of("0123456789", comma + 1), text.size());
  const bool is_thousands = end - comma == 4 && !text.starts_with("0,");
  const bool is_decimal = comma != std::string::npos && text.find(',', comma + 1) == std::string::npos &&
                          text.find('.') == std::string::npos && !is_thousands;
  if (is_decimal) text[comma] = '.';
  return text;
}

/// An amount with the sign of a currency or a decimal comma, without them; nothing: it is none.
std::optional<std::string> without_currency(std::string_view given) {
  const std::string point = with_point(given);
  std::string_view text = point;
  for (const std::string_view sign : {"$", "€", "USD", "EUR"}) {
    if (text.starts_with(sign)) text.remove_prefix(sign.size());
    if (text.ends_with(sign)) text.remove_suffix(sign.size());
  }
  text = trim(text);
  return text != given && parse_decimal(text) ? std::optional<std::string>(text) : std::nullopt;
}

/// `5 minutes`, `5min` and `5 S` as docket writes them; empty: they are no duration.
std::string as_duration(const Field& field, std::string_view given) {
  const std::string text = to_lower(given);
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string number = text.substr(0, end), unit(trim(std::string_view(text).substr(end)));
  constexpr std::pair<std::string_view, std::string_view> units[] = {
      {"", "s"},        {"s", "s"},   {"sec", "s"},   {"secs", "s"},    {"second", "s"},
      {"seconds", "s"}, {"m", "m"},   {"min", "m"},   {"mins", "m"},    {"minute", "m"},
      {"minutes", "m"}, {"h", "h"},   {"hr", "h"},    {"hrs", "h"},     {"hour", "h"},
      {"hours", "h"},   {"ms", "ms"}, {"msec", "ms"}, {"millis", "ms"}, {"milliseconds", "ms"}};
  for (const auto& [theirs, ours] : units) {
    const auto value = unit == theirs ? parse_duration(number + std::string(ours)) : std::nullopt;
    const auto milliseconds = value ? static_cast<double>(value->count()) : 0;
    if (value && milliseconds > 0 && milliseconds >= field.minimum && milliseconds <= field.maximum)
      return number + std::string(ours);
  }
  return "";
}

/// `2gb`, `512M` and `64` as docket writes them; empty: they are no size.
std::string as_size(std::string_view given) {
  const std::size_t end = std::min(given.find_first_not_of("0123456789."), given.size());
  const std::string number(given.substr(0, end)), unit = to_lower(trim(given.substr(end)));
  constexpr std::pair<std::string_view, std::string_view> units[] = {
      {"", "MiB"},    {"k", "KiB"}, {"kb", "kB"}, {"kib", "KiB"}, {"m", "MiB"}, {"mb", "MB"},
      {"mib", "MiB"}, {"g", "GiB"}, {"gb", "GB"}, {"gib", "GiB"}, {"t", "TiB"}, {"tb", "TB"}};
  for (const auto& [theirs, ours] : units)
    if (unit == theirs && parse_byte_size(number + std::string(ours)).value_or(0) > 0)
      return number + std::string(ours);
  return "";
}

/// `2 GB` as 2048 where the number is one of MiB; empty: it is no such size.
std::string as_mebibytes(const Field& field, std::string_view text) {
  std::string size = as_size(text);
  if (field.help.find("MiB") == std::string_view::npos || size.empty() || is_digit(text.back())) return "";
  if (!size.ends_with("iB")) size.insert(size.size() - 1, "i");  // Of memory, GB are GiB.
  const auto bytes = parse_byte_size(size);
  return bytes ? in_digits(static_cast<double>(*bytes >> 20)) : "";
}

/// `8_192`, `8,192` and `8192.0` as 8192; empty: it is no whole number, as `10,5` is none.
std::string as_whole(std::string_view given) {
  std::string text(given);
  std::erase(text, '_');
  for (std::size_t at = text.find_first_of(",'"); at != std::string::npos; at = text.find_first_of(",'")) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789", at + 1), text.size());
    if (at == 0 || end - at != 4) return "";
    text.erase(at, 1);
  }
  const auto number = parse_number(text);
  return number && std::floor(*number) == *number ? in_digits(*number) : "";
}

/// 85 or 85% where a number up to 1 is expected; empty: it is neither.
std::string as_share(const Field& field, std::string_view text) {
  const bool is_percent = text.ends_with('%');
  const double least = is_percent ? 0 : 10;  // 2 is no share by mistake.
  if (is_percent) text.remove_suffix(1);
  const std::string point = with_point(trim(text));
  const auto number = parse_number(point);
  if (number && !is_percent && point != text && *number >= field.minimum && *number <= field.maximum)
    return shown(*number);
  return number && field.maximum == 1 && *number >= least && *number <= 100 ? shown(*number / 100) : "";
}

std::optional<std::string_view> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

bool fits(const Field& field, const std::string& number) {
  const auto value = parse_number(number);
  return value && *value >= field.minimum && *value <= field.maximum;
}

}  // namespace

std::string expected(const Field& field) {
  switch (field.type) {
    case Type::text:
      return "text";
    case Type::secret:
      return "a reference such as ${NAME}, or file:PATH";
    case Type::secrets:
      return "a reference such as ${NAME}, or file:PATH, or a list of them";
    case Type::integer:
      return range(field, "a whole number") + or_word(field);
    case Type::number:
      return range(field, "a number") + or_word(field);
    case Type::decimal:
      return range(field, "an amount") + ", of nine decimals at most";
    case Type::boolean:
      return "true or false";
    case Type::duration:
      return duration(field);
    case Type::size:
      return size(field);
    case Type::cap:
      return "a number of documents such as 20, or a share of them such as 10%";
    case Type::date:
      return "a date such as 2026-11-01";
    case Type::choice:
      return one_of({field.choices.begin(), field.choices.end()});
    case Type::texts:
      return "text or a list of texts";
    case Type::choices:
      return "a list of " + one_of({field.choices.begin(), field.choices.end()}) +
             (field.narrows ? ", each alone or as {CHOICE: NAME}" : "");
    case Type::file:
      return "the path of a file";
    case Type::schema:
      return "the path of a JSON Schema, or the schema itself";
    case Type::condition:
      return "a jq condition";
    case Type::conditions:
      return "a jq condition, a list of them, or a mapping of names to them";
    case Type::backend:
      return "the name of a backend";
    case Type::backends:
      return "the name of a backend or a list of such names";
    case Type::stage:
      return "the id of a stage";
    case Type::stages:
      return "the id of a stage or a list of such ids";
    case Type::group:
      return "a mapping of settings" +
             (field.choices.empty() ? "" : ", or " + one_of({field.choices.begin(), field.choices.end()}));
    case Type::groups:
      return "a mapping of names to settings";
  }
  return {};
}

std::string hint(const Field& field, const std::string& text) {
  switch (field.type) {
    case Type::group:
    case Type::choice:
    case Type::choices: {
      const std::string_view choice = std::string_view(text).substr(0, text.find(": "));
      const auto found = nearest(choice, {field.choices.begin(), field.choices.end()});
      return did_you_mean(found);
    }
    case Type::boolean:
      if (text == "yes" || text == "on" || text == "1") return did_you_mean("true");
      if (text == "no" || text == "off" || text == "0") return did_you_mean("false");
      return "";
    case Type::duration:
      return did_you_mean(given(as_duration(field, text)));
    case Type::size:
      return did_you_mean(given(as_size(text)));
    case Type::decimal:
      return did_you_mean(without_currency(text));
    case Type::number:
      if (const auto share = as_share(field, text); !share.empty()) return did_you_mean(share);
      [[fallthrough]];
    case Type::integer:
      if (const auto mebibytes = as_mebibytes(field, text); !mebibytes.empty() && fits(field, mebibytes))
        return did_you_mean(mebibytes);
      if (const auto whole = as_whole(text);
          field.type == Type::integer && whole != text && fits(field, whole))
        return did_you_mean(whole);
      return field.word.empty() ? "" : did_you_mean(nearest(text, {field.word}));
    default:
      return "";
  }
}

}  // namespace docket
