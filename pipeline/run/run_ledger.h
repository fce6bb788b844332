#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/pipeline_digest.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/ledger_stages.h"
#include "pipeline/run/report.h"
#include "pipeline/run/run_options.h"

namespace docket {

/// A run's side of its ledger: what it was told to do, and how each of its documents ended.
class RunLedger {
 public:
  /// `models`: what servers say now. Who says nothing is taken to have what it had.
  static Result<std::unique_ptr<RunLedger>> open(const Pipeline& pipeline, const RunOptions& options,
                                                 const ModelDigests& models);

  /// `version`: of docket.
  std::optional<Error> begin(const Report::Run& run, const std::string& version);
  /// Waits until all is committed.
  std::optional<Error> end(int exit_code, const std::string& report);

  /// A document has ended and its record stands in its place. `record`: on one line; empty: the file was left
  /// as it is. `record_bytes`: the size of the file.
  void ended(const Document& document, bool in_input, std::string record, std::int64_t record_bytes);

  /// The record of an earlier success that a failure must not replace: that of the same content, or of
  /// another when the failure is not the document's doing. Empty: there is none.
  Result<std::string> record_to_keep(const Document& document);

  Ledger& ledger() { return *ledger_; }
  LedgerStages& stages() { return *stages_; }
  const ModelDigests& models() const { return models_; }
  const std::string& pipeline_digest() const { return pipeline_digest_; }

 private:
  RunLedger(const Pipeline& pipeline, std::unique_ptr<Ledger> ledger, const RunOptions& options,
            ModelDigests models);
  std::vector<LedgerStage> stages_of(const Document& document) const;

  const Pipeline& pipeline_;
  const ModelDigests models_;
  const std::vector<LedgerConfiguration> configurations_;
  const std::string pipeline_digest_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<LedgerStages> stages_;
};

}  // namespace docket
