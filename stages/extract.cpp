#include "stages/extract.h"

#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "stages/doubts.h"
#include "stages/stages.h"
#include "stages/text_facts.h"

namespace docket::stages {
namespace {

constexpr std::string_view ocr_choices[] = {"auto", "off", "always"};

constexpr Field fields[] = {
    {.name = "password",
     .type = Field::Type::secret,
     .help = "User or owner password for encrypted PDFs, tried on every document."},
    {.name = "fallback",
     .type = Field::Type::backend,
     .help = "A backend of type `tika` that reads what docket does not (class `unsupported`)."},
    {.name = "ocr",
     .type = Field::Type::choice,
     .help =
         "Whether to read scanned pages. OCR comes with a later version: until then `auto` never reads them "
         "and a scan has the grade `none`.",
     .fallback = "auto",
     .choices = ocr_choices},
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

/// Another reader was asked; `unsupported` is what docket itself said.
struct FallbackAsked final : StageProgress {
  explicit FallbackAsked(Error error) : unsupported(std::move(error)) {}
  const Error unsupported;
};

/// What the text shows of itself.
void add_facts(const Text& text, nlohmann::json& output) {
  output["tables"] = count_tables(text);
  if (const std::string language = language_of(text); !language.empty()) output["language"] = language;
}

class Extract final : public Stage {
 public:
  explicit Extract(ExtractOptions options) : options_(std::move(options)) {}

  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const override {
    if (turn.number == 0) {
      return std::vector<Request>{{std::string(extraction_workers), question(document)}};
    }
    const Reply& reply = turn.replies.front();
    if (reply.file) {
      document.sha256 = reply.file->sha256;
      document.bytes = reply.file->bytes;
      document.media_type = reply.file->media_type;
    }
    const auto* asked = dynamic_cast<const FallbackAsked*>(turn.progress.get());
    if (!reply.answer && asked != nullptr) return of_both(asked->unsupported, reply.answer.error());
    const bool has_other_reader = asked == nullptr && !options_.fallback.empty();
    if (!reply.answer && has_other_reader && reply.answer.error().error_class == ErrorClass::unsupported) {
      turn.progress = std::make_unique<FallbackAsked>(reply.answer.error());
      return std::vector<Request>{{options_.fallback, question(document)}};
    }
    if (!reply.answer) return reply.answer.error();
    document.text = reply.answer->text;
    result.output = reply.answer->value;
    if (document.text) add_facts(*document.text, result.output);
    return std::vector<Request>{};
  }

 private:
  ExtractQuestion question(const Document& document) const {
    return {document.file, options_.password, options_.time_limit, options_.memory_limit};
  }

  /// What the other reader says counts, but where that is no more than docket said: then people want to know
  /// what kind of file it is.
  static Error of_both(const Error& own, Error other) {
    if (other.error_class != ErrorClass::unsupported) return other;
    return {ErrorClass::unsupported, own.message + "; " + other.message};
  }

  const ExtractOptions options_;
};

std::vector<Doubt> doubts(const std::string&, const nlohmann::json& output) {
  if (output.contains("grade") && output["grade"] != "good") return {{poor_text_layer, ""}};
  return {};
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  const Settings& settings = stage.settings;
  const BackendConfig* fallback = pipeline.backend(settings.text("fallback"));
  if (fallback != nullptr && !fallback->type->reads_files)
    return Error{ErrorClass::config,
                 "fallback: '" + fallback->name + "' reads no files; name a backend of type tika"};
  if (settings.text("ocr") == "always") {
    return Error{ErrorClass::config, "ocr: always is not available yet: this version reads text layers only"};
  }
  ExtractOptions options;
  options.password = settings.text("password");
  options.fallback = settings.text("fallback");
  if (settings.has("time_limit")) options.time_limit = settings.duration("time_limit");
  options.memory_limit = settings.integer("memory_limit") << 20;
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
