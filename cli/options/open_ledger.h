#pragma once
#include <optional>

#include "cli/options/pipeline_options.h"
#include "pipeline/ledger/reader.h"

namespace docket {

/// What the verbs that tell of earlier runs start from.
struct OpenedLedger {
  Pipeline pipeline;
  LedgerReader ledger;
};

/// Complains and returns nothing if the pipeline is wrong or no run has written to the output yet.
std::optional<OpenedLedger> open_ledger(const PipelineOptions& options);

}  // namespace docket
