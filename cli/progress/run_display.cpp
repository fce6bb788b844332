#include "cli/progress/run_display.h"

#include <algorithm>

#include "cli/records/not_accepted.h"
#include "cli/records/why_held.h"
#include "cli/terminal/signals.h"
#include "cli/terminal/words.h"
#include "pipeline/log.h"
#include "pipeline/record.h"
#include "pipeline/support/duration.h"

namespace docket {
namespace {

constexpr std::int64_t most_explained = 1000;  ///< Held ones, and likewise unsure ones.

/// How a document ended, for each stage that ran or was spared, why, and what is wrong with the file.
std::string story_of_run(const Document& document, const Pipeline& pipeline) {
  std::string text = document.path + ": " + std::string(name(outcome(document))) + " (" + document.why + ")";
  for (std::size_t i = 0; i < document.stages.size(); ++i) {
    const StageResult& result = document.stages[i];
    text += "\n  " + pipeline.stages[i].id + ": ";
    if (result.origin.taken)
      text += "kept";
    else
      text += std::string(name(result.state)) + (result.origin.why.empty() ? "" : ", " + result.origin.why);
    if (!pipeline.stages[i].type->provides_text || !result.output.contains("problems")) continue;
    for (const nlohmann::json& problem : result.output["problems"])
      text += "\n    problem: " + problem.get<std::string>();
  }
  return text;
}

}  // namespace

RunDisplay::RunDisplay(const RunDisplayOptions& options, Signals& signals, std::size_t stages,
                       const Activity& activity, RunLog* log, WhyHeld& why_held)
    : RunEvents(log),
      options_(options),
      signals_(signals),
      stages_(stages),
      activity_(activity),
      why_held_(why_held) {}

void RunDisplay::waiting(const LockHolder& holder, const std::filesystem::path& output) {
  RunEvents::waiting(holder, output);
  if (!options_.is_silent)
    print_error("waiting for " + to_string(holder) + ", which writes to " + output.string());
}

void RunDisplay::begun(const std::string& run) {
  RunEvents::begun(run);
  progress_.emplace(options_.is_silent ? Progress::Mode::none : options_.progress, stages_, activity_);
  told_.emplace(signals_.has_stopped(), [this] {
    log({LogLevel::warning, "stopping"});
    if (options_.is_silent) return;
    progress_->stopping();
    progress_->say("docket: stopping: running calls have " + format_duration(options_.grace) +
                   " to end; another signal stops now");
  });
}

void RunDisplay::warned(const std::string& warning) {
  RunEvents::warned(warning);
  say("docket: warning: " + warning);
}

void RunDisplay::backend_warned(const std::string& warning) {
  RunEvents::backend_warned(warning);
  say("docket: warning: " + warning);
}

void RunDisplay::warmed(const WarmUp& model) {
  RunEvents::warmed(model);
  if (!model.problem.empty())
    say("docket: warning: not warmed up: " + model.problem);
  else if (!options_.is_silent)
    say("docket: warmed up: " + model.backend + ": " + model.model + ", " +
        format_duration(std::chrono::milliseconds(model.wall_ms)));
}

void RunDisplay::input_problem(const std::string& problem) {
  RunEvents::input_problem(problem);
  say("docket: input: " + problem);
}

void RunDisplay::left_out(const std::string& file) {
  RunEvents::left_out(file);
  if (options_.is_verbose) say(file + ": left out of the input");
}

void RunDisplay::spared(const std::string& path, Rebuild::What why, std::string_view verdicts) {
  RunEvents::spared(path, why, verdicts);
  progress_->kept();
  if (!options_.is_verbose) return;
  std::string how = why == Rebuild::What::parked ? ": parked" : ": up to date";
  // A summary names only those that were worked on.
  if (!verdicts.empty())
    for (std::string doubt : doubts_of(nlohmann::json::parse(verdicts, nullptr, false))) {
      std::ranges::replace(doubt, '_', ' ');
      how += ", " + doubt;
    }
  say(path + how);
}

void RunDisplay::left_stage(const Document& document, std::size_t stage, const Pipeline& pipeline) {
  RunEvents::left_stage(document, stage, pipeline);
  const Usage used = document.stages[stage].spent.total();
  progress_->left_stage(stage, used.input_tokens + used.output_tokens);
}

void RunDisplay::finished(const Document& document, const Pipeline& pipeline) {
  RunEvents::finished(document, pipeline);
  const Outcome how = outcome(document);
  progress_->finished(how);
  if (!options_.is_silent) explain(document, pipeline);  // A silent run has no summary.
  if (options_.is_verbose) say(story_of_run(document, pipeline));
}

void RunDisplay::explain(const Document& document, const Pipeline& pipeline) {
  const bool is_held = outcome(document) == Outcome::held;
  if (!is_held) {
    const auto doubts = doubts_of(verdicts_of(document, pipeline.stages));
    if (std::ranges::find(doubts, "unsure") == doubts.end()) return;
  }
  std::int64_t& explained = is_held ? held_explained_ : unsure_explained_;
  if (explained >= most_explained) return;
  ++explained;
  const nlohmann::json known(record(document, pipeline.stages, pipeline.complexity));
  why_held_[document.path] = is_held ? why_held(known, pipeline) : weakest_answers(known, pipeline);
}

void RunDisplay::say(const std::string& line) {
  if (!options_.has_log_on_stderr) progress_->say(line);
}

}  // namespace docket
