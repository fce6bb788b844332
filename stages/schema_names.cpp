#include "stages/schema_names.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/json/member.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"

namespace docket::stages {
namespace {

using nlohmann::json;

std::vector<std::string_view> names_of(const json& properties) {
  std::vector<std::string_view> names;
  for (auto entry = properties.begin(); entry != properties.end(); ++entry)
    names.emplace_back(entry.key());
  return names;
}

/// `where` is a JSON Pointer.
std::optional<Error> unknown(const std::string& where, std::string_view keyword, const json& name,
                             const json& properties) {
  if (!name.is_string() || properties.contains(name.get_ref<const std::string&>())) return std::nullopt;
  const std::string& text = name.get_ref<const std::string&>();
  return Error{ErrorClass::config, "schema: " + (where.empty() ? "" : where + ": ") + "`" +
                                       std::string(keyword) + "` names '" + text +
                                       "', which is not a property of the schema" +
                                       did_you_mean(text, names_of(properties))};
}

/// True if something beside `properties` may say which properties there are.
bool is_put_together(const json& schema) {
  static constexpr const char* others[] = {"allOf", "anyOf", "oneOf", "if", "$ref", "patternProperties"};
  return member(schema, "additionalProperties").is_object() ||
         std::ranges::any_of(others, [&](const char* keyword) { return schema.contains(keyword); });
}

std::optional<Error> unknown_required(const std::string& where, const json& schema) {
  if (!schema.is_object()) return std::nullopt;
  const json& properties = member(schema, "properties");
  if (properties.is_object() && (where.empty() || !is_put_together(schema))) {
    for (const json& name : member(schema, "required"))
      if (auto wrong = unknown(where, "required", name, properties)) return wrong;
  }
  for (const char* keyword : {"properties", "definitions", "$defs"}) {
    for (const auto& [name, inner] : member(schema, keyword).items())
      if (auto wrong = unknown_required(where + "/" + keyword + "/" + name, inner)) return wrong;
  }
  return unknown_required(where + "/items", member(schema, "items"));
}

/// Behind `x-`, which would make any two of them near.
const std::vector<std::string_view> keywords = {"format",  "labels",  "weak-labels", "not-labels", "role",
                                                "follows", "part-of", "einvoice",    "sum"};
/// Those of JSON Schema, and those of `x-format`.
const std::vector<std::string_view> formats = {"date",
                                               "time",
                                               "date-time",
                                               "email",
                                               "idn-email",
                                               "hostname",
                                               "idn-hostname",
                                               "ipv4",
                                               "ipv6",
                                               "uri",
                                               "uri-reference",
                                               "uri-template",
                                               "iri",
                                               "iri-reference",
                                               "uuid",
                                               "regex",
                                               "duration",
                                               "json-pointer",
                                               "relative-json-pointer",
                                               "url",
                                               "amount",
                                               "iso-4217",
                                               "currency-amount",
                                               "currency",
                                               "iban",
                                               "vat-id",
                                               "identifier",
                                               "party",
                                               "text"};

bool is_known(const std::vector<std::string_view>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// `DD.MM.YYYY`
bool is_date_pattern(std::string_view format) {
  const std::string small = to_lower(format);
  return small.find("yy") != std::string::npos && small.find("mm") != std::string::npos;
}

/// What is told of a keyword that begins with `x-`; empty: nothing, it may be one of somebody else's.
std::string meant_by_keyword(const std::string& name, const json& value) {
  // `{ x-einvoice BT-112 }` and `{ x-einvoice:BT-112 }` are keywords of that name, without a value.
  const std::size_t end = name.find_first_of(" :");
  if (end != std::string::npos && value.is_null() && is_known(keywords, name.substr(2, end - 2))) {
    const std::string rest(trim(std::string_view(name).substr(end + 1)));
    return std::string(name[end] == ':' ? "; a blank is missing behind ':'" : "; a ':' is missing") +
           ", write '" + name.substr(0, end) + ": " + rest + "'";
  }
  const std::string_view own = std::string_view(name).substr(2);
  const auto meant = own.empty() || is_known(keywords, own) ? std::nullopt : nearest(own, keywords);
  return meant ? did_you_mean("x-" + std::string(*meant)) : "";
}

void look_for_doubts(const std::string& where, const json& property, std::vector<std::string>& found) {
  if (!property.is_object()) return;
  for (const auto& [name, value] : property.items()) {
    if (const std::string meant = name.starts_with("x-") ? meant_by_keyword(name, value) : ""; !meant.empty())
      found.push_back("schema: " + where + ": '" + name + "' means nothing here" + meant);
    if ((name != "format" && name != "x-format") || !value.is_string()) continue;
    const auto& format = value.get_ref<const std::string&>();
    if (is_known(formats, format)) continue;
    const auto near =
        is_date_pattern(format) ? std::optional<std::string_view>("date") : nearest(format, formats);
    if (near)
      found.push_back("schema: " + where + ": the " + name + " '" + format + "' is not known" +
                      did_you_mean(near));
  }
  for (const auto& [name, inner] : member(property, "properties").items())
    look_for_doubts(where + "/properties/" + name, inner, found);
  look_for_doubts(where + "/items", member(property, "items"), found);
}

}  // namespace

std::vector<std::string> doubtful_words_in(const json& schema) {
  std::vector<std::string> found;
  look_for_doubts("", schema, found);
  return found;
}

std::optional<Error> unknown_name_in(const json& schema) {
  if (auto wrong = unknown_required("", schema)) return wrong;
  const json& properties = member(schema, "properties");
  for (const auto& [field, property] : properties.items()) {
    for (const char* keyword : {"x-follows", "x-part-of"})
      if (auto wrong = unknown("/properties/" + field, keyword, member(property, keyword), properties))
        return wrong;
  }
  return std::nullopt;
}

}  // namespace docket::stages
