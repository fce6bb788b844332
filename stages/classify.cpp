// Asks tier by tier which label fits, until one is sure enough.
#include "pipeline/plan.h"
#include "stages/stages.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr Field label_fields[] = {
    {.name = "description",
     .type = Field::Type::text,
     .help = "What documents of this label are, in a few words."},
    {.name = "keywords", .type = Field::Type::texts, .help = "Words or phrases that such documents contain."},
};

constexpr Field fields[] = {
    {.name = "backends",
     .type = Field::Type::backends,
     .help = "Whom to ask, tier by tier: the next is asked when one is not sure.",
     .required = true},
    {.name = "accept",
     .type = Field::Type::number,
     .help = "The confidence from which a label is accepted.",
     .fallback = "0.85",
     .minimum = 0,
     .maximum = 1},
    {.name = "labels",
     .type = Field::Type::groups,
     .help = "The closed set of labels. One without description and keywords stands for everything else.",
     .required = true,
     .fields = label_fields},
};

class Classify final : public Stage {
 public:
  Classify(std::vector<std::string> backends, double accept, std::shared_ptr<const std::vector<Label>> labels)
      : backends_(std::move(backends)), accept_(accept), labels_(std::move(labels)) {}

  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const override {
    if (turn.number > 0) {
      const Result<Answer>& answer = turn.replies[0].answer;
      if (!answer) return answer.error();
      const std::string& tier = backends_[static_cast<std::size_t>(turn.number - 1)];
      result.output = answer->value;
      result.output["tier"] = tier;
      result.output["accepted"] = !answer->value["label"].is_null() && answer->value["confidence"] >= accept_;
    }
    const bool sure = turn.number > 0 && result.output["accepted"];
    if (sure || turn.number == static_cast<int>(backends_.size())) return std::vector<Request>{};
    return std::vector<Request>{
        {backends_[static_cast<std::size_t>(turn.number)], ClassifyQuestion{document.text, labels_}}};
  }

 private:
  const std::vector<std::string> backends_;
  const double accept_;
  const std::shared_ptr<const std::vector<Label>> labels_;
};

Result<std::unique_ptr<Stage>> make(const StagePlan& stage, const Plan&) {
  const Settings& settings = stage.settings;
  auto labels = std::make_shared<std::vector<Label>>();
  for (const auto& [name, group] : settings.groups("labels")) {
    labels->push_back({name, group.text("description"), group.texts("keywords")});
  }
  if (labels->size() < 2)
    return Error{ErrorClass::config, "labels: at least two are needed to choose between"};
  return std::unique_ptr<Stage>(
      std::make_unique<Classify>(settings.texts("backends"), settings.number("accept"), std::move(labels)));
}

}  // namespace

StageKind classify() {
  return {.type = "classify",
          .summary = "Gives the document one of a closed set of labels.",
          .version = 1,
          .fields = fields,
          .reads_text = true,
          .decides_on_reasons = false,
          .make = make};
}

}  // namespace docket::stages
