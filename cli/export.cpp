// `docket export`: records as lines of JSON or rows of a table.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options/open_ledger.h"
#include "cli/options/option_values.h"
#include "cli/options/pipeline_options.h"
#include "cli/records/accepted_only.h"
#include "cli/records/choice.h"
#include "cli/records/columns.h"
#include "cli/records/not_accepted.h"
#include "cli/terminal/csv.h"
#include "cli/terminal/words.h"
#include "pipeline/record.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

struct ExportOptions {
  PipelineOptions pipeline;
  bool jsonl = false;
  bool csv = false;
  bool bom = false;
  std::vector<std::string> columns;  ///< Dotted names; empty: all.
  RecordFilter filter;
};

/// The record as it is exported.
ordered_json exported(std::string_view text, const Pipeline& pipeline, bool accepted_only) {
  ordered_json record = ordered_json::parse(text, nullptr, false);
  for (auto& [stage, output] : record.items()) {
    if (!output.is_object() || pipeline.stage(stage) == nullptr) continue;
    mark_fields(output, accept_of(pipeline, stage));
    if (accepted_only) blank_what_is_not_accepted(output);
  }
  return record;
}

/// One export: what to read, how to choose, how to print.
class Export {
 public:
  Export(const ExportOptions& options, OpenedLedger& opened, RecordChoice choice)
      : options_(options), opened_(opened), choice_(std::move(choice)) {}

  int run() {
    const bool needs_columns = options_.csv || !options_.columns.empty();
    std::optional<Error> failed = needs_columns ? find_columns() : std::nullopt;
    if (failed) return fail(*failed, exit_failed);
    for (const std::string& name : options_.columns)
      if (const auto mistake = mistake_in_column(name, opened_.pipeline, columns_))
        return fail({ErrorClass::config, "--columns: " + *mistake}, exit_usage);
    failed = options_.csv ? print_table() : print_lines();
    if (failed) return fail(*failed, exit_failed);
    return problems_ > 0 ? exit_failed : exit_up_to_date;
  }

 private:
  static int fail(const Error& error, int exit_code) {
    print_error(error.message);
    return exit_code;
  }

  /// A second pass over the records finds the same problems, and says nothing of them.
  std::optional<Error> for_each(const RecordChoice::Take& take) {
    constexpr std::int64_t most_told = 3;
    const bool tells = !std::exchange(has_told_, true);
    problems_ = 0;
    const auto failed = choice_.for_each(opened_.ledger, take, [&](const std::string& problem) {
      if (++problems_ <= most_told && tells) print_error(problem);
    });
    if (problems_ > most_told && tells) print_error("and " + std::to_string(problems_ - most_told) + " more");
    return failed;
  }

  /// Those of the chosen records, in the order in which they first appear. So records are read twice, and the
  /// memory is that of the columns.
  std::optional<Error> find_columns() {
    const auto note = [&](const std::string& name, const ordered_json& value) {
      if (positions_.try_emplace(name, columns_.size()).second) columns_.push_back(name);
      static_cast<void>(value);
    };
    return for_each(
        [&](const std::string& record) { flatten(exported(record, opened_.pipeline, false), note); });
  }

  std::optional<Error> print_table() {
    const std::vector<std::string>& header = options_.columns.empty() ? columns_ : options_.columns;
    if (options_.bom) std::fputs("\uFEFF", stdout);
    if (!header.empty()) std::fputs(csv_row(header).c_str(), stdout);
    return for_each([&](const std::string& text) {
      const ordered_json record = exported(text, opened_.pipeline, options_.filter.accepted_only);
      std::fputs(csv_row(options_.columns.empty() ? all_cells(record) : wanted_cells(record)).c_str(),
                 stdout);
    });
  }

  std::vector<std::string> all_cells(const ordered_json& record) const {
    std::vector<std::string> cells(columns_.size());
    flatten(record, [&](const std::string& name, const ordered_json& value) {
      // A run may have added a record meanwhile, with values of its own.
      if (const auto found = positions_.find(name); found != positions_.end())
        cells[found->second] = cell_of(value);
    });
    return cells;
  }

  std::vector<std::string> wanted_cells(const ordered_json& record) const {
    std::vector<std::string> cells;
    for (const std::string& name : options_.columns) {
      const ordered_json* value = value_at(record, name);
      cells.push_back(value == nullptr ? "" : cell_of(*value));
    }
    return cells;
  }

  std::optional<Error> print_lines() {
    return for_each([&](const std::string& text) {
      const bool as_it_is = options_.columns.empty() && !options_.filter.accepted_only;
      const std::string line = as_it_is ? text : to_line(wanted(text));
      std::fputs((printable_json(line) + "\n").c_str(), stdout);
    });
  }

  ordered_json wanted(const std::string& text) const {
    ordered_json record = exported(text, opened_.pipeline, options_.filter.accepted_only);
    if (options_.columns.empty()) return record;
    ordered_json chosen = ordered_json::object();
    for (const std::string& name : options_.columns) {
      const ordered_json* value = value_at(record, name);
      chosen[name] = value == nullptr ? ordered_json() : *value;
    }
    return chosen;
  }

  const ExportOptions& options_;
  OpenedLedger& opened_;
  const RecordChoice choice_;
  std::vector<std::string> columns_;
  std::unordered_map<std::string, std::size_t> positions_;  ///< Of the columns, by name.
  std::int64_t problems_ = 0;  ///< Of the pass: records of which the condition cannot be evaluated.
  bool has_told_ = false;
};

int export_command(const ExportOptions& options) {
  auto opened = open_ledger(options.pipeline);
  if (!opened) return exit_usage;
  auto choice = RecordChoice::make(options.filter, opened->pipeline, opened->ledger);
  if (!choice) {
    print_error(choice.error().message);
    return choice.error().error_class == ErrorClass::unavailable ? exit_unavailable : exit_usage;
  }
  for (const std::string& warning : choice->warnings())
    print_error("warning: " + warning);
  return Export(options, *opened, std::move(*choice)).run();
}

}  // namespace

void add_export(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("export", "Print records, all or some, as JSON or a table");
  const auto options = std::make_shared<ExportOptions>();
  RecordFilter& filter = options->filter;
  options->pipeline.add_to(*command);
  options->pipeline.add_output_to(*command);
  command->option_defaults()->group("Which records");
  command->add_option("--label", filter.labels, "Only of this label; again for another")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command->add_option("--state", filter.state, "Only done, failed, held, unsure or parked")
      ->check(one_of_names({"done", "failed", "held", "unsure", "parked"}))
      ->type_name("STATE");
  command->add_option("--where", filter.where, "Only those for which this jq condition holds")
      ->type_name("JQ");
  command->option_defaults()->group("How");
  CLI::Option* jsonl = command->add_flag("--jsonl", options->jsonl, "One record per line, as JSON (default)");
  CLI::Option* csv =
      command->add_flag("--csv", options->csv, "One record per row, without evidence and signals");
  csv->excludes(jsonl);
  command->add_option("--columns", options->columns, "Only these values, such as document.path,status")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...");
  command->add_flag("--bom", options->bom, "With --csv: a byte order mark, for spreadsheets")->needs(csv);
  command->add_flag("--accepted-only", filter.accepted_only,
                    "Leave labels and fields that are not accepted empty");
  command->callback([options, &exit_code] {
    for (std::string& column : options->columns)
      column = trim(column);
    exit_code = export_command(*options);
  });
}

}  // namespace docket
