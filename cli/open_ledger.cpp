#include "cli/open_ledger.h"

namespace docket {

std::optional<OpenedLedger> open_ledger_or_complain(const PipelineOptions& pipeline,
                                                    const std::string& output_dir) {
  std::optional<Plan> plan = read_plan_or_complain(pipeline);
  if (!plan) return std::nullopt;
  const std::filesystem::path output = output_folder(output_dir, *plan);
  auto ledger = LedgerReader::open(output);
  if (!ledger) {
    complain(ledger.error().message);
    return std::nullopt;
  }
  return OpenedLedger{std::move(*plan), output, std::move(*ledger)};
}

void add_output_option(CLI::App& command, std::string& output_dir) {
  command.add_option("-o,--output", output_dir, "Folder of the records, in place of the pipeline's")
      ->type_name("DIR");
}

}  // namespace docket
