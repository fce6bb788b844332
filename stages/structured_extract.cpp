// Asks tier by tier for the values of a schema's properties, and says how far each can be trusted.
#include <algorithm>
#include <cmath>

#include "pipeline/confidence.h"
#include "pipeline/plan.h"
#include "pipeline/schema.h"
#include "stages/stages.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr Field fields[] = {
    {.name = "backends",
     .type = Field::Type::backends,
     .help = "Whom to ask, tier by tier: the next is asked when one is not sure of a field.",
     .required = true},
    {.name = "accept",
     .type = Field::Type::number,
     .help = "The confidence from which a value is accepted.",
     .fallback = "0.80",
     .minimum = 0,
     .maximum = 1},
    {.name = "schema",
     .type = Field::Type::schema,
     .help = "JSON Schema of an object; its properties are the fields.",
     .required = true},
    {.name = "checks",
     .type = Field::Type::conditions,
     .help = "Named jq conditions over the fields that must hold, such as totals that add up."},
};

std::string_view name(CheckState state) {
  switch (state) {
    case CheckState::passed:
      return "passed";
    case CheckState::failed:
      return "failed";
    case CheckState::not_applicable:
      return "not_applicable";
  }
  return "not_applicable";
}

/// True if the quote stands on the page, however the two are broken into lines.
bool stands_in(const Text& text, const json& evidence) {
  const std::size_t page = evidence.value("page", std::size_t{0});
  if (page == 0 || page > text.pages.size() || !evidence.contains("quote")) return false;
  const auto words = [](const std::string& original) {
    std::string result = " ";
    for (const char c : original) {
      const bool blank = c == ' ' || c == '\n' || c == '\t';
      if (!blank || result.back() != ' ') result += blank ? ' ' : c;
    }
    return result;
  };
  const std::string quote = words(evidence["quote"].get<std::string>());
  return quote.size() > 1 && words(text.pages[page - 1].text).find(quote) != std::string::npos;
}

class StructuredExtract final : public Stage {
 public:
  StructuredExtract(std::vector<std::string> backends, double accept, std::shared_ptr<const json> schema,
                    std::vector<Check> checks)
      : backends_(std::move(backends)),
        accept_(accept),
        schema_(std::move(schema)),
        validator_(*schema_),
        checks_(std::make_shared<std::vector<Check>>(std::move(checks))) {}

  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const override {
    if (turn.number > 0) {
      const Result<Answer>& answer = turn.replies[0].answer;
      if (!answer) return answer.error();
      merge(answer->value, backends_[static_cast<std::size_t>(turn.number - 1)], result.output);
      judge(*document.text, result.output);
    }
    const bool sure = turn.number > 0 && result.output["accepted"];
    if (sure || turn.number == static_cast<int>(backends_.size())) return std::vector<Request>{};
    return std::vector<Request>{
        {backends_[static_cast<std::size_t>(turn.number)], FieldsQuestion{document.text, schema_, checks_}}};
  }

 private:
  const json& properties() const { return (*schema_)["properties"]; }
  bool is_required(const std::string& field) const {
    const json required = schema_->value("required", json::array());
    return std::ranges::find(required, json(field)) != required.end();
  }

  /// Takes from a tier's answer the fields that lower tiers did not find, or are not sure of.
  void merge(const json& answer, const std::string& tier, json& output) const {
    for (const auto& [field, property] : properties().items()) {
      const json value = answer["fields"].value(field, json());
      json detail = answer["details"].value(field, json{{"problem", "not found"}});
      detail["tier"] = tier;
      const bool is_first = !output.contains("fields") || !output["fields"].contains(field);
      if (!is_first && value.is_null()) continue;
      if (!is_first && !output["fields"][field].is_null()) {
        const bool agrees = output["fields"][field] == value;
        if (agrees || output["details"][field]["confidence"] >= accept_) {
          output["details"][field]["signals"]["agreement"] = agrees ? 1.0 : 0.0;
          continue;
        }
        detail["signals"]["agreement"] = 0.0;
      }
      output["fields"][field] = value;
      output["details"][field] = std::move(detail);
    }
  }

  /// Looks at the fields as a whole: the schema, the checks, what is required, how far each can be trusted.
  void judge(const Text& text, json& output) const {
    const json& values = output["fields"];
    json& details = output["details"];
    output["problems"] = json::array();
    output["missing"] = json::array();
    output["checks"] = json::object();
    for (auto& [field, detail] : details.items()) {
      if (values[field].is_null()) continue;
      detail["signals"]["schema_valid"] = true;
      detail["signals"]["evidence_found"] =
          detail.contains("evidence") && stands_in(text, detail["evidence"]);
      detail["signals"]["checks_passed"] = json::array();
      detail["signals"]["checks_failed"] = json::array();
    }
    for (const SchemaProblem& problem : validator_.validate(without_nulls(values))) {
      if (problem.path.size() < 2) continue;  // What is missing is said below.
      const std::string field = problem.path.substr(1, problem.path.find('/', 1) - 1);
      if (details.contains(field)) details[field]["signals"]["schema_valid"] = false;
      output["problems"].push_back(field + ": " + problem.message);
    }
    for (const Check& check : *checks_)
      apply(check, output);
    std::vector<FieldConfidence> confidences;
    for (auto& [field, detail] : details.items()) {
      const bool has_value = !values[field].is_null();
      const bool required = is_required(field);
      const double confidence = has_value ? field_confidence(detail["signals"]) : 0.0;
      detail["confidence"] = rounded(confidence);
      confidences.push_back({confidence, has_value, required});
      if (has_value || !required) continue;
      output["missing"].push_back(field);
      output["problems"].push_back("required field " + field + " not found");
    }
    output["confidence"] = rounded(record_confidence(confidences));
    output["accepted"] = output["confidence"] >= accept_ && output["problems"].empty();
  }

  /// Evaluates a check and notes its outcome with every field that it reads.
  static void apply(const Check& check, json& output) {
    const CheckState state = evaluate_check(*check.condition, output["fields"]);
    output["checks"][check.name] = name(state);
    if (state == CheckState::failed) output["problems"].push_back("check failed: " + check.name);
    if (state == CheckState::not_applicable) return;
    for (const std::string& member : check.condition->members()) {
      if (!output["details"].contains(member) || output["fields"][member].is_null()) continue;
      json& signals = output["details"][member]["signals"];
      signals[state == CheckState::passed ? "checks_passed" : "checks_failed"].push_back(check.name);
    }
  }

  /// Four digits say more than the formula knows, and are the same on every machine.
  static double rounded(double confidence) { return std::round(confidence * 10'000) / 10'000; }

  static json without_nulls(const json& values) {
    json found = json::object();
    for (const auto& [field, value] : values.items()) {
      if (!value.is_null()) found[field] = value;
    }
    return found;
  }

  const std::vector<std::string> backends_;
  const double accept_;
  const std::shared_ptr<const json> schema_;
  const Schema validator_;
  const std::shared_ptr<const std::vector<Check>> checks_;
};

Result<std::unique_ptr<Stage>> make(const StagePlan& stage, const Plan&) {
  const Settings& settings = stage.settings;
  const std::shared_ptr<const json> schema = settings.schema("schema");
  if (!schema->is_object() || !schema->contains("properties") || !(*schema)["properties"].is_object() ||
      (*schema)["properties"].empty()) {
    return Error{ErrorClass::config,
                 "schema: must describe an object with `properties`, which are the fields to find"};
  }
  std::vector<Check> checks;
  for (const NamedCondition& named : settings.conditions("checks"))
    checks.push_back({named.name, named.condition});
  return std::unique_ptr<Stage>(std::make_unique<StructuredExtract>(
      settings.texts("backends"), settings.number("accept"), schema, std::move(checks)));
}

}  // namespace

StageKind structured_extract() {
  return {.type = "structured-extract",
          .summary = "Finds the values of a JSON Schema's properties, each with its evidence.",
          .version = 1,
          .fields = fields,
          .reads_text = true,
          .decides_on_reasons = false,
          .make = make};
}

}  // namespace docket::stages
