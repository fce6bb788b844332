// Asks tier by tier which label fits, until one is sure enough.
#include <algorithm>

#include "pipeline/json/schema.h"
#include "pipeline/pipeline.h"
#include "pipeline/reading/keyword.h"
#include "pipeline/record_schema.h"
#include "stages/label_answers.h"
#include "stages/label_review.h"
#include "stages/stages.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr Field label_fields[] = {
    {.name = "description",
     .type = Field::Type::text,
     .help = "What documents with this label are, in a few words."},
    {.name = "keywords", .type = Field::Type::texts, .help = "Words or phrases that such documents contain."},
};

constexpr Field fields[] = {
    backends_field,
    with_fallback(accept_field, "0.85"),
    {.name = "labels",
     .type = Field::Type::groups,
     .help = "The closed set of labels. One without description and keywords means everything else.",
     .required = true,
     .fields = label_fields},
    too_long_field,
    think_field,
    prompt_field,
};

class Classify final : public TieredStage {
 public:
  Classify(std::vector<Tier> tiers, bool splits, LabelTask task, PromptTemplate words,
           std::vector<ErrorClass> hands_up)
      : TieredStage(std::move(tiers), splits, std::move(hands_up)),
        labels_(task.labels),
        schema_(std::make_shared<const Schema>(label_answer_schema("label", *labels_))),
        answers_(std::move(task)),
        words_(std::move(words)) {}

 private:
  Question question(const Document& document) const override {
    return ClassifyQuestion{document.text, labels_};
  }

  Prompt prompt(const Excerpt& excerpt, const json& record, PageRange pages) const override {
    json values = prompt_values(record);
    values["labels"] = described(*labels_);
    return {system_text(), document_parts(*excerpt.text, pages), words_.render(values), "", schema_,
            label_tokens};
  }

  void take(const Document& document, const TierAnswers& said, json& output) const override {
    json answer =
        said.tier.answers_prompts ? answers_.of_model(said, *document.text) : said.answers.front().value;
    answers_.join(std::move(answer), said.tier, output);
  }

  const std::shared_ptr<const std::vector<Label>> labels_;
  const std::shared_ptr<const Schema> schema_;
  const LabelAnswers answers_;
  const PromptTemplate words_;
};

bool says_little(const Keyword& keyword, const std::string& written) {
  const Commonness common = commonness(written);
  return common == Commonness::everyday || (common == Commonness::filler && !keyword.has_marks());
}

Result<std::unique_ptr<ExcerptStage>> make_for(const StageConfig& stage, const Pipeline& pipeline,
                                               const std::vector<std::string>& backends,
                                               std::vector<ErrorClass> hands_up) {
  if (auto problem = problem_of_tiers(backends, pipeline)) return *problem;
  auto task = LabelTask::of(stage.settings);
  if (!task) return task.error();
  auto words = PromptTemplate::of_setting(stage.settings, "prompt", "classify.mustache");
  if (!words) return words.error();
  return std::unique_ptr<ExcerptStage>(std::make_unique<Classify>(
      tiers_of(backends, pipeline, think_of(stage.settings)), stage.settings.text("too_long") == "split",
      *task, std::move(*words), std::move(hands_up)));
}

Result<std::unique_ptr<ExcerptStage>> make_with(const StageConfig& stage, const Pipeline& pipeline,
                                                const std::vector<std::string>& backends) {
  return make_for(stage, pipeline, backends, {});
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  auto made = make_for(stage, pipeline, stage.settings.texts("backends"), handed_up(stage, pipeline));
  if (!made) return made.error();
  return std::unique_ptr<Stage>(std::move(*made));
}

/// Keywords that tell the rules tier little, or nothing.
std::vector<std::string> warnings(const StageConfig& stage, const Pipeline& pipeline) {
  const auto is_rules = [&](const std::string& backend) {
    return !pipeline.backend(backend)->type->answers_prompts();
  };
  std::vector<std::string> found =
      PromptTemplate::unknown_names(stage.settings, "prompt", "classify.mustache");
  if (!std::ranges::any_of(stage.settings.texts("backends"), is_rules)) return found;
  std::vector<std::pair<std::string, Keyword>> seen;  // With their labels.
  for (const auto& entry : stage.settings.groups("labels")) {
    const std::string& name = entry.first;
    for (const std::string& written : entry.second.texts("keywords")) {
      const Keyword keyword(written);
      const std::string what = "keyword '" + written + "' of label " + name;
      const auto other = std::ranges::find_if(
          seen, [&](const auto& earlier) { return earlier.first != name && earlier.second == keyword; });
      if (!keyword.has_letters() && !keyword.has_marks())
        found.push_back(what + " has neither letters nor marks and is never found");
      else if (!keyword.has_letters())
        found.push_back(what + " is nothing but marks and says little");
      else if (says_little(keyword, written))
        found.push_back(what + " is a common word and says little");
      if (other != seen.end())
        found.push_back(what + " is one of label " + other->first + " too and does not tell them apart");
      seen.emplace_back(name, keyword);
    }
  }
  return found;
}

/// What other tiers said is kept with the new answer, in its `lower_tiers`.
json summary(const json& output) { return members(output, {"label", "confidence", "accepted", "tier"}); }

json superseded(const json& before, const json& after) {
  if (!before.contains("label") || before["label"] == after["label"]) return json::object();
  json old = members(before, {"confidence", "tier", "evidence", "problem"});
  old["value"] = before["label"];
  return {{"label", std::move(old)}};
}

/// Whether a tier that is more likely right than wrong gives another label.
bool is_contradicted(const json& output) {
  const json lower = output.value("lower_tiers", json::array());
  return std::ranges::any_of(lower, [&](const json& other) {
    return !other["label"].is_null() && other["label"] != output["label"] && other["confidence"] > 0.5;
  });
}

std::vector<Claim> claims(const Settings& settings, const json& output) {
  Claim claim{.field = "label"};
  const json said = output.is_object() ? output : json::object();
  claim.is_doubtful = !said.value("accepted", false) || is_contradicted(said);
  if (said.contains("evidence")) claim.evidence.push_back(said["evidence"]);
  for (const auto& [name, group] : settings.groups("labels")) {
    if (said.value("label", json()) != name) continue;
    claim.beside = group.texts("keywords");
    std::string words = name;
    std::ranges::replace(words, '_', ' ');
    claim.beside.push_back(std::move(words));
  }
  return {claim};
}

/// Without a label there is nothing to be unsure of.
std::vector<Doubt> doubts(const std::string& stage, const json& output) {
  std::vector<Doubt> found;
  if (output.value("label", json()).is_null()) {
    found.push_back({unknown_label, stage});
  } else {
    doubt_confidence(stage, output, found);
    if (output.value("signals", json::object()).value("evidence_found", true) == false)
      found.push_back({evidence_not_found, stage});
    if (is_contradicted(output)) found.push_back({tiers_disagree, stage});
  }
  doubt_passed_over(stage, output, found);
  return found;
}

json output_schema(const Settings& settings) {
  json schema = record_schema_of("classify");
  json labels = json::array({nullptr});
  json scores = json::object();
  for (const auto& [name, group] : settings.groups("labels")) {
    labels.push_back(name);
    scores[name] = {{"type", "number"}};
  }
  schema["properties"]["label"] = {{"enum", labels}};
  schema["properties"]["lower_tiers"]["items"]["properties"]["label"] = {{"enum", labels}};
  schema["properties"]["scores"] = {
      {"type", "object"}, {"properties", std::move(scores)}, {"additionalProperties", false}};
  return schema;
}

}  // namespace

StageType classify() {
  return {.name = "classify",
          .summary = "Gives the document one of a closed set of labels.",
          .version = 6,
          .fields = fields,
          .reads = reads,
          .make = make,
          .warnings = warnings,
          .shows_places = true,
          .redo = {.make = make_with,
                   .review = make_label_review,
                   .claims = claims,
                   .summary = summary,
                   .superseded = superseded},
          .doubts = doubts,
          .output = output_schema,
          .also_called = "classification classifier categorize categorise label"};
}

}  // namespace docket::stages
