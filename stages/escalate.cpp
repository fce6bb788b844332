// Decides whether a document needs the model that costs money, says why, and has a stage done again by it.
#include <algorithm>

#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "stages/doubts.h"
#include "stages/stages.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr Field fields[] = {
    {.name = "backend",
     .type = Field::Type::backend,
     .help = "The cloud model to ask. Without one, flagged documents are held."},
    {.name = "reasons",
     .type = Field::Type::choices,
     .help = "Built-in reasons to escalate, in addition to the conditions of `when`. All of them, unless "
             "`when` is "
             "given.",
     .choices = doubt_kinds},
    {.name = "redo",
     .type = Field::Type::stage,
     .help = "The stage whose answer the model's answer replaces: the last one before this that asks "
             "`backends`, when absent."},
};

/// A stage before, as far as the record may hold doubts of it.
struct Doubter {
  std::string stage;
  std::vector<Doubt> (*doubts)(const std::string& stage, const json& output);
};

std::vector<Doubter> doubters(const StageConfig& stage, const Pipeline& pipeline) {
  std::vector<Doubter> found;
  for (const StageConfig& earlier : pipeline.stages) {
    if (&earlier == &stage) break;
    if (earlier.type->doubts != nullptr) found.push_back({earlier.id, earlier.type->doubts});
  }
  std::ranges::sort(found, {}, &Doubter::stage);
  return found;
}

/// What escalate has a model do again.
struct Again {
  std::string id;
  Redo type = {};
  std::unique_ptr<Stage> stage = nullptr;  ///< Asks the model; null: flagged documents are held.
};

class Escalate final : public Stage {
 public:
  Escalate(std::vector<std::string> kinds, std::vector<Doubter> doubters, Again again)
      : kinds_(std::move(kinds)), doubters_(std::move(doubters)), again_(std::move(again)) {}

  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const override {
    if (turn.number == 0) {
      result.reasons.assign(turn.reasons.begin(), turn.reasons.end());
      add_doubts(turn.record, result.reasons);
      if (result.reasons.empty()) {
        result.state = StageResult::State::skipped;
        return std::vector<Request>{};
      }
      if (hold(result)) return std::vector<Request>{};
      result.output = turn.record.value(again_.id, json());  // The model's answer is joined to what is known.
    }
    Result<std::vector<Request>> requests = again_.stage->advance(document, turn, result);
    if (!requests) {
      result.output = nullptr;
    } else if (requests->empty()) {
      result.replaces = {again_.id, std::move(result.output)};
      result.output = {{"replaces", again_.id}, {"before", summary(turn.record)}};
    }
    return requests;
  }

  std::string redoes() const override { return again_.stage == nullptr ? "" : again_.id; }

 private:
  void add_doubts(const json& record, std::vector<std::string>& reasons) const {
    for (const Doubter& doubter : doubters_) {
      const auto output = record.find(doubter.stage);
      if (output == record.end() || !output->is_object()) continue;
      for (Doubt& doubt : doubter.doubts(doubter.stage, *output))
        if (std::ranges::find(kinds_, doubt.kind) != kinds_.end()) reasons.push_back(std::move(doubt.reason));
    }
  }

  /// Whether a document for which there are reasons goes no further, and why, in `result`.
  bool hold(StageResult& result) const {
    if (again_.stage != nullptr) return false;
    result.state = StageResult::State::held;
    result.held = "no cloud backend";
    return true;
  }

  json summary(const json& record) const {
    const auto before = record.find(again_.id);
    if (before == record.end() || !before->is_object()) return json::object();
    return again_.type.summary(*before);
  }

  const std::vector<std::string> kinds_;  ///< Of doubts that count.
  const std::vector<Doubter> doubters_;   ///< By name, so that reasons have an order.
  const Again again_;
};

/// The stage that `redo` names, or the last one before this that can be done again.
const StageConfig* stage_to_redo(const StageConfig& stage, const Pipeline& pipeline) {
  if (stage.settings.has("redo")) return pipeline.stage(stage.settings.text("redo"));
  const StageConfig* last = nullptr;
  for (const StageConfig& earlier : pipeline.stages) {
    if (&earlier == &stage) break;
    if (earlier.type->redo.make != nullptr) last = &earlier;
  }
  return last;
}

Result<std::unique_ptr<Stage>> make_again(const StageConfig& stage, const Pipeline& pipeline,
                                          const StageConfig* redo) {
  const std::string backend = stage.settings.text("backend");
  if (!pipeline.backend(backend)->type->answers_prompts())
    return Error{ErrorClass::config, "backend: '" + backend + "' is built in; escalate needs a model"};
  if (redo == nullptr || &stage <= redo)
    return Error{ErrorClass::config, "redo: there is no earlier stage that a model can redo"};
  if (redo->type->redo.make == nullptr)
    return Error{ErrorClass::config,
                 "redo: '" + redo->id + "' asks no `backends`, so a model cannot redo it"};
  return redo->type->redo.make(*redo, pipeline, {backend});
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  const Settings& settings = stage.settings;
  std::vector<std::string> kinds = settings.texts("reasons");
  if (!settings.has("reasons") && stage.when.empty())
    kinds.assign(std::begin(doubt_kinds), std::end(doubt_kinds));
  Again again;
  if (const StageConfig* redo = stage_to_redo(stage, pipeline)) again = {redo->id, redo->type->redo};
  if (settings.has("backend")) {
    auto made = make_again(stage, pipeline, pipeline.stage(again.id));
    if (!made) return made.error();
    again.stage = std::move(*made);
  }
  return std::unique_ptr<Stage>(
      std::make_unique<Escalate>(std::move(kinds), doubters(stage, pipeline), std::move(again)));
}

}  // namespace

StageType escalate() {
  return {.name = "escalate",
          .summary = "Sends a document to a cloud model, for a recorded reason.",
          .version = 3,
          .fields = fields,
          .reads = [](const Settings&) { return StageReads{.text = true, .record = true}; },
          .make = make,
          .decides_on_reasons = true,
          .output = [](const Settings&) { return record_schema_of("escalate"); }};
}

}  // namespace docket::stages
