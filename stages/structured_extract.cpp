// Asks tier by tier for the values of a schema's properties, and says how far each can be trusted.
#include <algorithm>
#include <map>
#include <optional>

#include "pipeline/confidence.h"
#include "pipeline/json/longest_answer.h"
#include "pipeline/json/resolved.h"
#include "pipeline/json/schema.h"
#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "pipeline/support/utf8.h"
#include "stages/evidence.h"
#include "stages/field_judge.h"
#include "stages/resolved_schema.h"
#include "stages/schema_names.h"
#include "stages/stages.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr std::int64_t longest_quote = 200;  ///< Characters.
/// Among the definitions of an answer's schema: the properties of the user's.
constexpr const char* copies = "properties of the schema";
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
    think_field,
    prompt_field,
};

/// A property's schema for a model, where no text is without an end, nor one inside a list or an object.
json with_an_end(json property) {
  if (!property.is_object()) return property;
  if (property.contains("properties") && property["properties"].is_object()) {
    for (json& inner : property["properties"])
      inner = with_an_end(inner);
  }
  if (property.contains("items")) property["items"] = with_an_end(property["items"]);
  if (!has_type(property, "string")) return property;
  for (const char* limit : {"maxLength", "enum", "const", "pattern", "format"}) {
    if (property.contains(limit)) return property;
  }
  property["maxLength"] = longest_text;
  return property;
}

/// References to a property lead to a copy of it: in the answer something else has its place.
void follow_properties(json& schema, bool& any) {
  constexpr std::string_view properties = "#/properties/";
  if (schema.is_object() && schema.contains("$ref") && schema["$ref"].is_string()) {
    std::string& reference = schema["$ref"].get_ref<std::string&>();
    if (reference.starts_with(properties)) {
      reference = "#/definitions/" + std::string(copies) + "/" + reference.substr(properties.size());
      any = true;
    }
  }
  if (!schema.is_structured()) return;
  for (json& member : schema)
    follow_properties(member, any);
}

/// A value with the words that state it.
json found_schema(std::int64_t most_of_quote, json value) {
  return {{"type", "object"},
          {"properties",
           {{"quote", {{"type", "string"}, {"maxLength", most_of_quote}}}, {"value", std::move(value)}}},
          {"required", {"quote", "value"}},
          {"additionalProperties", false}};
}

/// Of a list each row, with the words that state it.
json rows_schema(const json& list) {
  const json item = list.contains("items") ? list["items"] : json::object();
  json rows = {{"type", "array"}, {"items", found_schema(longest_quote, with_an_end(item))}};
  for (const char* limit : {"minItems", "maxItems"}) {
    if (list.contains(limit)) rows[limit] = list[limit];
  }
  return rows;
}

/// Each field is null or what is found of it.
json answer_schema(const json& schema) {
  json properties = json::object();
  json names = json::array();
  json own = schema;
  bool refers = false;
  follow_properties(own, refers);
  for (const auto& [field, property] : own["properties"].items()) {
    const json list = resolved_throughout(schema["properties"][field], schema);
    json found = has_type(list, "array") ? rows_schema(has_type(property, "array") ? property : list)
                                         : found_schema(longest_quote, with_an_end(property));
    properties[field] = {{"anyOf", {{{"type", "null"}}, std::move(found)}}};
    names.push_back(field);
  }
  json answer = {{"type", "object"},
                 {"properties", std::move(properties)},
                 {"required", std::move(names)},
                 {"additionalProperties", false}};
  for (const char* shared : {"definitions", "$defs"}) {  // What the properties may refer to.
    if (own.contains(shared)) answer[shared] = own[shared];
  }
  if (refers) answer["definitions"][copies] = own["properties"];
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
  if (has_type(property, "array")) return text + ", each row: " + type_of(property.value("items", json()));
  if (has_type(property, "object") && property.contains("properties")) {
    std::string members;
    for (const auto& [name, member] : property["properties"].items())
      members += (members.empty() ? "" : "; ") + name + ": " + type_of(member);
    return text + " of " + members;
  }
  return format.empty() ? text : text + ", " + format;
}

/// The least sure token of a value, or of all that is inside it.
std::optional<double> least_probability(const Answer& answer, const json::json_pointer& value) {
  const std::string pointer = value.to_string();
  std::optional<double> least;
  for (const auto& [place, told] : answer.probabilities) {
    const bool inside =
        place.starts_with(pointer) && (place.size() == pointer.size() || place[pointer.size()] == '/');
    if (inside) least = std::min(least.value_or(1), told.margin.value_or(told.least));
  }
  return least;
}

class StructuredExtract final : public TieredStage {
 public:
  StructuredExtract(std::vector<Tier> tiers, bool splits, std::shared_ptr<const json> schema,
                    std::shared_ptr<const std::vector<Check>> checks, double accept,
                    std::map<std::string, std::string> models, PromptTemplate task, DayMonth dates)
      : TieredStage(std::move(tiers), splits),
        schema_(std::move(schema)),
        answer_schema_(std::make_shared<const Schema>(answer_schema(*schema_))),
        longest_answer_(
            std::make_shared<const std::string>(longest_answer(answer_schema_->document(), usual_words))),
        checks_(std::move(checks)),
        judge_(schema_, checks_, accept, std::move(models)),
        task_(std::move(task)),
        dates_(dates) {
    for (const auto& [field, property] : properties().items())
      resolved_[field] = as_named(field, resolved_throughout(property, *schema_));
  }

 private:
  Question question(const Document& document) const override {
    return FieldsQuestion{document.text, schema_, checks_, dates_};
  }

  Prompt prompt(const Document& document, const json& record, PageRange pages) const override {
    json values = prompt_values(record);
    json list = json::array();
    for (const auto& [field, property] : properties().items()) {
      const std::string description = property.is_object() ? property.value("description", "") : "";
      list.push_back({{"name", field},
                      {"type", type_of(resolved_.at(field))},
                      {"required", is_required(field)},
                      {"description", description}});
    }
    values["fields"] = std::move(list);
    Prompt prompt{system_text(), document_parts(*document.text, pages), task_.render(values), "",
                  answer_schema_};
    make_room(*document.text, pages, longest_answer_, prompt);
    return prompt;
  }

  void take(const Document& document, const Tier& tier, const std::vector<Answer>& answers,
            const std::vector<PageRange>& pages, json& output) const override {
    EvidenceReader evidence(*document.text, dates_);
    json said = tier.answers_prompts ? of_model(answers, pages, evidence)
                                     : of_rules(answers.front().value, evidence.quotes());
    judge_.take(std::move(said), tier.backend, tier.answers_prompts, output);
  }

  /// The rules read values in the text themselves: that they stand there is all that has to be known.
  static json of_rules(json said, QuoteFinder& quotes) {
    for (auto& [field, detail] : said["details"].items()) {
      if (said["fields"].value(field, json()).is_null()) continue;
      detail["signals"]["evidence_found"] = detail.contains("evidence") && quotes.stands(detail["evidence"]);
    }
    return said;
  }

  /// What a model said, in the shape of every answer: {fields, details}.
  json of_model(const std::vector<Answer>& answers, const std::vector<PageRange>& pages,
                EvidenceReader& evidence) const {
    json joined = {{"fields", json::object()}, {"details", json::object()}};
    for (const auto& [field, property] : properties().items()) {
      joined["fields"][field] = nullptr;
      joined["details"][field] = {{"problem", "not found"}};
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const json& found = answers[i].value[field];
        const json::json_pointer place = json::json_pointer() / field;
        if (found.is_array())
          add_rows(field, place, answers[i], pages[i], evidence, joined);
        else if (!found.is_null())
          join(field, detail_of(field, place, found, answers[i], pages[i], evidence), found, joined);
      }
    }
    return joined;
  }

  /// What is known of a value, `{quote, value}` at `place` of the answer.
  json detail_of(const std::string& field, const json::json_pointer& place, const json& found,
                 const Answer& answer, PageRange pages, EvidenceReader& evidence) const {
    const json& property = resolved_.at(field);
    const bool is_row = has_type(property, "array");
    Evidence read = evidence.read(found["value"], is_row ? property.value("items", json()) : property,
                                  found["quote"], pages.first, pages.last);
    json detail = {{"evidence", std::move(read.shown)}, {"signals", std::move(read.signals)}};
    if (!read.problem.empty()) detail["problem"] = read.problem;
    if (const std::optional<double> least = least_probability(answer, place / "value"))
      detail["signals"]["min_token_probability"] = rounded(*least);
    return detail;
  }

  /// Pieces of a document have the rows of a list one after the other.
  void add_rows(const std::string& field, const json::json_pointer& place, const Answer& answer,
                PageRange pages, EvidenceReader& evidence, json& joined) const {
    const json& rows = answer.value[field];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i]["value"].is_null()) continue;
      json& values = joined["fields"][field];
      json& known = joined["details"][field];
      if (values.is_null()) {
        values = json::array();
        known = {{"rows", json::array()}};
      }
      json row = detail_of(field, place / i, rows[i], answer, pages, evidence);
      row["index"] = values.size();
      known["rows"].push_back(std::move(row));
      values.push_back(rows[i]["value"]);
    }
  }

  /// Pieces of a document may give different values for a field: the one whose evidence is the best is taken,
  /// the others are shown; those with evidence count against it.
  static void join(const std::string& field, json detail, const json& found, json& joined) {
    json& value = joined["fields"][field];
    json& known = joined["details"][field];
    if (found["value"].is_null() || found["value"] == "") {
      if (value.is_null())
        known["problem"] =
            "the model quotes \"" + excerpt(found["quote"].get<std::string>(), 100) + "\" and gives no value";
      return;
    }
    if (value.is_null()) {
      value = found["value"];
      known = std::move(detail);
      return;
    }
    json loser = found["value"];
    const double before = field_confidence(known["signals"]), now = field_confidence(detail["signals"]);
    const bool is_better = now > before;
    if (is_better) {
      std::swap(value, loser);
      detail["conflict"] = known.value("conflict", json::array());
      std::swap(known, detail);
    }
    if (value == loser) return;
    if (std::min(before, now) > 0) known["signals"]["pieces_agree"] = false;
    known["conflict"].push_back(std::move(loser));
  }

  const json& properties() const { return (*schema_)["properties"]; }
  bool is_required(const std::string& field) const {
    const json required = schema_->value("required", json::array());
    return std::ranges::find(required, json(field)) != required.end();
  }

  const std::shared_ptr<const json> schema_;
  const std::shared_ptr<const Schema> answer_schema_;  ///< Of a model's answer.
  const std::shared_ptr<const std::string> longest_answer_;
  const std::shared_ptr<const std::vector<Check>> checks_;
  const FieldJudge judge_;
  const PromptTemplate task_;
  const DayMonth dates_;
  std::map<std::string, json> resolved_;  ///< The properties, without references.
};

/// Which model each backend asks, as far as the pipeline says: `smol` and `smol:latest` are one.
std::map<std::string, std::string> models_of(const Pipeline& pipeline) {
  std::map<std::string, std::string> models;
  for (const BackendConfig& backend : pipeline.backends) {
    if (!backend.type->answers_prompts()) continue;
    std::string model = backend.settings.has("model") ? backend.settings.text("model") : backend.name;
    if (model.ends_with(":latest")) model.resize(model.size() - std::string_view(":latest").size());
    models[backend.name] = std::move(model);
  }
  return models;
}

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
  auto checks = std::make_shared<std::vector<Check>>();
  for (const NamedCondition& named : settings.conditions("checks")) {
    if (named.condition->set() == nullptr)
      return Error{ErrorClass::config,
                   "checks: '" + named.name + "' is about a path; a check is about the fields"};
    checks->push_back({named.name, named.condition});
  }
  auto task = PromptTemplate::of_setting(settings, "prompt", "structured-extract.mustache");
  if (!task) return task.error();
  return std::unique_ptr<Stage>(std::make_unique<StructuredExtract>(
      tiers_of(backends, pipeline, think_of(settings)), settings.text("too_long") == "split", schema, checks,
      settings.number("accept"), models_of(pipeline), std::move(*task),
      order_of_dates(settings.text("dates"))));
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
          .version = 5,
          .fields = fields,
          .reads = reads,
          .make = make,
          .redo = {.make = make_with, .summary = summary},
          .doubts = doubts,
          .output = output_schema,
          .checked = checked_schema};
}

}  // namespace docket::stages
