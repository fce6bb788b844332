// `docket check`: what is wrong with pipeline files, for people and for scripts.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/extraction/missing_data.h"
#include "cli/check_words.h"
#include "cli/checked.h"
#include "cli/commands.h"
#include "cli/diagnostic_json.h"
#include "cli/exit_code.h"
#include "cli/form_file.h"
#include "cli/options/pipeline_options.h"
#include "cli/report/junit_suite.h"
#include "cli/terminal/signals.h"
#include "cli/terminal/words.h"
#include "pipeline/config/check_conditions.h"
#include "pipeline/record.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

/// How long a probe that is interrupted may still take.
constexpr std::chrono::milliseconds probe_grace{0};

struct CheckOptions {
  std::vector<std::string> files;
  PipelineOptions pipeline;  ///< For each of them.
  bool probe = false, offline = false, as_json = false;
  std::string junit;  ///< `-`: standard output; empty: not wanted.

  /// Whether standard output has something else than words.
  bool is_for_programs() const { return as_json || junit == "-"; }
};

Checked check_file(const CheckOptions& options, const std::string& file) {
  Checked checked;
  checked.file = file;
  PipelineOptions one = options.pipeline;
  one.file = file;
  PipelineOrDiagnostics read = read_pipeline(one);
  checked.errors = std::move(read.diagnostics);
  if (read.pipeline) {
    const auto problems = compile_conditions(*read.pipeline);
    if (!problems) {
      checked.unchecked = problems.error();
      checked.exit_code = exit_unavailable;
      return checked;
    }
    for (const std::string& problem : *problems)
      checked.errors.push_back(diagnostic_from_line(problem, file));
  }
  if (checked.errors.empty())
    checked.pipeline = std::move(read.pipeline);
  else
    checked.exit_code = exit_usage;
  return checked;
}

void probe_servers(Checked& checked, bool offline) {
  Signals signals(probe_grace);
  checked.probes = backends::probe(*checked.pipeline, offline, signals.hard_stop());
  if (std::ranges::any_of(checked.probes, [](const auto& result) { return result.error.has_value(); }))
    checked.exit_code = exit_unavailable;
  if (signals.received() != 0) checked.exit_code = exit_code_of_signal(signals.received());
}

/// What is wrong on standard error, with what is fine; a line for each server on standard output.
void print_words(const Checked& checked, bool probed) {
  std::string text;
  for (const Diagnostic& error : checked.errors)
    text += to_string(error) + "\n";
  std::fputs(printable(text).c_str(), stderr);
  if (checked.unchecked) print_error(checked.unchecked->message);
  if (!checked.pipeline) return;
  text.clear();
  for (const std::string& warning : checked.pipeline->warnings)
    text += "warning: " + warning + "\n";
  std::string stages;
  for (const StageConfig& stage : checked.pipeline->stages)
    stages += (stages.empty() ? "" : ", ") + stage.id;
  text += shown_name(checked.file) + ": ok, stages " + stages + "\n";
  for (const BackendConfig& backend : checked.pipeline->backends) {
    text += place_line(backend);
    if (const std::string words = price_words(backend); !words.empty())
      text += "price of '" + backend.name + "': " + words + "\n";
  }
  std::fputs(printable(text).c_str(), stderr);
  for (const backends::ProbeResult& result : checked.probes)
    std::puts(printable(probe_line(result, *checked.pipeline)).c_str());
  for (const backends::ProbeResult& result : checked.probes)
    for (const std::string& warning : probe_warnings(result))
      print_error("warning: " + warning);
  if (probed && checked.probes.empty()) std::fputs("no backend of this pipeline uses a server\n", stderr);
}

ordered_json json_of(const Checked& checked, bool probed) {
  ordered_json json = {{"file", checked.file},
                       {"ok", checked.exit_code == exit_up_to_date},
                       {"diagnostics", ordered_json::array()},
                       {"warnings", ordered_json::array()},
                       {"stages", ordered_json::array()},
                       {"backends", ordered_json::array()}};
  for (const Diagnostic& error : checked.errors)
    json["diagnostics"].push_back(to_json(error));
  if (checked.unchecked)
    json["diagnostics"].push_back(to_json(Diagnostic{checked.file, 0, 0, checked.unchecked->message}));
  if (!checked.pipeline) return json;
  for (const std::string& warning : checked.pipeline->warnings)
    json["warnings"].push_back(to_json(diagnostic_from_line(warning, checked.file)));
  for (const StageConfig& stage : checked.pipeline->stages)
    json["stages"].push_back(stage.id);
  for (const BackendConfig& backend : checked.pipeline->backends)
    json["backends"].push_back(
        {{"name", backend.name}, {"type", backend.type->name}, {"location", name(location_of(backend))}});
  if (!probed) return json;
  json["servers"] = ordered_json::array();
  for (const backends::ProbeResult& result : checked.probes)
    json["servers"].push_back(probe_json(result));
  return json;
}

/// A file that is wrong counts most, then what stopped the check, then a server that cannot be used.
int worse(int one, int other) {
  const auto weight = [](int code) { return code == exit_usage ? 1000 : code; };
  return weight(one) >= weight(other) ? one : other;
}

Checked check_and_probe(const CheckOptions& options, const std::string& file) {
  const auto began = std::chrono::steady_clock::now();
  Checked checked = check_file(options, file);
  if (checked.pipeline && options.probe) probe_servers(checked, options.offline);
  checked.wall = std::chrono::steady_clock::now() - began;
  return checked;
}

void print_json(const std::vector<Checked>& all, bool probed) {
  ordered_json files = ordered_json::array();
  for (const Checked& checked : all)
    files.push_back(json_of(checked, probed));
  std::fputs(printable_json(to_pretty({{"docket", 1}, {"files", std::move(files)}})).c_str(), stdout);
}

/// 0: it is written, or not wanted.
int write_junit(const CheckOptions& options, const std::vector<Checked>& all, const std::string& started) {
  if (options.junit.empty()) return exit_up_to_date;
  std::vector<const Pipeline*> pipelines;
  for (const Checked& checked : all)
    if (checked.pipeline) pipelines.push_back(&*checked.pipeline);
  const auto failed =
      deliver({"--junit", options.junit, junit_begins}, check_as_junit(all, started), pipelines);
  if (!failed) return exit_up_to_date;
  print_error(failed->message);
  return failed->error_class == ErrorClass::output ? exit_failed : exit_usage;
}

void print_missing() {
  for (const auto& missing :
       {backends::missing_programs(), backends::missing_data(), backends::missing_protection()})
    for (const std::string& warning : missing)
      print_error("warning: " + warning);
}

int check_command(const CheckOptions& options) {
  if (options.as_json && options.junit == "-") {
    print_error("--json and --junit - cannot both go to standard output: name a file for --junit");
    return exit_usage;
  }
  const std::string started = utc_now();
  std::vector<Checked> all;
  int exit_code = exit_up_to_date;
  for (const std::string& file : options.files) {
    const Checked& checked = all.emplace_back(check_and_probe(options, file));
    if (!options.is_for_programs()) print_words(checked, options.probe);
    exit_code = worse(exit_code, checked.exit_code);
    if (checked.exit_code >= exit_interrupted) break;
  }
  if (options.as_json) print_json(all, options.probe);
  exit_code = worse(exit_code, write_junit(options, all, started));
  if (std::ranges::any_of(all, [](const Checked& one) { return one.pipeline.has_value(); })) print_missing();
  return exit_code;
}

}  // namespace

std::string shown_name(const std::string& file) { return file == "-" ? "standard input" : file; }

void add_check(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("check", "Find mistakes in pipeline files, schemas and conditions");
  const auto options = std::make_shared<CheckOptions>();
  command->add_option("PIPELINE", options->files, "Pipeline files (YAML); - is standard input")
      ->required()
      ->type_name("");
  options->pipeline.add_set_to(*command);
  command->add_flag("--probe", options->probe, "Also ask every model server: key, model, window, schemas");
  command->add_flag("--offline", options->offline, "With --probe: do not ask cloud servers");
  command->add_flag("--json", options->as_json, "As JSON: what is wrong, file by file");
  command->add_option("--junit", options->junit, "Also as results of tests, for CI systems; - is stdout")
      ->type_name("FILE");
  command->callback([options, &exit_code] { exit_code = check_command(*options); });
}

}  // namespace docket
