#include "cli/records/columns.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "pipeline/config/fields.h"
#include "pipeline/config/schema_view.h"
#include "pipeline/record_schema.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

void flatten_below(const ordered_json& value, const std::string& name, const EachValue& each);

/// Each field's values, and behind them how far they can be trusted.
void flatten_fields(const ordered_json& output, const std::string& name, const EachValue& each) {
  const ordered_json details = output.value("details", ordered_json::object());
  for (const auto& [field, value] : output["fields"].items()) {
    flatten_below(value, name + ".fields." + field, each);
    const auto detail = details.find(field);
    if (detail == details.end() || !detail->is_object()) continue;
    for (const char* member : {"confidence", "accepted"})
      if (detail->contains(member)) each(name + ".details." + field + "." + member, (*detail)[member]);
  }
}

void flatten_below(const ordered_json& value, const std::string& name, const EachValue& each) {
  if (!value.is_object()) return each(name, value);
  const bool has_fields =
      value.contains("details") && value.contains("fields") && value["fields"].is_object();
  for (const auto& [member, child] : value.items()) {
    if (member == "fields" && has_fields)
      flatten_fields(value, name, each);
    else if (member != "details")
      flatten_below(child, name.empty() ? member : name + "." + member, each);
  }
}

std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    parts.emplace_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// The member's own name may have dots: the longest one counts.
const ordered_json* member_at(const ordered_json& value, std::string_view name) {
  if (name.empty()) return &value;
  if (value.is_array()) {
    const std::string_view number = name.substr(0, name.find('.'));
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
    if (error != std::errc() || end != number.data() + number.size() || index >= value.size()) return nullptr;
    return member_at(value[index], name.substr(std::min(number.size() + 1, name.size())));
  }
  if (!value.is_object()) return nullptr;
  for (std::size_t end = name.size();; end = name.rfind('.', end - 1)) {
    const auto found = value.find(std::string(name.substr(0, end)));
    if (found != value.end())
      if (const auto* below = member_at(*found, name.substr(std::min(end + 1, name.size())))) return below;
    if (end == 0 || name.rfind('.', end - 1) == std::string_view::npos) return nullptr;
  }
}

/// True unless the schemas of the pipeline's stages rule it out.
bool may_be_in_records(const std::vector<std::string>& parts, const Pipeline& pipeline) {
  const auto allows = [&](const nlohmann::json& schema) {
    SchemaView view(schema);
    for (auto part = parts.begin() + 1; part != parts.end() && !view.is_unknown(); ++part)
      view = view.member(*part);
    return !view.is_impossible();
  };
  if (parts[0] == "document" || parts[0] == "complexity") return allows(record_schema_of(parts[0]));
  if (const StageConfig* stage = pipeline.stage(parts[0]))
    return stage->type->output == nullptr || allows(stage->type->output(stage->settings));
  return std::ranges::find(reserved_ids(), parts[0]) != reserved_ids().end();
}

}  // namespace

void flatten(const ordered_json& record, const EachValue& each) { flatten_below(record, "", each); }

const ordered_json* value_at(const ordered_json& record, std::string_view name) {
  return name.empty() || name.ends_with('.') ? nullptr : member_at(record, name);
}

std::string cell_of(const ordered_json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  std::string text;
  for (const ordered_json& item : value)
    text += (text.empty() ? "" : "; ") + cell_of(item);
  return text;
}

std::optional<std::string> mistake_in_column(const std::string& name, const Pipeline& pipeline,
                                             const std::vector<std::string>& seen) {
  if (std::ranges::find(seen, name) != seen.end() || may_be_in_records(parts_of(name), pipeline))
    return std::nullopt;
  for (const std::string& known :
       seen)  // `total` is easily said in place of structured_extract.fields.total.
    if (known.ends_with("." + name)) return "no record has '" + name + "'" + did_you_mean(known);
  std::vector<std::string_view> names(seen.begin(), seen.end());
  for (const StageConfig& stage : pipeline.stages)
    names.push_back(stage.id);
  const auto found = nearest(name, names);
  return "no record has '" + name + "'" +
         (found ? did_you_mean(found)
                : std::string("; the first line of `docket export --csv` has the names"));
}

}  // namespace docket
