#include "backends/rules/schema.h"

#include <algorithm>
#include <array>

#include "pipeline/json/member.h"
#include "pipeline/json/pattern.h"

namespace docket::rules {
namespace {

using nlohmann::json;

constexpr float label_strength = 1.0F;
constexpr float title_strength = 0.9F;
constexpr float name_strength = 0.8F;  // Chosen for programs, but mostly by people who know the documents.
constexpr float weak_strength = 0.5F;

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

struct Named {
  std::string_view name;
  Shape shape;
};

constexpr auto formats = std::to_array<Named>({
    {"date", Shape::date},
    {"date-time", Shape::date},
    {"currency-amount", Shape::amount},
    {"amount", Shape::amount},
    {"currency", Shape::currency},
    {"iso-4217", Shape::currency},
    {"iban", Shape::iban},
    {"vat-id", Shape::vat_id},
    {"email", Shape::email},
    {"idn-email", Shape::email},
    {"uri", Shape::url},
    {"url", Shape::url},
    {"identifier", Shape::identifier},
    {"party", Shape::party},
    {"text", Shape::text},
});

/// By the last word of a name.
constexpr auto names = std::to_array<Named>({
    {"date", Shape::date},         {"datum", Shape::date},           {"number", Shape::identifier},
    {"no", Shape::identifier},     {"nr", Shape::identifier},        {"id", Shape::identifier},
    {"code", Shape::identifier},   {"ref", Shape::identifier},       {"nummer", Shape::identifier},
    {"numero", Shape::identifier}, {"reference", Shape::identifier}, {"iban", Shape::iban},
    {"email", Shape::email},       {"mail", Shape::email},           {"currency", Shape::currency},
    {"url", Shape::url},           {"website", Shape::url},          {"vat", Shape::vat_id},
    {"waehrung", Shape::currency},
});

std::optional<Shape> shape_named(std::span<const Named> table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Named& row) { return row.name == name; });
  return found == table.end() ? std::nullopt : std::optional(found->shape);
}

/// invoice_number, invoiceNumber and invoice-number are all "invoice number".
std::string words_of(std::string_view name) {
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool hump = i > 0 && is_upper(name[i]) && (is_lower(name[i - 1]) || is_digit(name[i - 1]));
    if (hump) words += ' ';
    words += name[i] == '_' || name[i] == '-' || name[i] == '.' ? ' ' : name[i];
  }
  return words;
}

/// The one type beside null; empty: several or none.
std::string type_of(const json& property) {
  const json& type = member(property, "type");
  if (type.is_string()) return type.get<std::string>();
  std::string found;
  for (const json& one : type) {
    if (one == "null") continue;
    if (!found.empty()) return {};
    found = text_of(one);
  }
  return found;
}

Shape shape_of_text(const json& property, const std::string& name) {
  for (const char* keyword : {"x-format", "format"}) {
    if (const auto shape = shape_named(formats, text_of(member(property, keyword)))) return *shape;
  }
  const std::string words = fold_letters(words_of(name));
  const std::size_t last = words_of(name).rfind(' ');
  const std::string last_word = fold_letters(words_of(name).substr(last == std::string::npos ? 0 : last + 1));
  if (words.ends_with("vatid") || words.ends_with("vatnumber")) return Shape::vat_id;
  if (const auto shape = shape_named(names, last_word)) return *shape;
  return member(property, "pattern").is_string() ? Shape::identifier : Shape::text;
}

Shape shape_of(const json& property, const std::string& name) {
  const std::string type = type_of(property);
  if (type == "array" || type == "object") return Shape::unsupported;
  if (member(property, "enum").is_array()) return Shape::choice;
  if (type == "boolean") return Shape::boolean;
  if (type != "integer" && type != "number") return shape_of_text(property, name);
  for (const char* keyword : {"x-format", "format"}) {
    if (shape_named(formats, text_of(member(property, keyword))) == Shape::amount) return Shape::amount;
  }
  return type == "integer" ? Shape::integer : Shape::number;
}

/// Every string of a list, or of a mapping of languages to lists.
template <class Each>
void each_label(const json& labels, Each each, int depth = 0) {
  if (labels.is_string()) {
    each(labels.get<std::string>());
  } else if (labels.is_structured() && depth < 3) {
    for (const json& inner : labels)
      each_label(inner, each, depth + 1);
  }
}

void add_labels(SchemaView& view, std::uint32_t owner, const json& property) {
  const auto add = [&](const char* keyword, LabelUse::Kind kind, float strength) {
    each_label(member(property, keyword), [&](const std::string& label) {
      view.labels.add(label, {owner, kind, strength});
    });
  };
  add("x-labels", LabelUse::Kind::label, label_strength);
  add("x-weak-labels", LabelUse::Kind::label, weak_strength);
  add("x-not-labels", LabelUse::Kind::not_label, label_strength);
  add("title", LabelUse::Kind::label, title_strength);
  view.labels.add(words_of(view.properties[owner].name), {owner, LabelUse::Kind::label, name_strength});
}

void add_choices(SchemaView& view, std::uint32_t owner, const json& property) {
  for (const json& choice : member(property, "enum")) {
    std::vector<json>& choices = view.properties[owner].choices;
    if (choice.is_null() || choices.size() == 0xFFFF) continue;
    const auto position = static_cast<std::uint32_t>(choices.size());
    choices.push_back(choice);
    view.choices.add(choice.is_string() ? words_of(choice.get<std::string>()) : choice.dump(),
                     {owner << 16 | position, LabelUse::Kind::label, label_strength});
  }
}

Property read_property(const std::string& name, const json& schema) {
  Property property;
  property.name = name;
  property.shape = shape_of(schema, name);
  const std::string role = text_of(member(schema, "x-role"));
  property.role = role == "sender" ? Role::sender : role == "recipient" ? Role::recipient : Role::none;
  property.may_be_sum = member(schema, "x-sum") == true;
  const json& minimum = member(schema, "minimum");
  const json& maximum = member(schema, "maximum");
  const json& length = member(schema, "maxLength");
  if (minimum.is_number()) property.minimum = minimum.get<double>();
  if (maximum.is_number()) property.maximum = maximum.get<double>();
  if (length.is_number_unsigned())
    property.max_length = 4 * std::min<std::size_t>(length.get<std::size_t>(), 1000);
  if (const std::string pattern = text_of(member(schema, "pattern")); !pattern.empty()) {
    if (auto compiled = Pattern::compile(pattern)) property.pattern = *compiled;
  }
  return property;
}

}  // namespace

std::shared_ptr<const SchemaView> read_schema(const json& schema) {
  auto view = std::make_shared<SchemaView>();
  const json& properties = member(schema, "properties");
  if (properties.is_object()) {
    for (const auto& [name, property] : properties.items()) {
      if (view->properties.size() == 0xFFFF) break;
      view->properties.push_back(read_property(name, property));
    }
  }
  const auto position = [&](const std::string& name) -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < view->properties.size(); ++i) {
      if (view->properties[i].name == name) return i;
    }
    return std::nullopt;
  };
  for (std::uint32_t i = 0; i < view->properties.size(); ++i) {
    Property& property = view->properties[i];
    const json& source = properties[property.name];
    property.follows = position(text_of(member(source, "x-follows")));
    property.part_of = position(text_of(member(source, "x-part-of")));
    add_choices(*view, i, source);
    add_labels(*view, i, source);
  }
  view->labels.build();
  view->choices.build();
  return view;
}

}  // namespace docket::rules
