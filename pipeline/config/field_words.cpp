#include "pipeline/config/field_words.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/config/scalars.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/byte_size.h"
#include "pipeline/support/decimal.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using Type = Field::Type;

std::string range(const Field& field, const std::string& what) {
  const bool has_minimum = std::isfinite(field.minimum), has_maximum = std::isfinite(field.maximum);
  if (has_minimum && field.minimum == field.maximum) return shown(field.minimum);
  if (has_minimum && has_maximum)
    return what + " from " + shown(field.minimum) + " to " + shown(field.maximum);
  if (has_minimum) return what + " of at least " + shown(field.minimum);
  if (has_maximum) return what + " of at most " + shown(field.maximum);
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
  if (std::isfinite(field.minimum)) text += ", at least " + shown(field.minimum / 1000) + "s";
  if (std::isfinite(field.maximum)) text += ", at most " + shown(field.maximum / 1000) + "s";
  return text;
}

/// An amount with the sign of a currency, without it; nothing: it is none.
std::optional<std::string_view> without_currency(std::string_view given) {
  std::string_view text = given;
  for (const std::string_view sign : {"$", "€", "USD", "EUR"}) {
    if (text.starts_with(sign)) text.remove_prefix(sign.size());
    if (text.ends_with(sign)) text.remove_suffix(sign.size());
  }
  text = trim(text);
  return text != given && parse_decimal(text) ? std::optional(text) : std::nullopt;
}

/// 85 or 85% where a number up to 1 is expected; empty: it is neither.
std::string as_share(const Field& field, std::string_view text) {
  const double least = text.ends_with('%') ? 1 : 10;  // 2 is no share by mistake.
  if (text.ends_with('%')) text.remove_suffix(1);
  const auto number = parse_number(text);
  return number && field.maximum == 1 && *number >= least && *number <= 100 ? shown(*number / 100) : "";
}

/// The longest known name that `setting` says more than: api_key in api_key_env, run in per_run.
std::optional<std::string_view> longer_than(std::string_view setting,
                                            const std::vector<std::string_view>& known) {
  std::optional<std::string_view> found;
  for (const std::string_view name : known) {
    const std::string part(name);
    const bool is_in = setting.starts_with(part + "_") || setting.ends_with("_" + part);
    if (is_in && name.size() > 2 && (!found || name.size() > found->size())) found = name;
  }
  return found;
}

}  // namespace

std::optional<std::string_view> named_elsewhere(std::string_view setting,
                                                const std::vector<std::string_view>& known) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {{"window", "context"},
                                                                     {"context_window", "context"},
                                                                     {"num_ctx", "context"},
                                                                     {"ctx_size", "context"},
                                                                     {"n_ctx", "context"},
                                                                     {"max_context", "context"},
                                                                     {"endpoint", "url"},
                                                                     {"base_url", "url"},
                                                                     {"host", "url"},
                                                                     {"address", "url"},
                                                                     {"key", "api_key"},
                                                                     {"token", "api_key"},
                                                                     {"threshold", "accept"},
                                                                     {"min_confidence", "accept"},
                                                                     {"confidence", "accept"},
                                                                     {"limits", "budget"},
                                                                     {"limit", "budget"},
                                                                     {"max_cost", "budget"},
                                                                     {"condition", "when"},
                                                                     {"if", "when"},
                                                                     {"depends_on", "after"},
                                                                     {"needs", "after"},
                                                                     {"categories", "labels"},
                                                                     {"classes", "labels"},
                                                                     {"inputs", "input"},
                                                                     {"files", "paths"},
                                                                     {"folder", "dir"},
                                                                     {"steps", "stages"},
                                                                     {"models", "backends"},
                                                                     {"providers", "backends"},
                                                                     {"concurrency", "max_concurrent"},
                                                                     {"parallel", "max_concurrent"},
                                                                     {"fields", "schema"}};
  for (const auto& [theirs, ours] : names)
    if (setting == theirs && std::ranges::find(known, ours) != known.end()) return ours;
  return longer_than(setting, known);
}

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
      return parse_integer(text).value_or(0) > 0 ? did_you_mean(text + "s") : "";
    case Type::size:
      return parse_integer(text).value_or(0) > 0 ? did_you_mean(text + "MiB") : "";
    case Type::decimal:
      return did_you_mean(without_currency(text));
    case Type::number:
      if (const auto share = as_share(field, text); !share.empty()) return did_you_mean(share);
      [[fallthrough]];
    case Type::integer:
      return field.word.empty() ? "" : did_you_mean(nearest(text, {field.word}));
    default:
      return "";
  }
}

}  // namespace docket
