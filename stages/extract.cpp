#include "stages/extract.h"

#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "stages/doubts.h"
#include "stages/stages.h"
#include "stages/text_facts.h"

namespace docket::stages {
namespace {

constexpr std::string_view ocr_choices[] = {"auto", "off", "always"};
constexpr std::string_view table_choices[] = {"rows", "markdown"};
constexpr std::string_view repeated_choices[] = {"keep", "once"};

constexpr Field fields[] = {
    {.name = "password",
     .type = Field::Type::secret,
     .help = "User or owner password for encrypted PDFs, tried on every document."},
    {.name = "ocr",
     .type = Field::Type::choice,
     .help =
         "Whether to read scanned pages. OCR comes with a later version: until then `auto` never reads them "
         "and a scan has the grade `none`.",
     .fallback = "auto",
     .choices = ocr_choices},
    {.name = "tables",
     .type = Field::Type::choice,
     .help = "How tables stand in the text: `rows`: line by line as on the page, cells apart by blanks; "
             "`markdown`: as Markdown tables, which models read better.",
     .fallback = "rows",
     .choices = table_choices},
    {.name = "repeated_lines",
     .type = Field::Type::choice,
     .help =
         "Headers and footers that pages repeat: `keep` them on every page, or have each `once`, where it "
         "stands first, so that models do not read them page by page.",
     .fallback = "keep",
     .choices = repeated_choices},
    {.name = "time_limit",
     .type = Field::Type::duration,
     .help = "CPU time for one document. Default: 20 s, plus 1 s for each MiB of the file, up to two "
             "minutes.",
     .minimum = 1,
     .affects_answer = false},
    {.name = "memory_limit",
     .type = Field::Type::integer,
     .help = "MiB of memory for one document, in addition to the file itself.",
     .fallback = "1024",
     .minimum = 64,
     .maximum = 1 << 20,
     .affects_answer = false},
};

class Extract final : public Stage {
 public:
  explicit Extract(ExtractOptions options) : options_(std::move(options)) {}

  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const override {
    if (turn.number == 0) {
      const ExtractQuestion question{document.file, options_.password, options_.time_limit,
                                     options_.memory_limit, options_.form};
      return std::vector<Request>{{std::string(extraction_workers), question}};
    }
    const Reply& reply = turn.replies.front();
    if (reply.file) {
      document.sha256 = reply.file->sha256;
      document.bytes = reply.file->bytes;
      document.media_type = reply.file->media_type;
    }
    if (!reply.answer) return reply.answer.error();
    document.text = reply.answer->text;
    result.output = reply.answer->value;
    if (document.text) result.output["tables"] = count_tables(*document.text);
    return std::vector<Request>{};
  }

 private:
  const ExtractOptions options_;
};

std::vector<Doubt> doubts(const std::string&, const nlohmann::json& output) {
  if (output.contains("grade") && output["grade"] != "good") return {{poor_text_layer, ""}};
  return {};
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline&) {
  const Settings& settings = stage.settings;
  if (settings.text("ocr") == "always") {
    return Error{ErrorClass::config, "ocr: always is not available yet: this version reads text layers only"};
  }
  ExtractOptions options;
  options.password = settings.text("password");
  if (settings.has("time_limit")) options.time_limit = settings.duration("time_limit");
  options.memory_limit = settings.integer("memory_limit") << 20;
  if (settings.text("tables") == "markdown") options.form.tables = TextForm::Tables::markdown;
  if (settings.text("repeated_lines") == "once") options.form.repeated_lines = TextForm::RepeatedLines::once;
  return make_extract(std::move(options));
}

}  // namespace

std::unique_ptr<Stage> make_extract(ExtractOptions options) {
  return std::make_unique<Extract>(std::move(options));
}

StageType extract() {
  return {.name = "extract",
          .summary = "Reads the file: text, pages, word boxes, metadata, embedded files.",
          .version = 4,
          .fields = fields,
          .reads = [](const Settings&) { return StageReads{.file = true}; },
          .make = make,
          .provides_text = true,
          .doubts = doubts,
          .output = [](const Settings&) { return record_schema_of("extract"); }};
}

}  // namespace docket::stages
