#include "pipeline/record.h"

#include <algorithm>

#include "pipeline/pipeline.h"
#include "pipeline/support/money.h"

namespace docket {

using nlohmann::json;
using nlohmann::ordered_json;

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return "done";
    case Outcome::failed:
      return "failed";
    case Outcome::held:
      return "held";
    case Outcome::cancelled:
      return "cancelled";
  }
  return "failed";
}

namespace {

bool is_unfinished(const StageResult& result) {
  return result.state == StageResult::State::pending && !result.left_out;
}

}  // namespace

Outcome outcome(const Document& document) {
  const auto any = [&](StageResult::State state) {
    return std::ranges::find(document.stages, state, &StageResult::state) != document.stages.end();
  };
  if (any(StageResult::State::failed) || document.unwritten) return Outcome::failed;
  if (std::ranges::any_of(document.stages, is_unfinished)) return Outcome::cancelled;
  if (any(StageResult::State::held)) return Outcome::held;
  return Outcome::done;
}

const StageResult* failed_stage(const Document& document) {
  const auto found = std::ranges::find(document.stages, StageResult::State::failed, &StageResult::state);
  return found == document.stages.end() ? nullptr : &*found;
}

const Error* error_of(const Document& document) {
  if (const StageResult* failed = failed_stage(document)) return &*failed->error;
  return document.unwritten ? &*document.unwritten : nullptr;
}

std::vector<std::size_t> all_before(std::span<const StageConfig> stages, std::size_t position) {
  std::vector<bool> is_before(stages.size());
  for (std::size_t i = position + 1; i-- > 0;) {
    if (i != position && !is_before[i]) continue;
    for (const std::size_t earlier : stages[i].after)
      is_before[earlier] = true;
  }
  std::vector<std::size_t> before;
  for (std::size_t i = 0; i < position; ++i) {
    if (is_before[i]) before.push_back(i);
  }
  return before;
}

namespace {

json document_member(const Document& document) {
  json member = {{"id", document_id(document)}, {"path", document.path}};
  if (document.inside)
    member["parent"] = {{"id", document_id(document.inside->outer)}, {"path", document.inside->outer}};
  if (!document.sha256.empty()) {
    member["sha256"] = document.sha256;
    member["bytes"] = document.bytes;
  }
  if (!document.media_type.empty()) member["media_type"] = document.media_type;
  return member;
}

/// A stage's output as a record shows it, and the answer that it puts in the place of an earlier stage's.
template <class Record>
void put_output(Record& record, const std::string& stage, const StageResult& result) {
  if (result.output.is_null()) return;
  if (result.replaces) record[result.replaces->stage] = result.replaces->answer;
  record[stage] = result.output;
}

/// Says of each file in the document that is one of its own how that is named.
void link_members(const std::string& path, ordered_json& output) {
  if (!output.is_object() || !output.contains("embedded_files")) return;
  for (ordered_json& file : output["embedded_files"])
    if (file.is_object() && file.contains("sha256") && file["name"].is_string())
      file["document"] = member_path(path, file["name"].get<std::string>());
}

/// What stages with signals have found. One that decides on reasons comes after the decision.
void add_output(const StageConfig& stage, const StageResult& result, std::vector<StageOutput>& outputs) {
  const bool decides = stage.type != nullptr && stage.type->decides_on_reasons;
  if (!decides && !result.output.is_null() && !is_container(result.output))
    outputs.push_back({stage.id, result.output});
}

}  // namespace

json record_before(const Document& document, std::span<const StageConfig> stages,
                   std::span<const std::size_t> before, const ComplexityRule& rule) {
  json record = {{"document", document_member(document)}};
  for (const std::size_t i : before)
    put_output(record, stages[i].id, document.stages[i]);
  if (json complexity = complexity_before(document, stages, before, rule); !complexity.is_null())
    record["complexity"] = std::move(complexity);
  return record;
}

json complexity_before(const Document& document, std::span<const StageConfig> stages,
                       std::span<const std::size_t> before, const ComplexityRule& rule) {
  std::vector<StageOutput> outputs;
  for (const std::size_t i : before)
    add_output(stages[i], document.stages[i], outputs);
  return complexity(outputs, rule);
}

ordered_json record(const Document& document, std::span<const StageConfig> stages,
                    const ComplexityRule& rule) {
  ordered_json record = {
      {"docket", 1}, {"status", name(outcome(document))}, {"document", document_member(document)}};
  ordered_json reasons = ordered_json::array();
  Usage usage;
  std::vector<StageOutput> outputs;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const StageResult& result = document.stages[i];
    put_output(record, stages[i].id, result);
    if (stages[i].type != nullptr && stages[i].type->provides_text && record.contains(stages[i].id))
      link_members(document.path, record[stages[i].id]);
    add_output(stages[i], result, outputs);
    for (const std::string& reason : result.reasons)
      reasons.push_back(reason);
    usage += result.spent.total();
    usage += result.reused;
  }
  if (const json complexity = docket::complexity(outputs, rule); !complexity.is_null())
    record["complexity"] = complexity;
  record["reasons"] = std::move(reasons);
  for (const StageResult& result : document.stages) {
    if (!result.held || record.contains("held")) continue;
    record["held"] = *result.held;
    if (!result.held_detail.empty()) record["held_detail"] = result.held_detail;
  }
  if (const Error* error = error_of(document)) {
    record["error"] = {{"class", name(error->error_class)}, {"message", error->message}};
    if (const StageResult* failed = failed_stage(document))
      record["error"]["stage"] = stages[static_cast<std::size_t>(failed - document.stages.data())].id;
  }
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const StageResult& result = document.stages[i];
    if (result.left_out && result.state == StageResult::State::pending)
      record["left_out"].push_back(stages[i].id);
  }
  record["usage"] = to_json(usage);
  return record;
}

Answers answers_of(const Document& document, std::span<const StageConfig> stages) {
  Answers answers;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const StageResult& result = document.stages[i];
    if (result.output.is_null()) continue;
    if (result.replaces) answers[result.replaces->stage] = &result.replaces->answer;
    answers[stages[i].id] = &result.output;
  }
  return answers;
}

std::optional<std::string> label_of(const Document& document, std::span<const StageConfig> stages) {
  const Answers answers = answers_of(document, stages);
  for (std::size_t i = stages.size(); i-- > 0;) {
    const auto answer = answers.find(stages[i].id);
    if (answer == answers.end() || !answer->second->is_object()) continue;
    const auto label = answer->second->find("label");
    if (label == answer->second->end()) continue;
    return label->is_string() ? std::optional(label->get<std::string>()) : std::nullopt;
  }
  return std::nullopt;
}

json verdicts_of(const Document& document, std::span<const StageConfig> stages) {
  if (outcome(document) != Outcome::done) return nullptr;
  json verdicts = json::object();
  for (const auto& [stage, answer] : answers_of(document, stages)) {
    if (!answer->is_object()) continue;
    if (const auto accepted = answer->find("accepted"); accepted != answer->end())
      verdicts[stage] = *accepted;
    else if (const auto grade = answer->find("grade"); grade != answer->end())
      verdicts[stage] = *grade;
  }
  return verdicts;
}

std::vector<std::string> doubts_of(const json& verdicts) {
  const auto has = [&](const json& said) {
    return std::ranges::any_of(verdicts, [&](const json& verdict) { return verdict == said; });
  };
  std::vector<std::string> doubts;
  if (!has("good") && (has("none") || has("poor")))
    doubts.emplace_back(has("poor") ? "poor_text" : "no_text");
  if (has(false)) doubts.emplace_back("unsure");
  return doubts;
}

void VerdictCounts::add(const json& verdict, std::int64_t documents) {
  if (verdict.is_string()) grades[verdict.get<std::string>()] += documents;
  if (!verdict.is_boolean()) return;
  answers += documents;
  if (!verdict.get<bool>()) not_accepted += documents;
}

ordered_json to_json(const Usage& usage) {
  ordered_json object = ordered_json::object();
  for (const UsageMember& member : usage_members)
    if (member.kind == UsageMember::Kind::calls || member.kind == UsageMember::Kind::amount)
      object[member.name] = usage.*member.value;
  if (usage.unpriced_calls > 0)
    object["cost_usd"] = nullptr;
  else
    object["cost_usd"] = in_usd(usage.nano_dollars);
  return object;
}

std::string to_line(const ordered_json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string to_pretty(const ordered_json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace docket
