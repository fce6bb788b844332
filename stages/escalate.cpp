// Decides whether a document needs the model that costs money, and says why.
//
// There is no call to a cloud model yet: a flagged document is held, with its reasons and its local answer.
#include <algorithm>

#include "pipeline/plan.h"
#include "stages/stages.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr std::string_view low_confidence = "low_confidence";
constexpr std::string_view missing_required_field = "missing_required_field";
constexpr std::string_view failed_check = "failed_check";
constexpr std::string_view poor_text_layer = "poor_text_layer";
constexpr std::string_view unknown_label = "unknown_label";
constexpr std::string_view built_in_reasons[] = {low_confidence, missing_required_field, failed_check,
                                                 poor_text_layer, unknown_label};

constexpr Field fields[] = {
    {.name = "backend",
     .type = Field::Type::backend,
     .help = "The cloud model to ask. Without one, flagged documents are held."},
    {.name = "reasons",
     .type = Field::Type::choices,
     .help = "Built-in reasons to escalate, beside the conditions of `when`. All of them, unless `when` is "
             "given.",
     .choices = built_in_reasons},
    {.name = "redo",
     .type = Field::Type::stage,
     .help = "The stage whose answer the cloud model's answer replaces."},
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
  Escalate(std::vector<std::string> reasons, std::string why_held)
      : reasons_(std::move(reasons)), why_held_(std::move(why_held)) {}

  Result<std::vector<Request>> advance(Document&, const Turn& turn, StageResult& result) const override {
    result.reasons.assign(turn.reasons.begin(), turn.reasons.end());
    for (std::string& reason : find_reasons(turn.record, reasons_))
      result.reasons.push_back(std::move(reason));
    if (result.reasons.empty()) {
      result.state = StageResult::State::skipped;
    } else {
      result.state = StageResult::State::held;
      result.held = why_held_;
    }
    return std::vector<Request>{};
  }

 private:
  const std::vector<std::string> reasons_;
  const std::string why_held_;
};

Result<std::unique_ptr<Stage>> make(const StagePlan& stage, const Plan& plan) {
  const Settings& settings = stage.settings;
  std::vector<std::string> reasons = settings.texts("reasons");
  if (!settings.has("reasons") && stage.when.empty()) {
    reasons.assign(std::begin(built_in_reasons), std::end(built_in_reasons));
  }
  std::string why_held = "no cloud backend";
  if (settings.has("backend")) {
    const BackendPlan& backend = *plan.backend(settings.text("backend"));
    if (backend.kind->type == "builtin") {
      return Error{ErrorClass::config, "backend: '" + backend.name + "' is built in; escalate needs a model"};
    }
    why_held += ": '" + backend.name + "' (" + std::string(backend.kind->type) + ") is not available yet";
  }
  return std::unique_ptr<Stage>(std::make_unique<Escalate>(std::move(reasons), std::move(why_held)));
}

}  // namespace

StageKind escalate() {
  return {.type = "escalate",
          .summary = "Hands a document to a cloud model, for a reason that is written down.",
          .version = 1,
          .fields = fields,
          .reads_text = false,
          .decides_on_reasons = true,
          .make = make};
}

}  // namespace docket::stages
