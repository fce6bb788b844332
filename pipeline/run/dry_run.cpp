#include "pipeline/run/dry_run.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "pipeline/config/check_conditions.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/owner.h"
#include "pipeline/ledger/pipeline_digest.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/run/document_source.h"
#include "pipeline/run/own_files.h"

namespace docket {
namespace {

/// What becomes of each stage of the document, as far as that can be told without running any.
Result<std::vector<StageDecision>> decide_all(Document& document, std::size_t stage_count,
                                              StageDecider& decider, const StageDecider::Find& find) {
  document.stages.assign(stage_count, {});
  std::vector<StageDecision> decisions;
  for (std::size_t i = 0; i < stage_count; ++i) {
    Result<StageDecision> decision = decider.decide(document, i, find, decisions);
    if (!decision) return decision.error();
    decisions.push_back(std::move(*decision));
  }
  return decisions;
}

/// Counts what needs nothing.
class SparedDocuments final : public DocumentSource::Listener {
 public:
  SparedDocuments(Forecast& forecast, DryRunListener& listener) : forecast_(forecast), listener_(listener) {}

  void input_problem(const std::string& problem) override {
    ++forecast_.input_problems;
    listener_.input_problem(problem);
  }
  void left_out(const std::string& file) override { listener_.left_out(file); }
  void input_note(const std::string& note) override { listener_.warned("input: " + note); }
  void up_to_date(const Input& input, DocumentSource::Ended) override {
    ++forecast_.up_to_date;
    listener_.spared(input.path, Rebuild::What::up_to_date);
  }
  void parked(std::size_t, const LedgerDocument& document) override {
    ++forecast_.parked;
    listener_.spared(document.path, Rebuild::What::parked);
  }
  void seen(const std::string&, const FileStamp&, bool) override {}
  bool restore(const LedgerHistory&) override { return true; }
  void record_looks_old(const std::string&) override {}
  void named(const Input&, const std::string&) override {}

 private:
  Forecast& forecast_;
  DryRunListener& listener_;
};

void add(const Document& document, const std::vector<StageDecision>& stages, Forecast& forecast) {
  ++forecast.documents;
  ++forecast.why[document.why];
  for (std::size_t i = 0; i < stages.size(); ++i) {
    ++forecast.stages[i].counts[stages[i].what];
    if (stages[i].what == StageDecision::What::runs) ++forecast.stages[i].why[stages[i].why];
    if (stages[i].what == StageDecision::What::fails) ++forecast.stages[i].errors[stages[i].why];
  }
}

/// Nothing where no run has written yet.
Result<std::optional<LedgerReader>> open_if_there(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (!std::filesystem::exists(Ledger::file_in(folder), ignored)) return std::optional<LedgerReader>();
  Result<LedgerReader> opened = LedgerReader::open(folder);
  if (!opened) return opened.error();
  return std::optional<LedgerReader>(std::move(*opened));
}

}  // namespace

Result<Forecast> dry_run(Pipeline pipeline, const RunOptions& options, DryRunListener& listener) {
  if (auto error = apply(options, pipeline)) return *error;
  if (auto error = check_overlap(input_options(options, pipeline))) return *error;
  if (auto error = mistyped(options, pipeline, {})) return *error;
  auto opened = open_if_there(pipeline.output_dir);
  if (!opened) return opened.error();
  LedgerReader* const ledger = *opened ? &**opened : nullptr;
  if (ledger != nullptr)
    if (auto error = check_owner(ledger->database(), pipeline)) return *error;
  Result<ModelDigests> models =
      ledger != nullptr ? known_models(ledger->database(), pipeline) : ModelDigests();
  if (!models) return models.error();
  const std::vector<LedgerConfiguration> configurations = configurations_of(pipeline, *models);
  Forecast forecast;
  for (const StageConfig& stage : pipeline.stages)
    forecast.stages.push_back({stage.id, {}, {}, {}});
  SparedDocuments spared(forecast, listener);
  DocumentSource source(options, pipeline, ledger != nullptr ? &ledger->database() : nullptr,
                        pipeline_digests(pipeline, configurations), spared);
  const auto find = [&](const std::string& key) -> Result<StageDecider::Found> {
    if (ledger == nullptr || options.always_make()) return StageDecider::Found{};
    auto known = ledger->result(key);
    if (!known) return known.error();
    return StageDecider::Found{std::move(*known)};
  };
  const auto configuration = [&](const std::string& digest) {
    return ledger != nullptr ? ledger->configuration(digest) : std::string();
  };
  const StageDecider::Use use = options.always_make() ? StageDecider::Use::this_run : StageDecider::Use::all;
  StageDecider decider(pipeline.stages, configurations, use, configuration, pipeline.complexity);
  while (const DocumentPtr document = source.next({})) {
    if (forecast.documents == 0)
      if (auto refused = refuse_conditions(pipeline)) return *refused;
    const auto stages = decide_all(*document, pipeline.stages.size(), decider, find);
    if (!stages) return stages.error();
    add(*document, *stages, forecast);
    listener.looked_at(*document, *stages, pipeline);
  }
  if (source.failure()) return *source.failure();
  return forecast;
}

}  // namespace docket
