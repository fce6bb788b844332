#include "cli/status_of.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "cli/exit_code.h"
#include "cli/not_accepted.h"
#include "cli/why_held.h"
#include "pipeline/json/member.h"
#include "pipeline/ledger/acknowledgement.h"

namespace docket {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using GroupState = UnfinishedGroup::State;

/// Of the documents that failed or are held in a report, by path.
std::map<std::string, std::string> standings_of(const json& report) {
  std::map<std::string, std::string> standings;
  for (const char* list : {"errors", "held"})
    for (const json& group : member(report, list))
      for (const json& document : member(group, "documents"))
        standings[text_member(document, "path")] = text_member(document, "standing");
  return standings;
}

GroupState state_of(const LedgerDocument& document) {
  if (is_acknowledged(document)) return GroupState::acknowledged;
  if (document.parked) return GroupState::parked;
  if (document.outcome == Outcome::held) return GroupState::held;
  return document.outcome == Outcome::cancelled ? GroupState::not_finished : GroupState::failed;
}

std::string why_of(const LedgerDocument& document) {
  if (document.outcome == Outcome::held) return document.held.value_or("");
  return document.error ? std::string(name(document.error->error_class)) : "";
}

/// The report of the last run that has one; null: none has.
json last_report(LedgerReader& ledger) {
  const auto report = ledger.report();
  return report && *report ? json::parse(**report, nullptr, false) : json();
}

template <class Value>
ordered_json or_null(const std::optional<Value>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

ordered_json run_json(const OutputStatus& status) {
  if (!status.counts.last_run) return nullptr;
  const LedgerRun& run = *status.counts.last_run;
  return {{"id", run.name},
          {"started", run.started},
          {"finished", or_null(run.finished)},
          {"exit_code", or_null(run.exit_code)},
          {"wall_ms", or_null(status.last_wall_ms)},
          {"cost_usd", status.last_cost_usd},
          {"host", run.host},
          {"pid", run.pid}};
}

ordered_json stages_json(const LedgerReader::Status& counts) {
  constexpr std::pair<StageResult::State, const char*> names[] = {
      {StageResult::State::done, "done"},
      {StageResult::State::skipped, "skipped"},
      {StageResult::State::held, "held"},
      {StageResult::State::failed, "failed"},
      {StageResult::State::pending, "not_reached"}};
  ordered_json stages = ordered_json::array();
  for (const LedgerReader::StageCount& count : counts.stages) {
    if (stages.empty() || stages.back()["id"] != count.stage) {
      ordered_json& stage = stages.emplace_back(ordered_json{{"id", count.stage}});
      for (const auto& [state, name] : names)
        stage[name] = 0;
      const auto verdict = counts.verdicts.find(count.stage);
      const VerdictCounts none, &said = verdict == counts.verdicts.end() ? none : verdict->second;
      stage["answers"] = said.answers;
      stage["not_accepted"] = said.not_accepted;
      stage["grades"] = said.grades;
    }
    for (const auto& [state, name] : names)
      if (state == count.state) stages.back()[name] = count.documents;
  }
  return stages;
}

ordered_json unfinished_json(const UnfinishedGroup& group, const Unfinished& one, OpenedLedger& opened) {
  const LedgerDocument& document = one.document;
  const auto line = opened.ledger.record(document.path);
  const json record = line ? json::parse(*line, nullptr, false) : json();
  ordered_json weak = ordered_json::array();
  for (const WeakAnswer& answer : weak_answers(record, opened.pipeline))
    weak.push_back(to_json(answer));
  const bool is_held = document.outcome == Outcome::held;
  return {{"path", document.path},
          {"state", name(group.state)},
          {"standing", one.standing},
          {"held", or_null(document.held)},
          {"error_class", document.error ? ordered_json(name(document.error->error_class)) : ordered_json()},
          {"message", document.error ? ordered_json(document.error->message) : ordered_json()},
          {"stage", or_null(document.error_stage)},
          {"attempts", document.attempts},
          {"acknowledged", is_acknowledged(document) ? or_null(document.acknowledged) : ordered_json()},
          {"acknowledged_reason", is_acknowledged(document) ? or_null(document.ack_reason) : ordered_json()},
          {"reasons", is_held ? ordered_json(member(record, "reasons")) : ordered_json::array()},
          {"why", is_held ? ordered_json(why_held(record, opened.pipeline)) : ordered_json()},
          {"not_accepted", std::move(weak)}};
}

}  // namespace

std::string_view name(GroupState state) {
  constexpr std::pair<GroupState, std::string_view> names[] = {{GroupState::failed, "failed"},
                                                               {GroupState::parked, "parked"},
                                                               {GroupState::held, "held"},
                                                               {GroupState::not_finished, "not_finished"},
                                                               {GroupState::acknowledged, "acknowledged"}};
  return std::ranges::find(names, state, [](const auto& pair) { return pair.first; })->second;
}

Result<OutputStatus> status_of(OpenedLedger& opened) {
  OutputStatus status;
  auto counts = opened.ledger.status();
  if (!counts) return counts.error();
  status.counts = std::move(*counts);
  const json report = last_report(opened.ledger);
  const auto standings = standings_of(report);
  std::map<std::pair<GroupState, std::string>, UnfinishedGroup> groups;
  const auto failed = opened.ledger.for_each_unfinished([&](const LedgerDocument& document) {
    const GroupState state = state_of(document);
    UnfinishedGroup& group = groups[{state, state == GroupState::acknowledged ? "" : why_of(document)}];
    group.state = state;
    group.why = state == GroupState::acknowledged ? "" : why_of(document);
    const auto known = standings.find(document.path);
    const std::string standing = state == GroupState::acknowledged ? "acknowledged"
                                 : known == standings.end()        ? "known"
                                                                   : known->second;
    status.acknowledged += state == GroupState::acknowledged ? 1 : 0;
    group.fresh += standing == "new" ? 1 : 0;
    group.documents.push_back({document, standing});
  });
  if (failed) return *failed;
  const auto is_known = [](const Unfinished& one) { return one.standing != "new"; };
  for (auto& [key, group] : groups) {
    std::ranges::stable_sort(group.documents, {}, is_known);
    status.groups.push_back(std::move(group));
  }
  std::ranges::stable_sort(status.groups, {}, [](const UnfinishedGroup& group) {
    return std::tuple(group.state == GroupState::acknowledged, group.fresh == 0, group.state);
  });
  status.running = RunLock::holder_of(opened.pipeline.output_dir / ".docket/lock");
  const bool is_last =
      status.counts.last_run && text_member(member(report, "run"), "id") == status.counts.last_run->name;
  if (!is_last) return status;
  const json& run = member(report, "run");
  if (const json& wall = member(run, "wall_ms"); wall.is_number_integer()) status.last_wall_ms = wall;
  status.last_cost_usd = member(member(member(report, "totals"), "usage"), "cost_usd");
  return status;
}

int exit_code_of(const OutputStatus& status) {
  int code = exit_up_to_date;
  for (const UnfinishedGroup& group : status.groups) {
    if (group.state == GroupState::acknowledged) continue;
    if (group.state != GroupState::held) return exit_failed;
    code = exit_held;
  }
  return code;
}

ordered_json to_json(const OutputStatus& status, OpenedLedger& opened) {
  const LedgerReader::Status& counts = status.counts;
  ordered_json documents = ordered_json::array();
  for (const UnfinishedGroup& group : status.groups)
    for (const Unfinished& one : group.documents)
      documents.push_back(unfinished_json(group, one, opened));
  ordered_json running;
  if (status.running)
    running = {
        {"host", status.running->host}, {"pid", status.running->pid}, {"started", status.running->started}};
  return {{"docket", 1},
          {"pipeline", opened.pipeline.name},
          {"output", opened.pipeline.output_dir.string()},
          {"exit_code", exit_code_of(status)},
          {"documents",
           {{"done", counts.done},
            {"held", counts.held},
            {"failed", counts.failed},
            {"parked", counts.parked},
            {"not_finished", counts.cancelled},
            {"acknowledged", status.acknowledged}}},
          {"last_run", run_json(status)},
          {"running", std::move(running)},
          {"stages", stages_json(counts)},
          {"not_done", std::move(documents)}};
}

}  // namespace docket
