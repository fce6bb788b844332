#include "pipeline/config/field_words.h"

#include <cmath>

#include "pipeline/config/scalars.h"
#include "pipeline/support/byte_size.h"
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
      return parse_integer(text).value_or(0) > 0 ? did_you_mean(text + "s") : "";
    case Type::size:
      return parse_integer(text).value_or(0) > 0 ? did_you_mean(text + "MiB") : "";
    case Type::integer:
    case Type::number:
      return field.word.empty() ? "" : did_you_mean(nearest(text, {field.word}));
    default:
      return "";
  }
}

}  // namespace docket
