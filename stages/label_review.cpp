#include "stages/label_review.h"

#include <algorithm>
#include <map>
#include <utility>

#include "pipeline/confidence.h"
#include "pipeline/json/schema.h"
#include "stages/field_questions.h"
#include "stages/label_answers.h"
#include "stages/prompt_template.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

/// "ok", or what is right.
json review_schema(const std::vector<Label>& labels) {
  const json ok = {{"type", "string"}, {"enum", {confirmed}}};
  const json said = {{"anyOf", {label_answer_schema("value", labels), ok}}};
  return {{"type", "object"},
          {"properties", {{"label", said}}},
          {"required", json::array()},
          {"additionalProperties", false}};
}

/// Shows a model the label that has been found. The model says "ok", as another tier that gives the same one
/// for the same words would, or which one is right.
class LabelReview final : public TieredStage {
 public:
  LabelReview(std::string id, std::vector<Tier> tiers, LabelTask task, PromptTemplate words)
      : TieredStage(std::move(tiers), true),
        id_(std::move(id)),
        labels_(task.labels),
        schema_(std::make_shared<const Schema>(review_schema(*labels_))),
        answers_(std::move(task)),
        words_(std::move(words)) {}

 private:
  Prompt prompt(const Excerpt& excerpt, const json& record, PageRange pages) const override {
    json values = prompt_values(record);
    values["labels"] = described(*labels_);
    values["label"] = record.value(id_, json::object()).value("label", json());
    return {system_text(), document_parts(*excerpt.text, pages), words_.render(values), "", schema_,
            label_tokens};
  }

  void take(const Document& document, const TierAnswers& said, json& output) const override {
    const bool is_known = output.is_object() && !output.value("label", json()).is_null();
    TierAnswers corrections{.tier = said.tier, .excerpt = said.excerpt};
    for (std::size_t i = 0; i < said.answers.size(); ++i) {
      const json label = said.answers[i].value.value("label", json(confirmed));
      if (!label.is_object()) continue;
      corrections.answers.push_back(said.answers[i]);
      corrections.answers.back().value = {{"label", label["value"]}, {"quote", label.value("quote", "")}};
      corrections.answers.back().probabilities = moved(said.answers[i].probabilities);
      if (const std::string* problem = problem_within(said.answers[i], "/label"))
        corrections.answers.back().problems = {{"/quote", *problem}};
      corrections.pages.push_back(said.pages[i]);
    }
    if (!corrections.answers.empty())
      answers_.join(answers_.of_model(corrections, *document.text), said.tier, output);
    else if (is_known)
      answers_.join(confirmation(output, said.answers), said.tier, output);
  }

  /// Of the label, where an answer of classify has it.
  static std::map<std::string, TokenProbability> moved(
      const std::map<std::string, TokenProbability>& probabilities) {
    const auto told = probabilities.find("/label/value");
    if (told == probabilities.end()) return {};
    return {{"/label", told->second}};
  }

  /// The same label, for the same words if they prove it.
  static json confirmation(const json& known, const std::vector<Answer>& answers) {
    json answer = {{"label", known["label"]}, {"signals", json::object()}};
    if (known.value("signals", json::object()).value("evidence_found", false)) {
      answer["signals"]["evidence_found"] = true;
      answer["evidence"] = known["evidence"];
    }
    double least = 1;
    bool is_told = true;
    for (const Answer& one : answers) {
      const auto told = one.probabilities.find("/label");
      is_told = is_told && told != one.probabilities.end();
      if (is_told) least = std::min(least, told->second.margin.value_or(told->second.least));
    }
    if (is_told) answer["signals"]["label_probability"] = rounded(least);
    LabelAnswers::weigh(answer);
    return answer;
  }

  const std::string id_;  ///< Of the stage whose label is shown.
  const std::shared_ptr<const std::vector<Label>> labels_;
  const std::shared_ptr<const Schema> schema_;
  const LabelAnswers answers_;
  const PromptTemplate words_;
};

}  // namespace

Result<std::unique_ptr<ExcerptStage>> make_label_review(const StageConfig& stage, const Pipeline& pipeline,
                                                        const std::string& backend, const Settings& asker) {
  auto task = LabelTask::of(stage.settings);
  if (!task) return task.error();
  auto words = PromptTemplate::of_setting(asker, "review_prompt", "review-label.mustache");
  if (!words) return words.error();
  return std::unique_ptr<ExcerptStage>(
      std::make_unique<LabelReview>(stage.id, tiers_of({backend}, pipeline), *task, std::move(*words)));
}

}  // namespace docket::stages
