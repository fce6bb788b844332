// `docket verify`: whether an output is as the ledger says, after a crash or from a backup.
#include "pipeline/run/verify.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options/open_ledger.h"
#include "cli/options/pipeline_options.h"
#include "cli/terminal/words.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/owner.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/record.h"
#include "pipeline/run/output.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

struct VerifyOptions {
  PipelineOptions pipeline;
  bool as_json = false;
};

ordered_json finding_json(const VerifyFinding& finding) {
  return {{"kind", name(finding.kind)}, {"where", finding.where}, {"document", finding.document},
          {"what", finding.what},       {"next", finding.next},   {"wrong", finding.is_wrong}};
}

std::string finding_words(const VerifyFinding& finding) {
  return std::string(name(finding.kind)) + ": " + finding.where + ": " + finding.what + "; " + finding.next +
         "\n";
}

/// Files change while a run is at work: what is found then means nothing.
bool is_at_work(LedgerReader& ledger, const std::filesystem::path& folder) {
  const auto last = select_last_run(ledger.database());
  if (!last || !*last || (*last)->finished) return false;
  // The kernel knows who holds it on this machine: the pid in the file may be another process's by now.
  const LockHolder holder = last_holder(folder / lock_file);
  return holder.host == this_host() ? RunLock::holder_of(folder / lock_file).has_value()
                                    : may_be_alive(holder);
}

int print_end(const Result<VerifyCounts>& counts, const VerifyOptions& options, bool any) {
  const bool ok = counts && counts->wrong == 0;
  if (options.as_json) {
    ordered_json end = {{"ok", ok},   {"error", nullptr}, {"documents", 0},
                        {"files", 0}, {"ledger_rows", 0}, {"wrong", 0}};
    if (!counts) end["error"] = counts.error().message;
    if (counts) {
      end["documents"] = counts->documents;
      end["files"] = counts->files;
      end["ledger_rows"] = counts->ledger_rows;
      end["wrong"] = counts->wrong;
    }
    std::fputs(
        (std::string(any ? "\n" : "") + "],\"result\":" + printable_json(to_line(end)) + "}\n").c_str(),
        stdout);
  } else if (counts) {
    const std::string text = counted(counts->documents, "document") + ", " + counted(counts->files, "file") +
                             ", " + counted(counts->ledger_rows, "row") + " of the ledger: " +
                             (ok ? "all as the ledger says" : std::to_string(counts->wrong) + " wrong") +
                             "\n";
    std::fputs(text.c_str(), stdout);
  }
  if (!counts)
    print_error(counts.error().message +
                "; put a backup of the ledger in its place, or remove it: the next run then processes all "
                "documents again");
  return ok ? exit_up_to_date : exit_failed;
}

int verify_command(const VerifyOptions& options) {
  const std::optional<Pipeline> pipeline = load_pipeline(options.pipeline, SecretUse::none);
  if (!pipeline) return exit_usage;
  const std::filesystem::path& folder = pipeline->output_dir;
  auto ledger = LedgerReader::open(folder);
  if (!ledger) {
    print_error(ledger.error().message);
    std::error_code ignored;
    return std::filesystem::exists(Ledger::file_in(folder), ignored) ? exit_failed : exit_usage;
  }
  if (const auto other = check_owner(ledger->database(), *pipeline)) {
    print_error(other->message);
    return exit_usage;
  }
  if (is_at_work(*ledger, folder)) {
    print_error("a run is at work in " + folder.string() +
                ", so that files change: verify when it has ended (if "
                "it was killed: docket unlock)");
    return exit_locked;
  }
  bool any = false;
  if (options.as_json) std::fputs("{\"docket\":1,\"findings\":[", stdout);
  const auto counts = verify(folder, ledger->database(), [&](const VerifyFinding& finding) {
    const std::string text = options.as_json
                                 ? (any ? ",\n" : "\n") + printable_json(to_line(finding_json(finding)))
                                 : printable(finding_words(finding));
    std::fputs(text.c_str(), stdout);
    any = true;
  });
  return print_end(counts, options, any);
}

}  // namespace

void add_verify(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("verify", "Compare all files with what the ledger says of them");
  const auto options = std::make_shared<VerifyOptions>();
  options->pipeline.add_to(*command);
  options->pipeline.add_output_to(*command);
  command->add_flag("--json", options->as_json, "As JSON");
  command->callback([options, &exit_code] { exit_code = verify_command(*options); });
}

}  // namespace docket
