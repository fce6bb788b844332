#include "tests/test_registry.h"

#include "backends/backends.h"
#include "pipeline/pipeline.h"
#include "tests/conditions.h"

namespace docket {
namespace {

using Type = Field::Type;

constexpr std::string_view ocr_choices[] = {"auto", "always", "off"};
constexpr std::string_view reason_choices[] = {"low_confidence", "missing_required_field", "failed_check"};

constexpr Field extract_fields[] = {
    {.name = "ocr",
     .type = Type::choice,
     .help = "read scanned pages",
     .fallback = "auto",
     .choices = ocr_choices},
    {.name = "password", .type = Type::secret, .help = "opens encrypted files"},
    {.name = "time_limit",
     .type = Type::duration,
     .help = "for one document",
     .minimum = 1000,
     .maximum = 600'000},
};
constexpr Field label_fields[] = {
    {.name = "description", .help = "what the label means"},
    {.name = "keywords", .type = Type::texts, .help = "words of such documents"},
};
constexpr Field classify_fields[] = {
    {.name = "backends", .type = Type::backends, .help = "who is asked, in this order", .required = true},
    {.name = "accept",
     .type = Type::number,
     .help = "the least confidence",
     .fallback = "0.85",
     .minimum = 0,
     .maximum = 1},
    {.name = "labels", .type = Type::groups, .help = "the labels", .required = true, .fields = label_fields},
    {.name = "many", .type = Type::boolean, .help = "more than one label", .fallback = "false"},
};
constexpr Field fields_fields[] = {
    {.name = "backends", .type = Type::backends, .help = "who is asked, in this order", .fallback = "rules"},
    {.name = "schema", .type = Type::schema, .help = "the fields", .required = true},
    {.name = "checks", .type = Type::conditions, .help = "what holds for right fields"},
    {.name = "attempts", .type = Type::integer, .help = "how often", .fallback = "2", .minimum = 1},
};
constexpr Field escalate_fields[] = {
    {.name = "backend", .type = Type::backend, .help = "who is asked"},
    {.name = "redo", .type = Type::stage, .help = "the stage whose answer is replaced"},
    {.name = "reasons", .type = Type::choices, .help = "built-in reasons", .choices = reason_choices},
    {.name = "unless", .type = Type::condition, .help = "one condition"},
};
constexpr Field summarize_fields[] = {
    {.name = "prompt", .type = Type::file, .help = "a template"},
    {.name = "title", .help = "of the summary", .required = true},
    {.name = "since", .type = Type::date, .help = "only later ones"},
    {.name = "words", .type = Type::integer, .help = "at most", .minimum = 10, .maximum = 1000},
};

class Nothing final : public Stage {
 public:
  Result<std::vector<Request>> advance(Document&, const Turn&, StageResult&) const override {
    return std::vector<Request>{};
  }
};

StageReads reads_file(const Settings&) { return {.file = true}; }
StageReads reads_text(const Settings&) { return {.text = true, .record = true}; }

Result<std::unique_ptr<Stage>> make_nothing(const StageConfig&, const Pipeline&) {
  return std::unique_ptr<Stage>(std::make_unique<Nothing>());
}

Result<std::unique_ptr<Stage>> make_classify(const StageConfig& stage, const Pipeline& pipeline) {
  const Settings& settings = stage.settings;
  if (settings.groups("labels").size() < 2)
    return Error{ErrorClass::config, "one label is no choice; give two or more"};
  return make_nothing(stage, pipeline);
}

}  // namespace

Registry plan_registry() {
  static const StageType stages[] = {
      {"extract", "reads files", 1, extract_fields, reads_file, make_nothing, nullptr, true},
      {"classify", "finds the label", 1, classify_fields, reads_text, make_classify},
      {"structured-extract", "finds fields", 1, fields_fields, reads_text, make_nothing},
      {"escalate", "asks for more", 1, escalate_fields, reads_text, make_nothing, nullptr, false, true},
      {"summarize", "says it shorter", 1, summarize_fields, reads_text, make_nothing},
  };
  return {stages, backends::all(), shared_condition_engine};
}

}  // namespace docket
