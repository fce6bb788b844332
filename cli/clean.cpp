#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/exit_code.h"
#include "cli/open_ledger.h"
#include "cli/table.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/run/document_source.h"
#include "pipeline/run/missing.h"
#include "pipeline/run/output.h"
#include "pipeline/run/results.h"

namespace docket {
namespace {

struct CleanOptions {
  PipelineOptions pipeline;
  RunOptions run;  ///< Which documents: the whole input.
  bool missing = false;
  bool dry_run = false;
};

std::optional<Error> remove_files_and_rows(const Output& output, Ledger& ledger, const std::string& path) {
  const std::string name = output_name(path);
  // Whichever of the two a kill leaves, the next clean or run does the rest.
  ledger.forget_document(path);
  for (const std::string_view ending : {words_ending, text_ending, record_ending})
    if (auto failed = output.remove(name + std::string(ending))) return failed;
  return std::nullopt;
}

std::optional<Error> remove_all(const Output& output, Ledger& ledger, const std::vector<std::string>& paths) {
  for (const std::string& path : paths)
    if (auto failed = remove_files_and_rows(output, ledger, path)) return failed;
  if (auto failed = ledger.flush()) return failed;
  auto reading = ledger.read();
  if (!reading) return reading.error();
  const Result<std::int64_t> written = write_results(output, **reading);
  if (!written) return written.error();
  ledger.results_written(*written);
  return ledger.flush();
}

int clean_missing(const CleanOptions& options, const Pipeline& pipeline, const Output& output) {
  auto ledger = Ledger::open(output.folder());
  if (!ledger) {
    print_error(ledger.error().message);
    return exit_failed;
  }
  auto reading = (*ledger)->read();
  if (!reading) {
    print_error(reading.error().message);
    return exit_failed;
  }
  const DocumentSet known = options.run.inputs.empty() ? DocumentSet::in_input : DocumentSet::all;
  std::string unlisted;
  const auto paths = missing_documents(**reading, known, input_options(options.run, pipeline), {},
                                       [&](const std::string& warning) { unlisted = warning; });
  if (!paths) {
    print_error(paths.error().message);
    return exit_failed;
  }
  // A folder that is not mounted looks like one whose documents are all gone.
  if (!unlisted.empty() && options.run.inputs.empty() && !paths->empty()) {
    print_error("clean --missing: " + unlisted +
                "; nothing was removed. If this is intended, name the input that is " +
                "left on the command line, such as: docket clean " + options.pipeline.file.string() +
                " --missing FOLDER");
    return exit_failed;
  }
  for (const std::string& path : *paths)
    std::fputs((printable(path) + "\n").c_str(), stdout);
  if (options.dry_run || paths->empty()) return exit_up_to_date;
  if (const auto failed = remove_all(output, **ledger, *paths)) {
    print_error(failed->message);
    return exit_failed;
  }
  return exit_up_to_date;
}

int clean_command(const CleanOptions& options) {
  const std::optional<Pipeline> pipeline = load_pipeline(options.pipeline);
  if (!pipeline) return exit_usage;
  if (!options.missing) {
    print_error(
        "clean: say what to remove: --missing removes the output of documents that are no longer in the "
        "input");
    return exit_usage;
  }
  if (options.run.inputs.empty() && pipeline->inputs.empty()) {
    print_error(
        "clean --missing: no input: name all of it on the command line, or set `input: {paths: […]}` in the "
        "pipeline");
    return exit_usage;
  }
  const std::filesystem::path& folder = pipeline->output_dir;
  const auto exists = LedgerReader::open(folder);
  if (!exists) {
    print_error(exists.error().message);
    return exit_usage;
  }
  const auto opened = Output::open(folder);
  if (const auto* failure = std::get_if<Output::Failure>(&opened)) {
    print_error(failure->error.message);
    return failure->held_by_another ? exit_locked : exit_failed;
  }
  return clean_missing(options, *pipeline, *std::get<std::unique_ptr<Output>>(opened));
}

}  // namespace

void add_clean(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("clean", "Remove the output of documents that are gone");
  const auto options = std::make_shared<CleanOptions>();
  options->pipeline.add_to(*command);
  command
      ->add_option("INPUT", options->run.inputs,
                   "The whole input, instead of the pipeline's: files, folders, globs, or -")
      ->type_name("");
  command->add_flag("-0,--null", options->run.null_separated,
                    "The list on standard input is separated by NUL bytes");
  command->add_flag("--missing", options->missing,
                    "Remove records, texts and ledger entries of documents that are no longer in the input");
  command->add_flag("-n,--dry-run", options->dry_run, "Only list them");
  options->pipeline.add_output_to(*command);
  command->callback([options, &exit_code] { exit_code = clean_command(*options); });
}

}  // namespace docket
