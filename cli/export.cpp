#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/accepted_only.h"
#include "cli/csv.h"
#include "cli/exit_code.h"
#include "cli/not_accepted.h"
#include "cli/open_ledger.h"
#include "cli/table.h"
#include "pipeline/record.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

struct ExportOptions {
  PipelineOptions pipeline;
  bool jsonl = false;
  bool csv = false;
  bool accepted_only = false;
};

using nlohmann::ordered_json;

std::string cell_of(const ordered_json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  std::string text;
  for (const ordered_json& item : value)
    text += (text.empty() ? "" : "; ") + cell_of(item);
  return text;
}

using EachValue = std::function<void(const std::string&, const ordered_json&)>;

void flatten(const ordered_json& value, const std::string& name, const EachValue& each);

/// Each field's values, and behind them how far they can be trusted.
void flatten_fields(const ordered_json& output, const std::string& name, const EachValue& each) {
  const ordered_json details = output.value("details", ordered_json::object());
  for (const auto& [field, value] : output["fields"].items()) {
    flatten(value, name + ".fields." + field, each);
    const auto detail = details.find(field);
    if (detail == details.end() || !detail->is_object()) continue;
    for (const char* member : {"confidence", "accepted"})
      if (detail->contains(member)) each(name + ".details." + field + "." + member, (*detail)[member]);
  }
}

/// Each value of a record with its dotted name. Evidence and signals (the rest of `details`) are no table.
void flatten(const ordered_json& value, const std::string& name, const EachValue& each) {
  if (!value.is_object()) return each(name, value);
  const bool has_fields =
      value.contains("details") && value.contains("fields") && value["fields"].is_object();
  for (const auto& [member, child] : value.items()) {
    if (member == "fields" && has_fields)
      flatten_fields(value, name, each);
    else if (member != "details")
      flatten(child, name.empty() ? member : name + "." + member, each);
  }
}

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

/// One row per record; a column for each value that any record has, in the order in which they first appear.
/// The records are read twice, so that memory is that of the columns.
std::optional<Error> export_csv(LedgerReader& ledger, const Pipeline& pipeline, bool accepted_only) {
  std::vector<std::string> columns;
  std::unordered_map<std::string, std::size_t> positions;
  const auto note = [&](const std::string& name, const ordered_json&) {
    if (positions.try_emplace(name, columns.size()).second) columns.push_back(name);
  };
  if (auto failed = ledger.for_each_record([&](std::string_view, std::string_view record) {
        flatten(exported(record, pipeline, false), "", note);
      }))
    return failed;
  const auto print = [](const std::vector<std::string>& cells) {
    std::fputs(csv_row(cells).c_str(), stdout);
  };
  if (!columns.empty()) print(columns);
  return ledger.for_each_record([&](std::string_view, std::string_view record) {
    std::vector<std::string> cells(columns.size());
    flatten(exported(record, pipeline, accepted_only), "",
            [&](const std::string& name, const ordered_json& value) {
              // A run may have added a record meanwhile, with values of its own.
              if (const auto found = positions.find(name); found != positions.end())
                cells[found->second] = cell_of(value);
            });
    print(cells);
  });
}

std::optional<Error> export_jsonl(LedgerReader& ledger, const Pipeline& pipeline, bool accepted_only) {
  return ledger.for_each_record([&](std::string_view, std::string_view record) {
    const std::string text = accepted_only ? to_line(exported(record, pipeline, true)) : std::string(record);
    std::fputs((printable_json(text) + "\n").c_str(), stdout);
  });
}

int export_command(const ExportOptions& options) {
  auto opened = open_ledger(options.pipeline);
  if (!opened) return exit_usage;
  const auto print = options.csv ? export_csv : export_jsonl;
  const auto failed = print(opened->ledger, opened->pipeline, options.accepted_only);
  if (!failed) return exit_up_to_date;
  print_error(failed->message);
  return exit_failed;
}

}  // namespace

void add_export(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("export", "Print all records");
  const auto options = std::make_shared<ExportOptions>();
  options->pipeline.add_to(*command);
  options->pipeline.add_output_to(*command);
  CLI::Option* jsonl = command->add_flag("--jsonl", options->jsonl, "One record per line, as JSON (default)");
  command->add_flag("--csv", options->csv, "One record per row, without evidence and signals")
      ->excludes(jsonl);
  command->add_flag("--accepted-only", options->accepted_only,
                    "Leave labels and fields that are not accepted empty");
  command->callback([options, &exit_code] { exit_code = export_command(*options); });
}

}  // namespace docket
