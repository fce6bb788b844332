#include "pipeline/answer_settings.h"

namespace docket {
namespace {

using nlohmann::json;
using Type = Field::Type;
using Describe = std::function<json(const std::string&)>;

/// Names of backends, one or a list, as what they are.
json backends_in(const json& names, const Describe& backend) {
  if (names.is_string()) return backend(names.get<std::string>());
  json described = json::array();
  for (const json& name : names)
    described.push_back(name.is_string() ? backend(name.get<std::string>()) : name);
  return described;
}

bool affects_answer(const Field& field, const json& resolved) {
  if (field.affects_answer || field.affects_answer_with.empty()) return field.affects_answer;
  const std::size_t colon = field.affects_answer_with.find(": ");
  const auto other = resolved.find(std::string(field.affects_answer_with.substr(0, colon)));
  return other != resolved.end() && *other == field.affects_answer_with.substr(colon + 2);
}

json setting(const Field& field, const json& value, const Describe& backend) {
  if (field.type == Type::backend || field.type == Type::backends) return backends_in(value, backend);
  if (field.type == Type::group && value.is_string()) return value;  // A word in place of the mapping.
  if (field.type == Type::group) return answer_settings(field.fields, value, backend);
  if (field.type != Type::groups) return value;
  json groups = json::array();
  for (const json& group : value)  // {name, settings}: see Settings::resolved.
    groups.push_back(
        {{"name", group.value("name", json())},
         {"settings", answer_settings(field.fields, group.value("settings", json::object()), backend)}});
  return groups;
}

}  // namespace

json answer_settings(std::span<const Field> fields, const json& resolved, const Describe& backend) {
  json settings = json::object();
  for (const Field& field : fields) {
    const std::string name(field.name);
    const bool is_secret = field.type == Type::secret || field.type == Type::secrets;
    if (!affects_answer(field, resolved) || is_secret || !resolved.contains(name)) continue;
    settings[name] = setting(field, resolved[name], backend);
  }
  return settings;
}

}  // namespace docket
