#include <algorithm>

#include "pipeline/config/environment.h"
#include "pipeline/config/named_files.h"
#include "pipeline/config/scalars.h"
#include "pipeline/config/settings_reader.h"
#include "pipeline/json/schema.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr std::string_view file_prefix = "file:";

/// `backends.cloud.api_key` → `CLOUD_API_KEY`: a name that the user could give the variable.
std::string variable_name(const std::string& path) {
  const auto last = path.rfind('.');
  const auto before = last == std::string::npos || last == 0 ? std::string::npos : path.rfind('.', last - 1);
  std::string name = path.substr(before == std::string::npos ? 0 : before + 1);
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) c = '_';
  }
  return name;
}

bool has_control_character(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

/// What a key of an API never has, and gets by the way to here; empty: nothing of it.
std::string no_key(std::string_view key) {
  if (key.size() > 1 && key.front() == key.back() && (key.front() == '"' || key.front() == '\''))
    return "stands in quotes, which are part of it; take them away where it is set";
  if (trim(key).size() != key.size()) return "begins or ends with a blank; take it away where it is set";
  const bool is_ascii = std::ranges::all_of(key, [](unsigned char c) { return c < 0x80; });
  return is_ascii ? "" : "has letters that no key has, such as curly quotes; copy it again";
}

/// `$NAME` where ${NAME} was meant: only if there is such a variable, for else it may be a secret.
std::string bare_reference(const std::string& text) {
  if (!text.starts_with('$') || text.starts_with("${")) return "";
  const std::string name = text.substr(1);
  return environment_variable(name) ? "${" + name + "}" : "";
}

/// Each line that is not empty, once, without its end.
void add_lines(std::string_view text, std::vector<std::string>& lines) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && std::ranges::find(lines, line) == lines.end()) lines.emplace_back(line);
  }
}

/// The node that a JSON Pointer leads to; as far as it goes. Never null: it is `root` or below it.
const Node* follow(const Node* root, const json::json_pointer& pointer) {
  if (pointer.empty()) return root;
  const Node* parent = follow(root, pointer.parent_pointer());
  if (const Node::Entry* entry = parent->find(pointer.back())) return &*entry->value;
  const auto index = parse_integer(pointer.back());
  const bool has_item = index && *index >= 0 && static_cast<std::size_t>(*index) < parent->items.size();
  return has_item ? &*parent->items[*index] : parent;
}

}  // namespace

/// What a reference stands for, not empty unless it may be.
std::optional<std::string> SettingsReader::secret_text(const Place& place) {
  const bool is_text = place.node.kind == Node::Kind::scalar;
  if (secrets_may_lack_ && is_text && !expand(place.node.text, environment_variable)) return std::string();
  const auto scalar = this->scalar(place);
  if (!scalar) return std::nullopt;
  std::string secret = scalar->text;
  const bool from_file = place.node.text.starts_with(file_prefix);
  if (from_file) {
    auto content = read_secret_file(directory_, secret.substr(file_prefix.size()));
    if (!content && secrets_may_lack_) return std::string();
    if (!content) {
      report(place, scalar->secret ? "the file in '" + place.node.text + "' cannot be used"
                                   : content.error().message);
      return std::nullopt;
    }
    secret = std::move(*content);
  } else if (!scalar->one_reference) {
    const bool is_override = place.node.position.override > 0;
    if (const std::string meant = bare_reference(place.node.text); !meant.empty()) {
      report(place, "'" + place.node.text + "' stays as it is; write " + meant);
      return std::nullopt;
    }
    report(place, std::string("a secret must not be ") +
                      (is_override ? "on the command line" : "in this file") +
                      ", not even as a default; write ${" + variable_name(place.path) +
                      "} and set it in the environment, or file:PATH");
    return std::nullopt;
  }
  // `${NAME:-}` says that it may be empty.
  const bool must_not_be_empty = place.field.required || from_file || !secret.empty();
  if (trim(secret).empty() && must_not_be_empty) {
    report(place, "'" + place.node.text + "' is empty, so it is no key" +
                      (place.field.required ? "" : "; leave the setting out if none is needed"));
    return std::nullopt;
  }
  return secret;
}

SettingsReader::Value SettingsReader::secret_value(const Place& place) {
  auto secret = secret_text(place);
  if (!secret) return std::nullopt;
  if (has_control_character(*secret)) {
    report(place, "'" + place.node.text +
                      "' contains a line break or another control character, so it is not a key");
    return std::nullopt;
  }
  if (const std::string what = place.field.name == "api_key" ? no_key(*secret) : ""; !what.empty()) {
    report(place, "the value of '" + place.node.text + "' " + what);
    return std::nullopt;
  }
  return std::move(*secret);
}

SettingsReader::Value SettingsReader::secrets_value(const Place& place) {
  const bool is_list = place.node.kind == Node::Kind::sequence;
  std::vector<NodePtr> items = place.node.items;
  if (!is_list) items.push_back(std::make_shared<Node>(place.node));
  std::vector<std::string> secrets;
  bool all_good = true;
  for (const NodePtr& item : items) {
    const auto text = secret_text({place.field, *item, place.path, place.owner});
    all_good = all_good && text.has_value();
    if (text) add_lines(*text, secrets);
  }
  return all_good ? Value(std::move(secrets)) : std::nullopt;
}

SettingsReader::Value SettingsReader::file_value(const Place& place) {
  const auto scalar = this->scalar(place);
  if (!scalar) return std::nullopt;
  if (trim(scalar->text).empty()) {
    expected_but_got(place, shown(place, *scalar));
    return std::nullopt;
  }
  auto file = read_named_file(directory_, scalar->text);
  if (file) files_.push_back(file->path);
  if (file) return *file;
  const bool is_content =
      scalar->text.find('\n') != std::string::npos || scalar->text.find("{{") != std::string::npos;
  report(place, scalar->secret ? "the file in '" + place.node.text + "' cannot be read"
                : is_content   ? "a file is named here; write this text into one"
                               : file.error().message);
  return std::nullopt;
}

SettingsReader::Value SettingsReader::schema_value(const Place& place) {
  if (place.node.kind == Node::Kind::scalar) {
    const auto scalar = this->scalar(place);
    if (scalar && trim(scalar->text).empty()) {
      expected_but_got(place, shown(place, *scalar));
      return std::nullopt;
    }
    return scalar ? schema_from_file(place, scalar->text) : std::nullopt;
  }
  if (place.node.kind != Node::Kind::mapping) {
    expected_but_got(place, kind_of(place.node));
    return std::nullopt;
  }
  auto schema = to_json(place.node, place.path);
  if (!schema) return std::nullopt;
  const auto problems = lint_schema(*schema);
  for (const SchemaProblem& problem : problems) {
    const Node* where = follow(&place.node, json::json_pointer(problem.path));
    diagnostics_.add(where->position, place.path,
                     "not a valid JSON Schema: " + problem.path + ": " + problem.message);
  }
  if (!problems.empty()) return std::nullopt;
  return std::make_shared<const json>(std::move(*schema));
}

SettingsReader::Value SettingsReader::schema_from_file(const Place& place, const std::string& name) {
  auto schema = read_json_file(directory_, name);
  if (!schema) {
    report(place, schema.error().message);
    return std::nullopt;
  }
  files_.push_back((directory_ / name).lexically_normal());
  auto problems = lint_schema(*schema);
  if (!schema->is_object() && problems.empty()) problems.push_back({"", "expected an object"});
  for (const SchemaProblem& problem : problems) {
    report(place, "not a valid JSON Schema: " + name + "#" + problem.path + ": " + problem.message);
  }
  if (!problems.empty()) return std::nullopt;
  return std::make_shared<const json>(std::move(*schema));
}

/// By YAML's core schema: a plain scalar is null, true, false or a number if it looks like one.
std::optional<json> SettingsReader::to_json(const Node& node, const std::string& path) {
  switch (node.kind) {
    case Node::Kind::null:
      return json(nullptr);
    case Node::Kind::scalar: {
      const auto text = this->text(node, path);
      if (!text) return std::nullopt;
      if (node.quoted) return json(*text);
      if (const auto boolean = parse_boolean(*text)) return json(*boolean);
      if (const auto integer = parse_integer(*text)) {
        return *integer < 0 ? json(*integer) : json(static_cast<std::uint64_t>(*integer));
      }
      if (const auto number = parse_number(*text)) return json(*number);
      return json(*text);
    }
    case Node::Kind::sequence: {
      json list = json::array();
      for (const NodePtr& item : node.items) {
        auto value = to_json(*item, path);
        if (!value) return std::nullopt;
        list.push_back(std::move(*value));
      }
      return list;
    }
    case Node::Kind::mapping: {
      json object = json::object();
      for (const Node::Entry& entry : node.entries) {
        auto value = to_json(*entry.value, path);
        if (!value) return std::nullopt;
        object[entry.key] = std::move(*value);
      }
      return object;
    }
  }
  return std::nullopt;
}

}  // namespace docket
