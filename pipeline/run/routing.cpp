#include "pipeline/run/routing.h"

#include <algorithm>
#include <vector>

#include "pipeline/pipeline.h"
#include "pipeline/record.h"

namespace docket {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

using State = StageResult::State;

std::string_view decision_of(const Document& document, std::size_t position, const StageType& type) {
  const StageResult& result = document.stages[position];
  switch (result.state) {
    case State::pending:
      return result.left_out ? "left_out" : "not_reached";
    case State::skipped:
      return "skipped";
    case State::held:
      return "held";
    case State::failed:
      return "failed";
    case State::done:
      break;
  }
  if (was_known(document, position)) return "kept";
  return type.decides_on_reasons ? "escalated" : "runs";
}

std::string why(const Document& document, std::size_t position) {
  const StageResult& result = document.stages[position];
  if (result.error) return result.error->message;
  if (result.held) return *result.held;
  if (result.state == State::skipped) return "its conditions are false";
  if (was_known(document, position)) return "its stored result was used";
  return result.origin.taken ? document.earlier[position].why : result.origin.why;
}

/// Those with most values first.
std::vector<std::string> in_order(const std::map<std::string, std::int64_t>& tiers) {
  std::vector<std::string> names;
  for (const auto& [tier, values] : tiers)
    names.push_back(tier);
  std::ranges::stable_sort(names, [&](const std::string& one, const std::string& other) {
    return tiers.at(one) > tiers.at(other);
  });
  return names;
}

void add_answer(const json& answer, const Spending& spent, ordered_json& line) {
  if (!answer.is_object()) return;
  if (const auto tiers = tiers_of(answer, spent); !tiers.empty()) line["tiers"] = in_order(tiers);
  for (const char* name : {"confidence", "accepted"})
    if (const auto member = answer.find(name); member != answer.end()) line[name] = *member;
}

}  // namespace

std::map<std::string, std::int64_t> tiers_of(const json& answer, const Spending& spent) {
  std::map<std::string, std::int64_t> tiers;
  if (!answer.is_object()) return tiers;
  if (const auto tier = answer.find("tier"); tier != answer.end() && tier->is_string())
    ++tiers[tier->get<std::string>()];
  const auto fields = answer.find("fields"), details = answer.find("details");
  if (fields != answer.end() && details != answer.end() && fields->is_object())
    for (const auto& [field, detail] : details->items())
      if (detail.is_object() && detail.contains("tier") && !fields->value(field, json()).is_null())
        ++tiers[detail.value("tier", "")];
  if (tiers.empty() && !answer.contains("fields") && !spent.by_model().empty())
    ++tiers[spent.by_model().back().backend];
  return tiers;
}

void for_each_decision(const Document& document, std::span<const StageConfig> stages,
                       const ComplexityRule& rule, const std::function<void(std::string_view line)>& each) {
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const StageResult& result = document.stages[i];
    const json& answer = result.replaces ? result.replaces->answer : result.output;
    const ordered_json about = {{"docket", 1}, {"document", document.path}, {"stage", stages[i].id}};
    const json passed_over = answer.is_object() ? answer.value("passed_over", json::array()) : json::array();
    for (const json& passed : passed_over) {
      ordered_json line = about;
      line["decision"] = "passed_over";
      line["why"] = passed.value("message", "");
      line["tiers"] = {passed.value("tier", "")};
      each(to_line(line));
    }
    ordered_json line = about;
    line["decision"] = decision_of(document, i, *stages[i].type);
    line["why"] = why(document, i);
    if (!result.held_detail.empty()) line["detail"] = result.held_detail;
    line["reasons"] = result.reasons;
    add_answer(answer, spent_in_run(document, i), line);
    if (const json hard = complexity_before(document, stages, all_before(stages, i), rule); !hard.is_null())
      line["complexity"] = hard;
    if (result.severity) line["doubt"] = result.severity->doubt;
    each(to_line(line));
  }
}

}  // namespace docket
