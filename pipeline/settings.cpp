#include "pipeline/settings.h"

#include <stdexcept>

#include "pipeline/settings_values.h"
#include "pipeline/support/decimal.h"

namespace docket {
namespace {

using nlohmann::json;

json resolved_conditions(const std::vector<NamedCondition>& conditions) {
  json list = json::array();
  for (const NamedCondition& named : conditions) {
    list.push_back({{"name", named.name}, {"condition", named.condition->expression()}});
  }
  return list;
}

/// One value as `Settings::resolved` gives it.
struct Resolve {
  json operator()(std::monostate) const { return nullptr; }
  json operator()(std::chrono::milliseconds value) const { return value.count(); }
  json operator()(DecimalValue value) const { return decimal_text(value.billionths); }
  json operator()(const FileValue& value) const { return {{"sha256", value.sha256}}; }
  json operator()(const std::shared_ptr<const json>& value) const { return *value; }
  json operator()(const std::vector<NamedCondition>& value) const { return resolved_conditions(value); }
  json operator()(const Settings& value) const { return value.resolved(); }
  json operator()(const std::vector<std::pair<std::string, Settings>>& value) const {
    json list = json::array();  // Order counts, so no object.
    for (const auto& [name, settings] : value) {
      list.push_back({{"name", name}, {"settings", settings.resolved()}});
    }
    return list;
  }
  template <class T>
  json operator()(const T& value) const {
    return value;
  }
};

}  // namespace

const Settings::Slot& Settings::slot(std::string_view name) const {
  if (values_) {
    for (std::size_t i = 0; i < values_->fields.size(); ++i) {
      if (values_->fields[i].name == name) return values_->slots[i];
    }
  }
  throw std::logic_error("the table of settings has no '" + std::string(name) + "'");
}

template <class T>
T Settings::get(std::string_view name) const {
  const auto& value = slot(name).value;
  if (std::holds_alternative<std::monostate>(value)) return T{};
  if (const T* held = std::get_if<T>(&value)) return *held;
  throw std::logic_error("the setting '" + std::string(name) + "' is of another type");
}

bool Settings::has(std::string_view name) const { return slot(name).given; }
std::string Settings::text(std::string_view name) const { return get<std::string>(name); }
std::int64_t Settings::integer(std::string_view name) const { return get<std::int64_t>(name); }
double Settings::number(std::string_view name) const { return get<double>(name); }
std::int64_t Settings::decimal(std::string_view name) const { return get<DecimalValue>(name).billionths; }
bool Settings::boolean(std::string_view name) const { return get<bool>(name); }
std::chrono::milliseconds Settings::duration(std::string_view name) const {
  return get<std::chrono::milliseconds>(name);
}
std::vector<std::string> Settings::texts(std::string_view name) const {
  return get<std::vector<std::string>>(name);
}
std::filesystem::path Settings::file(std::string_view name) const { return get<FileValue>(name).path; }
std::shared_ptr<const json> Settings::schema(std::string_view name) const {
  return get<std::shared_ptr<const json>>(name);
}
std::vector<NamedCondition> Settings::conditions(std::string_view name) const {
  return get<std::vector<NamedCondition>>(name);
}
Settings Settings::group(std::string_view name) const { return get<Settings>(name); }
std::vector<std::pair<std::string, Settings>> Settings::groups(std::string_view name) const {
  return get<std::vector<std::pair<std::string, Settings>>>(name);
}

const std::string& Settings::word() const {
  static const std::string none;
  return values_ ? values_->word : none;
}

json Settings::resolved() const {
  json object = json::object();
  if (!values_) return object;
  if (!values_->word.empty()) return values_->word;
  for (std::size_t i = 0; i < values_->fields.size(); ++i) {
    const Field& field = values_->fields[i];
    const SettingValue& value = values_->slots[i].value;
    const bool is_secret = field.type == Field::Type::secret || field.type == Field::Type::secrets;
    if (is_secret || std::holds_alternative<std::monostate>(value)) continue;
    object[std::string(field.name)] = std::visit(Resolve(), value);
  }
  return object;
}

}  // namespace docket
