#include "pipeline/run/report.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <string_view>

#include "pipeline/run/routing.h"

namespace docket {

using nlohmann::ordered_json;

namespace {

/// So that a report of a million failures stays readable and small; results.jsonl has them all.
constexpr std::size_t most_named_documents = 1000;

std::int64_t milliseconds(std::int64_t nanoseconds) { return (nanoseconds + 500'000) / 1'000'000; }

/// Of those that were asked, what they consumed.
template <class Models>
ordered_json usage_json(const Models& models) {
  ordered_json json = ordered_json::array();
  for (const auto& [names, sums] : models)
    if (sums.usage().calls > 0)
      json.push_back(
          {{"backend", names.first}, {"model", names.second}, {"usage", docket::to_json(sums.usage())}});
  return json;
}

std::size_t index(Outcome outcome) { return static_cast<std::size_t>(outcome); }
std::size_t index(Standing standing) { return static_cast<std::size_t>(standing); }

/// As much of a document's row as tells how it stands to its row of before.
LedgerDocument as_it_ended(const Document& document) {
  LedgerDocument now;
  now.sha256 = document.sha256;
  now.outcome = outcome(document);
  for (const StageResult& result : document.stages)
    if (result.held && !now.held) now.held = result.held;
  if (const Error* error = error_of(document)) now.error = *error;
  return now;
}

bool provides_text(const StageConfig& stage) { return stage.type != nullptr && stage.type->provides_text; }

std::size_t index(StageResult::State state) { return static_cast<std::size_t>(state); }

/// The models that were loaded before documents asked them.
ordered_json warm_ups_json(const std::vector<WarmUp>& warm_ups) {
  ordered_json list = ordered_json::array();
  for (const WarmUp& model : warm_ups) {
    list.push_back({{"backend", model.backend}, {"model", model.model}, {"wall_ms", model.wall_ms}});
    if (!model.problem.empty()) list.back()["problem"] = model.problem;
  }
  return list;
}

}  // namespace

struct Report::StageSums {
  std::int64_t in = 0;                      ///< Reached.
  std::array<std::int64_t, 5> states = {};  ///< By StageResult::State.
  std::int64_t cancelled = 0;               ///< Of the pending ones: begun, then cut short.
  std::int64_t wall_ns = 0, cpu_ns = 0;
  CallSums calls;
  Models models;
  std::map<std::string, std::int64_t> reasons;
  std::map<std::string, std::int64_t> escalations;  ///< By reason: documents that a model was asked about.
  std::map<std::string, std::int64_t> tiers;        ///< By backend: values that it gave.
  VerdictCounts verdicts;                           ///< Of documents that are done, up-to-date ones too.

  void add(const StageResult& result);
  void add_work(const StageResult& result);
};

void Report::StageSums::add(const StageResult& result) {
  const bool is_pending = result.state == StageResult::State::pending;
  if (!is_pending || result.error) ++in;
  if (is_pending && result.error) ++cancelled;
  ++states[index(result.state)];
  for (const std::string& reason : result.reasons)
    ++reasons[reason];
}

void Report::StageSums::add_work(const StageResult& result) {
  wall_ns += result.wall_ns;
  cpu_ns += result.cpu_ns;
}

Report::Report(const Pipeline& pipeline)
    : pipeline_(pipeline), stages_(pipeline.stages.size()), prefix_(pipeline), all_cloud_(pipeline) {}

Report::~Report() = default;

void Report::Group::add(std::size_t number, Named named) {
  ++count;
  const Standing standing = named.standing;
  documents[{standing, number}] = std::move(named);
  if (documents.size() > most_named_documents) documents.erase(std::prev(documents.end()));
}

void Report::Group::Named::add_standing(ordered_json& document) const {
  document["standing"] = name(standing);
  if (standing == Standing::acknowledged)
    document["acknowledged"] = {{"time", acknowledged}, {"reason", ack_reason}};
}

void Report::add_work(const Document& document) {
  for (std::size_t i = 0; i < stages_.size(); ++i)
    stages_[i].add_work(document.stages[i]);
}

void Report::add(const Document& document) {
  add_work(document);
  const Outcome ended = outcome(document);
  ++outcomes_[index(ended)];
  const LedgerDocument* const before = document.history ? &document.history->document : nullptr;
  Group::Named named{document.path, {}, {}, {}, {}, standing_of(as_it_ended(document), before), {}, {}};
  if (named.standing == Standing::acknowledged) {
    named.acknowledged = before->acknowledged.value_or("");
    named.ack_reason = before->ack_reason.value_or("");
  }
  ++standings_[index(ended)][index(named.standing)];
  std::set<std::string_view> whys;  // Two stages may hold a document for the same reason.
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const StageResult& result = document.stages[i];
    stages_[i].add(result);
    if (was_known(document, i)) reused_results_ += result.reused;
    const bool is_why = ended == Outcome::held && result.held;  // One that failed later is told there.
    if (!is_why || !whys.insert(*result.held).second) continue;
    named.stage = pipeline_.stages[i].id;
    named.reasons = result.reasons;
    named.detail = result.held_detail;
    held_[*result.held].add(document.number, named);
  }
  add_file(document);
  add_answers(document);
  const nlohmann::json verdicts = verdicts_of(document, pipeline_.stages);
  add_verdicts(verdicts, 1);
  for (const std::string& doubt : doubts_of(verdicts)) {
    std::map<std::size_t, std::string>& paths = doubtful_[doubt].paths;
    paths.emplace(document.number, document.path);
    if (paths.size() > most_named_documents) paths.erase(std::prev(paths.end()));
  }
  if (const Error* error = error_of(document)) {
    const StageResult* failed = failed_stage(document);
    named.stage = failed == nullptr
                      ? ""
                      : pipeline_.stages[static_cast<std::size_t>(failed - document.stages.data())].id;
    named.message = error->message;
    named.reasons.clear();
    invalid_answers_.add_failure(document.path, error->message);
    errors_[error->error_class].add(document.number, std::move(named));
  }
}

/// What became of the file in the stage that reads it, whatever later stages made of its text.
void Report::add_file(const Document& document) {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (!provides_text(pipeline_.stages[i])) continue;
    const StageResult& result = document.stages[i];
    if (result.state == StageResult::State::failed)
      ++files_[document.media_type][std::string(name(result.error->error_class))];
    if (result.state == StageResult::State::done)
      ++files_[document.media_type][result.output.contains("partial") ? "partial" : "done"];
  }
}

ordered_json Report::files_json() const {
  ordered_json files = ordered_json::array();
  for (const auto& [media_type, outcomes] : files_) {
    std::int64_t count = 0;
    for (const auto& [outcome, documents] : outcomes)
      count += documents;
    files.push_back({{"media_type", media_type}, {"count", count}, {"outcomes", ordered_json(outcomes)}});
  }
  return files;
}

/// Who gave the answers, and for what reasons a model was asked that is asked for reasons alone.
void Report::add_answers(const Document& document) {
  const Answers answers = answers_of(document, pipeline_.stages);
  bool is_escalated = false;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const StageConfig& stage = pipeline_.stages[i];
    const StageResult& result = document.stages[i];
    const bool has_worked = result.state == StageResult::State::done && !was_known(document, i);
    if (has_worked && stage.type->decides_on_reasons) {
      is_escalated = true;
      for (const std::string& reason : result.reasons)
        ++stages_[i].escalations[reason];
    }
    const auto answer = answers.find(stage.id);
    if (answer == answers.end()) continue;
    const Spending spent = result.replaces ? Spending() : spent_in_run(document, i);
    const auto tiers = tiers_of(*answer->second, spent);
    for (const auto& [tier, values] : tiers)
      stages_[i].tiers[tier] += values;
    const bool asked_nobody = result.spent.total().calls == 0 && result.reused.calls == 0;
    const bool is_its_own = answer->second == &result.output;
    if (has_worked && asked_nobody && is_its_own && !tiers.empty()) all_cloud_.add_without_model(stage.id);
  }
  if (is_escalated) ++escalated_;
}

void Report::add_call(const CallOfRun& of_run) {
  const LedgerCall& call = of_run.call;
  const std::pair names(call.backend, call.model);
  calls_.add(call);
  backends_[call.backend].add(call);
  models_[names].add(call);
  labels_[of_run.label].add(call);
  invalid_answers_.add(of_run);
  prefix_.add(call);
  if (!call.document.empty()) all_cloud_.add(call);  // A warm-up is no question about one.
  if (may_have_left(call)) add_egress(call);
  const auto stage = std::ranges::find(pipeline_.stages, call.stage, &StageConfig::id);
  if (stage == pipeline_.stages.end()) return;
  StageSums& sums = stages_[static_cast<std::size_t>(stage - pipeline_.stages.begin())];
  sums.calls.add(call);
  sums.models[names].add(call);
}

void Report::add_up_to_date(Outcome outcome, Standing standing) {
  ++up_to_date_[index(outcome)];
  ++standings_[index(outcome)][index(standing)];
}

void Report::add_verdicts(const nlohmann::json& verdicts, std::int64_t documents) {
  for (const std::string& doubt : doubts_of(verdicts))
    doubtful_[doubt].count += documents;
  for (std::size_t i = 0; i < stages_.size(); ++i)
    if (const auto verdict = verdicts.find(pipeline_.stages[i].id); verdict != verdicts.end())
      stages_[i].verdicts.add(*verdict, documents);
}

void Report::add_parked(std::size_t number, const LedgerDocument& document) {
  const Standing standing = is_acknowledged(document) ? Standing::acknowledged : Standing::known;
  const Error error = document.error.value_or(Error{});
  ++outcomes_[index(Outcome::failed)];
  ++standings_[index(Outcome::failed)][index(standing)];
  const StageConfig* const stage = pipeline_.stage(document.error_stage.value_or(""));
  if (stage != nullptr && provides_text(*stage))
    ++files_[document.media_type][std::string(name(error.error_class))];
  errors_[error.error_class].add(number, {document.path,
                                          document.error_stage.value_or(""),
                                          error.message + " (parked: not tried again)",
                                          {},
                                          {},
                                          standing,
                                          document.acknowledged.value_or(""),
                                          document.ack_reason.value_or("")});
}

void Report::add_input_problem(const std::string& problem) {
  ++input_problem_count_;
  if (input_problems_.size() < most_named_documents) input_problems_.push_back(problem);
}

ordered_json Report::attention_json() const {
  ordered_json attention = ordered_json::object();
  for (const Outcome outcome : {Outcome::failed, Outcome::held})
    for (const Standing one : {Standing::fresh, Standing::known, Standing::acknowledged})
      attention[std::string(name(outcome))][std::string(name(one))] = standing(outcome, one);
  return attention;
}

std::int64_t Report::unsure() const {
  const auto found = doubtful_.find("unsure");
  return found == doubtful_.end() ? 0 : found->second.count;
}

ordered_json Report::doubtful_json() const {
  ordered_json groups = ordered_json::array();
  for (const auto& [why, group] : doubtful_) {
    ordered_json paths = ordered_json::array();
    for (const auto& [number, path] : group.paths)
      paths.push_back(path);
    groups.push_back({{"why", why}, {"count", group.count}, {"documents", std::move(paths)}});
  }
  return groups;
}

void Report::add_egress(const LedgerCall& call) {
  ++egress_.calls;
  egress_.bytes += call.usage.sent_bytes;
  if (call.document != egress_.document) {
    ++egress_.documents;
    egress_.document = call.document;
  }
  for (const auto& [kind, count] : call.redactions.items())
    if (count.is_number_integer()) egress_.redactions[kind] += count.get<std::int64_t>();
}

ordered_json Report::egress_json() const {
  return {{"calls", egress_.calls},
          {"bytes", egress_.bytes},
          {"documents", egress_.documents},
          {"redactions", ordered_json(egress_.redactions)}};
}

std::int64_t Report::documents() const {
  const std::int64_t kept = std::accumulate(up_to_date_.begin(), up_to_date_.end(), std::int64_t{0});
  return std::accumulate(outcomes_.begin(), outcomes_.end(), kept);
}

ordered_json Report::stages_json() const {
  using State = StageResult::State;
  struct Column {
    const char* name;
    ordered_json (*value)(const StageSums& sums);
  };
  // What is counted; cli/report/plain_text.cpp has what is shown of it.
  static constexpr Column columns[] = {
      {"in", [](const StageSums& sums) -> ordered_json { return sums.in; }},
      {"done", [](const StageSums& sums) -> ordered_json { return sums.states[index(State::done)]; }},
      {"skipped", [](const StageSums& sums) -> ordered_json { return sums.states[index(State::skipped)]; }},
      {"failed", [](const StageSums& sums) -> ordered_json { return sums.states[index(State::failed)]; }},
      {"held", [](const StageSums& sums) -> ordered_json { return sums.states[index(State::held)]; }},
      {"cancelled", [](const StageSums& sums) -> ordered_json { return sums.cancelled; }},
      {"answers", [](const StageSums& sums) -> ordered_json { return sums.verdicts.answers; }},
      {"not_accepted", [](const StageSums& sums) -> ordered_json { return sums.verdicts.not_accepted; }},
      {"grades", [](const StageSums& sums) -> ordered_json { return sums.verdicts.grades; }},
      {"wall_ms", [](const StageSums& sums) -> ordered_json { return milliseconds(sums.wall_ns); }},
      {"cpu_ms", [](const StageSums& sums) -> ordered_json { return milliseconds(sums.cpu_ns); }},
  };
  ordered_json stages = ordered_json::array();
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (pipeline_.stages[i].left_out) continue;  // Its results are no work of this run.
    ordered_json& stage = stages.emplace_back(ordered_json::object());
    stage["id"] = pipeline_.stages[i].id;
    stage["type"] = pipeline_.stages[i].type->name;
    for (const Column& column : columns)
      stage[column.name] = column.value(stages_[i]);
    stages_[i].calls.add_to(stage);
    stage["models"] = usage_json(stages_[i].models);
  }
  return stages;
}

/// Each tier's part of all the values that the answers of a stage have.
ordered_json Report::tiers_json() const {
  ordered_json json = ordered_json::array();
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    std::int64_t all = 0;
    for (const auto& [tier, values] : stages_[i].tiers)
      all += values;
    for (const auto& [tier, values] : stages_[i].tiers)
      json.push_back({{"stage", pipeline_.stages[i].id},
                      {"tier", tier},
                      {"answers", values},
                      {"share", static_cast<double>(values) / static_cast<double>(all)}});
  }
  return json;
}

ordered_json Report::escalations_json() const {
  ordered_json reasons = ordered_json::array();
  for (std::size_t i = 0; i < stages_.size(); ++i)
    for (const auto& [reason, count] : stages_[i].escalations)
      reasons.push_back({{"reason", reason}, {"stage", pipeline_.stages[i].id}, {"count", count}});
  return {{"documents", escalated_}, {"reasons", std::move(reasons)}};
}

ordered_json Report::saved_json() const {
  ordered_json cache = docket::to_json(calls_.known()), results = docket::to_json(reused_results_);
  return {{"cache", std::move(cache)}, {"results", std::move(results)}, {"prefix", prefix_.to_json()}};
}

ordered_json Report::to_json(const Run& run) const {
  ordered_json report = {{"docket", 1}};
  report["pipeline"] = {{"name", pipeline_.name}, {"file", pipeline_.file.string()}};
  report["run"] = {{"id", run.id},           {"started", run.started},     {"finished", run.finished},
                   {"wall_ms", run.wall_ms}, {"exit_code", run.exit_code}, {"jobs", run.jobs}};
  if (!run.stopped.empty()) report["run"]["stopped"] = run.stopped;
  if (!run.warnings.empty()) report["run"]["warnings"] = run.warnings;
  if (!run.warm_ups.empty()) report["run"]["warm_ups"] = warm_ups_json(run.warm_ups);
  report["documents"] = {{"in", documents()},
                         {"done", documents(Outcome::done)},
                         {"failed", documents(Outcome::failed)},
                         {"held", documents(Outcome::held)},
                         {"up_to_date", up_to_date(Outcome::done) + up_to_date(Outcome::held)},
                         {"cancelled", documents(Outcome::cancelled)}};
  report["up_to_date"] = {{"done", up_to_date(Outcome::done)}, {"held", up_to_date(Outcome::held)}};
  report["attention"] = attention_json();
  report["unsure"] = unsure();
  report["doubtful"] = doubtful_json();
  report["input"] = {{"problems", {{"count", input_problem_count_}, {"first", input_problems_}}},
                     {"left_out", left_out_}};
  report["missing"] = {{"count", missing_.size()}, {"documents", ordered_json::array()}};
  for (std::size_t i = 0; i < std::min(missing_.size(), most_named_documents); ++i)
    report["missing"]["documents"].push_back(missing_[i]);
  report["stages"] = stages_json();
  std::int64_t cpu_ns = 0;
  for (const StageSums& sums : stages_)
    cpu_ns += sums.cpu_ns;
  report["totals"] = {{"cpu_ms", milliseconds(cpu_ns)}};
  calls_.add_to(report["totals"]);
  report["totals"]["models"] = usage_json(models_);
  report["backends"] = ordered_json::array();
  for (const auto& [backend, sums] : backends_) {
    ordered_json& of_backend = report["backends"].emplace_back(ordered_json{{"backend", backend}});
    sums.add_to(of_backend);
    of_backend["invalid_answers"] = invalid_answers_.of(backend);
  }
  report["models"] = ordered_json::array();
  for (const auto& [names, sums] : models_)
    sums.add_to(
        report["models"].emplace_back(ordered_json{{"backend", names.first}, {"model", names.second}}));
  report["labels"] = ordered_json::array();
  for (const auto& [label, sums] : labels_)
    sums.add_to(report["labels"].emplace_back(
        ordered_json{{"label", label ? ordered_json(*label) : ordered_json()}}));
  report["tiers"] = tiers_json();
  report["escalations"] = escalations_json();
  report["saved"] = saved_json();
  report["all_cloud"] = all_cloud_.to_json(calls_.usage());
  report["egress"] = egress_json();
  report["reasons"] = ordered_json::array();
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    for (const auto& [reason, count] : stages_[i].reasons) {
      report["reasons"].push_back({{"reason", reason}, {"stage", pipeline_.stages[i].id}, {"count", count}});
    }
  }
  report["files"] = files_json();
  report["errors"] = ordered_json::array();
  for (const auto& [error_class, group] : errors_) {
    ordered_json documents = ordered_json::array();
    for (const auto& [number, named] : group.documents) {
      ordered_json& document = documents.emplace_back(ordered_json::object());
      document["path"] = named.path;
      if (!named.stage.empty()) document["stage"] = named.stage;
      document["message"] = named.message;
      named.add_standing(document);
    }
    report["errors"].push_back(
        {{"class", name(error_class)}, {"count", group.count}, {"documents", std::move(documents)}});
  }
  report["held"] = ordered_json::array();
  for (const auto& [why, group] : held_) {
    ordered_json documents = ordered_json::array();
    for (const auto& [number, named] : group.documents) {
      documents.push_back({{"path", named.path}, {"stage", named.stage}, {"reasons", named.reasons}});
      if (!named.detail.empty()) documents.back()["detail"] = named.detail;
      named.add_standing(documents.back());
    }
    report["held"].push_back({{"why", why}, {"count", group.count}, {"documents", std::move(documents)}});
  }
  return report;
}

}  // namespace docket
