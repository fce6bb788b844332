#pragma once
#include <optional>
#include <string>

#include "cli/commands.h"
#include "pipeline/ledger/reader.h"

namespace docket {

/// What the verbs that tell of earlier runs start from.
struct OpenedLedger {
  Pipeline pipeline;
  std::filesystem::path output;
  LedgerReader ledger;
};

/// Complains and returns nothing if the pipeline is wrong or no run has written to the output yet.
std::optional<OpenedLedger> open_ledger(const PipelineOptions& options, const std::string& output_dir);

/// Adds `-o DIR` to such a verb.
void add_output_option(CLI::App& command, std::string& output_dir);

}  // namespace docket
