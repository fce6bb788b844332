#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>

#include "backends/calls/probe.h"
#include "backends/extraction/missing_data.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/signals.h"
#include "cli/table.h"
#include "pipeline/config/check_conditions.h"
#include "pipeline/support/decimal.h"
#include "pipeline/support/money.h"

namespace docket {
namespace {

/// How long a probe that is interrupted may still take.
constexpr std::chrono::milliseconds probe_grace{0};

std::string probe_words(const backends::ProbeResult& result, const BackendConfig& config) {
  const backends::Server& server = result.server;
  std::string text = server.product.empty() ? "an unknown server" : server.product;
  text += ", model " + (server.model.empty() ? std::string("unknown") : server.model);
  text += server.window ? ", window " + std::to_string(*server.window) + " tokens" : ", window unknown";
  const bool is_set = config.settings.has("max_concurrent");
  const auto usual = static_cast<std::size_t>(config.settings.integer("max_concurrent"));
  text += server.slots ? ", " + std::to_string(*server.slots) + " at a time"
                       : ", does not say how many at a time: asked " +
                             std::to_string(is_set ? usual : backends::calls_at_a_time(server, usual));
  text += result.enforces_schema ? "; enforces schemas" : "; does NOT enforce schemas";
  text +=
      result.tells_probabilities ? "; reports token probabilities" : "; does not report token probabilities";
  if (server.cannot_see) text += "; takes no images";
  text += "; " + std::to_string(result.wall_ms) + " ms, " + std::to_string(result.usage.input_tokens) +
          " + " + std::to_string(result.usage.output_tokens) + " tokens";
  if (result.usage.nano_dollars > 0) text += ", " + format_money(result.usage.nano_dollars);
  const std::int64_t wanted = config.settings.integer("max_concurrent");
  if (server.slots && is_set && *server.slots < wanted)
    text += "; max_concurrent is " + std::to_string(wanted) + ", more than the server processes at a time";
  return text;
}

/// Prints a line for each address on standard output.
int print_probes(const Pipeline& pipeline, bool offline) {
  Signals signals(probe_grace);
  const std::vector<backends::ProbeResult> results = backends::probe(pipeline, offline, signals.hard_stop());
  int exit_code = exit_up_to_date;
  for (const backends::ProbeResult& result : results) {
    std::string line = result.backend + " " + result.url + " (" + std::string(name(result.location)) + "): ";
    if (!result.not_asked.empty()) {
      line += "not asked because of " + result.not_asked;
    } else if (result.error) {
      line += "cannot be used: " + result.error->message;
      exit_code = exit_unavailable;
    } else {
      line += probe_words(result, *pipeline.backend(result.backend));
    }
    std::puts(printable(line).c_str());
  }
  if (signals.received() != 0) return exit_code_of_signal(signals.received());
  if (results.empty()) std::fputs("no backend of this pipeline uses a server\n", stderr);
  return exit_code;
}

std::string token_words(const TokenPrices& prices) {
  return "$" + decimal_text(prices.input) + " in, $" + decimal_text(prices.cached_input) + " cached, $" +
         decimal_text(prices.cache_write) + " written to the cache, $" + decimal_text(prices.output) +
         " out per million tokens";
}

std::string price_words(const Price& price) {
  constexpr std::int64_t pico_per_nano = 1000;
  std::string text;
  const auto add = [&text](const std::string& words) { text += (text.empty() ? "" : "; ") + words; };
  if (depends_on_tokens(price) || price.per_hour == 0) add(token_words(price.tokens));
  for (const LongContextPrices& tier : price.long_context)
    add("with more than " + std::to_string(tier.above) + " in: " + token_words(tier.tokens));
  if (price.per_call > 0) add("$" + decimal_text(price.per_call) + " per call");
  if (price.per_hour > 0) add("$" + decimal_text(price.per_hour / pico_per_nano) + " per hour at work");
  return text + " (" + price.source + ")";
}

/// Prints what the calls of each backend cost, and who says so.
void print_prices(const Pipeline& pipeline) {
  for (const BackendConfig& backend : pipeline.backends) {
    const std::optional<Price> price = price_of(backend);
    std::string words;
    if (price) words = price_words(*price);
    if (!price && price_may_be_unknown(backend)) words = "unknown, as the pipeline allows";
    if (!words.empty())
      std::fputs(printable("price of '" + backend.name + "': " + words + "\n").c_str(), stderr);
  }
}

/// Prints what jq finds wrong on standard error; the exit code.
int print_conditions(const Pipeline& pipeline) {
  const auto problems = compile_conditions(pipeline);
  if (!problems) {
    print_error(problems.error().message);
    return exit_unavailable;
  }
  for (const std::string& problem : *problems)
    std::fputs((printable(problem) + "\n").c_str(), stderr);
  return problems->empty() ? exit_up_to_date : exit_usage;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  struct CheckOptions {
    PipelineOptions pipeline;
    bool probe = false, offline = false;
  };
  CLI::App* command =
      app.add_subcommand("check", "Validate a pipeline file with its schemas, prompts and conditions");
  const auto options = std::make_shared<CheckOptions>();
  options->pipeline.add_to(*command);
  command->add_flag(
      "--probe", options->probe,
      "Also test every model server: reachability, key, model, context window, schema enforcement");
  command->add_flag("--offline", options->offline, "With --probe: do not ask cloud servers");
  command->callback([options, &exit_code] {
    const std::optional<Pipeline> pipeline = load_pipeline(options->pipeline);
    exit_code = pipeline ? print_conditions(*pipeline) : exit_usage;
    if (exit_code != exit_up_to_date) return;
    for (const std::string& warning : pipeline->warnings)
      std::fputs(("warning: " + printable(warning) + "\n").c_str(), stderr);
    std::string stages;
    for (const StageConfig& stage : pipeline->stages)
      stages += (stages.empty() ? "" : ", ") + stage.id;
    const std::string ok = options->pipeline.file.string() + ": ok, stages " + stages + "\n";
    std::fputs(printable(ok).c_str(), stderr);
    print_prices(*pipeline);
    for (const std::string& warning : backends::missing_programs())
      print_error("warning: " + warning);
    for (const std::string& warning : backends::missing_data())
      print_error("warning: " + warning);
    for (const std::string& warning : backends::missing_protection())
      print_error("warning: " + warning);
    if (options->probe) exit_code = print_probes(*pipeline, options->offline);
  });
}

}  // namespace docket
