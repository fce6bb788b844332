// Asks tier by tier for the values of a schema's properties, and says how far each can be trusted.
#include <algorithm>

#include "pipeline/confidence.h"
#include "pipeline/json/member.h"
#include "pipeline/json/resolved.h"
#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "stages/embedded.h"
#include "stages/evidence.h"
#include "stages/field_answers.h"
#include "stages/field_judge.h"
#include "stages/field_questions.h"
#include "stages/fields_review.h"
#include "stages/fields_task.h"
#include "stages/schema_names.h"
#include "stages/stages.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

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

class StructuredExtract final : public TieredStage {
 public:
  StructuredExtract(std::vector<Tier> tiers, const FieldsTask& fields, PromptTemplate task,
                    std::vector<ErrorClass> hands_up)
      : TieredStage(std::move(tiers), fields.splits, std::move(hands_up)),
        schema_(fields.schema),
        checks_(fields.checks),
        dates_(fields.dates),
        questions_(schema_),
        judge_(schema_, checks_, fields.accept, fields.models),
        source_(fields.source),
        einvoice_(*schema_),
        task_(std::move(task)) {}

 private:
  void begin(const Document& document, const json& record, json& output) const override {
    json said = einvoice_.answer(member(member(record, source_), "einvoice"), *document.text, dates_);
    if (!said.is_null()) judge_.take(std::move(said), std::string(embedded_tier), false, output);
  }

  std::optional<Excerpt> left_of(const Excerpt& excerpt, const json& output, bool is_again) const override {
    return left_beside_embedded(excerpt, questions_.properties(), output, is_again);
  }

  Question question(const Document& document) const override {
    return FieldsQuestion{document.text, schema_, checks_, dates_};
  }

  Prompt prompt(const Excerpt& excerpt, const json& record, PageRange pages) const override {
    json values = prompt_values(record);
    values["fields"] = questions_.described(excerpt);
    const AnswerForm form = questions_.answer(excerpt);
    Prompt prompt{system_text(), document_parts(*excerpt.text, pages), task_.render(values), "", form.schema};
    make_room(*excerpt.text, pages, form.longest, prompt);
    return prompt;
  }

  void take(const Document& document, const TierAnswers& said, json& output) const override {
    EvidenceReader evidence(*document.text, dates_, said.excerpt.hidden(*document.text));
    json values = said.tier.answers_prompts ? of_model(said, evidence)
                                            : of_rules(said.answers.front().value, evidence.quotes());
    for (json& detail : values["details"])
      add_read_confidence(*document.text, detail);
    judge_.take(std::move(values), said.tier.backend, said.tier.answers_prompts, output);
  }

  /// The rules read values in the text themselves: that they stand there is all that has to be known.
  static json of_rules(json said, QuoteFinder& quotes) {
    for (auto& [field, detail] : said["details"].items()) {
      if (said["fields"].value(field, json()).is_null()) continue;
      detail["signals"]["evidence_found"] = detail.contains("evidence") && quotes.stands(detail["evidence"]);
    }
    return said;
  }

  /// A value is no surer than the words that it was read in.
  static void add_read_confidence(const Text& text, json& detail) {
    if (detail.contains("rows"))
      for (json& row : detail["rows"])
        add_read_confidence(text, row);
    if (!detail.contains("evidence")) return;
    if (const auto confidence = read_confidence(text, detail["evidence"]))
      detail["signals"]["ocr"] = rounded(*confidence);
  }

  json of_model(const TierAnswers& said, EvidenceReader& evidence) const {
    FieldAnswers answers(questions_, said, evidence);
    for (const auto& [field, property] : questions_.properties().items())
      for (std::size_t i = 0; i < said.answers.size(); ++i)
        answers.add(field, i, said.answers[i].value.value(field, json()));
    return answers.take();
  }

  const std::shared_ptr<const json> schema_;
  const std::shared_ptr<const std::vector<Check>> checks_;
  const DayMonth dates_;
  const FieldQuestions questions_;
  const FieldJudge judge_;
  const std::string source_;  ///< Id of the stage that reads e-invoices.
  const EinvoiceMapping einvoice_;
  const PromptTemplate task_;
};

Result<std::unique_ptr<ExcerptStage>> make_for(const StageConfig& stage, const Pipeline& pipeline,
                                               const std::vector<std::string>& backends,
                                               std::vector<ErrorClass> hands_up) {
  if (auto problem = problem_of_tiers(backends, pipeline)) return *problem;
  auto fields = FieldsTask::of(stage, pipeline);
  if (!fields) return fields.error();
  auto task = PromptTemplate::of_setting(stage.settings, "prompt", "structured-extract.mustache");
  if (!task) return task.error();
  return std::unique_ptr<ExcerptStage>(
      std::make_unique<StructuredExtract>(tiers_of(backends, pipeline, think_of(stage.settings)), *fields,
                                          std::move(*task), std::move(hands_up)));
}

Result<std::unique_ptr<ExcerptStage>> make_with(const StageConfig& stage, const Pipeline& pipeline,
                                                const std::vector<std::string>& backends) {
  return make_for(stage, pipeline, backends, {});
}

std::vector<std::string> warnings(const StageConfig& stage, const Pipeline&) {
  std::vector<std::string> found =
      PromptTemplate::unknown_names(stage.settings, "prompt", "structured-extract.mustache");
  if (const auto schema = stage.settings.schema("schema"))
    for (std::string& doubt : doubtful_words_in(*schema))
      found.push_back(std::move(doubt));
  return found;
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  auto made = make_for(stage, pipeline, stage.settings.texts("backends"), handed_up(stage, pipeline));
  if (!made) return made.error();
  return std::unique_ptr<Stage>(std::move(*made));
}

/// The values themselves are kept with the new answer, in its `other_tiers`.
json summary(const json& output) { return members(output, {"confidence", "accepted", "problems"}); }

json superseded(const json& before, const json& after) {
  json old = json::object();
  const json values = before.value("fields", json::object());
  for (const auto& [field, value] : values.items()) {
    if (after["fields"].value(field, json()) == value) continue;
    const json detail = before.value("details", json::object()).value(field, json::object());
    old[field] = members(detail, {"confidence", "tier", "evidence", "problem"});
    old[field]["value"] = value;
  }
  return old;
}

/// Words that the schema says stand beside a property's value.
std::vector<std::string> labels_of(const std::string& field, const json& property) {
  std::vector<std::string> labels;
  const json given = property.is_object() ? property.value("x-labels", json()) : json();
  const json title = property.is_object() ? property.value("title", json()) : json();
  for (const json& one : given.is_string() ? json::array({given}) : given) {
    for (const json& label : one.is_array() ? one : json::array({one}))
      if (label.is_string()) labels.push_back(label.get<std::string>());
  }
  if (title.is_string()) labels.push_back(title.get<std::string>());
  std::string name = field;
  std::ranges::replace(name, '_', ' ');
  labels.push_back(std::move(name));
  return labels;
}

/// Whether other tiers, as far as they are sure, say otherwise more than they agree.
bool is_contradicted(const json& detail) {
  return detail.value("signals", json::object()).value("agreement", 0.5) < 0.5;
}

/// A value that is not there is doubtful where it has to be; one that is there where it is not accepted, does
/// not pass a check, or another tier says otherwise.
bool is_doubtful(const json& output, const std::string& field, bool must_be_there) {
  const json details = output.value("details", json::object());
  if (!details.contains(field)) return true;  // Nobody has looked.
  const bool has_value = !output["fields"].value(field, json()).is_null();
  const json signals = details[field].value("signals", json::object());
  if (!has_value) return must_be_there;
  return !details[field].value("accepted", false) || !signals.value("checks_failed", json::array()).empty() ||
         is_contradicted(details[field]);
}

std::vector<Claim> claims(const Settings& settings, const json& output) {
  const json schema = with_open_root(*settings.schema("schema"));
  const json said = output.is_object() ? output : json::object();
  // Where there is no value at all, such as where no tier had a usable answer, nobody has looked for the
  // optional ones either.
  const json values = said.value("fields", json::object());
  const bool is_empty = std::ranges::all_of(values, [](const json& value) { return value.is_null(); });
  std::vector<Claim> claims;
  for (const auto& [field, property] : schema["properties"].items()) {
    Claim claim{.field = field,
                .is_doubtful = is_empty || is_doubtful(said, field, is_required(schema, field))};
    const json detail = said.value("details", json::object()).value(field, json::object());
    if (detail.contains("evidence")) claim.evidence.push_back(detail["evidence"]);
    for (const json& row : detail.value("rows", json::array()))
      if (row.contains("evidence")) claim.evidence.push_back(row["evidence"]);
    claim.beside = labels_of(field, resolved(property, schema));
    claims.push_back(std::move(claim));
  }
  return claims;
}

void doubt_field(const std::string& field, const json& detail, std::vector<Doubt>& found) {
  const auto any = [&](const auto& says) {
    return says(detail.value("signals", json::object())) ||
           std::ranges::any_of(detail.value("rows", json::array()),
                               [&](const json& row) { return says(row.value("signals", json::object())); });
  };
  const auto is_false = [](const json& signals, const char* name) {
    return signals.value(name, json()) == false;
  };
  if (any([&](const json& signals) { return is_false(signals, "schema_valid"); }))
    found.push_back({schema_failure, field});
  if (any([&](const json& signals) {
        return is_false(signals, "evidence_found") || is_false(signals, "value_in_quote");
      }))
    found.push_back({evidence_not_found, field});
  if (is_contradicted(detail)) found.push_back({tiers_disagree, field});
  const json signals = detail.value("signals", json::object());
  if (signals.value("printed_differs", false) || signals.value("xml_differs", false))
    found.push_back({embedded_differs, field});
}

std::vector<Doubt> doubts(const std::string& stage, const json& output) {
  std::vector<Doubt> found;
  doubt_confidence(stage, output, found);
  doubt_passed_over(stage, output, found);
  for (const json& field : output.value("missing", json::array()))
    found.push_back({missing_required_field, field.get<std::string>()});
  const json values = output.value("fields", json::object()),
             details = output.value("details", json::object());
  for (const auto& [field, detail] : details.items())
    if (!values.value(field, json()).is_null()) doubt_field(field, detail, found);
  const json checks = output.value("checks", json::object());
  for (const auto& [check, state] : checks.items())
    if (state == "failed" || state == "error") found.push_back({failed_check, check});
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

/// With fields that an e-invoice may have, also what was read of one.
StageReads fields_read(const Settings& settings) {
  StageReads what = reads(settings);
  const std::shared_ptr<const json> schema = settings.schema("schema");
  what.source = schema && maps_einvoice(with_open_root(*schema));
  return what;
}

}  // namespace

StageType structured_extract() {
  return {.name = "structured-extract",
          .summary = "Finds the values of a JSON Schema's properties, each with its evidence.",
          .version = 8,
          .fields = fields,
          .reads = fields_read,
          .make = make,
          .warnings = warnings,
          .shows_places = true,
          .redo = {.make = make_with,
                   .review = make_fields_review,
                   .claims = claims,
                   .summary = summary,
                   .superseded = superseded},
          .doubts = doubts,
          .output = output_schema,
          .checked = checked_schema,
          .also_called = "fields structured extract-fields json"};
}

}  // namespace docket::stages
