#include "stages/field_answers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/confidence.h"
#include "pipeline/support/utf8.h"
#include "stages/resolved_schema.h"

namespace docket::stages {
namespace {

using nlohmann::json;

/// The least sure token of a value, or of all that is inside it.
std::optional<double> least_probability(const Answer& answer, const json::json_pointer& value) {
  const std::string pointer = value.to_string();
  std::optional<double> least;
  for (const auto& [place, told] : answer.probabilities) {
    const bool inside =
        place.starts_with(pointer) && (place.size() == pointer.size() || place[pointer.size()] == '/');
    if (inside) least = std::min(least.value_or(1), told.margin.value_or(told.least));
  }
  return least;
}

}  // namespace

FieldAnswers::FieldAnswers(const FieldQuestions& questions, const TierAnswers& said, EvidenceReader& evidence)
    : questions_(questions),
      said_(said),
      evidence_(evidence),
      joined_({{"fields", json::object()}, {"details", json::object()}}) {
  for (const auto& [field, property] : questions.properties().items()) {
    joined_["fields"][field] = nullptr;
    joined_["details"][field] = {{"problem", "not found"}};
  }
}

void FieldAnswers::add(const std::string& field, std::size_t number, const json& found) {
  if (found.is_null()) return;
  if (found.is_array()) {
    add_rows(field, number, found);
    return;
  }
  if (found["value"].is_null() || found["value"] == "") {
    if (joined_["fields"][field].is_null())
      joined_["details"][field]["problem"] =
          "the model quotes \"" + excerpt(found["quote"].get<std::string>(), 100) + "\" and gives no value";
    return;
  }
  add_value(field, found["value"], detail_of(field, json::json_pointer() / field, number, found));
}

void FieldAnswers::add_value(const std::string& field, json value, json detail) {
  json& known_value = joined_["fields"][field];
  json& known = joined_["details"][field];
  if (known_value.is_null()) {
    known_value = std::move(value);
    known = std::move(detail);
    return;
  }
  const double before = field_confidence(known["signals"]), now = field_confidence(detail["signals"]);
  const bool is_better = now > before;
  if (is_better) {
    std::swap(known_value, value);
    detail["conflict"] = known.value("conflict", json::array());
    std::swap(known, detail);
  }
  if (known_value == value) return;
  if (std::min(before, now) > 0) known["signals"]["pieces_agree"] = false;
  known["conflict"].push_back(std::move(value));
}

void FieldAnswers::add_probability(std::size_t number, const json::json_pointer& place, json& detail) const {
  if (const std::optional<double> least = least_probability(said_.answers[number], place))
    detail["signals"]["min_token_probability"] = rounded(*least);
}

/// What is known of a value, `{quote, value}` at `place` of the answer.
json FieldAnswers::detail_of(const std::string& field, const json::json_pointer& place, std::size_t number,
                             const json& found) {
  const json& property = questions_.resolved(field);
  const bool is_row = has_type(property, "array");
  const PageRange pages = said_.pages[number];
  Evidence read = evidence_.read(found["value"], is_row ? property.value("items", json()) : property,
                                 found["quote"], pages.first, pages.last);
  json detail = {{"evidence", std::move(read.shown)}, {"signals", std::move(read.signals)}};
  if (!read.problem.empty()) detail["problem"] = read.problem;
  if (const std::string* problem = problem_within(said_.answers[number], place.to_string())) {
    detail["signals"]["evidence_found"] = false;
    detail["problem"] = *problem;
  }
  add_probability(number, place / "value", detail);
  return detail;
}

/// Pieces of a document have the rows of a list one after the other.
void FieldAnswers::add_rows(const std::string& field, std::size_t number, const json& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i]["value"].is_null()) continue;
    json& values = joined_["fields"][field];
    json& known = joined_["details"][field];
    if (values.is_null()) {
      values = json::array();
      known = {{"rows", json::array()}};
    }
    json row = detail_of(field, json::json_pointer() / field / i, number, rows[i]);
    row["index"] = values.size();
    known["rows"].push_back(std::move(row));
    values.push_back(rows[i]["value"]);
  }
}

}  // namespace docket::stages
