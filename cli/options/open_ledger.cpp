#include "cli/options/open_ledger.h"

#include <utility>

#include "cli/terminal/words.h"
#include "pipeline/ledger/owner.h"

namespace docket {

std::optional<OpenedLedger> open_ledger(const PipelineOptions& options) {
  std::optional<Pipeline> pipeline = load_pipeline(options);
  if (!pipeline) return std::nullopt;
  auto ledger = LedgerReader::open(pipeline->output_dir);
  if (!ledger) {
    print_error(ledger.error().message);
    return std::nullopt;
  }
  if (const auto other = check_owner(ledger->database(), *pipeline)) {
    print_error(other->message);
    return std::nullopt;
  }
  return OpenedLedger{std::move(*pipeline), std::move(*ledger)};
}

}  // namespace docket
