#include "cli/options/pipeline_options.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <utility>

#include "backends/backends.h"
#include "cli/options/pipeline_file.h"
#include "cli/terminal/words.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/support/ascii.h"
#include "stages/stages.h"

namespace docket {

namespace {

/// A pipeline is small: what is longer than one may be is not read to its end.
std::string standard_input() {
  std::string text;
  std::array<char, 1 << 16> room{};
  while (text.size() <= longest_yaml) {
    const std::size_t length = std::fread(room.data(), 1, room.size(), stdin);
    if (length == 0) break;
    text.append(room.data(), length);
  }
  return text;
}

}  // namespace

Registry registry() { return {stages::all(), backends::all(), backends::condition_engine}; }

void PipelineOptions::add_to(CLI::App& command) {
  add_file_to(command);
  add_set_to(command);
}

void PipelineOptions::add_file_to(CLI::App& command) {
  command.add_option("PIPELINE", file, "The pipeline file (YAML)")->required();
}

void PipelineOptions::add_set_to(CLI::App& command) {
  command.add_option("--set", overrides, "Change a setting, such as stages.classify.accept=0.9")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void PipelineOptions::add_output_to(CLI::App& command) {
  command.add_option("-o,--output", output_dir, "Output folder, in place of the pipeline's")
      ->type_name("DIR");
}

std::string PipelineOptions::in_command() const {
  return shell_word(file.string()) + (output_dir.empty() ? "" : " -o " + shell_word(output_dir));
}

PipelineOrDiagnostics read_pipeline(const PipelineOptions& options, SecretUse secrets) {
  std::vector<std::pair<std::string, std::string>> overrides;
  for (const std::string& text : options.overrides) {
    const std::size_t sign = text.find('=');
    if (sign == std::string::npos || sign == 0)
      return {
          std::nullopt,
          {{"docket", 0, 0, "--set " + text + ": expected KEY=VALUE, such as stages.classify.accept=0.9"}}};
    overrides.emplace_back(trim(std::string_view(text).substr(0, sign)), text.substr(sign + 1));
  }
  const bool is_piped = options.file == "-";
  if (!is_piped)
    if (const auto mistake = mistake_in_pipeline_file(options.file))
      return {std::nullopt, {{options.file.string(), 0, 0, *mistake}}};
  std::optional<std::string> content;
  if (is_piped) content = standard_input();
  PipelineOrDiagnostics read =
      read_pipeline(options.file, registry(), overrides, std::move(content), secrets);
  if (!read.pipeline)
    if (const auto document = likely_document(options.file))
      read.diagnostics = {{options.file.string(), 0, 0, *document}};
  if (read.pipeline && !options.output_dir.empty())
    read.pipeline->output_dir = std::filesystem::absolute(options.output_dir).lexically_normal();
  return read;
}

std::optional<Pipeline> load_pipeline(const PipelineOptions& options, SecretUse secrets) {
  if (options.file == "-") {
    print_error("a pipeline on standard input can be checked (docket check -), and nothing else");
    return std::nullopt;
  }
  PipelineOrDiagnostics read = read_pipeline(options, secrets);
  std::string text;
  for (const Diagnostic& diagnostic : read.diagnostics)
    text += to_string(diagnostic) + "\n";
  std::fputs(printable(text).c_str(), stderr);
  return std::move(read.pipeline);
}

}  // namespace docket
