#include "pipeline/run/dry_run.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/pipeline_digest.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/ledger/stages.h"
#include "pipeline/record.h"
#include "pipeline/run/document_source.h"

namespace docket {
namespace {

/// Looks at a document stage by stage. Fills it with what is known of it.
class DryRun {
 public:
  /// `ledger`: null: nothing is known. All must outlive this.
  DryRun(const Pipeline& pipeline, std::span<const LedgerConfiguration> configurations, LedgerReader* ledger,
         bool anew)
      : pipeline_(pipeline), configurations_(configurations), ledger_(ledger), anew_(anew) {}

  /// Per stage of the pipeline.
  Result<std::vector<StageForecast>> look(Document& document) {
    document.stages.assign(pipeline_.stages.size(), {});
    std::vector<StageForecast> stages;
    for (std::size_t i = 0; i < pipeline_.stages.size(); ++i) {
      Result<StageForecast> stage = look_at(document, i);
      if (!stage) return stage.error();
      stages.push_back(std::move(*stage));
    }
    return stages;
  }

 private:
  Result<StageForecast> look_at(Document& document, std::size_t position);
  std::string content_before(const LedgerStage& before);

  const Pipeline& pipeline_;
  const std::span<const LedgerConfiguration> configurations_;
  LedgerReader* const ledger_;
  const bool anew_;
  std::map<std::string, std::string> configured_;  ///< Contents by digest.
};

Result<StageForecast> DryRun::look_at(Document& document, std::size_t position) {
  using What = StageForecast::What;
  using State = StageResult::State;
  const StageConfig& stage = pipeline_.stages[position];
  const bool all_known = std::ranges::all_of(
      stage.after, [&](std::size_t earlier) { return document.stages[earlier].state != State::pending; });
  if (!all_known) return StageForecast{What::depends, {}};
  const std::vector<std::size_t> before = all_before(pipeline_.stages, position);
  const nlohmann::json record = record_before(document, pipeline_.stages, before);
  std::vector<std::string> reasons;
  for (const NamedCondition& named : stage.when) {
    const Result<bool> holds = named.condition->holds(record);
    if (holds && *holds) reasons.push_back(named.name);
  }
  if (!stage.when.empty() && reasons.empty() && !stage.type->decides_on_reasons) {
    document.stages[position].state = State::skipped;
    return StageForecast{What::skipped, {}};
  }
  if (anew_) return StageForecast{What::runs, "asked for by --always-make"};
  identify_once(document, stage);
  const StageInput input = stage_input(document, pipeline_.stages, position, before, reasons);
  if (ledger_ != nullptr) {
    auto known = ledger_->result(stage_key(configurations_[position], input));
    if (!known) return known.error();
    if (*known) {
      take_result(document, position, std::move(**known));
      note_digests(document, position, stage.type->provides_text);
      return StageForecast{What::kept, {}};
    }
  }
  const LedgerStage* seen = stage_before(document, stage.id);
  return StageForecast{What::runs, why_stale(seen, seen != nullptr ? content_before(*seen) : std::string(),
                                             configurations_[position], input)};
}

std::string DryRun::content_before(const LedgerStage& before) {
  const auto [known, is_new] = configured_.try_emplace(before.configuration);
  if (is_new && ledger_ != nullptr)
    if (auto read = ledger_->configuration(before.configuration)) known->second = std::move(*read);
  return known->second;
}

/// Counts what needs nothing.
class SparedDocuments final : public DocumentSource::Listener {
 public:
  SparedDocuments(Forecast& forecast, DryRunListener& listener) : forecast_(forecast), listener_(listener) {}

  void warned(const std::string& warning) override { listener_.warned(warning); }
  void up_to_date(const Input& input, Outcome) override {
    ++forecast_.up_to_date;
    listener_.spared(input.path, Rebuild::What::up_to_date);
  }
  void parked(std::size_t, const LedgerDocument& document) override {
    ++forecast_.parked;
    listener_.spared(document.path, Rebuild::What::parked);
  }
  void seen(const std::string&, const FileStamp&, bool) override {}
  void record_looks_old(const std::string&) override {}
  void named(const Input&, const std::string&) override {}

 private:
  Forecast& forecast_;
  DryRunListener& listener_;
};

void add(const Document& document, const std::vector<StageForecast>& stages, Forecast& forecast) {
  ++forecast.documents;
  ++forecast.why[document.why];
  for (std::size_t i = 0; i < stages.size(); ++i) {
    ++forecast.stages[i].counts[stages[i].what];
    if (stages[i].what == StageForecast::What::runs) ++forecast.stages[i].why[stages[i].why];
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
  auto opened = open_if_there(pipeline.output_dir);
  if (!opened) return opened.error();
  LedgerReader* const ledger = *opened ? &**opened : nullptr;
  Result<ModelDigests> models =
      ledger != nullptr ? known_models(ledger->database(), pipeline) : ModelDigests();
  if (!models) return models.error();
  const std::vector<LedgerConfiguration> configurations = configurations_of(pipeline, *models);
  Forecast forecast;
  for (const StageConfig& stage : pipeline.stages)
    forecast.stages.push_back({stage.id, {}, {}});
  SparedDocuments spared(forecast, listener);
  DocumentSource source(options, pipeline, ledger != nullptr ? &ledger->database() : nullptr,
                        pipeline_digest(pipeline, configurations), spared);
  DryRun look(pipeline, configurations, ledger, options.always_make());
  while (const DocumentPtr document = source.next({})) {
    const auto stages = look.look(*document);
    if (!stages) return stages.error();
    add(*document, *stages, forecast);
    listener.looked_at(*document, *stages, pipeline);
  }
  if (source.failure()) return *source.failure();
  return forecast;
}

}  // namespace docket
