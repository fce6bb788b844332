#include <algorithm>

#include "pipeline/config/condition_mistake.h"
#include "pipeline/config/settings_reader.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

/// Of a pipeline: more are an attack on jq.
constexpr std::size_t most_conditions = 200;
const std::string too_many = "more than " + std::to_string(most_conditions) + " conditions";
constexpr std::string_view path_prefix = "path:";

/// Quotes inside of YAML's own are not part of a name: `'path: "hr/**"'`.
std::string_view unquoted(std::string_view text) {
  const bool in_quotes =
      text.size() > 1 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return in_quotes ? text.substr(1, text.size() - 2) : text;
}

/// No condition begins so, but folders and patterns do.
bool looks_like_path(std::string_view text) {
  return !text.empty() && (is_alnum(text.front()) || text.front() == '*' || text.front() == '/') &&
         text.find_first_of("*/") != std::string_view::npos &&
         text.find_first_of("|\" ") == std::string_view::npos;
}

}  // namespace

SettingsReader::Value SettingsReader::conditions_value(const Place& place) {
  std::vector<NamedCondition> list;
  const bool single = place.field.type == Field::Type::condition;
  const auto kind = place.node.kind;
  if (kind == Node::Kind::null || (single && kind != Node::Kind::scalar)) {
    expected_but_got(place, kind_of(place.node));
    return std::nullopt;
  }
  add_conditions(list, place);
  for (const NamedCondition& named : list) {
    if (!named.condition) return std::nullopt;
  }
  return list;
}

void SettingsReader::add_conditions(std::vector<NamedCondition>& list, const Place& place) {
  if (place.node.kind == Node::Kind::scalar) return add_condition(list, "", place);
  for (const NodePtr& item : place.node.items) {
    if (item->kind == Node::Kind::mapping) {
      add_conditions(list, {place.field, *item, place.path});
    } else {
      add_condition(list, "", {place.field, *item, place.path});
    }
  }
  for (const Node::Entry& entry : place.node.entries) {
    if (entry.key == "path" && entry.value->kind == Node::Kind::sequence) {
      if (entry.value->items.empty())
        report({place.field, *entry.value, place.path}, "an empty list of paths");
      for (const NodePtr& item : entry.value->items)
        add_condition(list, entry.key, {place.field, *item, place.path});
      continue;
    }
    add_condition(list, entry.key, {place.field, *entry.value, place.path, entry.position});
  }
}

void SettingsReader::add_condition(std::vector<NamedCondition>& list, const std::string& name,
                                   const Place& place) {
  if (list.size() >= most_conditions) return report(place, too_many);
  NamedCondition named;
  const auto scalar = this->scalar(place);
  if (scalar) {
    // An unquoted `- path: hr/**` is a mapping to YAML.
    const std::string text = name == "path" ? "path: " + scalar->text : scalar->text;
    named.name = name.empty() || name == "path" ? text : name;
    named.condition = condition(place, text);
    if (named.condition) placed_.push_back({named, place.node.position, place.path});
  }
  const auto same = [&](const NamedCondition& other) { return other.name == named.name; };
  if (scalar && std::any_of(list.begin(), list.end(), same)) {
    diagnostics_.add(place.owner, place.path, "'" + named.name + "' is given twice");
  }
  list.push_back(std::move(named));
}

std::shared_ptr<const Condition> SettingsReader::condition(const Place& place, const std::string& text) {
  if (text.starts_with(path_prefix))
    return path_condition(place, unquoted(trim(std::string_view(text).substr(path_prefix.size()))));
  const bool lacks_colon = text.starts_with("path ") && looks_like_path(text.substr(5));
  if (lacks_colon || looks_like_path(text)) {
    report(place, "is a path; write 'path: " + (lacks_colon ? text.substr(5) : text) + "'");
    return nullptr;
  }
  auto known = known_.find(text);
  if (known == known_.end() && known_.size() >= most_conditions) {
    report(place, too_many);
    return nullptr;
  }
  if (known == known_.end()) known = known_.emplace(text, conditions_.add(text)).first;
  if (known->second) return *known->second;
  const ConditionMistake mistake = explain_jq(text, known->second.error().message, names_.stages);
  diagnostics_.add(diagnostics_.inside(place.node.position, text, mistake.at), place.path,
                   not_valid_jq + mistake.message);
  return nullptr;
}

std::shared_ptr<const Condition> SettingsReader::path_condition(const Place& place,
                                                                std::string_view pattern) {
  const auto patterns = std::make_shared<PathPatterns>(directory_, path_use_, path_letters_);
  const std::optional<std::string> problem = patterns->add(pattern);
  const std::string doubt = problem ? *problem : doubt_about(pattern, path_use_);
  if (!doubt.empty()) {
    report(place, "not a pattern for paths: " + doubt);
    return nullptr;
  }
  const std::string_view words = path_letters_ == LetterCase::counts ? "path, case counts: " : "path: ";
  return Condition::path_matches(std::string(words) + std::string(pattern), patterns);
}

}  // namespace docket
