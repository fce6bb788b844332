#include "stages/extract.h"

#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "stages/doubts.h"
#include "stages/stages.h"
#include "stages/text_facts.h"

namespace docket::stages {
namespace {

constexpr std::string_view ocr_choices[] = {"auto", "off", "always"};

constexpr std::string_view attachment_choices[] = {"auto", "always", "never"};
constexpr MemberLimits usual_limits = {};
static_assert(usual_limits.depth == 5 && usual_limits.count == 10'000 && usual_limits.total == 1024 << 20 &&
              usual_limits.ratio == 250);

constexpr Field member_fields[] = {
    {.name = "depth",
     .type = Field::Type::integer,
     .help = "Levels of archives within archives.",
     .fallback = "5",
     .minimum = 1,
     .maximum = 16,
     .affects_answer = false},
    {.name = "count",
     .type = Field::Type::integer,
     .help = "Members of one file, on all levels together.",
     .fallback = "10000",
     .minimum = 1,
     .maximum = 1'000'000,
     .affects_answer = false},
    {.name = "total",
     .type = Field::Type::integer,
     .help = "MiB that the members of one file unpack to, on all levels together.",
     .fallback = "1024",
     .minimum = 1,
     .maximum = 1 << 20,
     .affects_answer = false},
    {.name = "ratio",
     .type = Field::Type::integer,
     .help = "Unpacked bytes for each byte of the file; looked at beyond 16 MiB.",
     .fallback = "250",
     .minimum = 1,
     .maximum = 1'000'000,
     .affects_answer = false},
};

constexpr Field fields[] = {
    {.name = "attachments",
     .type = Field::Type::choice,
     .help = "Which files in a document become documents of their own. auto: members of archives and "
             "mailboxes, attachments of e-mails, files of PDF portfolios; always: those in other PDFs and in "
             "office documents too.",
     .fallback = "auto",
     .choices = attachment_choices},
    {.name = "members",
     .type = Field::Type::group,
     .help = "how much one file may unpack to",
     .fields = member_fields},
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
      ExtractQuestion question{document.file, options_.password, options_.time_limit, options_.memory_limit};
      if (document.inside) question.members = document.inside->names;
      question.member_limits = options_.member_limits;
      question.attachments = options_.attachments;
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
    if (document.text && !is_container(result.output)) add_facts(*document.text, result.output);
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
  const Settings members = settings.group("members");
  if (members.has("depth")) options.member_limits.depth = members.integer("depth");
  if (members.has("count")) options.member_limits.count = members.integer("count");
  if (members.has("total")) options.member_limits.total = members.integer("total") << 20;
  if (members.has("ratio")) options.member_limits.ratio = members.integer("ratio");
  const std::string attachments = settings.text("attachments");
  options.attachments = attachments == "always"  ? Attachments::always
                        : attachments == "never" ? Attachments::never
                                                 : Attachments::automatic;
  return make_extract(std::move(options));
}

}  // namespace

std::unique_ptr<Stage> make_extract(ExtractOptions options) {
  return std::make_unique<Extract>(std::move(options));
}

StageType extract() {
  return {.name = "extract",
          .summary = "Reads the file: text, pages, word boxes, metadata, embedded files.",
          .version = 3,
          .fields = fields,
          .reads = [](const Settings&) { return StageReads{.file = true}; },
          .make = make,
          .provides_text = true,
          .doubts = doubts,
          .output = [](const Settings&) { return record_schema_of("extract"); }};
}

}  // namespace docket::stages
