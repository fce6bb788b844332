// `docket plan`, which is `run -n`.
#include <cstdio>
#include <map>

#include "cli/commands.h"
#include "cli/document_source.h"
#include "cli/dry_run.h"
#include "cli/exit_code.h"
#include "cli/run.h"
#include "cli/table.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/pipeline_digest.h"

namespace docket {
namespace {

using What = DryRun::What;

/// Counts what needs nothing.
class Idle final : public DocumentSource::Listener {
 public:
  void warned(const std::string& warning) override { print_error("warning: " + warning); }
  void up_to_date(const Input&, Outcome) override { ++up_to_date_; }
  void parked(std::size_t, const LedgerDocument&) override { ++parked_; }
  void seen(const std::string&, const FileStamp&, bool) override {}
  void record_looks_old(const std::string&) override {}
  void named(const Input&, const std::string&) override {}

  std::int64_t up_to_date() const { return up_to_date_; }
  std::int64_t parked() const { return parked_; }

 private:
  std::int64_t up_to_date_ = 0, parked_ = 0;
};

/// What all documents together would make of a run.
struct Forecast {
  struct Stage {
    std::map<What, std::int64_t> counts;
    std::map<std::string, std::int64_t> why;
  };
  explicit Forecast(std::size_t stage_count) : stages(stage_count) {}
  void add(const Document& document, const std::vector<DryRun::Stage>& looked) {
    ++documents;
    ++why[document.why];
    for (std::size_t i = 0; i < looked.size(); ++i) {
      ++stages[i].counts[looked[i].what];
      if (looked[i].what == What::runs) ++stages[i].why[looked[i].why];
    }
  }

  std::int64_t documents = 0;
  std::map<std::string, std::int64_t> why;  ///< Of documents.
  std::vector<Stage> stages;
};

std::string in_words(const DryRun::Stage& stage) {
  switch (stage.what) {
    case What::runs:
      return "runs, " + stage.why;
    case What::kept:
      return "kept";
    case What::skipped:
      return "skipped";
    case What::depends:
      return "depends on what comes before";
  }
  return "";
}

std::string story(const Document& document, const Pipeline& pipeline,
                  const std::vector<DryRun::Stage>& stages) {
  std::string text = document.path + ": " + document.why + "\n";
  for (std::size_t i = 0; i < stages.size(); ++i)
    text += "  " + pipeline.stages[i].id + ": " + in_words(stages[i]) + "\n";
  return printable(text);
}

std::string format(const Forecast& forecast, const Pipeline& pipeline, const Idle& idle) {
  std::string text;
  for (const auto& [why, count] : forecast.why)
    text += printable(counted(count, "document") + ": " + why) + "\n";
  if (forecast.documents > 0) {
    std::vector<std::vector<std::string>> rows = {{"stage", "runs", "kept", "skipped", "depends"}};
    for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
      std::vector<std::string> row = {pipeline.stages[i].id};
      for (const What what : {What::runs, What::kept, What::skipped, What::depends}) {
        const auto found = forecast.stages[i].counts.find(what);
        row.push_back(std::to_string(found == forecast.stages[i].counts.end() ? 0 : found->second));
      }
      rows.push_back(std::move(row));
    }
    text += "\n" + format_table(rows) + "\n";
    for (std::size_t i = 0; i < pipeline.stages.size(); ++i)
      for (const auto& [why, count] : forecast.stages[i].why)
        text +=
            printable(pipeline.stages[i].id + " runs for " + counted(count, "document") + ": " + why) + "\n";
    text += "\n";
  }
  return text + counted(forecast.documents, "document") + " to work on, " +
         std::to_string(idle.up_to_date()) + " up to date, " + std::to_string(idle.parked()) + " parked\n";
}

}  // namespace

int plan_command(const RunOptions& options) {
  const std::optional<Pipeline> pipeline = load_pipeline_for_run(options);
  if (!pipeline) return exit_usage;
  const std::filesystem::path folder = output_folder(options.output_dir, *pipeline);
  std::optional<LedgerReader> ledger;
  std::error_code ignored;
  if (std::filesystem::exists(Ledger::file_in(folder), ignored)) {
    auto opened = LedgerReader::open(folder);
    if (!opened) {
      print_error(opened.error().message);
      return exit_usage;
    }
    ledger.emplace(std::move(*opened));
  }
  Result<ModelDigests> models = ledger ? known_models(ledger->database(), *pipeline) : ModelDigests();
  if (!models) {
    print_error(models.error().message);
    return exit_usage;
  }
  const std::vector<LedgerConfiguration> configurations = configurations_of(*pipeline, *models);
  Idle idle;
  DocumentSource source(options, *pipeline, folder, ledger ? &ledger->database() : nullptr,
                        pipeline_digest(*pipeline, configurations), idle);
  DryRun dry_run(*pipeline, configurations, ledger ? &*ledger : nullptr, options.always_make());
  Forecast forecast(pipeline->stages.size());
  while (const DocumentPtr document = source.next({})) {
    const auto stages = dry_run.look(*document);
    if (!stages) {
      print_error(stages.error().message);
      return exit_usage;
    }
    forecast.add(*document, *stages);
    if (options.verbose) std::fputs(story(*document, *pipeline, *stages).c_str(), stdout);
  }
  if (source.failure()) {
    print_error(source.failure()->message);
    return exit_usage;
  }
  std::fputs(format(forecast, *pipeline, idle).c_str(), stdout);
  return exit_up_to_date;
}

}  // namespace docket
