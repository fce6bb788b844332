// `docket ack`: a person has looked at documents that failed or are held; the exit code leaves them out until
// they change.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options/open_ledger.h"
#include "cli/options/pipeline_options.h"
#include "cli/terminal/words.h"
#include "pipeline/ledger/acknowledgement.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/record.h"
#include "pipeline/run/find_document.h"
#include "pipeline/run/output.h"
#include "pipeline/support/glob.h"
#include "pipeline/support/path_patterns.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

struct AckOptions {
  PipelineOptions pipeline;
  std::vector<std::string> documents;  ///< As typed.
  std::string reason;
  bool undo = false;
  bool as_json = false;
};

/// Finds the documents that words of the command line name.
class Finder {
 public:
  /// `unfinished`: those that failed or are held.
  Finder(OpenedLedger& opened, const AckOptions& options, std::vector<LedgerDocument> unfinished)
      : opened_(opened), options_(options), unfinished_(std::move(unfinished)) {}

  /// Adds what `typed` means, or says why that is nothing.
  std::optional<std::string> find(const std::string& typed, std::vector<LedgerDocument>& found) {
    const auto path = find_document(opened_.ledger.database(), typed, opened_.pipeline.directory);
    if (!path) return path.error().message;
    if (*path) return take(**path, found);
    PathPatterns patterns(opened_.pipeline.directory, PathPatterns::Use::choose, opened_.pipeline.letters);
    if (const auto problem = patterns.add(typed)) return typed + ": " + *problem;
    const std::size_t before = found.size();
    std::ranges::copy_if(unfinished_, std::back_inserter(found), [&](const LedgerDocument& document) {
      return patterns.contain_named(document.path) && is_acknowledged(document) == options_.undo;
    });
    if (found.size() > before) return std::nullopt;
    if (!Glob::is_pattern(typed) && !is_folder(typed)) return find_by_end(typed, found);
    return typed + ": matches no document that " +
           (options_.undo ? "is acknowledged" : "failed or is held and is not acknowledged yet");
  }

 private:
  bool is_folder(const std::string& typed) const {
    std::error_code ignored;
    return std::filesystem::is_directory(typed, ignored) ||
           std::filesystem::is_directory(opened_.pipeline.directory / typed, ignored);
  }

  /// A name is enough, as it is for a document that still wants attention.
  std::optional<std::string> find_by_end(const std::string& typed, std::vector<LedgerDocument>& found) {
    const auto path = find_document_by_end(opened_.ledger.database(), typed, opened_.pipeline.directory);
    if (!path) return path.error().message;
    if (!*path) return typed + ": no run has seen this document" + suggestion(typed);
    return take(**path, found);
  }

  std::optional<std::string> take(const std::string& path, std::vector<LedgerDocument>& found) {
    const auto document = opened_.ledger.document(path);
    if (!document) return document.error().message;
    if (!*document) return path + ": no run has seen this document";
    found.push_back(**document);
    return why_not(**document);
  }

  /// Giving another reason is fine.
  std::optional<std::string> why_not(const LedgerDocument& document) const {
    if (options_.undo && !is_acknowledged(document)) return document.path + " is not acknowledged";
    if (!attention_of(document).empty()) return std::nullopt;
    return document.path + " is " + std::string(name(document.outcome)) + ": there is nothing to acknowledge";
  }

  std::string suggestion(const std::string& path) const {
    std::vector<std::string_view> known;
    for (const LedgerDocument& document : unfinished_)
      known.push_back(document.path);
    return did_you_mean(nearest(path, known));
  }

  OpenedLedger& opened_;
  const AckOptions& options_;
  const std::vector<LedgerDocument> unfinished_;
};

/// All that are meant; nothing, and a complaint, where one is not found.
std::optional<std::vector<LedgerDocument>> find_all(OpenedLedger& opened, const AckOptions& options) {
  std::vector<LedgerDocument> unfinished, found;
  const auto add = [&](const LedgerDocument& document) {
    if (!attention_of(document).empty()) unfinished.push_back(document);
  };
  if (const auto failed = opened.ledger.for_each_unfinished(add)) {
    print_error(failed->message);
    return std::nullopt;
  }
  Finder finder(opened, options, std::move(unfinished));
  for (const std::string& name : options.documents) {
    if (const auto mistake = finder.find(name, found)) {
      print_error(*mistake);
      return std::nullopt;
    }
  }
  std::ranges::sort(found, {}, &LedgerDocument::path);
  const auto same = [](const LedgerDocument& a, const LedgerDocument& b) { return a.path == b.path; };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  return found;
}

std::optional<Error> write(const AckOptions& options, const Pipeline& pipeline,
                           const std::vector<LedgerDocument>& documents) {
  const auto ledger = Ledger::open(pipeline.output_dir, pipeline.output_mode);
  if (!ledger) return ledger.error();
  for (const LedgerDocument& document : documents) {
    if (options.undo)
      (*ledger)->take_back_acknowledgement(document.path);
    else
      (*ledger)->acknowledge(document, options.reason);
  }
  return (*ledger)->flush();
}

ordered_json acknowledged_json(const LedgerDocument& document) {
  return {{"path", document.path},
          {"acknowledged", document.acknowledged ? ordered_json(*document.acknowledged) : ordered_json()},
          {"reason", document.ack_reason ? ordered_json(*document.ack_reason) : ordered_json()},
          {"of", attention_of(document)}};
}

void print_json(std::string_view what, const std::vector<LedgerDocument>& documents) {
  ordered_json list = ordered_json::array();
  for (const LedgerDocument& document : documents)
    list.push_back(acknowledged_json(document));
  std::fputs(printable_json(to_pretty({{"docket", 1}, {what, std::move(list)}})).c_str(), stdout);
}

/// Without a document to acknowledge: those that are.
int list_acknowledged(OpenedLedger& opened, const AckOptions& options) {
  std::vector<LedgerDocument> acknowledged;
  const auto failed = opened.ledger.for_each_unfinished([&](const LedgerDocument& document) {
    if (is_acknowledged(document)) acknowledged.push_back(document);
  });
  if (failed) {
    print_error(failed->message);
    return exit_usage;
  }
  if (options.as_json) {
    print_json("acknowledged", acknowledged);
    return exit_up_to_date;
  }
  std::string text;
  for (const LedgerDocument& document : acknowledged)
    text += document.path + ": " + attention_of(document) + "; " + document.acknowledged.value_or("") +
            (document.ack_reason.value_or("").empty() ? "" : ": " + *document.ack_reason) + "\n";
  std::fputs(printable(text.empty() ? "no document is acknowledged\n" : text).c_str(), stdout);
  return exit_up_to_date;
}

int ack_command(const AckOptions& options) {
  if (options.documents.empty() && (options.undo || !options.reason.empty())) {
    print_error("ack: DOCUMENT is missing: whose path, or a glob of paths, is meant?");
    return exit_usage;
  }
  auto opened = open_ledger(options.pipeline);
  if (!opened) return exit_usage;
  if (options.documents.empty()) return list_acknowledged(*opened, options);
  const std::filesystem::path folder = opened->pipeline.output_dir;
  // Before the look at the documents: what a run changes meanwhile nobody has seen.
  const auto output = Output::open(folder, opened->pipeline.output_mode);
  if (const auto* failure = std::get_if<Output::Failure>(&output)) {
    print_error(failure->error.message);
    return failure->held_by_another ? exit_locked : exit_failed;
  }
  const auto documents = find_all(*opened, options);
  if (!documents) return exit_usage;
  if (const auto failed = write(options, opened->pipeline, *documents)) {
    print_error(failed->message);
    return exit_failed;
  }
  if (options.as_json) {
    std::vector<LedgerDocument> now;
    for (const LedgerDocument& document : *documents)
      if (const auto row = opened->ledger.document(document.path); row && *row) now.push_back(**row);
    print_json(options.undo ? "no_longer_acknowledged" : "acknowledged", now);
    return exit_up_to_date;
  }
  for (const LedgerDocument& document : *documents)
    std::puts(printable((options.undo ? "no longer acknowledged: " : "acknowledged: ") + document.path +
                        ": " + attention_of(document))
                  .c_str());
  return exit_up_to_date;
}

}  // namespace

void add_ack(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("ack", "Take known failures out of the exit code until they change");
  const auto options = std::make_shared<AckOptions>();
  options->pipeline.add_to(*command);
  command
      ->add_option("DOCUMENT", options->documents, "Paths or globs; without any, lists what is acknowledged")
      ->type_name("");
  command->add_option("--reason", options->reason, "Why that is fine, for status, explain and the report")
      ->type_name("TEXT");
  command->add_flag("--undo", options->undo, "Take it back: the exit code counts them again");
  command->add_flag("--json", options->as_json, "As JSON");
  options->pipeline.add_output_to(*command);
  command->callback([options, &exit_code] { exit_code = ack_command(*options); });
}

}  // namespace docket
