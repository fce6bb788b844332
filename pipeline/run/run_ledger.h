#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/pipeline_digest.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/document_files.h"
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

  /// Notes which documents are inside of one, if it has been read; called before it ends. True: there are
  /// some.
  bool list_members(const Document& document, bool in_input);
  /// A document has ended. `record`: on one line; empty: the one that is known stays. `files`: what of it
  /// stands in the output.
  void ended(const Document& document, bool in_input, std::string record, const WrittenFiles& files);
  /// The document was looked at, and all that is known of it stays so.
  void seen(const Document& document, bool in_input);

  /// True if the run leaves out stages (--until), those that it asks for have what they had, and some of the
  /// others had results that only an earlier record has: there is nothing new to say of the document.
  bool is_as_before(const Document& document) const;

  /// The record of an earlier success that a failure must not replace: that of the same content, or of
  /// another when the failure is not the document's doing. Empty: there is none.
  Result<std::string> record_to_keep(const Document& document);

  Ledger& ledger() { return *ledger_; }
  LedgerStages& stages() { return *stages_; }
  const ModelDigests& models() const { return models_; }
  const PipelineDigests& pipeline_digests() const { return digests_; }

 private:
  RunLedger(const Pipeline& pipeline, std::unique_ptr<Ledger> ledger, const RunOptions& options,
            ModelDigests models);
  std::vector<LedgerStage> stages_of(const Document& document) const;

  const Pipeline& pipeline_;
  const ModelDigests models_;
  const std::vector<LedgerConfiguration> configurations_;
  const PipelineDigests digests_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<LedgerStages> stages_;
};

}  // namespace docket
