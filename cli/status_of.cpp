#include "cli/status_of.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "cli/exit_code.h"
#include "cli/reason_of.h"
#include "cli/records/not_accepted.h"
#include "cli/records/why_held.h"
#include "cli/report/reasons.h"
#include "pipeline/json/member.h"
#include "pipeline/ledger/run_list.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/record.h"

namespace docket {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using GroupState = UnfinishedGroup::State;

/// Of the documents that failed or are held in a report, by path.
std::map<std::string, Standing> standings_of(const json& report) {
  std::map<std::string, Standing> standings;
  for (const char* list : {"errors", "held"})
    for (const json& group : member(report, list))
      for (const json& document : member(group, "documents"))
        for (const Standing standing : {Standing::fresh, Standing::known, Standing::acknowledged})
          if (text_member(document, "standing") == name(standing))
            standings[text_member(document, "path")] = standing;
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

std::int64_t count_in(const json& object, const char* name) {
  const json& count = member(object, name);
  return count.is_number_integer() ? count.get<std::int64_t>() : 0;
}

LastRunReport read_report(const json& report) {
  LastRunReport read;
  const json& run = member(report, "run");
  if (const json& wall = member(run, "wall_ms"); wall.is_number_integer()) read.wall_ms = wall;
  read.stopped = text_member(run, "stopped");
  read.cost_usd = member(member(member(report, "totals"), "usage"), "cost_usd");
  read.cancelled = count_in(member(report, "documents"), "cancelled");
  const json& failed = member(member(report, "attention"), "failed");
  read.failed = failed.is_object() ? count_in(failed, "new") + count_in(failed, "known")
                                   : count_in(member(report, "documents"), "failed");  // An older docket's.
  const json& problems = member(member(report, "input"), "problems");
  read.input_problems = count_in(problems, "count");
  for (const json& problem : member(problems, "first"))
    if (problem.is_string()) read.first_input_problems.push_back(problem);
  return read;
}

/// False: there may be documents that it was to work on, and that the ledger does not know.
bool came_to_its_end(const PastRun& past) {
  const std::int64_t code = past.run.exit_code.value_or(exit_up_to_date);
  if (!past.run.finished || code == exit_usage || code > exit_code_of_signal(0)) return false;
  return !past.counts || !past.counts->was_stopped;
}

/// Adds the reason of one more document of a group, unless it is known that they differ. `takes_long`: it is
/// in the record.
template <class Reason>
void compare(SharedReason& said, bool takes_long, const Reason& reason) {
  constexpr std::int64_t most = 1000;  // They take about a tenth of a second.
  if (said.differ()) return;
  if (takes_long && said.count() >= most) return said.give_up();
  said.add(reason());
}

template <class Value>
ordered_json or_null(const std::optional<Value>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

ordered_json run_json(const OutputStatus& status) {
  if (!status.counts.last_run) return nullptr;
  const LedgerRun& run = *status.counts.last_run;
  const std::optional<LastRunReport>& report = status.last_report;
  ordered_json problems;
  if (report) problems = {{"count", report->input_problems}, {"first", report->first_input_problems}};
  return {{"id", run.name},
          {"started", run.started},
          {"finished", or_null(run.finished)},
          {"exit_code", or_null(run.exit_code)},
          {"wall_ms", report ? or_null(report->wall_ms) : ordered_json()},
          {"cost_usd", report ? report->cost_usd : ordered_json()},
          {"stopped", report && !report->stopped.empty() ? ordered_json(report->stopped) : ordered_json()},
          {"input_problems", std::move(problems)},
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
    if (stages.empty() || stages.back()["id"].get<std::string>() != count.stage) {
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

ordered_json unfinished_json(const UnfinishedGroup& group, Standing standing, const LedgerDocument& document,
                             OpenedLedger& opened) {
  const auto line = opened.ledger.record(document.path);
  const json record = line ? json::parse(*line, nullptr, false) : json();
  ordered_json weak = ordered_json::array();
  for (const WeakAnswer& answer : weak_answers(record, opened.pipeline))
    weak.push_back(to_json(answer));
  const bool is_held = document.outcome == Outcome::held;
  return {{"path", document.path},
          {"state", name(group.state)},
          {"standing", name(standing)},
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

Result<OutputStatus> status_of(OpenedLedger& opened, const Look& look) {
  OutputStatus status;
  auto counts = opened.ledger.status();
  if (!counts) return counts.error();
  status.counts = std::move(*counts);
  const auto code = exit_code_of(opened.ledger);
  if (!code) return code.error();
  status.exit_code = *code;
  const json report = last_report(opened.ledger);
  const auto standings = standings_of(report);
  struct Members {
    std::int64_t count = 0, fresh = 0;
    std::vector<Unfinished> news, others;
    SharedReason said;
  };
  std::map<std::pair<GroupState, std::string>, Members> groups;
  const auto failed = opened.ledger.for_each_unfinished([&](const LedgerDocument& document) {
    const GroupState state = state_of(document);
    Members& group = groups[{state, state == GroupState::acknowledged ? "" : why_of(document)}];
    const auto known = standings.find(document.path);
    const Standing standing = state == GroupState::acknowledged ? Standing::acknowledged
                              : known == standings.end()        ? Standing::known
                                                                : known->second;
    const bool is_new = standing == Standing::fresh;
    status.acknowledged += state == GroupState::acknowledged ? 1 : 0;
    group.fresh += is_new ? 1 : 0;
    ++group.count;
    std::vector<Unfinished>& named = is_new ? group.news : group.others;
    if (named.size() < look.most) named.push_back({document.path, standing});
    if (look.compares_reasons)
      compare(group.said, document.outcome == Outcome::held, [&] { return reason_of(document, opened); });
  });
  if (failed) return *failed;
  for (auto& [key, group] : groups) {
    std::ranges::move(group.others, std::back_inserter(group.news));
    status.groups.push_back(
        {key.first, key.second, std::move(group.news), group.count, group.fresh, group.said.text()});
  }
  std::ranges::stable_sort(status.groups, {}, [](const UnfinishedGroup& group) {
    return std::tuple(group.state == GroupState::acknowledged, group.fresh == 0, group.state);
  });
  std::map<std::string, std::pair<DoubtfulGroup, SharedReason>> doubtful;
  const auto failed_too = opened.ledger.for_each_doubtful([&](const std::string& path, const json& verdicts) {
    bool is_told = false;  // Once is enough where not all are listed.
    for (const std::string& why : doubts_of(verdicts)) {
      auto& [group, said] = doubtful[why];
      ++group.count;
      if (!is_told && group.documents.size() < look.most) group.documents.push_back(path);
      is_told = look.most != Look().most;
      if (look.compares_reasons) compare(said, true, [&] { return reason_of(why, path, opened); });
    }
  });
  if (failed_too) return *failed_too;
  for (auto& [why, group_and_said] : doubtful) {
    auto& [group, said] = group_and_said;
    group.why = why;
    group.said = said.text();
    status.doubtful.push_back(std::move(group));
  }
  status.running = RunLock::holder_of(opened.pipeline.output_dir / ".docket/lock");
  const bool is_last =
      status.counts.last_run && text_member(member(report, "run"), "id") == status.counts.last_run->name;
  if (is_last) status.last_report = read_report(report);
  return status;
}

Result<int> exit_code_of(LedgerReader& ledger) {
  bool failed = false, held = false;
  const auto look = [&](const LedgerDocument& kind, std::int64_t) {
    if (is_acknowledged(kind)) return;
    (kind.outcome == Outcome::held ? held : failed) = true;
  };
  if (auto error = select_unfinished_kinds(ledger.database(), look)) return *error;
  const auto look_at_last = [&](const PastRun& last) {
    failed = failed || !came_to_its_end(last) || (last.counts && last.counts->input_problems > 0);
  };
  if (auto error = select_runs(ledger.database(), 1, look_at_last)) return *error;
  return failed ? exit_failed : held ? exit_held : exit_up_to_date;
}

namespace {

/// All but the documents.
ordered_json frame_json(const OutputStatus& status, const OpenedLedger& opened) {
  const LedgerReader::Status& counts = status.counts;
  ordered_json running;
  if (status.running)
    running = {
        {"host", status.running->host}, {"pid", status.running->pid}, {"started", status.running->started}};
  return {{"docket", 1},
          {"pipeline", opened.pipeline.name},
          {"output", opened.pipeline.output_dir.string()},
          {"exit_code", status.exit_code},
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
          {"not_done", ordered_json::array()}};
}

/// A value two levels deep in what `to_pretty` writes.
std::string indented(const ordered_json& value) {
  std::string text = "    ";
  std::string pretty = to_pretty(value);
  pretty.pop_back();  // The line end.
  for (const char c : pretty)
    text += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return text;
}

}  // namespace

void write_json(const OutputStatus& status, OpenedLedger& opened,
                const std::function<void(const std::string&)>& write) {
  constexpr std::string_view end = "]\n}\n";  // Of the last member, in which the documents come.
  const std::string frame = to_pretty(frame_json(status, opened));
  write(frame.substr(0, frame.size() - end.size()));
  bool any = false;
  for (const UnfinishedGroup& group : status.groups)
    for (const Unfinished& one : group.documents) {
      const auto document = opened.ledger.document(one.path);
      if (!document || !*document) continue;  // A run has it no longer.
      write((any ? ",\n" : "\n") + indented(unfinished_json(group, one.standing, **document, opened)));
      any = true;
    }
  write((any ? "\n  " : "") + std::string(end));
}

}  // namespace docket
