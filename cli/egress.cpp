// What has left this machine, call by call, for who has to account for it.
#include "cli/egress.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options/open_ledger.h"
#include "cli/options/pipeline_options.h"
#include "cli/terminal/csv.h"
#include "cli/terminal/words.h"
#include "pipeline/json/member.h"
#include "pipeline/record.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

struct EgressOptions {
  PipelineOptions pipeline;
  std::string since, until;
  bool as_json = false, as_csv = false;
};

/// A column, for people and spreadsheets.
struct EgressColumn {
  const char* name;
  std::string (*cell)(const EgressRow& row);
};

constexpr EgressColumn columns[] = {
    {"time", [](const EgressRow& row) { return row.time; }},
    {"run", [](const EgressRow& row) { return row.run; }},
    {"document", [](const EgressRow& row) { return row.call.document; }},
    {"stage", [](const EgressRow& row) { return row.call.stage; }},
    {"backend", [](const EgressRow& row) { return row.call.backend; }},
    {"model", [](const EgressRow& row) { return row.call.model; }},
    {"host", [](const EgressRow& row) { return row.call.host; }},
    {"reasons", [](const EgressRow& row) { return texts_of(row.call.sent, "reasons", "; "); }},
    {"what",
     [](const EgressRow& row) {
       return member(row.call.sent, "what").is_string() ? row.call.sent["what"].get<std::string>()
                                                        : std::string("not known");
     }},
    {"pages", [](const EgressRow& row) { return texts_of(row.call.sent, "pages", ", "); }},
    {"fields", [](const EgressRow& row) { return texts_of(row.call.sent, "fields", ", "); }},
    {"bytes", [](const EgressRow& row) { return std::to_string(row.call.usage.sent_bytes); }},
    {"redactions", [](const EgressRow& row) { return redactions_of(row.call); }},
    {"outcome", [](const EgressRow& row) { return row.call.outcome; }},
};

ordered_json to_json(const EgressRow& row) {
  const LedgerCall& call = row.call;
  const auto list = [&](const char* name) {
    const json& values = member(call.sent, name);
    return values.is_array() ? ordered_json(values) : ordered_json::array();
  };
  return {
      {"time", row.time},
      {"run", row.run},
      {"document", call.document},
      {"stage", call.stage},
      {"backend", call.backend},
      {"model", call.model},
      {"host", call.host},
      {"reasons", list("reasons")},
      {"what", ordered_json(member(call.sent, "what"))},
      {"pages", list("pages")},
      {"fields", list("fields")},
      {"bytes", call.usage.sent_bytes},
      {"redactions", call.redactions.is_object() ? ordered_json(call.redactions) : ordered_json::object()},
      {"outcome", call.outcome}};
}

/// The day after it: `--until` is a whole day. Empty: there is none that sorts behind it.
std::string day_after(const std::string& date) {
  const int year = std::stoi(date.substr(0, 4)), month = std::stoi(date.substr(5, 2)),
            day = std::stoi(date.substr(8, 2));
  if (is_calendar_day(year, month, day + 1)) return iso_date(year, month, day + 1);
  if (month < 12) return iso_date(year, month + 1, 1);
  return year < 9999 ? iso_date(year + 1, 1, 1) : "";
}

std::optional<EgressFilter> filter_of(const EgressOptions& options) {
  for (const auto& [option, date] :
       {std::pair("--since", &options.since), std::pair("--until", &options.until)}) {
    if (date->empty() || is_iso_date(*date)) continue;
    print_error(std::string(option) + " " + *date + ": expected a day, such as 2026-11-01");
    return std::nullopt;
  }
  if (!options.since.empty() && !options.until.empty() && options.until < options.since) {
    print_error("--until " + options.until + " is before --since " + options.since);
    return std::nullopt;
  }
  return EgressFilter{options.since, options.until.empty() ? "" : day_after(options.until)};
}

std::vector<std::string> cells_of(const EgressRow& row) {
  std::vector<std::string> cells;
  for (const EgressColumn& column : columns)
    cells.push_back(column.cell(row));
  return cells;
}

std::vector<std::string> headings() {
  std::vector<std::string> names;
  for (const EgressColumn& column : columns)
    names.emplace_back(column.name);
  return names;
}

/// A block for each call: a table of so many columns fits no terminal.
std::string told(const EgressRow& row) {
  const LedgerCall& call = row.call;
  std::string text = row.time + "  " + call.document + ": " + call.stage + " asked " + call.backend + " (" +
                     call.model + (call.host.empty() ? "" : " at " + call.host) + "): " + call.outcome +
                     "\n    " + what_was_sent(call.sent) + ", " + counted(call.usage.sent_bytes, "byte");
  if (const std::string reasons = texts_of(call.sent, "reasons", "; "); !reasons.empty())
    text += "; because: " + reasons;
  if (const std::string redactions = redactions_of(call); !redactions.empty())
    text += "; redacted: " + redactions;
  return text + "; run " + row.run + "\n";
}

int egress_command(const EgressOptions& options) {
  const auto filter = filter_of(options);
  if (!filter) return exit_usage;
  auto opened = open_ledger(options.pipeline);
  if (!opened) return exit_usage;
  std::int64_t calls = 0, bytes = 0;
  if (options.as_csv) std::fputs(csv_row(headings()).c_str(), stdout);
  const auto failed = opened->ledger.for_each_egress(*filter, [&](const EgressRow& row) {
    ++calls;
    bytes += row.call.usage.sent_bytes;
    const std::string text = options.as_csv    ? csv_row(cells_of(row))
                             : options.as_json ? printable_json(to_line(to_json(row))) + "\n"
                                               : printable(told(row));
    std::fputs(text.c_str(), stdout);
  });
  const Result<std::int64_t> documents =
      failed ? Result<std::int64_t>(*failed) : opened->ledger.count_egress_documents(*filter);
  if (!documents) {
    print_error(documents.error().message);
    return exit_usage;
  }
  const std::string sum = calls == 0 ? "nothing left this machine\n"
                                     : counted(calls, "call") + " about " + counted(*documents, "document") +
                                           ", " + counted(bytes, "byte") + "\n";
  if (!options.as_csv && !options.as_json) std::fputs(sum.c_str(), stdout);
  return exit_up_to_date;
}

}  // namespace

std::string texts_of(const json& sent, const char* name, const std::string& separator) {
  std::string text;
  for (const json& one : member(sent, name))
    text += (text.empty() ? "" : separator) + (one.is_string() ? one.get<std::string>() : one.dump());
  return text;
}

std::string what_was_sent(const json& sent) {
  const json& what = member(sent, "what");
  if (!what.is_string()) return "what was sent is not known";
  const auto& text = what.get_ref<const std::string&>();
  std::string list;
  for (const char* name : {"pages", "fields"})
    if (const std::string texts = texts_of(sent, name, ", "); !texts.empty())
      list += (text == name ? " " : std::string(list.empty() ? ", " : "; ") + name + " ") + texts;
  return text + list;
}

std::string redactions_of(const LedgerCall& call) {
  std::string text;
  if (!call.redactions.is_object()) return text;
  for (const auto& [kind, count] : call.redactions.items())
    text += (text.empty() ? "" : ", ") + count.dump() + " " + kind;
  return text;
}

void add_egress(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("egress", "List what has left this machine, call by call");
  const auto options = std::make_shared<EgressOptions>();
  options->pipeline.add_to(*command);
  options->pipeline.add_output_to(*command);
  command->add_option("--since", options->since, "From this day on (UTC), such as 2026-11-01")
      ->type_name("DATE");
  command->add_option("--until", options->until, "Up to this day, which is included")->type_name("DATE");
  CLI::Option* as_json = command->add_flag("--json", options->as_json, "One JSON object per line and call");
  command->add_flag("--csv", options->as_csv, "One row per call, for spreadsheets")->excludes(as_json);
  command->callback([options, &exit_code] { exit_code = egress_command(*options); });
}

}  // namespace docket
