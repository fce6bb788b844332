#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/pipeline.h"
#include "pipeline/run/collected.h"
#include "pipeline/run/depfile.h"
#include "pipeline/run/document_source.h"
#include "pipeline/run/output.h"
#include "pipeline/run/report.h"
#include "pipeline/run/run.h"
#include "pipeline/run/run_ledger.h"
#include "pipeline/run/run_options.h"

namespace docket {

/// What a run does with documents that need nothing.
class UpToDateDocuments final : public DocumentSource::Listener {
 public:
  /// All must outlive it. `depfile`: null if none is asked for.
  UpToDateDocuments(const Pipeline& pipeline, const RunOptions& options, const Output& output,
                    RunLedger& ledger, RunListener& listener, Warnings& warnings, Depfile* depfile);

  void input_problem(const std::string& problem) override;
  void left_out(const std::string& file) override;
  void input_note(const std::string& note) override;
  void up_to_date(const Input& input, DocumentSource::Ended ended) override;
  void parked(std::size_t number, const LedgerDocument& document) override;
  void seen(const std::string& path, const FileStamp& stamp, bool in_input) override;
  bool restore(const LedgerHistory& history) override;
  void record_looks_old(const std::string& record) override;
  void named(const Input& input, const std::string& record) override;

  /// Once the source has come to its end.
  void add_to(Report& report) const;

 private:
  const Pipeline& pipeline_;
  const RunOptions& options_;
  const Output& output_;
  RunLedger& ledger_;
  RunListener& listener_;
  Depfile* const depfile_;
  std::int64_t done_ = 0, held_ = 0, acknowledged_ = 0, left_out_ = 0;
  Warnings& warnings_;
  std::map<std::string, std::int64_t, std::less<>> verdicts_;  ///< And how many documents have them.
  std::vector<std::string> problems_;
  std::vector<std::pair<std::size_t, LedgerDocument>> parked_;
};

}  // namespace docket
