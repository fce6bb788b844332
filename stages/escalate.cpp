// Decides whether a document needs the model that costs money, says why, and has it asked.
#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "stages/again.h"
#include "stages/analysis.h"
#include "stages/doubts.h"
#include "stages/excerpt.h"
#include "stages/parts.h"
#include "stages/reasons.h"
#include "stages/stages.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr std::int64_t longest_summary = 4000;  ///< Characters: what there is room for.

constexpr std::string_view sendings[] = {"document", "pages", "fields", "summary"};

constexpr Field fields[] = {
    {.name = "backend",
     .type = Field::Type::backend,
     .help = "The cloud model to ask. Without one, flagged documents are held."},
    {.name = "reasons",
     .type = Field::Type::choices,
     .help =
         "Built-in reasons to escalate, in addition to the conditions of `when`; `{failed_check: NAME}` is "
         "one of them only for that check (field, stage). All of them, unless `when` is given.",
     .choices = doubt_kinds,
     .narrows = true},
    {.name = "redo",
     .type = Field::Type::stage,
     .help = "The stage whose question the model answers again; what it is surer of replaces what that stage "
             "found. The last one before this that asks `backends`, when there is neither `review` nor "
             "`prompt`."},
    {.name = "review",
     .type = Field::Type::stage,
     .help = "The stage whose answer the model is shown, and confirms or corrects."},
    {.name = "review_prompt",
     .type = Field::Type::file,
     .help = "A Mustache template of the review, instead of the built-in one."},
    {.name = "prompt",
     .type = Field::Type::file,
     .help = "A Mustache template of a question about the document; the answer is this stage's own."},
    {.name = "schema",
     .type = Field::Type::schema,
     .help = "JSON Schema of the answer to `prompt`. Words, when absent."},
    {.name = "join_prompt",
     .type = Field::Type::file,
     .help = "A Mustache template that has the model put together what it answered about the parts of a long "
             "document, instead of the built-in one; `task` is the rendered `prompt`."},
    {.name = "send",
     .type = Field::Type::choice,
     .help =
         "What the model is shown: the whole `document`; the `pages` that matter to doubtful fields; only "
         "these `fields`, with the lines around them; or a `summary`. `pages` for `review`, else "
         "`document`, when absent.",
     .choices = sendings},
    {.name = "summarize_with",
     .type = Field::Type::backend,
     .help = "The local model that writes the summary."},
    {.name = "summary_prompt",
     .type = Field::Type::file,
     .help = "A Mustache template of its task, instead of the built-in one."},
};

/// Earlier stages of which a document may hold answers, and what these rest on.
struct Answered {
  const StageConfig* stage = nullptr;

  std::vector<Claim> claims(const json& record) const {
    return stage->type->redo.claims(stage->settings, record.value(stage->id, json()));
  }
};

/// What is done with documents for which there are reasons.
struct Plan {
  std::unique_ptr<ExcerptStage> asks = nullptr;        ///< Null: they are held.
  std::unique_ptr<ExcerptStage> summarizes = nullptr;  ///< Before that; null: nobody.
  std::string send = "document";
  bool shows_all_claims = false;   ///< Not only the doubtful ones.
  std::vector<Answered> answered;  ///< Stages whose claims say what is shown.
  std::string redoes;              ///< Id of the stage whose answer is replaced; empty: none.
};

/// Where a document is: with whoever makes the summary, or then with whoever is asked.
struct Progress final : StageProgress {
  Excerpt excerpt;
  bool has_summary = true;
  int begun = 0;  ///< The turn in which the model was first asked.
  std::unique_ptr<StageProgress> inner;
  StageResult summary;
};

class Escalate final : public Stage {
 public:
  Escalate(Reasons reasons, Plan plan) : reasons_(std::move(reasons)), plan_(std::move(plan)) {}

  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const override {
    if (turn.number == 0) {
      result.reasons.assign(turn.reasons.begin(), turn.reasons.end());
      std::ranges::move(reasons_.found_in(turn.record), std::back_inserter(result.reasons));
      if (result.reasons.empty()) {
        result.state = StageResult::State::skipped;
        return std::vector<Request>{};
      }
      if (hold(result)) return std::vector<Request>{};
      turn.progress = begin(document, turn.record, result);
    }
    Result<std::vector<Request>> requests = ask(document, turn, result);
    if (!requests) result.output = nullptr;
    return requests;
  }

  std::string redoes() const override { return plan_.redoes; }

 private:
  /// Whether a document for which there are reasons goes no further, and why, in `result`.
  bool hold(StageResult& result) const {
    if (plan_.asks != nullptr) return false;
    result.state = StageResult::State::held;
    result.held = "no cloud backend";
    return true;
  }

  std::unique_ptr<Progress> begin(const Document& document, const json& record,
                                  const StageResult& result) const {
    auto progress = std::make_unique<Progress>();
    progress->has_summary = plan_.summarizes == nullptr;
    progress->excerpt = excerpt(document, record);
    progress->excerpt.sent.reasons = result.reasons;
    return progress;
  }

  /// What the model is shown, but for a summary, which is still to be made.
  Excerpt excerpt(const Document& document, const json& record) const {
    const bool is_cut = plan_.send == "pages" || plan_.send == "fields";
    if (!is_cut) return whole(document);
    std::vector<Claim> claims;
    for (const Answered& answered : plan_.answered)
      std::ranges::move(answered.claims(record), std::back_inserter(claims));
    // A document may be here for other reasons than its fields: then all of them count.
    if (!plan_.shows_all_claims && std::ranges::any_of(claims, &Claim::is_doubtful))
      std::erase_if(claims, [](const Claim& claim) { return !claim.is_doubtful; });
    return plan_.send == "pages" ? pages_of(document, claims) : fields_of(document, claims);
  }

  Result<std::vector<Request>> ask(Document& document, const Turn& turn, StageResult& result) const {
    auto& progress = dynamic_cast<Progress&>(*turn.progress);
    const auto go_on = [&](const ExcerptStage& stage, StageResult& into) {
      const Turn inner{turn.number - progress.begun, turn.replies, turn.record, turn.reasons, progress.inner};
      return advise(stage.advance_with(progress.excerpt, document, inner, into));
    };
    if (progress.has_summary) return go_on(*plan_.asks, result);
    Result<std::vector<Request>> requests = go_on(*plan_.summarizes, progress.summary);
    if (!requests || !requests->empty()) return requests;
    show_summary(progress, turn.number);
    return go_on(*plan_.asks, result);
  }

  static void show_summary(Progress& progress, int turn) {
    std::string words;
    for (const Page& page : text_of_parts(progress.summary.output).pages)
      words += (words.empty() ? "" : "\n\n") + page.text;
    Sent sent = std::move(progress.excerpt.sent);
    progress.excerpt = summary_of(std::move(words));
    progress.excerpt.sent.reasons = std::move(sent.reasons);
    progress.has_summary = true;
    progress.begun = turn;
    progress.inner.reset();
  }

  /// What to do about a document that no model can hold.
  Result<std::vector<Request>> advise(Result<std::vector<Request>> requests) const {
    if (requests || requests.error().error_class != ErrorClass::too_long) return requests;
    Error error = requests.error();
    error.message += plan_.send == "document" ? "; `send: pages` or `send: summary` would show it less"
                                              : "; another backend may have a larger window";
    return error;
  }

  const Reasons reasons_;
  const Plan plan_;
};

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
               std::string(setting) + ": '" + name + "' is built in; escalate needs a model"};
}

Result<std::unique_ptr<ExcerptStage>> make_summary(const Settings& settings, const Pipeline& pipeline) {
  const std::string backend = settings.text("summarize_with");
  if (location_of(*pipeline.backend(backend)) != Location::local)
    return Error{ErrorClass::config, "summarize_with: '" + backend +
                                         "' is in the cloud, which would be sent the whole document; name a "
                                         "local backend"};
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
    if (earlier.type->redo.claims != nullptr) answered.push_back({&earlier});
  }
  return answered;
}

Result<Plan> plan_of(const StageConfig& stage, const Pipeline& pipeline) {
  const Settings& settings = stage.settings;
  if (auto error = contradiction_in(settings)) return *error;
  for (const char* setting : {"backend", "summarize_with"})
    if (auto error = problem_of_backend(settings, pipeline, setting)) return *error;
  Plan plan;
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
  }
  plan.answered = again == nullptr ? all_answered(stage, pipeline) : std::vector<Answered>{{again}};
  auto asks = make_asking(stage, pipeline, again);
  if (!asks) return asks.error();
  plan.asks = std::move(*asks);
  if (plan.send != "summary") return plan;
  auto summarizes = make_summary(settings, pipeline);
  if (!summarizes) return summarizes.error();
  plan.summarizes = std::move(*summarizes);
  return plan;
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  auto reasons = Reasons::of(stage, pipeline);
  if (!reasons) return reasons.error();
  auto plan = plan_of(stage, pipeline);
  if (!plan) return plan.error();
  return std::unique_ptr<Stage>(std::make_unique<Escalate>(std::move(*reasons), std::move(*plan)));
}

/// The output of a stage with a prompt is what its schema says.
json output_schema(const Settings& settings) {
  json schema = record_schema_of("escalate");
  const std::shared_ptr<const json> given = settings.schema("schema");
  if (!given) return schema;
  json answer = *given;
  answer["$id"] = users_schema;
  schema["properties"]["answer"] = std::move(answer);
  return schema;
}

}  // namespace

StageType escalate() {
  return {.name = "escalate",
          .summary = "Sends a document to a cloud model, for a recorded reason.",
          .version = 4,
          .fields = fields,
          .reads = [](const Settings&) { return StageReads{.text = true, .record = true}; },
          .make = make,
          .decides_on_reasons = true,
          .output = output_schema};
}

}  // namespace docket::stages
