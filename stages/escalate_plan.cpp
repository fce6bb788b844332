#include "stages/escalate_plan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "stages/again.h"
#include "stages/analysis.h"
#include "stages/parts.h"
#include "stages/prompt_template.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

constexpr std::int64_t longest_summary = 4000;  ///< Characters: what there is room for.

/// The settings that say what the model does.
constexpr const char* modes[] = {"redo", "review", "prompt"};

Result<const StageConfig*> earlier_stage(const StageConfig& stage, const Pipeline& pipeline,
                                         const std::string& mode) {
  const StageConfig* found = nullptr;
  if (stage.settings.has(mode)) {
    found = pipeline.stage(stage.settings.text(mode));
    if (found != nullptr && found->type->redo.make == nullptr)
      return Error{ErrorClass::config,
                   mode + ": '" + found->id + "' asks no `backends`, so a model cannot " + mode + " it"};
    if (found != nullptr && found < &stage) return found;
  } else {
    for (const StageConfig& earlier : pipeline.stages) {
      if (&earlier == &stage) break;
      if (earlier.type->redo.make != nullptr) found = &earlier;
    }
    if (found != nullptr) return found;
  }
  return Error{ErrorClass::config, mode + ": there is no earlier stage that a model can " + mode};
}

std::optional<Error> contradiction_in(const Settings& settings) {
  const auto complaint = [](std::string message) { return Error{ErrorClass::config, std::move(message)}; };
  const auto given = std::ranges::count_if(modes, [&](const char* mode) { return settings.has(mode); });
  if (given > 1) return complaint("of `redo`, `review` and `prompt` only one can be given");
  const auto needs = [&](const char* setting, bool is_there, const char* other) -> std::optional<Error> {
    if (!settings.has(setting) || is_there) return std::nullopt;
    return complaint(std::string(setting) + ": says nothing without `" + other + "`");
  };
  const bool is_summary = settings.text("send") == "summary";
  if (auto error = needs("schema", settings.has("prompt"), "prompt")) return error;
  if (auto error = needs("join_prompt", settings.has("prompt"), "prompt")) return error;
  if (auto error = needs("review_prompt", settings.has("review"), "review")) return error;
  if (auto error = needs("summarize_with", is_summary, "send: summary")) return error;
  if (auto error = needs("summary_prompt", is_summary, "send: summary")) return error;
  if (is_summary && !settings.has("summarize_with"))
    return complaint("send: a summary needs `summarize_with`, the local backend that makes it");
  return std::nullopt;
}

/// A model that can be named in the setting.
std::optional<Error> problem_of_backend(const Settings& settings, const Pipeline& pipeline,
                                        const char* setting) {
  if (!settings.has(setting)) return std::nullopt;
  const std::string name = settings.text(setting);
  if (pipeline.backend(name)->type->answers_prompts()) return std::nullopt;
  return Error{ErrorClass::config,
               std::string(setting) + ": '" + name + "' " +
                   (pipeline.backend(name)->type->reads_files ? "reads files" : "is built in") +
                   "; escalate needs a model"};
}

Result<std::unique_ptr<ExcerptStage>> make_summary(const Settings& settings, const Pipeline& pipeline) {
  const std::string backend = settings.text("summarize_with");
  if (reaches_cloud(*pipeline.backend(backend), pipeline))
    return Error{ErrorClass::config, "summarize_with: '" + backend +
                                         "' is in the cloud, or falls back to it, which would be sent the "
                                         "whole document; name a backend that is local"};
  auto words = PromptTemplate::of_setting(settings, "summary_prompt", "summarize.mustache");
  if (!words) return words.error();
  return std::unique_ptr<ExcerptStage>(std::make_unique<Parts>(
      tiers_of({backend}, pipeline).front(), FreeQuestion{{std::move(*words)}, words_form(longest_summary)}));
}

/// What the model is asked. Nothing: no backend is named.
Result<std::unique_ptr<ExcerptStage>> make_asking(const StageConfig& stage, const Pipeline& pipeline,
                                                  const StageConfig* again) {
  const std::string backend = stage.settings.text("backend");
  if (again == nullptr) return make_analysis(stage, pipeline, backend);
  const Redo& type = again->type->redo;
  auto made = stage.settings.has("review") ? type.review(*again, pipeline, backend, stage.settings)
                                           : type.make(*again, pipeline, {backend});
  if (!made) return made.error();
  return std::unique_ptr<ExcerptStage>(std::make_unique<Again>(again->id, type, std::move(*made)));
}

std::vector<Answered> all_answered(const StageConfig& stage, const Pipeline& pipeline) {
  std::vector<Answered> answered;
  for (const StageConfig& earlier : pipeline.stages) {
    if (&earlier == &stage) break;
    if (earlier.type->redo.claims != nullptr) answered.emplace_back(earlier);
  }
  return answered;
}

}  // namespace

Result<EscalatePlan> EscalatePlan::of(const StageConfig& stage, const Pipeline& pipeline) {
  const Settings& settings = stage.settings;
  if (auto error = contradiction_in(settings)) return *error;
  for (const char* setting : {"backend", "summarize_with"})
    if (auto error = problem_of_backend(settings, pipeline, setting)) return *error;
  EscalatePlan plan;
  plan.shows_all_claims = settings.has("review");
  if (settings.has("send"))
    plan.send = settings.text("send");
  else if (settings.has("review"))
    plan.send = "pages";
  if (plan.send == "fields") plan.shows_all_claims = false;
  if (!settings.has("backend")) return plan;
  const StageConfig* again = nullptr;
  if (!settings.has("prompt")) {
    const auto found = earlier_stage(stage, pipeline, settings.has("review") ? "review" : "redo");
    if (!found) return found.error();
    again = *found;
    plan.redoes = again->id;
    plan.redoes_in_part = settings.has("review") || plan.send != "document";
  }
  plan.answered = again == nullptr ? all_answered(stage, pipeline) : std::vector<Answered>{Answered(*again)};
  auto asks = make_asking(stage, pipeline, again);
  if (!asks) return asks.error();
  plan.asks = std::move(*asks);
  if (plan.send != "summary") return plan;
  auto summarizes = make_summary(settings, pipeline);
  if (!summarizes) return summarizes.error();
  plan.summarizes = std::move(*summarizes);
  return plan;
}

}  // namespace docket::stages
