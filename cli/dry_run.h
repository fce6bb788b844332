#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/ledger/reader.h"
#include "pipeline/pipeline.h"

namespace docket {

/// What a run would do with each stage of a document, as far as that can be told without running any.
class DryRun {
 public:
  enum class What {
    runs,     ///< `why` says why.
    kept,     ///< Its result is known.
    skipped,  ///< Its conditions are false.
    depends,  ///< On what a stage before it will find.
  };
  struct Stage {
    What what = What::depends;
    std::string why;
  };
  /// `ledger`: null: nothing is known. All must outlive this.
  DryRun(const Pipeline& pipeline, std::span<const LedgerConfiguration> configurations, LedgerReader* ledger,
         bool anew);

  /// Per stage of the plan. Fills the document with what is known of it.
  Result<std::vector<Stage>> look(Document& document);

 private:
  Result<Stage> look_at(Document& document, std::size_t position);
  std::string content_before(const LedgerStage& before);

  const Pipeline& pipeline_;
  const std::span<const LedgerConfiguration> configurations_;
  LedgerReader* const ledger_;
  const bool anew_;
  std::map<std::string, std::string> configured_;  ///< Contents by digest.
};

}  // namespace docket
