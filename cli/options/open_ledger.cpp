#include "cli/options/open_ledger.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "cli/terminal/words.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/owner.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

/// `-o table.csv`, in place of a folder.
bool looks_like_file(const fs::path& output) {
  std::error_code ignored;
  if (fs::is_directory(output, ignored)) return false;
  for (const std::string_view ending : {".csv", ".json", ".jsonl", ".xlsx", ".txt", ".md", ".html", ".pdf"})
    if (output.extension() == ending) return true;
  return fs::is_regular_file(output, ignored);
}

/// Where there is no ledger, -o was taken for something else, or forgotten.
std::string without_ledger(const PipelineOptions& options, const std::string& said) {
  const std::string& output = options.output_dir;
  if (output.empty()) return said + "; if it was run with -o DIR, give the same -o here";
  if (!looks_like_file(output)) return said;
  return "-o " + output + ": -o is the output folder of the runs; what is printed goes to a file with > " +
         shell_word(output);
}

}  // namespace

std::optional<OpenedLedger> open_ledger(const PipelineOptions& options) {
  std::optional<Pipeline> pipeline = load_pipeline(options, SecretUse::none);
  if (!pipeline) return std::nullopt;
  auto ledger = LedgerReader::open(pipeline->output_dir);
  if (!ledger) {
    std::error_code ignored;
    const bool is_there = fs::exists(Ledger::file_in(pipeline->output_dir), ignored);
    print_error(is_there ? ledger.error().message : without_ledger(options, ledger.error().message));
    return std::nullopt;
  }
  if (const auto other = check_owner(ledger->database(), *pipeline)) {
    print_error(other->message);
    return std::nullopt;
  }
  return OpenedLedger{std::move(*pipeline), std::move(*ledger)};
}

}  // namespace docket
