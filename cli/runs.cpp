// `docket runs`: all runs that the ledger knows.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options/open_ledger.h"
#include "cli/options/option_values.h"
#include "cli/options/pipeline_options.h"
#include "cli/run_state.h"
#include "cli/terminal/table.h"
#include "cli/terminal/words.h"
#include "pipeline/ledger/run_list.h"
#include "pipeline/record.h"
#include "pipeline/run/output.h"
#include "pipeline/support/money.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

struct RunsOptions {
  PipelineOptions pipeline;
  std::int64_t limit = 0;
  bool as_json = false;
};

const char* name_of(RunState state) {
  if (state == RunState::ended) return "ended";
  return state == RunState::killed ? "killed" : "running";
}

/// Five columns at most: 950ms, 12s, 3m05s, 2h10m, 4d03h.
std::string short_duration(std::int64_t ms) {
  const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  if (ms < 1000) return std::to_string(ms) + "ms";
  const std::int64_t s = ms / 1000;
  if (s < 60) return std::to_string(s) + "s";
  if (s < 3600) return std::to_string(s / 60) + "m" + two(s % 60) + "s";
  if (s < 86'400) return std::to_string(s / 3600) + "h" + two(s / 60 % 60) + "m";
  return std::to_string(s / 86'400) + "d" + two(s / 3600 % 24) + "h";
}

/// 2026-11-01T08:00:00Z → 11-01 08:00; the id has the year.
std::string short_time(const std::string& time) {
  return time.size() < 16 ? time : time.substr(5, 5) + " " + time.substr(11, 5);
}

std::vector<std::string> table_row(const PastRun& past, RunState state) {
  std::vector<std::string> row = {past.run.name, short_time(past.run.started)};
  const auto& counts = past.counts;
  row.push_back(counts ? short_duration(counts->wall_ms) : "-");
  row.push_back(state == RunState::ended ? std::to_string(past.run.exit_code.value_or(0)) : name_of(state));
  for (const auto member : {&PastRun::Counts::done, &PastRun::Counts::failed, &PastRun::Counts::held})
    row.push_back(counts ? std::to_string((*counts).*member) : "-");
  row.push_back(past.nano_dollars ? format_money(*past.nano_dollars) : "?");
  return row;
}

ordered_json run_json(const PastRun& past, RunState state) {
  const LedgerRun& run = past.run;
  ordered_json json = {{"id", run.name},          {"started", run.started}, {"finished", nullptr},
                       {"state", name_of(state)}, {"exit_code", nullptr},   {"wall_ms", nullptr},
                       {"documents", nullptr},    {"cost_usd", nullptr},    {"pipeline", run.pipeline},
                       {"version", run.version},  {"host", run.host},       {"pid", run.pid}};
  if (run.finished) json["finished"] = *run.finished;
  if (run.exit_code) json["exit_code"] = *run.exit_code;
  if (past.nano_dollars) json["cost_usd"] = in_usd(*past.nano_dollars);
  if (!past.counts) return json;
  const PastRun::Counts& counts = *past.counts;
  json["wall_ms"] = counts.wall_ms;
  json["documents"] = {{"in", counts.in},
                       {"done", counts.done},
                       {"failed", counts.failed},
                       {"held", counts.held},
                       {"up_to_date", counts.up_to_date}};
  return json;
}

int runs_command(const RunsOptions& options) {
  auto opened = open_ledger(options.pipeline);
  if (!opened) return exit_usage;
  const LockHolder holder = last_holder(opened->pipeline.output_dir / lock_file);
  std::vector<std::vector<std::string>> rows = {
      {"run", "started", "took", "exit", "done", "fail", "held", "cost"}};
  ordered_json runs = ordered_json::array();
  const auto failed = select_runs(opened->ledger.database(), options.limit, [&](const PastRun& past) {
    const RunState state = state_of(past.run, holder);
    if (options.as_json)
      runs.push_back(run_json(past, state));
    else
      rows.push_back(table_row(past, state));
  });
  if (failed) {
    print_error(failed->message);
    return exit_usage;
  }
  std::fputs(options.as_json ? printable_json(to_pretty({{"docket", 1}, {"runs", std::move(runs)}})).c_str()
                             : printable(format_table(rows)).c_str(),
             stdout);
  return exit_up_to_date;
}

}  // namespace

void add_runs(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("runs", "List all runs, the newest first");
  const auto options = std::make_shared<RunsOptions>();
  options->pipeline.add_to(*command);
  options->pipeline.add_output_to(*command);
  command->add_option("--limit", options->limit, "At most so many")->check(whole_number(1));
  command->add_flag("--json", options->as_json, "As JSON");
  command->callback([options, &exit_code] { exit_code = runs_command(*options); });
}

}  // namespace docket
