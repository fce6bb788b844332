#include "cli/open_ledger.h"

namespace docket {

std::optional<OpenedLedger> open_ledger(const PipelineOptions& options, const std::string& output_dir) {
  std::optional<Pipeline> pipeline = load_pipeline(options);
  if (!pipeline) return std::nullopt;
  const std::filesystem::path output = output_folder(output_dir, *pipeline);
  auto ledger = LedgerReader::open(output);
  if (!ledger) {
    print_error(ledger.error().message);
    return std::nullopt;
  }
  return OpenedLedger{std::move(*pipeline), output, std::move(*ledger)};
}

void add_output_option(CLI::App& command, std::string& output_dir) {
  command.add_option("-o,--output", output_dir, "Folder of the records, in place of the pipeline's")
      ->type_name("DIR");
}

}  // namespace docket
