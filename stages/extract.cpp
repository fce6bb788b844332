#include "stages/extract.h"

#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "pipeline/support/byte_size.h"
#include "stages/doubts.h"
#include "stages/stages.h"
#include "stages/text_facts.h"

namespace docket::stages {
namespace {

constexpr std::string_view ocr_choices[] = {"auto", "off", "always"};
constexpr std::string_view partial_choices[] = {"refuse", "accept"};
constexpr std::string_view sandbox_choices[] = {"auto", "require"};

// An order to a worker has to fit into its socket's buffer.
constexpr std::size_t most_passwords = 1000;
constexpr std::size_t most_password_bytes = 1 << 16;

constexpr double mib = 1 << 20;
/// Limits decide an answer where what was read before one of them is an answer.
constexpr std::string_view where_partial = "partial: accept";

constexpr Field limit_fields[] = {
    {.name = "cpu_time",
     .type = Field::Type::duration,
     .help = "CPU time for one document. Default: 20 s, plus 1 s for each MiB of the file, up to two "
             "minutes.",
     .minimum = 1},
    {.name = "wall_time",
     .type = Field::Type::duration,
     .help =
         "Time for one document by the clock. Default: ten times cpu_time, so that a busy machine fails no "
         "document.",
     .minimum = 1},
    {.name = "memory",
     .type = Field::Type::size,
     .help = "Memory for one document, in addition to the file itself. Default: 1GiB.",
     .minimum = 64 * mib,
     .maximum = mib * mib},
    {.name = "output",
     .type = Field::Type::size,
     .help = "Text and word boxes of one document.",
     .fallback = "64MiB",
     .minimum = 1024,
     .maximum = 2048 * mib},
    {.name = "open_files",
     .type = Field::Type::integer,
     .help = "Files that a worker may have open at a time.",
     .fallback = "64",
     .minimum = 16,
     .maximum = 1024},
};

constexpr std::string_view attachment_choices[] = {"auto", "always", "never"};

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
     .type = Field::Type::size,
     .help = "What the members of one file unpack to, on all levels together.",
     .fallback = "1GiB",
     .minimum = mib,
     .maximum = mib * mib,
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
    {.name = "password", .type = Field::Type::secret, .help = "Short for `passwords` with one."},
    {.name = "passwords",
     .type = Field::Type::secrets,
     .help = "User or owner passwords, tried in turn on documents that need one. A file has one a line."},
    {.name = "ocr",
     .type = Field::Type::choice,
     .help =
         "Whether to read scanned pages. OCR comes with a later version: until then `auto` never reads them "
         "and a scan has the grade `none`.",
     .fallback = "auto",
     .choices = ocr_choices},
    {.name = "limits",
     .type = Field::Type::group,
     .help = "What one document may take of the machine.",
     .fields = limit_fields,
     .affects_answer = false,
     .affects_answer_with = where_partial},
    {.name = "partial",
     .type = Field::Type::choice,
     .help = "Whether a document that exceeds a limit fails (`refuse`), or what was read before is kept "
             "(`accept`), with `partial` in its record.",
     .fallback = "refuse",
     .choices = partial_choices},
    {.name = "sandbox",
     .type = Field::Type::choice,
     .help = "What to do where the kernel refuses to lock a worker in: warn and go on with the limits "
             "(`auto`), or read nothing (`require`).",
     .fallback = "auto",
     .choices = sandbox_choices,
     .affects_answer = false},
    {.name = "time_limit",
     .type = Field::Type::duration,
     .help = "Short for `limits: {cpu_time: …}`.",
     .minimum = 1,
     .affects_answer = false,
     .affects_answer_with = where_partial},
    {.name = "memory_limit",
     .type = Field::Type::integer,
     .help = "Short for `limits: {memory: …}`, in MiB.",
     .minimum = 64,
     .maximum = 1 << 20,
     .affects_answer = false,
     .affects_answer_with = where_partial},
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
      ExtractQuestion question{document.file, options_.passwords, options_.limits, options_.keep_partial,
                               options_.need_sandbox};
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
    result.output = reply.answer->value;
    const bool has_text = !is_container(result.output) || !reply.answer->text->pages.empty();
    document.text = has_text ? reply.answer->text : nullptr;
    if (document.text && !is_container(result.output)) add_facts(*document.text, result.output);
    return std::vector<Request>{};
  }

 private:
  const ExtractOptions options_;
};

std::vector<Doubt> doubts(const std::string&, const nlohmann::json& output) {
  std::vector<Doubt> doubts;
  if (output.contains("grade") && output["grade"] != "good") doubts.push_back({poor_text_layer, ""});
  if (output.contains("partial")) doubts.push_back({partial_text, ""});
  return doubts;
}

Error twice(const std::string& brief, const std::string& name) {
  return {ErrorClass::config, brief + " is short for " + name + ": leave one of them out"};
}

Result<ExtractLimits> limits_of(const Settings& settings) {
  const Settings group = settings.group("limits");
  ExtractLimits limits;
  if (settings.has("time_limit") && group.has("cpu_time")) return twice("time_limit", "limits.cpu_time");
  if (settings.has("memory_limit") && group.has("memory")) return twice("memory_limit", "limits.memory");
  limits.cpu_time = settings.has("time_limit") ? settings.duration("time_limit") : group.duration("cpu_time");
  limits.wall_time = group.duration("wall_time");
  limits.memory =
      settings.has("memory_limit") ? settings.integer("memory_limit") << 20 : group.integer("memory");
  limits.output = group.integer("output");
  limits.open_files = group.integer("open_files");
  return limits;
}

MemberLimits member_limits_of(const Settings& settings) {
  const Settings group = settings.group("members");
  return {group.integer("depth"), group.integer("count"), group.integer("total"), group.integer("ratio")};
}

Attachments attachments_of(const Settings& settings) {
  const std::string choice = settings.text("attachments");
  if (choice == "always") return Attachments::always;
  return choice == "never" ? Attachments::never : Attachments::automatic;
}

Result<std::vector<std::string>> passwords_of(const Settings& settings) {
  std::vector<std::string> passwords = settings.texts("passwords");
  const std::string one = settings.text("password");
  if (settings.has("password") && settings.has("passwords")) return twice("password", "passwords");
  if (!one.empty()) passwords.push_back(one);
  std::size_t bytes = 0;
  for (const std::string& password : passwords)
    bytes += password.size();
  if (passwords.size() > most_passwords || bytes > most_password_bytes)
    return Error{ErrorClass::config, "passwords: more than " + std::to_string(most_passwords) +
                                         ", or more than " + format_byte_size(most_password_bytes) +
                                         " of them; each is tried on every document that needs one"};
  return passwords;
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline&) {
  const Settings& settings = stage.settings;
  if (settings.text("ocr") == "always") {
    return Error{ErrorClass::config, "ocr: always is not available yet: this version reads text layers only"};
  }
  auto passwords = passwords_of(settings);
  if (!passwords) return passwords.error();
  const auto limits = limits_of(settings);
  if (!limits) return limits.error();
  return make_extract({std::move(*passwords), *limits, settings.text("partial") == "accept",
                       settings.text("sandbox") == "require", member_limits_of(settings),
                       attachments_of(settings)});
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
