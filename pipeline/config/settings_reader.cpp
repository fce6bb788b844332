#include "pipeline/config/settings_reader.h"

#include <algorithm>

#include "pipeline/cap.h"
#include "pipeline/config/environment.h"
#include "pipeline/config/field_words.h"
#include "pipeline/config/other_names.h"
#include "pipeline/config/scalars.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/byte_size.h"
#include "pipeline/support/decimal.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/iso_8601.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using Type = Field::Type;

constexpr std::size_t most_of_an_example = 200;  ///< Bytes.

std::string dotted(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// `{CHOICE: [NAME, NAME]}` as the texts `CHOICE: NAME`, for a field that narrows its choices.
void add_narrowed(const NodePtr& node, std::vector<NodePtr>& items) {
  if (node->kind != Node::Kind::mapping) {
    items.push_back(node);
    return;
  }
  for (const Node::Entry& entry : node->entries) {
    std::vector<NodePtr> names = entry.value->items;
    if (entry.value->kind != Node::Kind::sequence) names.push_back(entry.value);
    for (const NodePtr& name : names) {
      auto text = std::make_shared<Node>(*name);
      const bool is_named = text->kind == Node::Kind::scalar;
      if (is_named) text->text.insert(0, entry.key + ": ");
      if (text->kind == Node::Kind::null) {  // All of that kind.
        text->kind = Node::Kind::scalar;
        text->text = entry.key;
      }
      text->position = entry.position;
      items.push_back(std::move(text));
    }
  }
}

bool is_secret(const Field& field) { return field.type == Type::secret || field.type == Type::secrets; }

/// Without what it is narrowed to.
std::string_view choice_of(const Field& field, std::string_view text) {
  return field.narrows ? text.substr(0, text.find(": ")) : text;
}

std::vector<std::string_view> names_of(std::span<const Field> fields) {
  std::vector<std::string_view> names;
  for (const Field& field : fields) {
    names.push_back(field.name);
  }
  return names;
}

/// `$NAME` of a variable that there is; empty: none.
std::string bare_variable_in(const std::string& text) {
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at + 1)) {
    std::size_t end = at + 1;
    while (end < text.size() && (is_alnum(text[end]) || text[end] == '_'))
      ++end;
    const std::string name = text.substr(at + 1, end - at - 1);
    if (!name.empty() && environment_variable(name)) return name;
  }
  return "";
}

/// What to append to `unknown setting`.
std::string meant_by(const std::string& key, const std::vector<std::string_view>& known) {
  for (const char* name : {"jobs", "workers", "threads", "parallel", "parallelism", "concurrency"})
    if (key == name && contains(known, "stages"))
      return "; how many documents are in work at a time is said on the command line: --jobs N";
  for (const char* name : {"log", "logs", "logging"})
    if (key == name && contains(known, "stages"))
      return "; the log is chosen on the command line: --log-file, --log-level, --log-format";
  const std::size_t colon = key.find(':');
  if (colon != std::string::npos && contains(known, key.substr(0, colon)))
    return "; a space is missing behind ':', write '" + key.substr(0, colon) + ": " + key.substr(colon + 1) +
           "'";
  const bool is_short = key.size() <= 2;  // Any name is near: `if` is not `id`.
  const auto found = is_short ? std::nullopt : nearest(key, known);
  if (found) return did_you_mean(found);
  if (const auto other = named_elsewhere(key, known)) return did_you_mean(other);
  const auto longer = longer_name(key, known);
  return longer ? did_you_mean(longer) : did_you_mean(key, known);
}

/// `{ description: a bill, from a supplier }`: the second part is a name without a value to YAML.
bool is_cut_at_comma(const Node& mapping, const Node::Entry& entry) {
  return mapping.flow && entry.value->kind == Node::Kind::null && &entry != &mapping.entries.front();
}

std::string cut_at_comma(const std::string& key) {
  const bool is_number = std::ranges::all_of(key, is_digit);
  return is_number
             ? "the comma before it ended the value; in a number write '.', and no separator of thousands"
             : "the comma before it ended the value; put text that contains a comma in quotes";
}

/// What to write in place of something that is no mapping.
std::string as_mapping(const Field& field, const Node& node) {
  if (field.type == Field::Type::group && node.kind == Node::Kind::scalar) {
    const bool describes = !field.fields.empty() && field.fields.front().name == "description";
    if (describes) return "; write {description: " + node.text + "}";
    constexpr std::size_t most_named = 8;
    std::string names;
    for (const Field& one : field.fields.first(std::min(field.fields.size(), most_named)))
      names += (names.empty() ? "" : ", ") + std::string(one.name);
    return names.empty() ? "" : "; its settings: " + names;
  }
  if (field.type != Field::Type::groups) return "";
  std::string names;
  const bool is_list_of_pairs =
      !node.items.empty() && std::ranges::all_of(node.items, [](const NodePtr& item) {
        return item->kind == Node::Kind::mapping && item->entries.size() == 1;
      });
  if (is_list_of_pairs)
    return "; leave out the '-' before '" + node.items.front()->entries.front().key + ":'";
  for (const NodePtr& item : node.items) {
    if (item->kind != Node::Kind::scalar || names.size() > most_of_an_example) return "";
    names += (names.empty() ? "" : ", ") + item->text + ": {}";
  }
  return names.empty() ? "" : "; write {" + names + "}";
}

}  // namespace

Settings SettingsReader::read(std::span<const Field> fields, const Node& node, const Position& owner,
                              const std::string& path) {
  return read_slots(fields, node, owner, path, Missing::is_error);
}

Settings SettingsReader::read_slots(std::span<const Field> fields, const Node& node, const Position& owner,
                                    const std::string& path, Missing missing) {
  auto values = std::make_shared<Settings::Values>();
  values->fields = fields;
  for (const Field& field : fields) {
    const std::string name = dotted(path, field.name);
    const Node::Entry* entry = node.find(field.name);
    Settings::Slot slot;
    slot.given = entry != nullptr;
    if (entry) {
      slot.value = value({field, *entry->value, name, entry->position}).value_or(SettingValue());
    } else {
      const bool matters =
          missing == Missing::is_error && field.required && !is_misspelt(fields, node, field.name);
      slot.value = absent(field, owner, name, matters ? Missing::is_error : Missing::ignore);
    }
    values->slots.push_back(std::move(slot));
  }
  Settings settings;
  settings.values_ = std::move(values);
  return settings;
}

bool SettingsReader::is_misspelt(std::span<const Field> fields, const Node& node, std::string_view name) {
  constexpr std::size_t most_entries = 100;  // Else a hostile file would make it slow.
  if (node.entries.size() > most_entries) return false;
  const std::vector<std::string_view> known = names_of(fields);
  return std::any_of(node.entries.begin(), node.entries.end(), [&](const Node::Entry& entry) {
    return !contains(known, entry.key) && nearest(entry.key, known) == name;
  });
}

SettingValue SettingsReader::absent(const Field& field, const Position& owner, const std::string& path,
                                    Missing missing) {
  if (field.required && missing == Missing::is_error) {
    diagnostics_.add(owner, path, "missing, expected " + expected(field) + ": " + std::string(field.help));
  }
  if (field.type == Type::group) return read_slots(field.fields, Node(), owner, path, Missing::ignore);
  if (field.fallback.empty()) return {};
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = field.fallback;
  node.position = owner;
  return value({field, node, path + " (by default)"}).value_or(SettingValue());
}

void SettingsReader::check_names(std::initializer_list<std::span<const Field>> tables, const Node& node,
                                 const std::string& path, const std::string& topic) {
  std::vector<std::string_view> known;
  for (const std::span<const Field> table : tables) {
    const auto names = names_of(table);
    known.insert(known.end(), names.begin(), names.end());
  }
  for (const Node::Entry& entry : node.entries) {
    const bool is_own = path.empty() && entry.key.starts_with("x-");  // A place for anchors.
    if (contains(known, entry.key) || is_own || diagnostics_.full()) continue;
    if (is_cut_at_comma(node, entry) && !nearest(entry.key, known)) {
      diagnostics_.add(entry.position, path, "'" + entry.key + "': " + cut_at_comma(entry.key));
      continue;
    }
    const std::string meant = meant_by(entry.key, known);
    const bool is_of_type = !topic.empty() && meant.empty();
    diagnostics_.add(
        entry.position, dotted(path, entry.key),
        "unknown setting" + meant + (is_of_type ? "; `docket help " + topic + "` lists its settings" : ""));
  }
}

std::optional<std::string> SettingsReader::text(const Node& node, const std::string& path) {
  static constexpr Field field{"", Type::text, ""};
  auto found = scalar({field, node, path});
  return found ? std::optional(std::move(found->text)) : std::nullopt;
}

void SettingsReader::report(const Place& place, const std::string& message) {
  // Nothing stands where the next thing does, but for `--set KEY=`.
  const bool has_place =
      place.node.kind != Node::Kind::null || !place.node.text.empty() || place.node.position.override > 0;
  diagnostics_.add(has_place ? place.node.position : place.owner, place.path, message);
}

void SettingsReader::expected_but_got(const Place& place, const std::string& got) {
  report(place, "expected " + expected(place.field) + ", got " + got);
}

std::string SettingsReader::shown(const Place& place, const Scalar& scalar) const {
  if (scalar.secret) {
    const bool is_empty = trim(scalar.text).empty();
    return "the value of '" + place.node.text + "'" + (is_empty ? ", which is empty" : "");
  }
  if (trim(scalar.text).empty()) return "an empty text";
  return "'" + scalar.text + "'" + hint(place.field, scalar.text);
}

std::optional<SettingsReader::Scalar> SettingsReader::scalar(const Place& place) {
  if (place.node.kind != Node::Kind::scalar) {
    expected_but_got(place, kind_of(place.node));
    return std::nullopt;
  }
  auto expanded = expand(place.node.text, environment_variable);
  if (!expanded) {
    const std::string& message = expanded.error().message;
    const bool has_no_value = message.ends_with("is not set") || message.ends_with("is empty");
    const char* const hint = !is_secret(place.field) ? "; ${NAME:-…} sets a default"
                             : place.field.required  ? ""
                                                     : "; ${NAME:-} is one that may be empty";
    report(place, message + (has_no_value ? hint : ""));
    return std::nullopt;
  }
  Scalar scalar;
  scalar.text = std::move(expanded->text);
  scalar.secret = expanded->from_environment;
  scalar.one_reference = expanded->one_reference;
  scalar.number_like = !place.node.quoted || expanded->from_environment;
  return scalar;
}

SettingsReader::Value SettingsReader::value(const Place& place) {
  switch (place.field.type) {
    case Type::secret:
      return secret_value(place);
    case Type::secrets:
      return secrets_value(place);
    case Type::file:
      return file_value(place);
    case Type::schema:
      return schema_value(place);
    case Type::condition:
    case Type::conditions:
      return conditions_value(place);
    case Type::group:
    case Type::groups:
      return groups_value(place);
    case Type::texts:
    case Type::choices:
    case Type::backends:
    case Type::stages:
      return list_value(place);
    default:
      return scalar_value(place);
  }
}

SettingsReader::Value SettingsReader::scalar_value(const Place& place) {
  const auto scalar = this->scalar(place);
  if (!scalar) return std::nullopt;
  return typed(place, *scalar);
}

SettingsReader::Value SettingsReader::typed(const Place& place, const Scalar& scalar) {
  const std::string& text = scalar.text;
  switch (place.field.type) {
    case Type::text:
      if (is_for_a_shell(place, scalar)) return std::nullopt;
      // Whoever overrides a default with nothing has left something out.
      if (!trim(text).empty() || (!place.field.required && place.field.fallback.empty())) return text;
      break;
    case Type::boolean:
      if (const auto value = parse_boolean(text); value && scalar.number_like) return *value;
      break;
    case Type::cap:
      if (Cap::parse(text)) return text;
      break;
    case Type::date:
      if (is_iso_date(text)) return text;
      break;
    case Type::choice:
      if (contains(place.field.choices, text)) return text;
      break;
    case Type::backend:
    case Type::stage:
      return known(place, scalar) ? Value(text) : std::nullopt;
    default:
      return number(place, scalar);
  }
  expected_but_got(place, shown(place, scalar));
  return std::nullopt;
}

SettingsReader::Value SettingsReader::number(const Place& place, const Scalar& scalar) {
  const Field& field = place.field;
  const auto in_range = [&](double value) { return value >= field.minimum && value <= field.maximum; };
  const bool is_word = !field.word.empty() && scalar.text == field.word;
  if (is_word) return field.type == Type::integer ? Value(std::int64_t{0}) : Value(0.0);
  if (field.type == Type::duration) {
    const auto value = parse_duration(scalar.text);
    if (value && in_range(static_cast<double>(value->count()))) return *value;
  } else if (field.type == Type::size) {
    const auto value = parse_byte_size(scalar.text);
    if (value && in_range(static_cast<double>(*value))) return *value;
  } else if (field.type == Type::integer) {
    const auto value = parse_integer(scalar.text);
    if (value && in_range(static_cast<double>(*value)) && scalar.number_like) return *value;
  } else if (field.type == Type::decimal) {
    const auto value = parse_decimal(scalar.text);
    const bool fits = value && in_range(static_cast<double>(*value) / 1e9);
    if (fits && scalar.number_like) return DecimalValue{*value};
  } else {
    const auto value = parse_number(scalar.text);
    if (value && in_range(*value) && scalar.number_like) return *value;
  }
  const bool only_quoted =
      !scalar.number_like && parse_number(scalar.text) && !scalar.secret && hint(field, scalar.text).empty();
  expected_but_got(place, shown(place, scalar) + (only_quoted ? " in quotes; leave them out" : ""));
  return std::nullopt;
}

bool SettingsReader::known(const Place& place, const Scalar& scalar) {
  const bool is_backend = place.field.type == Type::backend || place.field.type == Type::backends;
  const auto& names = is_backend ? names_.backends : names_.stages;
  if (contains(names, scalar.text)) return true;
  std::string message = is_backend ? "unknown backend " : "unknown stage ";
  message += scalar.secret ? "in '" + place.node.text + "'" : "'" + scalar.text + "'";
  if (names.empty()) {
    message += is_backend ? "; none is declared under 'backends'" : "; there is none";
  } else if (!diagnostics_.full()) {
    message += did_you_mean(scalar.secret ? "" : scalar.text, names);
  }
  report(place, message);
  return false;
}

/// A folder that is called `~` or `$HOME` would be made, or looked for, and nobody means that.
bool SettingsReader::is_for_a_shell(const Place& place, const Scalar& scalar) {
  if (!place.field.is_path) return false;
  const bool is_home = scalar.text == "~" || scalar.text.starts_with("~/");
  const std::string variable = is_home ? "" : bare_variable_in(place.node.text);
  if (is_home) report(place, "'~' means no folder here; write its whole path, or ${HOME}");
  if (!variable.empty()) report(place, "'$" + variable + "' stays as it is; write ${" + variable + "}");
  const bool is_curly = (scalar.text.starts_with("“") || scalar.text.starts_with("„")) &&
                        (scalar.text.ends_with("”") || scalar.text.ends_with("“"));
  if (is_curly) report(place, "curly quotes are letters of the name here; write straight ones, or none");
  const bool is_command = place.node.text.find("$(") != std::string::npos;
  if (is_command) report(place, "'$(…)' stays as it is: no shell reads this file");
  return is_home || !variable.empty() || is_command || is_curly;
}

SettingsReader::Value SettingsReader::list_value(const Place& place) {
  const Field& field = place.field;
  const bool names = field.type == Type::backends || field.type == Type::stages;
  const bool is_mapping = place.node.kind == Node::Kind::mapping;
  if ((is_mapping && !field.narrows) || place.node.kind == Node::Kind::null) {
    expected_but_got(place, kind_of(place.node));
    return std::nullopt;
  }
  std::vector<NodePtr> given = place.node.items, items;
  if (place.node.kind != Node::Kind::sequence) given.push_back(std::make_shared<Node>(place.node));
  for (const NodePtr& item : given) {
    if (field.narrows)
      add_narrowed(item, items);
    else
      items.push_back(item);
  }
  std::vector<std::string> texts;
  bool all_good = true;
  for (const NodePtr& item : items) {
    const Place here{field, *item, place.path};
    const auto scalar = this->scalar(here);
    bool good = scalar.has_value();
    if (good && trim(scalar->text).empty()) {
      good = false;
      expected_but_got(here, shown(here, *scalar));
    }
    if (good && is_for_a_shell(here, *scalar)) good = false;
    if (good && names) good = known(here, *scalar);
    if (good && field.type == Type::choices && !contains(field.choices, choice_of(field, scalar->text))) {
      good = false;
      expected_but_got(here, shown(here, *scalar));
    }
    if (good && field.type != Type::texts &&
        std::find(texts.begin(), texts.end(), scalar->text) != texts.end()) {
      good = false;
      report(here, "'" + scalar->text + "' is given twice");
    }
    if (good) texts.push_back(scalar->text);
    all_good = all_good && good;
  }
  if (items.empty() && field.required) expected_but_got(place, "an empty list");
  return all_good ? Value(texts) : std::nullopt;
}

SettingsReader::Value SettingsReader::groups_value(const Place& place) {
  const Node& node = place.node;
  if (place.field.type == Type::group && !place.field.choices.empty() && node.kind == Node::Kind::scalar)
    return word_value(place);
  if (node.kind != Node::Kind::mapping && node.kind != Node::Kind::null) {
    expected_but_got(place, kind_of(node) + as_mapping(place.field, node));
    if (place.field.type != Type::group) return std::nullopt;
    return read_slots(place.field.fields, Node(), place.owner, place.path, Missing::ignore);
  }
  if (place.field.type == Type::group) {
    check_names({place.field.fields}, node, place.path);
    return read(place.field.fields, node, place.owner, place.path);
  }
  if (node.entries.empty() && place.field.required) expected_but_got(place, "none");
  Field group = place.field;
  group.type = Type::group;
  std::vector<std::pair<std::string, Settings>> groups;
  for (const Node::Entry& entry : node.entries) {
    const std::string path = place.path + "." + entry.key;
    if (entry.key.empty()) diagnostics_.add(entry.position, path, "a name must not be empty");
    auto settings = groups_value({group, *entry.value, path, entry.position});
    if (settings) groups.emplace_back(entry.key, std::get<Settings>(*settings));
  }
  return groups;
}

SettingsReader::Value SettingsReader::word_value(const Place& place) {
  Settings settings = read_slots(place.field.fields, Node(), place.owner, place.path, Missing::ignore);
  const auto scalar = this->scalar(place);
  if (scalar && contains(place.field.choices, scalar->text)) {
    auto values = std::make_shared<Settings::Values>(*settings.values_);
    values->word = scalar->text;
    settings.values_ = std::move(values);
  } else if (scalar) {
    expected_but_got(place, shown(place, *scalar));
  }
  return settings;
}

}  // namespace docket
