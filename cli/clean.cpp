#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options/open_ledger.h"
#include "cli/options/pipeline_options.h"
#include "cli/terminal/words.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/owner.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/record.h"
#include "pipeline/run/document_files.h"
#include "pipeline/run/document_source.h"
#include "pipeline/run/missing.h"
#include "pipeline/run/output.h"
#include "pipeline/run/own_files.h"
#include "pipeline/run/results.h"

namespace docket {
namespace {

struct CleanOptions {
  PipelineOptions pipeline;
  RunOptions run;  ///< Which documents: the whole input.
  bool missing = false;
  bool all = false;  ///< Also where no document is left.
  bool dry_run = false;
  bool as_json = false;
};

/// Only what the ledger says that docket has written.
std::optional<Error> remove_files_and_rows(const Output& output, Ledger& ledger, const std::string& path) {
  auto reading = ledger.read();
  if (!reading) return reading.error();
  const auto row = select_document(**reading, path);
  if (!row) return row.error();
  const WrittenFiles written = written_files(*row ? &**row : nullptr);
  const std::pair<std::string_view, std::optional<std::int64_t>> files[] = {
      {words_ending, written.words}, {text_ending, written.text}, {record_ending, written.record}};
  for (const auto& [ending, bytes] : files) {
    if (bytes == not_written) continue;
    if (auto failed = output.remove(output_name(path) + std::string(ending))) return failed->error;
  }
  ledger.forget_document(path);  // Last: as long as it is known, the next clean does what a kill has left.
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

/// Prints why nothing is removed, and what to do.
int refuse(const std::string& why, int exit_code) {
  print_error("clean --missing: " + why + (why.ends_with('?') ? "" : ";") + " nothing was removed");
  return exit_code;
}

/// A folder that is not mounted, and a name with a slip of the pen, look like an input whose documents are
/// all gone. The exit code of a refusal; nothing: they may be removed.
std::optional<int> check_sources(const CleanOptions& options, const InputOptions& input) {
  if (options.all) return std::nullopt;
  if (const auto error = options.run.inputs.empty() ? std::nullopt : mistyped(input, {}))
    return refuse(error->message, exit_usage);
  const std::vector<std::string> without = sources_without_files(input, {});
  if (without.empty()) return std::nullopt;
  return refuse("no file matches " + without.front() + ". Name all of the input that is left, or add --all",
                options.run.inputs.empty() ? exit_failed : exit_usage);
}

int clean_missing(const CleanOptions& options, const Pipeline& pipeline, const Output& output) {
  auto ledger = Ledger::open(output.folder(), pipeline.output_mode);
  if (!ledger) return refuse(ledger.error().message, exit_failed);
  auto reading = (*ledger)->read();
  if (!reading) return refuse(reading.error().message, exit_failed);
  if (const auto other = check_owner(**reading, pipeline)) return refuse(other->message, exit_usage);
  InputOptions input = input_options(options.run, pipeline);
  input.empty_is_odd = false;
  if (const auto refused = check_sources(options, input)) return *refused;
  const DocumentSet known = options.run.inputs.empty() ? DocumentSet::in_input : DocumentSet::all;
  std::string unlisted;
  auto paths =
      missing_documents(**reading, known, input, {}, [&](const std::string& warning) { unlisted = warning; });
  if (!paths) return refuse(paths.error().message, exit_failed);
  if (!unlisted.empty() && !options.all) return refuse(unlisted, exit_failed);
  const auto all = select_paths(**reading, known);
  if (!all) return refuse(all.error().message, exit_failed);
  if (!options.all && !paths->empty() && paths->size() == all->size())
    return refuse("that would be all " + counted(static_cast<std::int64_t>(all->size()), "document") +
                      " of the output. If this is intended, add --all",
                  exit_failed);
  if (known == DocumentSet::in_input) {
    auto lost = lost_failures(**reading, pipeline.directory);
    if (!lost) return refuse(lost.error().message, exit_failed);
    std::ranges::move(*lost, std::back_inserter(*paths));
    std::ranges::sort(*paths);
  }
  if (!options.as_json)
    for (const std::string& path : *paths)
      std::fputs((printable(path) + "\n").c_str(), stdout);
  const auto print_removed = [&](bool is_removed) {
    if (!options.as_json) return;
    const nlohmann::ordered_json json = {{"docket", 1}, {"removed", is_removed}, {"documents", *paths}};
    std::fputs(printable_json(to_pretty(json)).c_str(), stdout);
  };
  if (options.dry_run || paths->empty()) {
    print_removed(false);
    return exit_up_to_date;
  }
  if (const auto failed = remove_all(output, **ledger, *paths)) {
    print_error(failed->message);
    return exit_failed;
  }
  print_removed(true);
  if (!options.as_json)
    std::fputs(
        ("removed the output of " + counted(static_cast<std::int64_t>(paths->size()), "document") + "\n")
            .c_str(),
        stderr);
  return exit_up_to_date;
}

int clean_command(const CleanOptions& options) {
  const std::optional<Pipeline> pipeline = load_pipeline(options.pipeline, SecretUse::none);
  if (!pipeline) return exit_usage;
  if (!options.missing) {
    print_error(
        "clean: say what to remove: --missing removes the output of documents that are no longer in the "
        "input, or, where INPUTs are named, of all that are not among them; -n only lists them");
    return exit_usage;
  }
  if (options.run.inputs.empty() && pipeline->inputs.empty()) {
    print_error(
        "clean --missing: no input: name all of it on the command line, or set `input: {paths: […]}` in the "
        "pipeline");
    return exit_usage;
  }
  const std::filesystem::path& folder = pipeline->output_dir;
  if (const auto error = check_overlap(input_options(options.run, *pipeline)))
    return refuse(error->message, exit_usage);
  const auto exists = LedgerReader::open(folder);
  if (!exists) {
    print_error(exists.error().message);
    return exit_usage;
  }
  const auto opened = Output::open(folder, pipeline->output_mode);
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
                   "All input, in place of the pipeline's: files, folders, globs, -")
      ->type_name("");
  command->add_flag("-0,--null", options->run.null_separated,
                    "The list on standard input has NUL between names");
  CLI::Option* missing = command->add_flag("--missing", options->missing,
                                           "Remove what is kept of documents that left the input");
  command->add_flag("--all", options->all, "Even if that is all documents, or an INPUT names no file")
      ->needs(missing);
  command->add_flag("-n,--dry-run", options->dry_run, "Only list them");
  command->add_flag("--json", options->as_json, "The list as JSON");
  options->pipeline.add_output_to(*command);
  command->callback([options, &exit_code] { exit_code = clean_command(*options); });
}

}  // namespace docket
