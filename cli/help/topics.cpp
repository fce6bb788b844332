#include "cli/help/topics.h"

#include <algorithm>
#include <utility>

#include "cli/exit_code.h"
#include "cli/help/format.h"
#include "cli/options/pipeline_options.h"
#include "pipeline/config/field_words.h"
#include "pipeline/config/fields.h"

namespace docket {
namespace {

constexpr std::string_view ending = ".txt";
/// The order in which one reads them.
constexpr std::string_view order[] = {"pipeline", "stages", "fields",  "conditions", "models",
                                      "routing",  "money",  "reports", "logs",       "exit-codes"};

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

std::string words_of(const Field& field) {
  std::string text(field.help);
  if (text.ends_with('.')) text.pop_back();
  const bool is_group = field.type == Field::Type::group || field.type == Field::Type::groups;
  if (!is_group || !field.choices.empty()) text += "; " + expected(field);
  if (field.required) text += "; required";
  if (!field.fallback.empty()) text += "; default: " + std::string(field.fallback);
  return text;
}

/// A line or more for each setting, those of a group below it.
std::string settings_table(std::span<const Field> fields, std::size_t depth = 1) {
  std::string text;
  for (const Field& field : fields) {
    text += two_columns(std::string(2 * depth, ' ') + std::string(field.name), words_of(field), 24);
    text += settings_table(field.fields, depth + 1);
  }
  return text;
}

/// Only what they are for.
std::string short_table(std::span<const Field> fields) {
  std::string text;
  for (const Field& field : fields)
    text += two_columns("  " + std::string(field.name), field.help, 24);
  return text;
}

std::string fields_of_group(std::string_view name) {
  const auto found = std::ranges::find(top_fields(), name, &Field::name);
  return found == top_fields().end() ? "" : settings_table(found->fields);
}

template <typename Types>
std::string types_table(const Types& types) {
  std::string text;
  for (const auto& type : types)
    text += two_columns("  " + std::string(type.name), type.summary, 24);
  return text;
}

std::string exit_code_table() {
  std::string text;
  for (const auto& [code, meaning] : exit_code_meanings())
    text += two_columns("  " + std::string(code), meaning, 18);
  return text;
}

/// Of `options of VERB: HEADING`.
std::optional<std::string> options_table(std::string_view name) {
  constexpr std::string_view begin = "options of ";
  const std::size_t colon = name.find(": ");
  if (!name.starts_with(begin) || colon == std::string_view::npos) return std::nullopt;
  return options_under(name.substr(begin.size(), colon - begin.size()), name.substr(colon + 2));
}

/// What a `{{name}}` stands for; nothing: there is no such table.
std::optional<std::string> table(std::string_view name) {
  if (name == "settings") return short_table(top_fields()) + short_table(section_fields());
  if (name == "stages") return types_table(registry().stages);
  if (name == "every stage") return short_table(stage_fields());
  if (name == "backends") return types_table(registry().backends);
  if (name == "policy") return fields_of_group("policy");
  if (name == "budget") return settings_table(budget_fields());
  if (name == "exit codes") return exit_code_table();
  return options_table(name);
}

/// The text with its tables. A name without a table stays, which no test lets pass.
std::string filled(std::string_view text) {
  std::string filled;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const bool is_table = line.starts_with("{{") && line.ends_with("}}");
    const auto made = is_table ? table(line.substr(2, line.size() - 4)) : std::nullopt;
    filled += made ? *made : std::string(line) + "\n";
    begin = end + 1;
  }
  return filled;
}

template <typename Type>
std::string text_of(const Type& type, const std::string& kind, const std::string& example) {
  return std::string(type.name) + ": " + kind + "\n" + wrapped(type.summary, 0) + "\n\n    " + example +
         "\n\nSettings:\n" + (type.fields.empty() ? "  none\n" : settings_table(type.fields));
}

/// Those of the pipeline file that have settings of their own.
std::vector<const Field*> groups_of_file() {
  std::vector<const Field*> groups;
  for (const Field& field : top_fields())
    if (!field.fields.empty()) groups.push_back(&field);
  return groups;
}

}  // namespace

std::vector<HelpTopic> help_topics() {
  std::vector<HelpTopic> topics;
  for (const std::string_view name : order) {
    const auto found =
        std::ranges::find(topic_files(), std::string(name) + std::string(ending), &EmbeddedFile::name);
    if (found != topic_files().end())
      topics.push_back({std::string(name), first_line(found->content), false});
  }
  for (const Field* group : groups_of_file())
    topics.push_back({std::string(group->name), "settings of the pipeline file", true});
  for (const StageType& type : registry().stages)
    topics.push_back({std::string(type.name), "a type of stage, with its settings", true});
  for (const BackendType& type : registry().backends)
    topics.push_back({std::string(type.name), "a type of backend, with its settings", true});
  return topics;
}

std::string topic_names() {
  std::string names;
  for (const HelpTopic& topic : help_topics())
    if (!topic.is_settings) names += (names.empty() ? "" : ", ") + topic.name;
  return names;
}

std::optional<std::string> topic_text(std::string_view name) {
  for (const EmbeddedFile& file : topic_files())
    if (file.name == std::string(name) + std::string(ending)) return filled(file.content);
  for (const StageType& type : registry().stages)
    if (type.name == name)
      return text_of(type, "a type of stage", "stages:\n      - " + std::string(name) + ": { ... }") +
             "\nSee also: docket help stages.\n";
  for (const BackendType& type : registry().backends)
    if (type.name == name)
      return text_of(type, "a type of backend",
                     "backends:\n      mine: { type: " + std::string(name) + ", ... }") +
             "\nSee also: docket help stages.\n";
  for (const Field* group : groups_of_file())
    if (group->name == name)
      return std::string(name) + ": settings of the pipeline file\n" + wrapped(group->help, 0) + "\n\n    " +
             std::string(name) + ": { ... }\n\nSettings:\n" + settings_table(group->fields) +
             "\nSee also: docket help pipeline.\n";
  return std::nullopt;
}

}  // namespace docket
