#include "pipeline/run/report.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

namespace docket {

using nlohmann::ordered_json;

namespace {

/// So that a report of a million failures stays readable and small; results.jsonl has them all.
constexpr std::size_t most_named_documents = 1000;

std::int64_t milliseconds(std::int64_t nanoseconds) { return (nanoseconds + 500'000) / 1'000'000; }

/// One entry for each backend and model, by name: documents end in any order.
ordered_json models_json(const Spending& spent) {
  std::map<std::pair<std::string, std::string>, Usage> sorted;
  for (const ModelUsage& used : spent.by_model())
    sorted[{used.backend, used.model}] += used.usage;
  ordered_json models = ordered_json::array();
  for (const auto& [names, usage] : sorted)
    models.push_back({{"backend", names.first}, {"model", names.second}, {"usage", docket::to_json(usage)}});
  return models;
}

std::size_t index(StageResult::State state) { return static_cast<std::size_t>(state); }

}  // namespace

struct Report::StageSums {
  std::int64_t in = 0;                      ///< Reached.
  std::array<std::int64_t, 5> states = {};  ///< By StageResult::State.
  std::int64_t cancelled = 0;               ///< Of the pending ones: begun, then cut short.
  std::int64_t wall_ns = 0, cpu_ns = 0;
  Spending spent;
  std::map<std::string, std::int64_t> reasons;

  void add(const StageResult& result);
};

void Report::StageSums::add(const StageResult& result) {
  const bool is_pending = result.state == StageResult::State::pending;
  if (!is_pending || result.error) ++in;
  if (is_pending && result.error) ++cancelled;
  ++states[index(result.state)];
  wall_ns += result.wall_ns;
  cpu_ns += result.cpu_ns;
  spent += result.spent;
  for (const std::string& reason : result.reasons)
    ++reasons[reason];
}

Report::Report(const Pipeline& pipeline) : pipeline_(pipeline), stages_(pipeline.stages.size()) {}

Report::~Report() = default;

void Report::Group::add(std::size_t number, Named named) {
  ++count;
  documents[number] = std::move(named);
  if (documents.size() > most_named_documents) documents.erase(std::prev(documents.end()));
}

void Report::add(const Document& document) {
  ++outcomes_[static_cast<std::size_t>(outcome(document))];
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const StageResult& result = document.stages[i];
    stages_[i].add(result);
    usage_ += result.spent.total();
    if (result.held)
      held_[*result.held].add(document.number, {document.path, pipeline_.stages[i].id, {}, result.reasons});
  }
  if (const Error* error = error_of(document)) {
    const StageResult* failed = failed_stage(document);
    const std::string stage =
        failed == nullptr ? ""
                          : pipeline_.stages[static_cast<std::size_t>(failed - document.stages.data())].id;
    errors_[error->error_class].add(document.number, {document.path, stage, error->message, {}});
  }
}

void Report::add_parked(std::size_t number, const std::string& path, const std::string& stage,
                        const Error& error) {
  ++outcomes_[static_cast<std::size_t>(Outcome::failed)];
  errors_[error.error_class].add(number, {path, stage, error.message + " (parked: not tried again)", {}});
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
  // What is counted; cli/table.cpp has what is shown of it.
  static constexpr Column columns[] = {
      {"in", [](const StageSums& sums) -> ordered_json { return sums.in; }},
      {"done", [](const StageSums& sums) -> ordered_json { return sums.states[index(State::done)]; }},
      {"skipped", [](const StageSums& sums) -> ordered_json { return sums.states[index(State::skipped)]; }},
      {"failed", [](const StageSums& sums) -> ordered_json { return sums.states[index(State::failed)]; }},
      {"held", [](const StageSums& sums) -> ordered_json { return sums.states[index(State::held)]; }},
      {"cancelled", [](const StageSums& sums) -> ordered_json { return sums.cancelled; }},
      {"wall_ms", [](const StageSums& sums) -> ordered_json { return milliseconds(sums.wall_ns); }},
      {"cpu_ms", [](const StageSums& sums) -> ordered_json { return milliseconds(sums.cpu_ns); }},
      {"usage", [](const StageSums& sums) { return docket::to_json(sums.spent.total()); }},
      {"models", [](const StageSums& sums) { return models_json(sums.spent); }},
  };
  ordered_json stages = ordered_json::array();
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (pipeline_.stages[i].left_out) continue;  // Its results are no work of this run.
    ordered_json& stage = stages.emplace_back(ordered_json::object());
    stage["id"] = pipeline_.stages[i].id;
    stage["type"] = pipeline_.stages[i].type->name;
    for (const Column& column : columns)
      stage[column.name] = column.value(stages_[i]);
  }
  return stages;
}

ordered_json Report::to_json(const Run& run) const {
  ordered_json report = {{"docket", 1}};
  report["pipeline"] = {{"name", pipeline_.name}, {"file", pipeline_.file.string()}};
  report["run"] = {{"id", run.id},           {"started", run.started},     {"finished", run.finished},
                   {"wall_ms", run.wall_ms}, {"exit_code", run.exit_code}, {"jobs", run.jobs}};
  if (!run.stopped.empty()) report["run"]["stopped"] = run.stopped;
  if (!run.warnings.empty()) report["run"]["warnings"] = run.warnings;
  report["documents"] = {{"in", documents()},
                         {"done", documents(Outcome::done)},
                         {"failed", documents(Outcome::failed)},
                         {"held", documents(Outcome::held)},
                         {"up_to_date", up_to_date(Outcome::done) + up_to_date(Outcome::held)},
                         {"cancelled", documents(Outcome::cancelled)}};
  report["up_to_date"] = {{"done", up_to_date(Outcome::done)}, {"held", up_to_date(Outcome::held)}};
  report["missing"] = {{"count", missing_.size()}, {"documents", ordered_json::array()}};
  for (std::size_t i = 0; i < std::min(missing_.size(), most_named_documents); ++i)
    report["missing"]["documents"].push_back(missing_[i]);
  report["stages"] = stages_json();
  std::int64_t cpu_ns = 0;
  Spending spent;
  for (const StageSums& sums : stages_) {
    cpu_ns += sums.cpu_ns;
    spent += sums.spent;
  }
  report["totals"] = {
      {"cpu_ms", milliseconds(cpu_ns)}, {"usage", docket::to_json(usage_)}, {"models", models_json(spent)}};
  report["reasons"] = ordered_json::array();
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    for (const auto& [reason, count] : stages_[i].reasons) {
      report["reasons"].push_back({{"reason", reason}, {"stage", pipeline_.stages[i].id}, {"count", count}});
    }
  }
  report["errors"] = ordered_json::array();
  for (const auto& [error_class, group] : errors_) {
    ordered_json documents = ordered_json::array();
    for (const auto& [number, named] : group.documents) {
      ordered_json& document = documents.emplace_back(ordered_json::object());
      document["path"] = named.path;
      if (!named.stage.empty()) document["stage"] = named.stage;
      document["message"] = named.message;
    }
    report["errors"].push_back(
        {{"class", name(error_class)}, {"count", group.count}, {"documents", std::move(documents)}});
  }
  report["held"] = ordered_json::array();
  for (const auto& [why, group] : held_) {
    ordered_json documents = ordered_json::array();
    for (const auto& [number, named] : group.documents) {
      documents.push_back({{"path", named.path}, {"stage", named.stage}, {"reasons", named.reasons}});
    }
    report["held"].push_back({{"why", why}, {"count", group.count}, {"documents", std::move(documents)}});
  }
  return report;
}

}  // namespace docket
