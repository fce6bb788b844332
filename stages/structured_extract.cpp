// Asks tier by tier for the values of a schema's properties, and says how far each can be trusted.
#include <algorithm>
#include <cmath>

#include "pipeline/confidence.h"
#include "pipeline/json/condition_set.h"
#include "pipeline/json/resolved.h"
#include "pipeline/json/schema.h"
#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "stages/evidence.h"
#include "stages/schema_names.h"
#include "stages/stages.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

// What an answer may take: the frame, and for each field its name, a quote and a value.
constexpr std::int64_t frame_tokens = 64;
constexpr std::int64_t name_tokens = 24;
constexpr std::int64_t nested_tokens = 2048;  ///< Of a value that is a list or an object.
constexpr std::int64_t other_tokens = 16;     ///< Of a number, a date.
constexpr std::int64_t characters_per_token = 3;
constexpr std::int64_t longest_quote = 200;  ///< Characters.
/// Of a text whose schema has no maxLength, in characters. A weak model that begins to repeat itself goes on
/// to the last token otherwise.
constexpr std::int64_t longest_text = 400;

constexpr std::string_view date_orders[] = {"auto", "day-first", "month-first"};

constexpr Field fields[] = {
    backends_field,
    with_fallback(accept_field, "0.80"),
    {.name = "schema",
     .type = Field::Type::schema,
     .help = "JSON Schema of an object; its properties are the fields.",
     .required = true},
    {.name = "checks",
     .type = Field::Type::conditions,
     .help = "Named jq conditions over the fields that must hold, such as totals that add up."},
    {.name = "dates",
     .type = Field::Type::choice,
     .help = "What 05/03/2024 means where the document does not show it: `auto` leaves it open in English.",
     .fallback = "auto",
     .choices = date_orders},
    too_long_field,
    prompt_field,
};

using CheckState = CheckResult::State;

std::string_view name(CheckState state) {
  switch (state) {
    case CheckState::passed:
      return "passed";
    case CheckState::failed:
      return "failed";
    case CheckState::not_applicable:
      return "not_applicable";
    case CheckState::error:
      return "error";
  }
  return "not_applicable";
}

bool has_type(const json& property, const char* wanted) {
  const json type = property.is_object() ? property.value("type", json()) : json();
  return type == wanted || (type.is_array() && std::ranges::find(type, json(wanted)) != type.end());
}

/// A property's schema for a model, where no text is without an end.
json with_an_end(json property) {
  if (!has_type(property, "string")) return property;
  for (const char* limit : {"maxLength", "enum", "const", "pattern", "format"}) {
    if (property.contains(limit)) return property;
  }
  property["maxLength"] = longest_text;
  return property;
}

std::int64_t tokens_of(const json& property) {
  std::int64_t value = other_tokens;
  if (has_type(property, "array") || has_type(property, "object")) value = nested_tokens;
  const json bounded = with_an_end(property);
  const json longest = bounded.is_object() ? bounded.value("maxLength", json()) : json();
  if (longest.is_number_integer()) value = longest.get<std::int64_t>() / characters_per_token;
  return name_tokens + longest_quote / characters_per_token + value;
}

/// References to a property lead to its value in the answer.
void follow_values(json& schema) {
  constexpr std::string_view properties = "#/properties/";
  if (schema.is_object() && schema.contains("$ref") && schema["$ref"].is_string()) {
    std::string& reference = schema["$ref"].get_ref<std::string&>();
    if (reference.starts_with(properties))
      reference.insert(std::min(reference.find('/', properties.size()), reference.size()),
                       "/anyOf/1/properties/value");
  }
  if (!schema.is_structured()) return;
  for (json& member : schema)
    follow_values(member);
}

/// Each field is null or a value with the words that state it.
json answer_schema(const json& schema) {
  json properties = json::object();
  json names = json::array();
  json own = schema;
  follow_values(own);
  for (const auto& [field, property] : own["properties"].items()) {
    const json found = {
        {"type", "object"},
        {"properties",
         {{"quote", {{"type", "string"}, {"maxLength", longest_quote}}}, {"value", with_an_end(property)}}},
        {"required", {"quote", "value"}},
        {"additionalProperties", false}};
    properties[field] = {{"anyOf", {{{"type", "null"}}, found}}};
    names.push_back(field);
  }
  json answer = {{"type", "object"},
                 {"properties", std::move(properties)},
                 {"required", std::move(names)},
                 {"additionalProperties", false}};
  for (const char* shared : {"definitions", "$defs"}) {  // What the properties may refer to.
    if (own.contains(shared)) answer[shared] = own[shared];
  }
  return answer;
}

std::string type_of(const json& property) {
  if (!property.is_object()) return "any";
  if (property.contains("enum"))
    return "one of " + property["enum"].dump(-1, ' ', false, json::error_handler_t::replace);
  const std::string format = property.value("format", "");
  const json type = property.value("type", json("any"));
  std::string text;
  for (const json& one : type.is_array() ? type : json::array({type})) {
    if (one.is_string() && one != "null") text += (text.empty() ? "" : " or ") + one.get<std::string>();
  }
  return format.empty() ? text : text + ", " + format;
}

class StructuredExtract final : public TieredStage {
 public:
  StructuredExtract(std::vector<Tier> tiers, bool splits, double accept, std::shared_ptr<const json> schema,
                    std::vector<Check> checks, PromptTemplate task, DayMonth dates)
      : TieredStage(std::move(tiers), splits),
        accept_(accept),
        schema_(std::move(schema)),
        validator_(*schema_),
        answer_schema_(std::make_shared<const Schema>(answer_schema(*schema_))),
        checks_(std::make_shared<std::vector<Check>>(std::move(checks))),
        task_(std::move(task)),
        dates_(dates) {}

 private:
  Question question(const Document& document) const override {
    return FieldsQuestion{document.text, schema_, checks_, dates_};
  }

  Prompt prompt(const Document& document, const json& record, PageRange pages) const override {
    json values = prompt_values(record);
    json list = json::array();
    std::int64_t tokens = frame_tokens;
    for (const auto& [field, property] : properties().items()) {
      const std::string description = property.is_object() ? property.value("description", "") : "";
      list.push_back({{"name", field},
                      {"type", type_of(property)},
                      {"required", is_required(field)},
                      {"description", description}});
      tokens += tokens_of(property);
    }
    values["fields"] = std::move(list);
    return {system_text(), document_parts(*document.text, pages), task_.render(values), "", answer_schema_,
            tokens};
  }

  void take(const Document& document, const Tier& tier, const std::vector<Answer>& answers,
            const std::vector<PageRange>& pages, json& output) const override {
    QuoteFinder quotes(*document.text);
    merge(tier.answers_prompts ? of_model(answers, pages, quotes) : answers.front().value, tier.backend,
          output);
    judge(quotes, output);
  }

  /// What a model said, in the shape of every answer: {fields, details}.
  json of_model(const std::vector<Answer>& answers, const std::vector<PageRange>& pages,
                QuoteFinder& quotes) const {
    json joined = {{"fields", json::object()}, {"details", json::object()}};
    for (const auto& [field, property] : properties().items()) {
      joined["fields"][field] = nullptr;
      joined["details"][field] = {{"problem", "not found"}};
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const json& found = answers[i].value[field];
        if (!found.is_null()) join(field, found, answers[i], pages[i], quotes, joined);
      }
    }
    return joined;
  }

  /// Pieces of a document may give different values for a field: the first whose quote is found is taken, the
  /// others are shown, and count against it.
  static void join(const std::string& field, const json& found, const Answer& answer, PageRange pages,
                   QuoteFinder& quotes, json& joined) {
    const std::string quote = found["quote"];
    json detail = {{"evidence", quotes.find(quote, pages.first, pages.last)}};
    if (detail["evidence"].is_null()) detail["evidence"] = {{"quote", quote}};
    json signals = json::object();
    if (const auto reads = value_in_quote(found["value"], quote)) signals["value_in_quote"] = *reads;
    const std::string pointer = (json::json_pointer() / field / "value").to_string();
    if (const auto told = answer.probabilities.find(pointer); told != answer.probabilities.end())
      signals["min_token_probability"] = rounded(told->second.margin.value_or(told->second.least));
    detail["signals"] = std::move(signals);
    json& value = joined["fields"][field];
    json& known = joined["details"][field];
    if (value.is_null()) {
      value = found["value"];
      known = std::move(detail);
      return;
    }
    if (value == found["value"]) return;
    json loser = found["value"];
    if (!known["evidence"].contains("page") && detail["evidence"].contains("page")) {
      std::swap(value, loser);
      detail["conflict"] = known.value("conflict", json::array());
      known = std::move(detail);
    }
    known["signals"]["pieces_agree"] = false;
    known["conflict"].push_back(std::move(loser));
  }

  const json& properties() const { return (*schema_)["properties"]; }
  bool is_required(const std::string& field) const {
    const json required = schema_->value("required", json::array());
    return std::ranges::find(required, json(field)) != required.end();
  }

  /// Takes from a tier's answer the fields that lower tiers did not find, or are not sure of. What lower
  /// tiers said otherwise is kept beside it.
  void merge(const json& answer, const std::string& tier, json& output) const {
    for (const auto& [field, property] : properties().items()) {
      const json value = answer["fields"].value(field, json());
      json detail = answer["details"].value(field, json{{"problem", "not found"}});
      detail["tier"] = tier;
      const bool is_first = !output.contains("fields") || !output["fields"].contains(field);
      if (is_first) {
        output["fields"][field] = value;
        output["details"][field] = std::move(detail);
        continue;
      }
      json& known = output["details"][field];
      if (value.is_null()) continue;
      if (!output["fields"][field].is_null()) {
        const bool agrees = output["fields"][field] == value;
        if (agrees || known["confidence"] >= accept_) {
          known["signals"]["agreement"] = agrees ? 1.0 : 0.0;
          known["other_tiers"].push_back(said(tier, value, json()));
          continue;
        }
        detail["signals"]["agreement"] = 0.0;
        detail["other_tiers"] = known.value("other_tiers", json::array());
        detail["other_tiers"].push_back(said(known["tier"], output["fields"][field], known["confidence"]));
      }
      output["fields"][field] = value;
      known = std::move(detail);
    }
  }

  static json said(const json& tier, const json& value, const json& confidence) {
    json entry = {{"tier", tier}, {"value", value}};
    if (!confidence.is_null()) entry["confidence"] = confidence;
    return entry;
  }

  /// Looks at the fields as a whole: the schema, the checks, what is required, how far each can be trusted.
  void judge(QuoteFinder& quotes, json& output) const {
    const json& values = output["fields"];
    json& details = output["details"];
    output["problems"] = json::array();
    output["missing"] = json::array();
    output["checks"] = json::object();
    for (auto& [field, detail] : details.items()) {
      if (values[field].is_null()) continue;
      detail["signals"]["schema_valid"] = true;
      detail["signals"]["evidence_found"] = detail.contains("evidence") && quotes.stands(detail["evidence"]);
      detail["signals"]["checks_passed"] = json::array();
      detail["signals"]["checks_failed"] = json::array();
    }
    for (const SchemaProblem& problem : validator_.validate(without_nulls(values))) {
      if (problem.message.starts_with("Missing required property")) continue;  // That is said below.
      if (problem.path.size() < 2) {
        output["problems"].push_back(problem.message);
        continue;
      }
      const std::string field = problem.path.substr(1, problem.path.find('/', 1) - 1);
      if (details.contains(field)) details[field]["signals"]["schema_valid"] = false;
      output["problems"].push_back(field + ": " + problem.message);
    }
    apply_checks(output);
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

  void apply_checks(json& output) const {
    std::vector<std::shared_ptr<const Condition>> conditions;
    for (const Check& check : *checks_)
      conditions.push_back(check.condition);
    const std::vector<CheckResult> results = evaluate_checks(conditions, {&output["fields"], 1}).front();
    for (std::size_t i = 0; i < results.size(); ++i)
      apply((*checks_)[i], results[i], output);
  }

  /// Notes a check's outcome with every field that it reads.
  static void apply(const Check& check, const CheckResult& result, json& output) {
    const CheckState state = result.state;
    output["checks"][check.name] = name(state);
    if (state == CheckState::failed) output["problems"].push_back("check failed: " + check.name);
    if (state == CheckState::error)
      output["problems"].push_back("check cannot be computed: " + check.name + ": " + result.message);
    if (state == CheckState::not_applicable) return;
    for (const std::string& member : check.condition->members()) {
      if (!output["details"].contains(member) || output["fields"][member].is_null()) continue;
      json& signals = output["details"][member]["signals"];
      signals[state == CheckState::passed ? "checks_passed" : "checks_failed"].push_back(check.name);
    }
  }

  static json without_nulls(const json& values) {
    json found = json::object();
    for (const auto& [field, value] : values.items()) {
      if (!value.is_null()) found[field] = value;
    }
    return found;
  }

  const double accept_;
  const std::shared_ptr<const json> schema_;
  const Schema validator_;
  const std::shared_ptr<const Schema> answer_schema_;  ///< Of a model's answer.
  const std::shared_ptr<const std::vector<Check>> checks_;
  const PromptTemplate task_;
  const DayMonth dates_;
};

DayMonth order_of_dates(std::string_view setting) {
  if (setting == "day-first") return DayMonth::day_first;
  return setting == "month-first" ? DayMonth::month_first : DayMonth::unknown;
}

Result<std::unique_ptr<Stage>> make_with(const StageConfig& stage, const Pipeline& pipeline,
                                         const std::vector<std::string>& backends) {
  const Settings& settings = stage.settings;
  const auto schema = std::make_shared<const json>(with_open_root(*settings.schema("schema")));
  if (!schema->is_object() || !schema->contains("properties") || !(*schema)["properties"].is_object() ||
      (*schema)["properties"].empty()) {
    return Error{ErrorClass::config,
                 "schema: must describe an object with `properties`, which are the fields to find"};
  }
  if (auto wrong = unknown_name_in(*schema)) return *wrong;
  std::vector<Check> checks;
  for (const NamedCondition& named : settings.conditions("checks")) {
    if (named.condition->set() == nullptr)
      return Error{ErrorClass::config,
                   "checks: '" + named.name + "' is about a path; a check is about the fields"};
    checks.push_back({named.name, named.condition});
  }
  auto task = PromptTemplate::of_setting(settings, "prompt", "structured-extract.mustache");
  if (!task) return task.error();
  return std::unique_ptr<Stage>(std::make_unique<StructuredExtract>(
      tiers_of(backends, pipeline), settings.text("too_long") == "split", settings.number("accept"), schema,
      std::move(checks), std::move(*task), order_of_dates(settings.text("dates"))));
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  return make_with(stage, pipeline, stage.settings.texts("backends"));
}

/// The values themselves are kept with the new answer, in its `other_tiers`.
json summary(const json& output) { return members(output, {"confidence", "accepted", "problems"}); }

std::vector<Doubt> doubts(const std::string& stage, const json& output) {
  std::vector<Doubt> found;
  doubt_confidence(stage, output, found);
  doubt_length(stage, output, found);
  for (const json& field : output.value("missing", json::array()))
    found.push_back({missing_required_field, "missing required field: " + field.get<std::string>()});
  const json checks = output.value("checks", json::object());
  for (const auto& [check, state] : checks.items())
    if (state == "failed" || state == "error") found.push_back({failed_check, "failed check: " + check});
  return found;
}

/// What the fields of an answer are: those of the schema, and no others.
json checked_schema(const Settings& settings) {
  const std::shared_ptr<const json> given = settings.schema("schema");
  if (!given) return json::object();
  json schema = with_open_root(*given);
  if (!schema.is_object() || !schema.contains("properties")) return json::object();
  schema["$id"] = users_schema;
  schema["type"] = "object";
  schema["additionalProperties"] = false;
  schema.erase("patternProperties");
  return schema;
}

json output_schema(const Settings& settings) {
  json schema = record_schema_of("structured_extract");
  json& properties = schema["properties"];
  properties["fields"] = checked_schema(settings);
  json details = {{"type", "object"}, {"additionalProperties", false}, {"properties", json::object()}};
  json checks = details;
  const json fields = properties["fields"].value("properties", json::object());
  for (const auto& [field, property] : fields.items())
    details["properties"][field] = properties["details"]["additionalProperties"];
  for (const NamedCondition& named : settings.conditions("checks"))
    checks["properties"][named.name] = properties["checks"]["additionalProperties"];
  properties["details"] = std::move(details);
  properties["checks"] = std::move(checks);
  return schema;
}

}  // namespace

StageType structured_extract() {
  return {.name = "structured-extract",
          .summary = "Finds the values of a JSON Schema's properties, each with its evidence.",
          .version = 4,
          .fields = fields,
          .reads = reads,
          .make = make,
          .redo = {.make = make_with, .summary = summary},
          .doubts = doubts,
          .output = output_schema,
          .checked = checked_schema};
}

}  // namespace docket::stages
