// Asks tier by tier which label fits, until one is sure enough.
#include <algorithm>
#include <map>

#include "pipeline/confidence.h"
#include "pipeline/json/schema.h"
#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "stages/stages.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr std::int64_t label_tokens = 64;  ///< More than `{"label": "…"}` takes.

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
    prompt_field,
};

/// Whatever the label, the answer is an object with one member.
json answer_schema(const std::vector<Label>& labels) {
  json names = json::array();
  for (const Label& label : labels)
    names.push_back(label.name);
  return {{"type", "object"},
          {"properties", {{"label", {{"type", "string"}, {"enum", std::move(names)}}}}},
          {"required", {"label"}},
          {"additionalProperties", false}};
}

json described(const std::vector<Label>& labels) {
  json list = json::array();
  for (const Label& label : labels)
    list.push_back({{"name", label.name}, {"description", label.description}, {"keywords", label.keywords}});
  return list;
}

class Classify final : public TieredStage {
 public:
  Classify(std::vector<Tier> tiers, bool splits, double accept,
           std::shared_ptr<const std::vector<Label>> labels, PromptTemplate task)
      : TieredStage(std::move(tiers), splits),
        accept_(accept),
        labels_(std::move(labels)),
        schema_(std::make_shared<const Schema>(answer_schema(*labels_))),
        task_(std::move(task)) {}

 private:
  Question question(const Document& document) const override {
    return ClassifyQuestion{document.text, labels_};
  }

  Prompt prompt(const Document& document, const json& record, PageRange pages) const override {
    json values = prompt_values(record);
    values["labels"] = described(*labels_);
    return {system_text(), document_parts(*document.text, pages), task_.render(values), "", schema_,
            label_tokens};
  }

  void take(const Document&, const Tier& tier, const std::vector<Answer>& answers,
            const std::vector<PageRange>& pages, json& output) const override {
    json answer = tier.answers_prompts ? of_model(answers, pages, output) : answers.front().value;
    answer["tier"] = tier.backend;
    answer["accepted"] = !answer["label"].is_null() && answer["confidence"] >= accept_;
    if (!output.is_null()) {  // What lower tiers said is kept.
      json lower = output.value("lower_tiers", json::array());
      lower.push_back(
          {{"tier", output["tier"]}, {"label", output["label"]}, {"confidence", output["confidence"]}});
      answer["lower_tiers"] = std::move(lower);
    }
    output = std::move(answer);
  }

  /// Pieces of a document may have different labels: the one with the most confidence behind it is taken, and
  /// that they differ is shown and counts against it.
  json of_model(const std::vector<Answer>& answers, const std::vector<PageRange>& pages,
                const json& before) const {
    std::map<std::string, double> votes;
    json conflict = json::array();
    double least = 1;
    bool is_told = true;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::string label = answers[i].value["label"];
      const auto told = answers[i].probabilities.find("/label");
      is_told = is_told && told != answers[i].probabilities.end();
      const double probability = is_told ? told->second.margin.value_or(told->second.least) : 1;
      votes[label] += probability;
      least = std::min(least, probability);
      conflict.push_back({{"pages", {pages[i].first + 1, pages[i].last + 1}}, {"label", label}});
    }
    const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
    json signals = json::object();
    if (is_told) signals["label_probability"] = rounded(least);
    if (before.is_object() && !before["label"].is_null())
      signals["agreement"] = before["label"] == most->first ? 1.0 : 0.0;
    if (votes.size() > 1) signals["pieces_agree"] = false;
    const double confidence = rounded(label_confidence(signals));
    json answer = {{"label", most->first}, {"confidence", confidence}, {"signals", std::move(signals)}};
    answer["scores"] = {{most->first, confidence}};
    if (votes.size() > 1) answer["conflict"] = std::move(conflict);
    return answer;
  }

  const double accept_;
  const std::shared_ptr<const std::vector<Label>> labels_;
  const std::shared_ptr<const Schema> schema_;
  const PromptTemplate task_;
};

Result<std::unique_ptr<Stage>> make_with(const StageConfig& stage, const Pipeline& pipeline,
                                         const std::vector<std::string>& backends) {
  const Settings& settings = stage.settings;
  auto labels = std::make_shared<std::vector<Label>>();
  for (const auto& [name, group] : settings.groups("labels")) {
    labels->push_back({name, group.text("description"), group.texts("keywords")});
  }
  if (labels->size() < 2)
    return Error{ErrorClass::config, "labels: at least two are needed to choose between"};
  auto task = PromptTemplate::of_setting(settings, "prompt", "classify.mustache");
  if (!task) return task.error();
  return std::unique_ptr<Stage>(
      std::make_unique<Classify>(tiers_of(backends, pipeline), settings.text("too_long") == "split",
                                 settings.number("accept"), std::move(labels), std::move(*task)));
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  return make_with(stage, pipeline, stage.settings.texts("backends"));
}

/// What other tiers said is kept with the new answer, in its `lower_tiers`.
json summary(const json& output) { return members(output, {"label", "confidence", "accepted", "tier"}); }

/// Without a label there is nothing to be unsure of.
std::vector<Doubt> doubts(const std::string& stage, const json& output) {
  std::vector<Doubt> found;
  if (output.value("label", json()).is_null()) {
    found.push_back({unknown_label, "unknown label: " + stage});
  } else {
    doubt_confidence(stage, output, found);
  }
  doubt_length(stage, output, found);
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
          .version = 3,
          .fields = fields,
          .reads = reads,
          .make = make,
          .redo = {.make = make_with, .summary = summary},
          .doubts = doubts,
          .output = output_schema};
}

}  // namespace docket::stages
