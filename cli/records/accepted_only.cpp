#include "cli/records/accepted_only.h"

#include <vector>

namespace docket {
namespace {

using nlohmann::ordered_json;

bool is_true(const ordered_json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

void mark(ordered_json& detail, double accept) {
  if (detail.is_object() && !detail.contains("accepted"))
    detail["accepted"] = detail.value("confidence", 0.0) >= accept;
}

/// Null in place of the member of each of a list's objects, unless it is the accepted value.
void blank_in_list(ordered_json& owner, const char* list, const char* member, const ordered_json& accepted) {
  const auto found = owner.find(list);
  if (found == owner.end() || !found->is_array()) return;
  for (ordered_json& entry : *found)
    if (entry.is_object() && entry.contains(member) && entry[member] != accepted) entry[member] = nullptr;
}

void blank_label(ordered_json& output) {
  if (!is_true(output, "accepted")) output["label"] = nullptr;
  const ordered_json label = output["label"];
  for (const char* list : {"lower_tiers", "conflict"})
    blank_in_list(output, list, "label", label);
  if (!output.contains("scores") || !output["scores"].is_object()) return;
  ordered_json kept = ordered_json::object();
  for (const auto& [name, score] : output["scores"].items())
    if (label == name) kept[name] = score;
  output["scores"] = std::move(kept);
}

/// Why a value is not accepted tells what it was.
void leave_verdict(ordered_json& detail) {
  for (const char* reason : {"evidence", "problem", "signals", "other_tiers", "conflict"})
    detail.erase(reason);
}

/// The value of a field: of a list whose rows are judged one by one, each row.
void blank_value(ordered_json& detail, ordered_json& value) {
  const bool has_rows = value.is_array() && detail.contains("rows") && detail["rows"].is_array();
  std::vector<bool> accepted(value.size());
  bool any_row = false;
  ordered_json none = ordered_json::array();
  for (ordered_json& row : has_rows ? detail["rows"] : none) {
    const bool is_accepted = is_true(row, "accepted");
    any_row = any_row || is_accepted;
    if (!is_accepted) leave_verdict(row);
    if (const auto index = row.value("index", value.size()); index < accepted.size())
      accepted[index] = is_accepted;
  }
  if (!any_row) {
    if (value.is_null() || is_true(detail, "accepted")) return;
    value = nullptr;
    return leave_verdict(detail);
  }
  for (std::size_t i = 0; i < accepted.size(); ++i)
    if (!accepted[i]) value[i] = nullptr;
}

}  // namespace

void mark_fields(ordered_json& output, std::optional<double> accept) {
  if (!accept || !output.contains("fields") || !output.contains("details") || !output["details"].is_object())
    return;
  for (ordered_json& detail : output["details"]) {
    mark(detail, *accept);
    if (!detail.is_object() || !detail.contains("rows")) continue;
    for (ordered_json& row : detail["rows"])
      mark(row, *accept);
  }
}

void blank_what_is_not_accepted(ordered_json& output) {
  if (output.contains("label")) blank_label(output);
  if (output.contains("before") && output["before"].is_object()) blank_what_is_not_accepted(output["before"]);
  if (!output.contains("fields") || !output["fields"].is_object()) return;
  ordered_json none = ordered_json::object();
  ordered_json& details = output.contains("details") ? output["details"] : none;
  for (auto& [field, value] : output["fields"].items()) {
    if (!details.is_object() || !details.contains(field) || !details[field].is_object()) {
      value = nullptr;
      continue;
    }
    ordered_json& detail = details[field];
    blank_value(detail, value);
    blank_in_list(detail, "other_tiers", "value", value);
    if (detail.contains("conflict") && detail["conflict"].is_array())
      for (ordered_json& other : detail["conflict"])
        other = nullptr;
  }
}

}  // namespace docket
