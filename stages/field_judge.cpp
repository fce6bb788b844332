#include "stages/field_judge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/confidence.h"
#include "pipeline/json/member.h"
#include "pipeline/reading/folded.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/same_number.h"
#include "stages/embedded.h"

namespace docket::stages {
namespace {

using nlohmann::json;
using CheckState = CheckResult::State;

/// The confidence with which another value is printed, where the embedded one is not.
constexpr double least_of_unprinted = 0.5;

std::string_view name(CheckState state) {
  switch (state) {
    case CheckState::passed:
      return "passed";
    case CheckState::failed:
      return "failed";
    case CheckState::not_applicable:
      return "not_applicable";
    case CheckState::error:
      return "error";
  }
  return "not_applicable";
}

json without_nulls(const json& values) {
  json found = json::object();
  for (const auto& [field, value] : values.items()) {
    if (!value.is_null()) found[field] = value;
  }
  return found;
}

/// Whether two tiers mean the same: 5 and 5.0, "RE 1001" and "re-1001".
bool same(const json& a, const json& b) {
  if (a.is_number() && b.is_number()) return is_same_number(a.get<double>(), b.get<double>());
  if (a.is_string() && b.is_string())
    return a == b ||
           fold_letters(a.get_ref<const std::string&>()) == fold_letters(b.get_ref<const std::string&>());
  if (a.type() != b.type() || !a.is_structured() || a.size() != b.size()) return a == b;
  if (a.is_array()) return std::equal(a.begin(), a.end(), b.begin(), same);
  return std::ranges::all_of(a.items(), [&](const auto& member) {
    return b.contains(member.key()) && same(member.value(), b[member.key()]);
  });
}

json row_signals(const json& detail, const json& row) {
  json signals = detail.value("signals", json::object());
  signals.update(row["signals"]);
  return signals;
}

/// Of a list: that of its least sure row.
double confidence_of(const json& detail) {
  if (!detail.contains("rows")) return field_confidence(detail.value("signals", json()));
  double least = detail["rows"].empty() ? 0 : 1;
  for (const json& row : detail["rows"])
    least = std::min(least, field_confidence(row_signals(detail, row)));
  return least;
}

/// Without what other tiers say.
double own_confidence(json detail) {
  if (detail.contains("signals")) detail["signals"].erase("agreement");
  return confidence_of(detail);
}

bool is_bad(const json& detail, const json& row) { return field_confidence(row_signals(detail, row)) == 0; }

/// Something in it has evidence: of a list, a row.
bool has_proof(const json& detail) {
  if (!detail.contains("rows")) return own_confidence(detail) > 0;
  return std::ranges::any_of(detail["rows"], [&](const json& row) { return !is_bad(detail, row); });
}

/// A list with a row without evidence beside others that have some: the row is the problem, not the list.
bool has_bad_row(const json& detail) {
  return detail.contains("rows") && has_proof(detail) &&
         std::ranges::any_of(detail["rows"], [&](const json& row) { return is_bad(detail, row); });
}

bool is_valid(const json& signals) { return signals.value("schema_valid", true); }

/// What is printed, or another e-invoice in the document, says otherwise.
bool is_denied(const json& signals) {
  return signals.value("printed_differs", false) || signals.value("xml_differs", false);
}

bool any_is_denied(const json& output) {
  return std::ranges::any_of(output["details"], [](const json& detail) {
    return is_denied(detail.value("signals", json::object()));
  });
}

/// Another tier read the same on the page: its place is the better evidence.
void take_place(const json& read, json& known) {
  if (!read.contains("evidence") || !read["evidence"].contains("page")) return;
  for (const char* name : {"page", "quote", "box"})
    if (read["evidence"].contains(name)) known["evidence"][name] = read["evidence"][name];
  known["signals"]["printed"] = true;
}

json said_by(const json& tier, const json& value, double confidence) {
  return {{"tier", tier}, {"value", value}, {"confidence", rounded(confidence)}};
}

/// Of what a model quotes and reads right, and no more is known of.
double of_a_quote() {
  static const double confidence = field_confidence({{"value_in_quote", true}});
  return confidence;
}

/// It was read beside the words that name the field. A model's quote tells where the value stands, and that
/// it is this field's is the model's word alone.
bool stands_beside_label(const json& detail) {
  return detail.value("signals", json::object()).contains("label_strength");
}

/// What the tier of an entry of `other_tiers` says by itself.
double alone(const json& other) { return other.value("alone", other.value("confidence", 0.0)); }

void note(json& detail, json entry) {
  if (!detail.contains("other_tiers")) detail["other_tiers"] = json::array();
  detail["other_tiers"].push_back(std::move(entry));
}

/// Whether a value has evidence that is a fact; nothing: that cannot be told.
std::optional<bool> is_proven(const json& signals) {
  if (signals.contains("quote_too_short") || signals.contains("readable")) return std::nullopt;
  return signals.value("evidence_found", false) && signals.value("value_in_quote", true);
}

/// What nothing proves, each row of a list by itself.
void add_problems(const std::string& field, const json& detail, json& problems) {
  if (!detail.contains("rows")) {
    if (detail["confidence"] == 0)
      problems.push_back(field + ": " + detail.value("problem", "nothing proves it"));
    return;
  }
  for (const json& row : detail["rows"])
    if (row["confidence"] == 0)
      problems.push_back(field + "[" + std::to_string(row["index"].get<std::size_t>()) +
                         "]: " + row["problem"].get<std::string>());
}

}  // namespace

FieldJudge::FieldJudge(std::shared_ptr<const json> schema, std::shared_ptr<const std::vector<Check>> checks,
                       double accept, std::map<std::string, std::string> models)
    : schema_(std::move(schema)),
      validator_(*schema_),
      checks_(std::move(checks)),
      accept_(accept),
      models_(std::move(models)) {}

void FieldJudge::take(json said, const std::string& tier, bool is_model, json& output) const {
  for (const auto& [field, property] : (*schema_)["properties"].items()) {
    if (!said["fields"].contains(field)) said["fields"][field] = nullptr;
    json& detail = said["details"][field];
    if (detail.is_null()) detail = {{"problem", "not found"}};
    detail["tier"] = tier;
  }
  if (is_model) give_credit(said, output);
  Names all;
  for (const auto& [field, detail] : said["details"].items())
    all.insert(field);
  if (!output.contains("fields")) {
    output["fields"] = said["fields"];
    output["details"] = said["details"];
    judge(output, all);
    return;
  }
  judge(said, all);
  const json before = output;
  Names taken = merge(said, output);
  judge(output, taken);
  const Names worse = made_worse(before, output, taken);
  if (worse.empty()) return;
  for (const std::string& field : worse) {
    output["fields"][field] = before["fields"][field];
    output["details"][field] = before["details"][field];
    note(output["details"][field],
         said_by(tier, said["fields"][field], said["details"][field].value("confidence", 0.0)));
    taken.erase(field);
  }
  judge(output, taken);
}

/// How far a model is to be believed for all that it says, by what of it can be verified. Rows, and the
/// members of an object, are judged by themselves.
void FieldJudge::give_credit(json& said, const json& known) const {
  int values = 0, proven_values = 0, repeats = 0, agreed = 0, denied = 0;
  std::map<std::string, bool> agrees;  // Where what is known is accepted.
  std::set<json> different;  // One quote with one value is one proof, for however many fields it is given.
  for (const auto& [field, detail] : said["details"].items()) {
    const json& value = said["fields"][field];
    if (value.is_null() || value.is_structured()) continue;
    const std::optional<bool> proven = is_proven(detail["signals"]);
    const json quote = detail.contains("evidence") ? detail["evidence"]["quote"] : json(field);
    const bool is_new = different.insert(json::array({quote, value})).second;
    repeats += is_new ? 0 : 1;
    // Once it may well be true: total and due, or net and total where there is no tax.
    const bool may_be_both = !is_new && repeats == 1;
    values += proven && !may_be_both ? 1 : 0;
    proven_values += is_new && proven.value_or(false) ? 1 : 0;
    if (proven == false || !known.contains("details") || !known["details"].contains(field)) continue;
    const json& other = known["details"][field];
    if (!other.value("accepted", false) || !are_independent(other["tier"], detail["tier"])) continue;
    agrees[field] = same(value, known["fields"][field]);
    (agrees[field] ? agreed : denied) += 1;
  }
  for (auto& [field, detail] : said["details"].items()) {
    if (said["fields"][field].is_null()) continue;
    // Of the two that say otherwise here either may be right: what it says of the others tells.
    const auto here = agrees.find(field);
    const int denied_elsewhere = denied - (here != agrees.end() && !here->second ? 1 : 0);
    const double credit =
        (proven_values + 2.0) / (values + 2) * (agreed + 2) / (agreed + denied_elsewhere + 2);
    if (credit < 1) detail["signals"]["credit"] = rounded(credit);
  }
}

/// The names of the fields that are now as the tier says.
FieldJudge::Names FieldJudge::merge(const json& said, json& output) const {
  Names taken;
  for (const auto& [field, detail] : said["details"].items()) {
    const json& value = said["fields"][field];
    if (!output["fields"].contains(field)) {
      output["fields"][field] = value;
      output["details"][field] = detail;
      taken.insert(field);
      continue;
    }
    json& known = output["details"][field];
    const bool was_null = output["fields"][field].is_null();
    if (value.is_null() && was_null && known["tier"] == embedded_tier) known = detail;
    if (value.is_null()) continue;
    if (!was_null && is_embedded(known)) {  // It stands, whatever is printed.
      const json& embedded = output["fields"][field];
      if (is_same_in_print(embedded, value, known["signals"]) && known["evidence"].contains("attachment"))
        take_place(detail, known);
      note(known, said_by(detail["tier"], value, own_confidence(detail)));
      continue;
    }
    const bool is_better =
        was_null ? has_proof(detail) : takes_place_of(output["fields"][field], known, value, detail);
    if (!is_better) {  // One without evidence is worse than null, too.
      note(known, said_by(detail["tier"], value, own_confidence(detail)));
      continue;
    }
    json joined = detail;
    if (known.contains("other_tiers")) joined["other_tiers"] = known["other_tiers"];
    if (!was_null) note(joined, said_by(known["tier"], output["fields"][field], own_confidence(known)));
    output["fields"][field] = value;
    known = std::move(joined);
    taken.insert(field);
  }
  return taken;
}

/// Whether what a later tier says of a field is the better answer. Two tiers against one decide; between one
/// and one evidence does, and on equal terms the later one, which was asked since the other was in doubt.
bool FieldJudge::takes_place_of(const json& known_value, const json& known, const json& value,
                                const json& detail) const {
  const double confidence = own_confidence(detail), before = own_confidence(known);
  if (same(value, known_value)) return confidence > before;
  if (confidence == 0) return false;
  const json others = known.value("other_tiers", json::array());
  const auto backing = [&](const json& of, const json& tier) {
    return backing_of(of, {tier.get<std::string>(), detail["tier"].get<std::string>()}, others);
  };
  const double against = backing(known_value, known["tier"]), for_it = backing(value, detail["tier"]);
  if (against > 0 || for_it > 0)
    return weight_of(detail["tier"], confidence) + for_it >= weight_of(known["tier"], before) + against;
  const bool are_both_sure =
      before >= accept_ && confidence >= accept_ && are_independent(known["tier"], detail["tier"]);
  return are_both_sure ? !stands_beside_label(known)
                       : counted(detail["tier"], confidence) >= counted(known["tier"], before);
}

/// The confidence of a tier beside that of another: that a model is sure of its words adds nothing to its
/// evidence.
double FieldJudge::counted(const std::string& tier, double confidence) const {
  return models_.contains(tier) ? std::min(confidence, of_a_quote()) : confidence;
}

/// What its word weighs among several: log odds, none for what is more likely wrong than right.
double FieldJudge::weight_of(const std::string& tier, double confidence) const {
  return std::max(0.0, log_odds(counted(tier, confidence)));
}

/// The weight of the `others` that give the same value, one for each model; `known`: tiers that count
/// already.
double FieldJudge::backing_of(const json& value, std::vector<std::string> known, const json& others) const {
  double sum = 0;
  for (const json& other : others) {
    const std::string tier = other["tier"];
    const bool counts =
        std::ranges::none_of(known, [&](const std::string& one) { return !are_independent(one, tier); });
    if (!counts || !same(value, other["value"])) continue;
    const double weight = weight_of(tier, alone(other));
    if (weight == 0) continue;
    sum += weight;
    known.push_back(tier);
  }
  return sum;
}

/// Fields that were better left as they were.
FieldJudge::Names FieldJudge::made_worse(const json& before, const json& output, const Names& taken) const {
  Names worse;
  const bool was_accepted =
      before.value("accepted", false) && !output["accepted"].get<bool>() && !any_is_denied(output);
  for (const std::string& field : taken) {
    const json& detail = output["details"][field];
    const bool is_accepted = detail["accepted"].get<bool>();
    if (was_accepted && !is_accepted && !is_contested(output["fields"][field], detail)) worse.insert(field);
  }
  for (const Check& check : *checks_) {
    const auto& members = check.condition->members();
    if (output["checks"].value(check.name, "") != "failed") continue;
    const bool held = std::ranges::any_of(members, [&](const std::string& member) {
      if (!before["details"].contains(member)) return false;
      const json passed =
          before["details"][member].value("signals", json::object()).value("checks_passed", json::array());
      return std::ranges::find(passed, json(check.name)) != passed.end();
    });
    for (const std::string& member : members)
      if (held && taken.contains(member)) worse.insert(member);
  }
  return worse;
}

/// Looks at the fields as a whole: the schema, the checks, what other tiers say, what is required.
void FieldJudge::judge(json& output, const Names& taken) const {
  output["problems"] = apply_schema(output);
  apply_checks(output, taken);
  for (auto& [field, detail] : output["details"].items()) {
    agree(field, output["fields"][field], detail);
    weigh(output["fields"][field], detail);
    weigh_others(output["fields"][field], detail);
  }
  sum_up(output);
}

/// What is wrong, in words; and which values and rows it is.
std::vector<std::string> FieldJudge::apply_schema(json& answer) const {
  json& details = answer["details"];
  for (auto& [field, detail] : details.items()) {
    if (answer["fields"][field].is_null()) continue;
    detail["signals"]["schema_valid"] = true;
    if (!detail.contains("rows")) continue;
    for (json& row : detail["rows"])
      row["signals"].erase("schema_valid");
  }
  std::vector<std::string> problems;
  for (const SchemaProblem& problem : validator_.validate(without_nulls(answer["fields"]))) {
    if (problem.path.size() < 2) {
      const bool said_elsewhere = problem.message.starts_with("Missing required property");
      if (!said_elsewhere) problems.push_back(problem.message);
      continue;
    }
    const json::json_pointer pointer(problem.path);
    std::vector<std::string> names;
    for (json::json_pointer at = pointer; !at.empty(); at = at.parent_pointer())
      names.insert(names.begin(), at.back());
    std::string where = names.front();
    json* const detail = details.contains(where) ? &details[where] : nullptr;
    const bool is_row = detail != nullptr && detail->contains("rows") && names.size() > 1;
    if (is_row) {
      for (json& row : (*detail)["rows"])
        if (std::to_string(row["index"].get<std::size_t>()) == names[1])
          row["signals"]["schema_valid"] = false;
      where += "[" + names[1] + "]";
    } else if (detail != nullptr) {
      (*detail)["signals"]["schema_valid"] = false;
    }
    problems.push_back(where + ": " + problem.message);
  }
  return problems;
}

/// Asks the checks about the values that have evidence: what a tier made up is not worth asking about. A list
/// is seen with all its rows, since a sum without some of them is another one.
void FieldJudge::apply_checks(json& answer, const Names& taken) const {
  json failed_before = json::object();
  json believed = answer["fields"];
  for (auto& [field, detail] : answer["details"].items()) {
    if (believed[field].is_null()) continue;
    json& signals = detail["signals"];
    failed_before[field] = signals.value("checks_failed", json::array());
    signals["checks_passed"] = json::array();
    signals["checks_failed"] = json::array();
    signals.erase("checks_trivial");
    if (!has_proof(detail)) believed[field] = nullptr;
  }
  answer["checks"] = json::object();
  std::vector<std::shared_ptr<const Condition>> conditions;
  for (const Check& check : *checks_)
    conditions.push_back(check.condition);
  const std::vector<CheckResult> results = evaluate_checks(conditions, {&believed, 1}).front();
  for (std::size_t i = 0; i < results.size(); ++i)
    apply((*checks_)[i], results[i], taken, failed_before, answer);
}

/// Notes a check's outcome with the fields that it reads. What stood before new values made it fail is not to
/// blame, and nothing is where a list has rows without evidence, which are.
void FieldJudge::apply(const Check& check, const CheckResult& result, const Names& taken,
                       const json& failed_before, json& answer) {
  const CheckState state = result.state;
  answer["checks"][check.name] = name(state);
  if (state == CheckState::failed) answer["problems"].push_back("check failed: " + check.name);
  if (state == CheckState::error)
    answer["problems"].push_back("check cannot be computed: " + check.name + ": " + result.message);
  if (state == CheckState::not_applicable) return;
  const bool passed = state == CheckState::passed;
  const auto& members = check.condition->members();
  const bool bad_rows = std::ranges::any_of(members, [&](const std::string& member) {
    return answer["details"].contains(member) && has_bad_row(answer["details"][member]);
  });
  for (const std::string& member : members) {
    if (!answer["details"].contains(member) || answer["fields"][member].is_null()) continue;
    const json failed = failed_before.value(member, json::array());
    if (!passed && bad_rows && !answer["details"][member].contains("rows")) continue;
    const bool is_kept = !taken.contains(member);
    if (!passed && is_kept && std::ranges::find(failed, json(check.name)) == failed.end()) continue;
    json& signals = answer["details"][member]["signals"];
    signals[result.trivial ? "checks_trivial"
            : passed       ? "checks_passed"
                           : "checks_failed"]
        .push_back(check.name);
  }
}

/// Another tier that would be accepted says otherwise: then neither value is sure, whichever is taken.
bool FieldJudge::is_contested(const json& value, const json& detail) const {
  return std::ranges::any_of(detail.value("other_tiers", json::array()), [&](const json& other) {
    return alone(other) >= accept_ && are_independent(other["tier"], detail["tier"]) &&
           !same(value, other["value"]);
  });
}

/// What other tiers say of a tier's value, by how sure they are; nothing: no word of theirs counts. One that
/// says otherwise counts by its evidence: that a model is sure of its words settles nothing.
std::optional<double> FieldJudge::agreement(const json& voice, const json& others) const {
  const double own = alone(voice);
  double sum = 0;
  bool any = false;
  for (const json& other : others) {
    const double confidence = alone(other);
    if (confidence == 0 || !are_independent(other["tier"], voice["tier"])) continue;
    const bool agrees = same(voice["value"], other["value"]);
    if (!agrees && own >= accept_ && confidence < accept_) continue;
    const bool is_model = models_.contains(other["tier"].get<std::string>());
    sum += agrees ? confidence : -(is_model ? std::min(confidence, of_a_quote()) : confidence);
    any = true;
  }
  if (!any) return std::nullopt;
  return 0.5 + std::clamp(sum, -1.0, 1.0) / 2;
}

void FieldJudge::agree(const std::string& field, const json& value, json& detail) const {
  if (value.is_null() || !detail.contains("signals")) return;
  detail["signals"].erase("agreement");
  if (is_embedded(detail)) return compare_with_print(field, value, detail);
  const json voice = said_by(detail["tier"], value, confidence_of(detail));
  if (const auto all = agreement(voice, detail.value("other_tiers", json::array())))
    detail["signals"]["agreement"] = rounded(*all);
}

/// What other tiers read on the page of an embedded value. One that is sure counts, but not of a name that is
/// printed too: a letter has many. Of what is nowhere printed as it is embedded, one that is more likely
/// right than wrong counts. Those who read the same count against them.
void FieldJudge::compare_with_print(const std::string& field, const json& value, json& detail) const {
  json& signals = detail["signals"];
  signals.erase("printed_differs");
  if (!signals.value("xml_differs", false)) detail.erase("problem");
  const bool is_printed = signals.value("printed", false);
  if (value.is_structured() || !detail.value("evidence", json::object()).contains("attachment")) return;
  const bool is_name =
      value.is_string() && std::ranges::none_of(value.get_ref<const std::string&>(), is_digit);
  double for_it = 0, against = 0;
  json printed;
  for (const json& other : detail.value("other_tiers", json::array())) {
    const double confidence = alone(other), weight = weight_of(other["tier"], confidence);
    if (other["value"].is_null()) continue;
    if (is_same_in_print(value, other["value"], signals)) {
      for_it += weight;
    } else if (is_name ? confidence >= accept_ && !is_printed
                       : confidence >= (is_printed ? accept_ : least_of_unprinted)) {
      if (weight > against || printed.is_null()) printed = other["value"];
      against = std::max(against, weight);
    }
  }
  if (printed.is_null() || for_it > against) return;
  signals["printed_differs"] = true;
  detail["problem"] = "embedded " + field + " " + shown_value(value) + ", printed " + shown_value(printed);
}

/// Makes the confidence of what other tiers said comparable with that of the value that stands: what it would
/// be, had theirs been taken. Of two that differ the one that stands is never shown as the less sure one.
void FieldJudge::weigh_others(const json& value, json& detail) const {
  if (value.is_null() || !detail.contains("other_tiers")) return;
  const json said = detail["other_tiers"];
  for (std::size_t i = 0; i < said.size(); ++i) {
    json voices = json::array({said_by(detail["tier"], value, own_confidence(detail))});
    for (std::size_t j = 0; j < said.size(); ++j)
      if (j != i) voices.push_back(said[j]);
    json& entry = detail["other_tiers"][i];
    const double own = alone(entry);
    double counted = joined_field_confidence(own, agreement(entry, voices).value_or(0.5));
    if (!same(value, entry["value"])) counted = std::min(counted, detail["confidence"].get<double>());
    entry["confidence"] = rounded(counted);
    entry.erase("alone");
    if (entry["confidence"] != own) entry["alone"] = own;
  }
}

void FieldJudge::weigh(const json& value, json& detail) const {
  if (value.is_null()) {
    detail["confidence"] = 0;
    detail["accepted"] = false;
    return;
  }
  const auto accepts = [&](double confidence, const json& signals) {
    return confidence > 0 && confidence >= accept_ && is_valid(signals) && !is_denied(signals);
  };
  bool all = true;
  if (detail.contains("rows")) {
    for (json& row : detail["rows"]) {
      const json signals = row_signals(detail, row);
      const double confidence = rounded(field_confidence(signals));
      row["confidence"] = confidence;
      row["accepted"] = accepts(confidence, signals);
      if (confidence == 0 && !row.contains("problem")) row["problem"] = "nothing proves it";
      all = all && row["accepted"].get<bool>();
    }
  }
  const double confidence = rounded(confidence_of(detail));
  detail["confidence"] = confidence;
  detail["accepted"] = all && accepts(confidence, detail["signals"]);
  const bool was_unread = !detail["signals"].value("readable", true);
  if (was_unread && detail["accepted"].get<bool>()) detail.erase("problem");  // Another tier agrees.
}

/// The record's own confidence. A value that nothing proves is a problem of the record, so that it does not
/// pass with the others; one that is only not sure is marked, and so is a row that nothing proves of a list
/// that may be null.
void FieldJudge::sum_up(json& output) const {
  json& problems = output["problems"];
  output["missing"] = json::array();
  std::vector<FieldConfidence> confidences;
  bool all_required = true;
  for (const auto& [field, detail] : output["details"].items()) {
    const bool has_value = !output["fields"][field].is_null();
    const bool required = is_required(*schema_, field);
    const double confidence = detail["confidence"];
    all_required = all_required && (!required || detail["accepted"].get<bool>());
    if (!has_value && required) {
      output["missing"].push_back(field);
      problems.push_back("required field " + field + " not found");
    }
    const bool is_known = has_value && (required || !has_bad_row(detail));
    confidences.push_back({confidence, is_known, required});
    if (is_known) add_problems(field, detail, problems);
    if (has_value && is_denied(detail.value("signals", json::object())))
      problems.push_back(detail["problem"]);
  }
  output["confidence"] = rounded(record_confidence(confidences));
  output["accepted"] =
      output["confidence"] > 0 && output["confidence"] >= accept_ && problems.empty() && all_required;
}

bool FieldJudge::are_independent(const std::string& a, const std::string& b) const {
  const auto model = [&](const std::string& backend) {
    const auto found = models_.find(backend);
    return found == models_.end() ? backend : found->second;
  };
  return model(a) != model(b);
}

}  // namespace docket::stages
