// Decides whether a document needs the model that costs money, says why, and has it asked.
#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "stages/doubts.h"
#include "stages/escalate_plan.h"
#include "stages/excerpt.h"
#include "stages/parts.h"
#include "stages/reasons.h"
#include "stages/stages.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr Field think{
    .name = think_field.name,
    .type = think_field.type,
    .help =
        "Let the model of `backend` think before it answers, or not; as that backend says when absent. "
        "The `think` of the stage that is redone is of its own tiers, and `summarize_with` thinks as its "
        "backend says."};

constexpr std::string_view sendings[] = {"document", "pages", "fields", "summary"};

constexpr Field fields[] = {
    {.name = "backend",
     .type = Field::Type::backend,
     .help = "The cloud model to ask. Without one, flagged documents are held."},
    {.name = "reasons",
     .type = Field::Type::choices,
     .help =
         "Built-in reasons to escalate, in addition to the conditions of `when`; `{failed_check: NAME}` is "
         "one of them only for that check (field, stage). `all`: every one. When absent: all of them, but "
         "none "
         "beside a `when`.",
     .choices = reason_choices,
     .narrows = true},
    {.name = "redo",
     .type = Field::Type::stage,
     .help =
         "The stage whose question the model answers again; what it has better evidence for replaces what "
         "that stage found. The last one before this that asks `backends`, when there is neither `review` "
         "nor `prompt`."},
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
    {.name = "at_most",
     .type = Field::Type::cap,
     .help = "The most documents of a run that are escalated, a number or a share such as 10%: the worst "
             "first, the others are held. All, when absent.",
     .affects_answer = false},
    think,
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
  Escalate(Reasons reasons, EscalatePlan plan, std::optional<Cap> cap, std::optional<bool> think)
      : reasons_(std::move(reasons)), plan_(std::move(plan)), cap_(cap), think_(think) {}

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

  std::optional<Cap> cap() const override { return cap_; }

  std::string redoes() const override { return plan_.redoes; }
  bool redoes_in_part() const override { return plan_.redoes_in_part; }

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
    const bool was_asked = progress.has_summary && turn.number > progress.begun;
    const auto go_on = [&](const ExcerptStage& stage, StageResult& into) {
      const Turn inner{turn.number - progress.begun, turn.replies, turn.record, turn.reasons, progress.inner};
      return advise(stage.advance_with(progress.excerpt, document, inner, into));
    };
    if (!progress.has_summary) {
      Result<std::vector<Request>> requests = go_on(*plan_.summarizes, progress.summary);
      if (!requests || !requests->empty()) return requests;
      show_summary(progress, turn.number);
    }
    Result<std::vector<Request>> requests = go_on(*plan_.asks, result);
    if (requests) set_thinking(*requests);
    if (was_asked && takes_place(turn.replies, requests)) result.takes_place = true;
    return requests;
  }

  /// Not for an answer that was known, nor for a question that was refused. `outcome`: what came of it.
  static bool takes_place(std::span<const Reply> replies, const Result<std::vector<Request>>& outcome) {
    if (!outcome && outcome.error().error_class != ErrorClass::withheld) return true;
    return std::ranges::any_of(replies, [](const Reply& reply) { return reply.spent.total().calls > 0; });
  }

  /// Of the model that is asked here: what the stage says whose question it is, it says of its own tiers.
  void set_thinking(std::vector<Request>& requests) const {
    for (Request& request : requests)
      if (auto* prompt = std::get_if<Prompt>(&request.question)) prompt->think = think_;
  }

  static void show_summary(Progress& progress, int turn) {
    const Text parts = text_of_parts(progress.summary.output);
    std::string words;
    for (const Page& page : parts.pages)
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
  const EscalatePlan plan_;
  const std::optional<Cap> cap_;
  const std::optional<bool> think_;
};

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  auto reasons = Reasons::of(stage, pipeline);
  if (!reasons) return reasons.error();
  auto plan = EscalatePlan::of(stage, pipeline);
  if (!plan) return plan.error();
  return std::unique_ptr<Stage>(std::make_unique<Escalate>(std::move(*reasons), std::move(*plan),
                                                           Cap::parse(stage.settings.text("at_most")),
                                                           think_of(stage.settings)));
}

std::vector<std::string> warnings(const StageConfig& stage, const Pipeline&) {
  const std::vector<std::string> reasons = stage.settings.texts("reasons");
  const bool has_all = std::ranges::find(reasons, all_doubts) != reasons.end();
  if (!has_all || reasons.size() == 1) return {};
  return {"reasons: `all` has the others in it; leave them out, or leave out `all`"};
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
          .version = 5,
          .fields = fields,
          .reads = [](const Settings&) { return StageReads{.text = true, .record = true}; },
          .make = make,
          .warnings = warnings,
          .decides_on_reasons = true,
          .output = output_schema,
          .also_called = "route escalation fallback"};
}

}  // namespace docket::stages
