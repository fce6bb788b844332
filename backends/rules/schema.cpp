#include "backends/rules/schema.h"

#include <algorithm>
#include <array>

#include "backends/rules/concepts.h"
#include "pipeline/json/member.h"
#include "pipeline/json/pattern.h"
#include "pipeline/json/resolved.h"

namespace docket::rules {
namespace {

using nlohmann::json;

constexpr float label_strength = 1.0F;
constexpr float title_strength = 0.9F;
constexpr float name_strength = 0.8F;  // Chosen for programs, but mostly by people who know the documents.
constexpr float weak_strength = 0.5F;
constexpr float concept_strength = 0.9F;        // Ours, from knowing what such a name means.
constexpr float weak_concept_strength = 0.45F;  // By itself not enough to be accepted.

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

/// The types that a resolved schema allows; empty: any.
std::vector<std::string> types_of(const json& property) {
  const json& type = member(property, "type");
  if (type.is_string()) return {type.get<std::string>()};
  std::vector<std::string> types;
  for (const json& one : type)
    types.push_back(text_of(one));
  return types;
}

bool has_type(const std::vector<std::string>& types, std::string_view wanted) {
  return std::find(types.begin(), types.end(), wanted) != types.end();
}

/// Of several types the one by which values are found best; empty: none.
std::string type_of(const json& property) {
  const std::vector<std::string> types = types_of(property);
  for (const char* type : {"number", "integer", "string", "boolean", "array", "object"})
    if (has_type(types, type)) return type;
  return {};
}

bool has_labels(const json& property) {
  return property.contains("x-labels") || property.contains("x-weak-labels") ||
         property.contains("x-not-labels");
}

/// What the name of a property means whose schema does not say what stands beside it; null: nothing known.
const Concept* meant_by(const json& property, const std::string& name) {
  if (has_labels(property)) return nullptr;
  return concept_named(fold_letters(words_of(name)));
}

Shape shape_of_text(const json& property, const std::string& name, const Concept* meant) {
  for (const char* keyword : {"x-format", "format"}) {
    if (const auto shape = shape_named(formats, text_of(member(property, keyword)))) return *shape;
  }
  if (meant != nullptr) return meant->shape;
  const std::string words = fold_letters(words_of(name));
  const std::size_t last = words_of(name).rfind(' ');
  const std::string last_word = fold_letters(words_of(name).substr(last == std::string::npos ? 0 : last + 1));
  if (words.ends_with("vatid") || words.ends_with("vatnumber")) return Shape::vat_id;
  if (const auto shape = shape_named(names, last_word)) return *shape;
  return member(property, "pattern").is_string() ? Shape::identifier : Shape::text;
}

Shape shape_of(const json& property, const std::string& name, const Concept* meant) {
  const std::string type = type_of(property);
  if (type == "array" || type == "object") return Shape::unsupported;
  if (member(property, "enum").is_array()) return Shape::choice;
  if (type == "boolean") return Shape::boolean;
  if (type != "integer" && type != "number") return shape_of_text(property, name, meant);
  for (const char* keyword : {"x-format", "format"}) {
    if (shape_named(formats, text_of(member(property, keyword))) == Shape::amount) return Shape::amount;
  }
  if (meant != nullptr && meant->shape == Shape::amount) return Shape::amount;
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

void add_concept(SchemaView& view, std::uint32_t owner, const Concept& meant) {
  const auto add = [&](std::string_view list, LabelUse::Kind kind, float strength) {
    each_listed(list, [&](std::string_view label) { view.labels.add(label, {owner, kind, strength}); });
  };
  add(meant.labels, LabelUse::Kind::label, concept_strength);
  add(meant.weak_labels, LabelUse::Kind::label, weak_concept_strength);
  add(meant.not_labels, LabelUse::Kind::not_label, label_strength);
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
  if (const Concept* meant = meant_by(property, view.properties[owner].name)) {
    add_concept(view, owner, *meant);
    view.labels.add(words_of(view.properties[owner].name),
                    {owner, LabelUse::Kind::label, weak_concept_strength});
    // Generators of schemas make the title of the name: that says nothing more.
    const std::string title = text_of(member(property, "title"));
    if (fold_letters(title) == fold_letters(view.properties[owner].name)) return;
    add("title", LabelUse::Kind::label, title_strength);
    return;
  }
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
  const Concept* meant = meant_by(schema, name);
  property.shape = shape_of(schema, name, meant);
  property.types = types_of(schema);
  const bool takes_numbers = property.types.empty() || has_type(property.types, "number");
  property.whole = !takes_numbers && has_type(property.types, "integer");
  property.as_text = !takes_numbers && !property.whole && property.shape == Shape::amount;
  property.with_time = text_of(member(schema, "format")) == "date-time";
  const std::string role = text_of(member(schema, "x-role"));
  property.role = role == "sender" ? Role::sender : role == "recipient" ? Role::recipient : Role::none;
  if (meant != nullptr && property.shape == Shape::party) property.role = meant->role;
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

bool allows_type(const Property& property, const json& value) {
  const std::vector<std::string>& types = property.types;
  if (types.empty() || has_type(types, value.type_name())) return true;
  return value.is_number_integer() && has_type(types, "integer");
}

std::shared_ptr<const SchemaView> read_schema(const json& source) {
  auto view = std::make_shared<SchemaView>();
  const json schema = with_open_root(source);
  json properties = json::object();
  if (member(schema, "properties").is_object()) {
    for (const auto& [name, property] : schema["properties"].items())
      properties[name] = resolved(property, schema);
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
    const json& own = properties[property.name];
    property.follows = position(text_of(member(own, "x-follows")));
    property.part_of = position(text_of(member(own, "x-part-of")));
    add_choices(*view, i, own);
    add_labels(*view, i, own);
  }
  view->labels.build();
  view->choices.build();
  return view;
}

}  // namespace docket::rules
