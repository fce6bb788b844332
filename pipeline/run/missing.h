#pragma once
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "pipeline/ledger/tables.h"
#include "pipeline/run/inputs.h"

namespace docket {

/// Paths of documents that the ledger knows and the input does not name, in their order. `known`: which of
/// the ledger's documents are looked for. `warn` is told of what cannot be listed, or matches nothing.
Result<std::vector<std::string>> missing_documents(LedgerDatabase& ledger, DocumentSet known,
                                                   const InputOptions& input, const std::stop_token& stop,
                                                   const std::function<void(const std::string&)>& warn);

/// Paths of documents that failed, that no run over the whole input has ever named, and whose file is gone,
/// in their order: an INPUT of a run named them, and no run will name them again.
Result<std::vector<std::string>> lost_failures(LedgerDatabase& ledger, const std::filesystem::path& project);

/// Whether `clean --missing` forgets this document once its file is gone. What an INPUT named and is done
/// stays.
bool is_forgotten_without_file(const LedgerDocument& document);

/// Sources that name no file (a list on standard input aside): mistyped, or not mounted.
std::vector<std::string> sources_without_files(const InputOptions& input, const std::stop_token& stop);

}  // namespace docket
