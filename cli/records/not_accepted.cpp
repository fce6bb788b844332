#include "cli/records/not_accepted.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/terminal/words.h"
#include "pipeline/json/member.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using nlohmann::json;

/// More of a value, or more reasons, would hide the rest.
constexpr std::size_t most_of_a_value = 60, most_reasons = 3;

constexpr std::string_view confidence_words = "confidence ";

std::string in_words(const json& value) {
  const std::string text = value.is_string() ? value.get<std::string>()
                                             : value.dump(-1, ' ', false, json::error_handler_t::replace);
  return excerpt(text, most_of_a_value);
}

json list_in(const json& object, const char* name) {
  const json& list = member(object, name);
  return list.is_array() ? list : json::array();
}

double number_in(const json& object, const char* name, double missing) {
  const json& number = member(object, name);
  return number.is_number() ? number.get<double>() : missing;
}

bool is_not_accepted(const json& output, std::optional<double> accept) {
  if (output.contains("accepted")) return member(output, "accepted") == false;
  return accept && number_in(output, "confidence", 1) < *accept;  // A record of an older docket.
}

/// 0.53 < 0.80; with more digits where these would look the same.
std::string is_below(double confidence, double accept) {
  constexpr int most_digits = 4;
  int digits = 2;
  while (digits < most_digits &&
         fmt::format("{:.{}f}", confidence, digits) == fmt::format("{:.{}f}", accept, digits))
    ++digits;
  return fmt::format("{:.{}f} < {:.{}f}", confidence, digits, accept, digits);
}

void add_confidence(const json& output, std::optional<double> accept, std::vector<std::string>& why) {
  const double confidence = number_in(output, "confidence", 0);
  if (accept && confidence < *accept)
    why.push_back(std::string(confidence_words) + is_below(confidence, *accept));
}

/// What other tiers give instead.
void add_others(const json& others, const char* member, const json& value, std::vector<std::string>& why) {
  for (const json& other : others)
    if (other.is_object() && other.contains(member) && other[member] != value && !other[member].is_null())
      why.push_back(other.value("tier", "another tier") + " says " + in_words(other[member]));
}

/// The signals that speak against a value, the heaviest first.
void add_signals(const json& signals, const json& value, std::vector<std::string>& why) {
  if (member(signals, "schema_valid") == false) why.emplace_back("the schema does not allow it");
  if (member(signals, "evidence_found") == false) why.emplace_back("nothing in the document says it");
  for (const json& check : list_in(signals, "checks_failed"))
    why.push_back(fails_check(in_words(check)));
  if (member(signals, "ambiguous") == true) why.emplace_back("it can be read in two ways");
  if (signals.contains("runner_up"))
    why.push_back("two candidates " + in_words(value) + " and " + in_words(signals["runner_up"]));
  if (member(signals, "pieces_agree") == false) why.emplace_back("pieces of the document differ");
  if (member(signals, "joined_by_sum") == true) why.emplace_back("put together from two amounts");
  const double values = number_in(signals, "values_in_quote", 1);
  if (values > 1) why.push_back(fmt::format("its quote has {:.0f} values", values));
  const double told = number_in(signals, "min_token_probability", 1);
  if (told < 0.8) why.push_back(fmt::format("the model is not sure of it ({:.2f})", told));
  if (number_in(signals, "label_strength", 1) < 0.5) why.emplace_back("no clear label stands at it");
  if (number_in(signals, "format", 1) < 0.8) why.emplace_back("its form is unusual");
}

/// Of the rows of a list, those that are not accepted.
void add_rows(const json& rows, std::vector<std::string>& why) {
  std::vector<std::string> doubtful;
  std::string problem;
  for (const json& row : rows) {
    if (!row.is_object() || member(row, "accepted") != false) continue;
    doubtful.push_back(std::to_string(row.value("index", std::size_t{0}) + 1));
    if (problem.empty()) problem = row.value("problem", "");
  }
  if (doubtful.empty()) return;
  const std::size_t rest = doubtful.size() - std::min(doubtful.size(), std::size_t{10});
  doubtful.resize(doubtful.size() - rest);
  why.push_back((doubtful.size() == 1 ? "row " : "rows ") + joined(doubtful, ", ") +
                (rest > 0 ? " and " + std::to_string(rest) + " more" : "") +
                (problem.empty() ? "" : ": " + problem));
}

/// What the record's problems say of the field, without its name.
void add_problems(const json& problems, const std::string& field, std::vector<std::string>& why) {
  for (const json& problem : problems) {
    const std::string text = problem.is_string() ? problem.get<std::string>() : "";
    if (text.starts_with(field + ": ")) why.push_back(text.substr(field.size() + 2));
  }
}

/// The first reasons, each once.
std::string in_short(std::vector<std::string> why, std::size_t most = most_reasons,
                     const char* between = "; ") {
  std::vector<std::string> told;
  for (std::string& reason : why)
    if (told.size() < most && std::ranges::find(told, reason) == told.end())
      told.push_back(std::move(reason));
  return joined(told, between);
}

/// What speaks against a field; what the record says in words stands alone.
std::vector<std::string> against_field(const std::string& field, const json& value, const json& detail,
                                       const json& output, std::optional<double> accept) {
  std::vector<std::string> why;
  if (const std::string problem = detail.value("problem", ""); !problem.empty()) why.push_back(problem);
  add_problems(list_in(output, "problems"), field, why);
  add_rows(list_in(detail, "rows"), why);
  if (!why.empty()) return why;
  if (!value.is_null()) add_confidence(detail, accept, why);
  if (detail.contains("signals")) {
    if (number_in(detail["signals"], "agreement", 1) < 0.5)
      add_others(list_in(detail, "other_tiers"), "value", value, why);
    add_signals(detail["signals"], value, why);
  }
  return why;
}

/// What speaks against a label.
std::vector<std::string> against_label(const json& output, std::optional<double> accept) {
  std::vector<std::string> why;
  const json& label = output["label"];
  if (const std::string problem = output.value("problem", ""); !problem.empty()) {
    const json quote = output.value("evidence", json::object()).value("quote", json());
    return {problem + (quote.is_string() ? ": \"" + in_words(quote) + "\"" : "")};
  }
  add_confidence(output, accept, why);
  add_others(list_in(output, "lower_tiers"), "label", label, why);
  const json signals = output.value("signals", json::object());
  if (member(signals, "pieces_agree") == false) why.emplace_back("pieces of the document differ");
  if (member(signals, "quoted") == false) why.emplace_back("nothing is quoted for it");
  std::pair<double, std::string> next{0, ""};
  const json scores = output.value("scores", json::object());
  for (const auto& [other, score] : scores.items())
    if (json(other) != label && score.is_number()) next = std::max(next, {score.get<double>(), other});
  if (next.first > 0) why.push_back(fmt::format("{} has {:.2f}", next.second, next.first));
  return why;
}

std::string label_line(const json& output, std::optional<double> accept) {
  const json& label = output["label"];
  if (!label.is_string()) return "    no label fits, not accepted\n";
  const std::string text =
      fmt::format("label {}, confidence {:.2f}", in_words(label), number_in(output, "confidence", 0));
  if (!is_not_accepted(output, accept)) return "    " + text + "\n";
  const std::string said = in_short(against_label(output, accept));
  return "    " + text + ", not accepted" + (said.empty() ? "" : ": " + said) + "\n";
}

/// Of the answer of a stage that looks for fields: whether it is accepted as a whole, which some fields need
/// not be for that.
std::string whole_line(const json& output, std::optional<double> accept) {
  if (!output.contains("fields") || !output.contains("accepted")) return "";
  const json details = output.value("details", json::object());
  const double confidence = number_in(output, "confidence", 0);
  if (member(output, "accepted") == true) {
    const json fields = output.value("fields", json::object());
    bool all = true;
    for (const auto& [field, detail] : details.items())
      if (detail.is_object() && !fields.value(field, json()).is_null() && is_not_accepted(detail, accept))
        all = false;
    return fmt::format("    accepted{}, confidence {:.2f}{}\n", all ? "" : " as a whole", confidence,
                       all ? "" : ", but not these optional fields:");
  }
  std::vector<std::string> why;
  add_confidence(output, accept, why);
  if (const std::size_t count = list_in(output, "problems").size(); count > 0)
    why.push_back(counted(static_cast<std::int64_t>(count), "problem"));
  if (why.empty()) why.emplace_back("a required field is not");
  return "    not accepted as a whole: " + joined(why, "; ") + "\n";
}

/// Of the fields that are accepted: what they say.
std::string accepted_lines(const json& output, std::optional<double> accept) {
  const json fields = output.value("fields", json::object());
  const json details = output.value("details", json::object());
  std::string text;
  for (const auto& [field, detail] : details.items()) {
    const json value = fields.value(field, json());
    if (!detail.is_object() || value.is_null() || is_not_accepted(detail, accept)) continue;
    const std::string said = value.is_array() ? ": " + counted(static_cast<std::int64_t>(value.size()), "row")
                                              : " " + in_words(value);
    text += fmt::format("    {}{}, confidence {:.2f}\n", field, said, number_in(detail, "confidence", 0));
  }
  return text;
}

std::string field_lines(const json& output, std::optional<double> accept) {
  const json fields = output.value("fields", json::object());
  const json details = output.value("details", json::object());
  std::string text;
  std::vector<std::string> not_found;
  for (const auto& [field, detail] : details.items()) {
    if (!detail.is_object() || !is_not_accepted(detail, accept)) continue;
    const json value = fields.value(field, json());
    const std::string why = in_short(against_field(field, value, detail, output, accept));
    if (value.is_null() && (why.empty() || why == "not found")) {
      not_found.push_back(field);
      continue;
    }
    text += "    " + field + (value.is_null() || value.is_structured() ? "" : " " + in_words(value)) +
            ", not accepted" + (why.empty() ? "" : ": " + why) + "\n";
  }
  return text + (not_found.empty() ? "" : "    not found: " + joined(not_found, ", ") + "\n");
}

/// Those that no field's line has said.
std::string problem_lines(const json& output) {
  const json details = output.value("details", json::object());
  std::string text;
  for (const json& problem : list_in(output, "problems")) {
    if (!problem.is_string()) continue;
    const std::string said = problem.get<std::string>();
    if (!details.contains(said.substr(0, said.find(": ")))) text += "    problem: " + said + "\n";
  }
  return text;
}

/// What speaks against it; the comparison of confidences is in the numbers.
WeakAnswer weak_answer(const std::string& stage, const std::string& field, const json& value,
                       const json& detail, std::optional<double> accept, std::vector<std::string> why) {
  std::erase_if(why, [](const std::string& one) { return one.starts_with(confidence_words); });
  return {stage, field, value, number_in(detail, "confidence", 0), accept, std::move(why)};
}

bool must_have(const StageConfig& stage, const json& output, const std::string& field) {
  const json missing = list_in(output, "missing");
  if (std::ranges::find(missing, json(field)) != missing.end()) return true;
  const bool has_schema =
      std::ranges::any_of(stage.type->fields, [](const Field& one) { return one.name == "schema"; });
  const std::shared_ptr<const json> schema = has_schema ? stage.settings.schema("schema") : nullptr;
  return schema && is_required(*schema, field);
}

/// Of a field in an answer that is not accepted: whether that is for it.
bool decides(const StageConfig& stage, const json& output, const std::string& field, const json& detail) {
  if (must_have(stage, output, field)) return true;
  if (member(output, "fields").value(field, json()).is_null()) return false;
  std::vector<std::string> problems;
  add_problems(list_in(output, "problems"), field, problems);
  const json all = list_in(output, "problems");
  const bool is_a_problem =
      detail.contains("problem") && std::ranges::find(all, detail["problem"]) != all.end();
  return is_a_problem || !problems.empty() || !list_in(member(detail, "signals"), "checks_failed").empty();
}

void add_weak(const StageConfig& config, const json& output, std::optional<double> accept,
              std::vector<WeakAnswer>& weak) {
  const std::string& stage = config.id;
  const bool is_accepted = member(output, "accepted") == true;
  if (output.contains("label") && is_not_accepted(output, accept)) {
    std::vector<std::string> why{"no label fits"};
    if (output["label"].is_string()) why = against_label(output, accept);
    weak.push_back(weak_answer(stage, "", output["label"], output, accept, std::move(why)));
    weak.back().is_decisive = true;
  }
  const json fields = output.value("fields", json::object());
  const json details = output.value("details", json::object());
  for (const auto& [field, detail] : details.items()) {
    if (!detail.is_object() || !is_not_accepted(detail, accept)) continue;
    const json value = fields.value(field, json());
    std::vector<std::string> why = against_field(field, value, detail, output, accept);
    if (why.empty() && value.is_null()) why.emplace_back("not found");
    weak.push_back(weak_answer(stage, field, value, detail, accept, std::move(why)));
    weak.back().is_decisive = !is_accepted && decides(config, output, field, detail);
  }
}

/// An optional field that the document may well not have.
bool is_only_not_found(const WeakAnswer& weak) {
  return !weak.is_decisive && !weak.field.empty() && weak.value.is_null();
}

/// total 0.53 < 0.80, two candidates 119.00 and 100.00
std::string in_short(const WeakAnswer& weak) {
  constexpr std::size_t most = 1;  // The heaviest; `explain` has the others.
  const bool is_label = weak.field.empty();
  if (is_label && !weak.value.is_string()) return joined(weak.why, ", ");
  std::string text = is_label ? "label " + in_words(weak.value) : weak.field;
  const bool has_numbers = weak.accept && weak.confidence < *weak.accept && !weak.value.is_null();
  if (has_numbers) text += " " + is_below(weak.confidence, *weak.accept);
  const std::string said = in_short(weak.why, most, ", ");
  return text + (said.empty() ? "" : (has_numbers ? ", " : ": ") + said);
}

}  // namespace

std::vector<WeakAnswer> weak_answers(const json& record, const Pipeline& pipeline) {
  std::vector<WeakAnswer> weak;
  for (const StageConfig& stage : pipeline.stages)
    if (const json& output = member(record, stage.id); output.is_object())
      add_weak(stage, output, accept_of(pipeline, stage.id), weak);
  std::ranges::stable_sort(weak, {}, [](const WeakAnswer& one) {
    return std::tuple(!one.is_decisive, is_only_not_found(one), one.confidence);
  });
  return weak;
}

std::string fails_check(const std::string& check) { return "fails the check '" + check + "'"; }

std::string weakest_answers(const json& record, const Pipeline& pipeline, std::size_t most) {
  return in_one_line(weak_answers(record, pipeline), most);
}

std::string in_one_line(std::vector<WeakAnswer> weak, std::size_t most) {
  if (!weak.empty() && !is_only_not_found(weak.front())) std::erase_if(weak, is_only_not_found);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(weak.size(), most); ++i)
    texts.push_back(in_short(weak[i]));
  if (weak.size() > most)
    texts.push_back(counted(static_cast<std::int64_t>(weak.size() - most), "more answer"));
  return joined(texts, "; ");
}

nlohmann::ordered_json to_json(const WeakAnswer& weak) {
  return {{"stage", weak.stage},
          {"field", weak.field.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(weak.field)},
          {"value", weak.value},
          {"confidence", weak.confidence},
          {"accept", weak.accept ? nlohmann::ordered_json(*weak.accept) : nlohmann::ordered_json()},
          {"why", weak.why},
          {"decisive", weak.is_decisive}};
}

std::optional<double> accept_of(const Pipeline& pipeline, const std::string& stage) {
  const StageConfig* config = pipeline.stage(stage);
  if (config == nullptr) return std::nullopt;
  const auto is_accept = [](const Field& field) { return field.name == "accept"; };
  if (!std::ranges::any_of(config->type->fields, is_accept)) return std::nullopt;
  return config->settings.number("accept");
}

std::string findings_of(const json& output, std::optional<double> accept) {
  if (!output.is_object()) return "";
  std::string text;
  if (output.contains("grade")) text += "    text " + in_words(output["grade"]) + "\n";
  if (output.contains("label")) text += label_line(output, accept);
  text += accepted_lines(output, accept);
  return text + whole_line(output, accept) + field_lines(output, accept) + problem_lines(output);
}

}  // namespace docket
