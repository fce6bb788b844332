// Decides whether a document needs the model that costs money, says why, and has a stage done again by it.
#include <algorithm>

#include "pipeline/pipeline.h"
#include "stages/redo.h"
#include "stages/stages.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr std::string_view low_confidence = "low_confidence";
constexpr std::string_view missing_required_field = "missing_required_field";
constexpr std::string_view failed_check = "failed_check";
constexpr std::string_view poor_text_layer = "poor_text_layer";
constexpr std::string_view unknown_label = "unknown_label";
constexpr std::string_view too_long = "too_long";
constexpr std::string_view built_in_reasons[] = {low_confidence,  missing_required_field, failed_check,
                                                 poor_text_layer, unknown_label,          too_long};

constexpr Field fields[] = {
    {.name = "backend",
     .type = Field::Type::backend,
     .help = "The cloud model to ask. Without one, flagged documents are held."},
    {.name = "reasons",
     .type = Field::Type::choices,
     .help = "Built-in reasons to escalate, in addition to the conditions of `when`. All of them, unless "
             "`when` is "
             "given.",
     .choices = built_in_reasons},
    {.name = "redo",
     .type = Field::Type::stage,
     .help = "The stage whose answer the model's answer replaces: the last classify or structured-extract "
             "before, when "
             "absent."},
};

/// What a record gives as built-in reasons: names that are the same for many documents, so that they can be
/// counted.
std::vector<std::string> find_reasons(const json& record, const std::vector<std::string>& enabled) {
  const auto wanted = [&](std::string_view reason) {
    return std::ranges::find(enabled, reason) != enabled.end();
  };
  std::vector<std::string> reasons;
  for (const auto& [id, output] : record.items()) {
    if (!output.is_object()) continue;
    const bool is_label = output.contains("label");
    if (wanted(unknown_label) && is_label && output["label"].is_null())
      reasons.push_back("unknown label: " + id);
    const bool answered = !is_label || !output["label"].is_null();
    if (wanted(low_confidence) && answered && !output.value("accepted", true)) {
      reasons.push_back("low confidence: " + id);
    }
    if (wanted(too_long) && output.contains("passed_over")) {
      for (const json& passed : output["passed_over"]) {
        if (passed["class"] == "too_long") reasons.push_back("too long: " + id);
      }
    }
    if (wanted(poor_text_layer) && output.contains("grade") && output["grade"] != "good") {
      reasons.push_back("poor text layer");
    }
    if (wanted(missing_required_field) && output.contains("missing")) {
      for (const json& field : output["missing"]) {
        reasons.push_back("missing required field: " + field.get<std::string>());
      }
    }
    if (wanted(failed_check) && output.contains("checks")) {
      for (const auto& [check, state] : output["checks"].items()) {
        if (state == "failed") reasons.push_back("failed check: " + check);
      }
    }
  }
  return reasons;
}

class Escalate final : public Stage {
 public:
  /// `again`: the stage to redo, asking the model; null: flagged documents are held.
  Escalate(std::vector<std::string> reasons, std::string redo, std::unique_ptr<Stage> again)
      : reasons_(std::move(reasons)), redo_(std::move(redo)), again_(std::move(again)) {}

  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const override {
    if (turn.number == 0) {
      result.reasons.assign(turn.reasons.begin(), turn.reasons.end());
      for (std::string& reason : find_reasons(turn.record, reasons_))
        result.reasons.push_back(std::move(reason));
      if (result.reasons.empty()) {
        result.state = StageResult::State::skipped;
        return std::vector<Request>{};
      }
      if (again_ == nullptr) {
        result.state = StageResult::State::held;
        result.held = "no cloud backend";
        return std::vector<Request>{};
      }
      result.output = turn.record.value(redo_, json());  // The model's answer is joined to what is known.
    }
    Result<std::vector<Request>> requests = again_->advance(document, turn, result);
    if (!requests) {
      result.output = nullptr;
    } else if (requests->empty()) {
      result.output = {{"replaces", redo_},
                       {"before", summary(turn.record.value(redo_, json()))},
                       {"answer", std::move(result.output)}};
    }
    return requests;
  }

  std::string redoes() const override { return again_ == nullptr ? "" : redo_; }

 private:
  /// The values themselves are kept with the new answer, in its `other_tiers` or `lower_tiers`.
  static json summary(const json& before) {
    json short_form = json::object();
    for (const char* member : {"label", "confidence", "accepted", "problems", "tier"}) {
      if (before.is_object() && before.contains(member)) short_form[member] = before[member];
    }
    return short_form;
  }

  const std::vector<std::string> reasons_;
  const std::string redo_;
  const std::unique_ptr<Stage> again_;
};

/// The stage that `redo` names, or the last one before this that can be done again.
const StageConfig* stage_to_redo(const StageConfig& stage, const Pipeline& pipeline) {
  if (stage.settings.has("redo")) return pipeline.stage(stage.settings.text("redo"));
  const StageConfig* last = nullptr;
  for (const StageConfig& earlier : pipeline.stages) {
    if (&earlier == &stage) break;
    if (earlier.type->name == "classify" || earlier.type->name == "structured-extract") last = &earlier;
  }
  return last;
}

Result<std::unique_ptr<Stage>> make_again(const StageConfig& stage, const Pipeline& pipeline,
                                          const StageConfig* redo) {
  const std::string backend = stage.settings.text("backend");
  if (!pipeline.backend(backend)->type->answers_prompts)
    return Error{ErrorClass::config, "backend: '" + backend + "' is built in; escalate needs a model"};
  if (redo == nullptr || &stage <= redo)
    return Error{ErrorClass::config, "redo: there is no stage before this one that a model could do again"};
  if (redo->type->name == "classify") return make_classify(redo->settings, pipeline, {backend});
  if (redo->type->name == "structured-extract")
    return make_structured_extract(redo->settings, pipeline, {backend});
  return Error{ErrorClass::config, "redo: a model can do classify and structured-extract again, not " +
                                       std::string(redo->type->name)};
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  const Settings& settings = stage.settings;
  std::vector<std::string> reasons = settings.texts("reasons");
  if (!settings.has("reasons") && stage.when.empty()) {
    reasons.assign(std::begin(built_in_reasons), std::end(built_in_reasons));
  }
  const StageConfig* redo = stage_to_redo(stage, pipeline);
  std::unique_ptr<Stage> again;
  if (settings.has("backend")) {
    auto made = make_again(stage, pipeline, redo);
    if (!made) return made.error();
    again = std::move(*made);
  }
  return std::unique_ptr<Stage>(
      std::make_unique<Escalate>(std::move(reasons), redo ? redo->id : "", std::move(again)));
}

}  // namespace

StageType escalate() {
  return {.name = "escalate",
          .summary = "Sends a document to a cloud model, for a recorded reason.",
          .version = 3,
          .fields = fields,
          .reads_text = true,
          .decides_on_reasons = true,
          .make = make};
}

}  // namespace docket::stages
