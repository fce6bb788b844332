#include "stages/extract.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/ocr_data.h"
#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "pipeline/support/byte_size.h"
#include "pipeline/support/suggest.h"
#include "stages/doubts.h"
#include "stages/page_reading.h"
#include "stages/prompt_template.h"
#include "stages/stages.h"
#include "stages/text_facts.h"

namespace docket::stages {
namespace {

constexpr std::string_view ocr_modes[] = {"auto", "always", "never", "off"};

constexpr Field ocr_fields[] = {
    {.name = "mode",
     .type = Field::Type::choice,
     .help =
         "`auto`: pages that have no text of their own, or one that is not what a person sees; `always`: all "
         "pages; `never`, or `off`: none.",
     .fallback = "auto",
     .choices = ocr_modes},
    {.name = "languages",
     .type = Field::Type::texts,
     .help =
         "Of the documents, by the names of tesseract (`eng`, `deu`, `fra`, …); those of English, German and "
         "French that are installed, when absent."},
    {.name = "backend",
     .type = Field::Type::backend,
     .help = "A model that sees: these pages go to it as pictures, in place of OCR. Pages that it cannot be "
             "shown are read by OCR."},
    {.name = "compare",
     .type = Field::Type::boolean,
     .help =
         "Both read each page: the words of OCR stand, and those that the model does not see are in doubt.",
     .fallback = "false"},
    {.name = "prompt",
     .type = Field::Type::file,
     .help = "The words that the model is asked in, as a Mustache template."},
    {.name = "time_limit",
     .type = Field::Type::duration,
     .help = "CPU time for one page.",
     .fallback = "60s",
     .minimum = 1,
     .affects_answer = false},
};

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
     .help = "Time for one document by the clock. Default: ten times cpu_time and two minutes at least, so "
             "that a busy machine fails no "
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
constexpr std::string_view table_choices[] = {"rows", "markdown"};
constexpr std::string_view repeated_choices[] = {"keep", "once"};

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
    {.name = "fallback",
     .type = Field::Type::backend,
     .help = "A backend of type `tika` that reads what docket does not (class `unsupported`)."},
    {.name = "ocr",
     .type = Field::Type::group,
     .help = "Whether scanned pages are read by OCR: `auto`, `always`, `never`; or a mapping.",
     .choices = ocr_modes,
     .fields = ocr_fields},
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

/// Another reader was asked; `unsupported` is what docket itself said.
struct FallbackAsked final : StageProgress {
  explicit FallbackAsked(Error error) : unsupported(std::move(error)) {}
  const Error unsupported;
};

/// A document some of whose pages have to be looked at.
struct Looking final : StageProgress {
  Looking(std::shared_ptr<const Text> text_, nlohmann::json value_, PageReading reading_)
      : text(std::move(text_)), value(std::move(value_)), reading(std::move(reading_)) {}
  const std::shared_ptr<const Text> text;
  nlohmann::json value;
  PageReading reading;
};

class Extract final : public Stage {
 public:
  explicit Extract(ExtractOptions options) : options_(std::move(options)) {}

  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const override {
    if (turn.number == 0) return std::vector<Request>{{std::string(extraction_workers), question(document)}};
    if (auto* looking = dynamic_cast<Looking*>(turn.progress.get()))
      return look_on(*looking, document, turn, result);
    const Reply& reply = turn.replies.front();
    if (reply.file) {
      document.sha256 = reply.file->sha256;
      document.bytes = reply.file->bytes;
      document.media_type = reply.file->media_type;
    }
    const auto* asked = dynamic_cast<const FallbackAsked*>(turn.progress.get());
    if (!reply.answer && asked != nullptr) return of_both(document, asked->unsupported, reply.answer.error());
    // What is inside of a file has no file of its own that could be sent.
    const bool has_other_reader = asked == nullptr && !options_.fallback.empty() && !document.inside;
    if (!reply.answer && has_other_reader && reply.answer.error().error_class == ErrorClass::unsupported) {
      turn.progress = std::make_unique<FallbackAsked>(reply.answer.error());
      return std::vector<Request>{{options_.fallback, question(document)}};
    }
    if (!reply.answer) return reply.answer.error();
    nlohmann::json value = reply.answer->value;
    if (is_container(value)) return finish_container(document, result, reply.answer->text, std::move(value));
    std::vector<UnreadPage> unread;
    if (reply.answer->text) unread = unread_pages(value, *reply.answer->text, options_.ocr.mode);
    if (unread.empty()) return finish(document, result, reply.answer->text, std::move(value));
    auto looking =
        std::make_unique<Looking>(reply.answer->text, std::move(value),
                                  PageReading(question(document), std::move(unread), options_.ocr));
    std::vector<Request> requests = looking->reading.next({});
    turn.progress = std::move(looking);
    return requests;
  }

 private:
  ExtractQuestion question(const Document& document) const {
    ExtractQuestion question{document.file, options_.passwords, options_.limits, options_.keep_partial,
                             options_.need_sandbox};
    if (document.inside) question.members = document.inside->names;
    question.member_limits = options_.member_limits;
    question.attachments = options_.attachments;
    question.form = options_.form;
    return question;
  }

  /// What the other reader says counts, but where that is no more than docket said: then people want to know
  /// what kind of file it is.
  static Error of_both(const Document& document, const Error& own, Error other) {
    constexpr ErrorClass about_the_file[] = {ErrorClass::empty, ErrorClass::damaged, ErrorClass::encrypted,
                                             ErrorClass::rejected};
    if (other.error_class == ErrorClass::unsupported)
      return {ErrorClass::unsupported, own.message + "; " + other.message};
    if (std::ranges::find(about_the_file, other.error_class) != std::ranges::end(about_the_file))
      other.message = document.file.filename().string() + " " + other.message;
    return other;
  }

  Result<std::vector<Request>> look_on(Looking& looking, Document& document, const Turn& turn,
                                       StageResult& result) const {
    std::vector<Request> requests = looking.reading.next(turn.replies);
    if (!requests.empty()) return requests;
    if (looking.reading.no_server()) return *looking.reading.no_server();
    const std::vector<LookedAt> pages = looking.reading.take();
    auto text = join_pages(*looking.text, looking.reading.pages(), pages, options_.ocr, looking.value);
    if (!text) return text.error();
    return finish(document, result, std::move(*text), std::move(looking.value));
  }

  /// A portfolio has pages, which say where its documents are; an archive has none.
  static std::vector<Request> finish_container(Document& document, StageResult& result,
                                               const std::shared_ptr<const Text>& text,
                                               nlohmann::json value) {
    document.text = text->pages.empty() ? nullptr : text;
    result.output = std::move(value);
    return {};
  }

  static std::vector<Request> finish(Document& document, StageResult& result,
                                     std::shared_ptr<const Text> text, nlohmann::json value) {
    document.text = std::move(text);
    result.output = std::move(value);
    if (document.text) result.output["tables"] = count_tables(*document.text);
    return {};
  }

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

Error not_installed(const std::string& language) {
  const std::vector<std::string> installed = installed_ocr_languages();
  std::string known;
  for (const std::string& one : installed)
    known += (known.empty() ? "" : ", ") + one;
  const std::string meant = ocr_language_meant(language);
  if (std::ranges::find(installed, meant) != installed.end())
    return {ErrorClass::config, "ocr.languages: tesseract has no '" + language + "'" + did_you_mean(meant)};
  return {ErrorClass::config, "ocr.languages: tesseract has no data for '" + language + "'" +
                                  (known.empty() ? "" : " (it has " + known + ")") +
                                  "; on Debian: apt install " + ocr_package(meant)};
}

/// Without languages where none is wanted and none is installed: then no page can be read.
Result<OcrOptions> ocr_options(const Settings& settings) {
  OcrOptions options;
  const std::string mode = settings.word().empty() ? settings.text("mode") : settings.word();
  if (mode == "never" || mode == "off") return options;
  options.mode = mode == "always" ? OcrOptions::Mode::always : OcrOptions::Mode::automatic;
  options.languages = settings.texts("languages");
  options.page_time = settings.duration("time_limit");
  const std::vector<std::string> installed = installed_ocr_languages();
  for (const std::string& language : options.languages)
    if (std::ranges::find(installed, language) == installed.end()) return not_installed(language);
  if (options.languages.empty()) options.languages = default_ocr_languages();
  options.backend = settings.text("backend");
  options.compare = settings.boolean("compare");
  if (options.compare && !options.can_see())
    return Error{ErrorClass::config, "ocr.compare: nothing to compare with; name a model in ocr.backend"};
  if (!options.can_see() && settings.has("prompt"))
    return Error{ErrorClass::config, "ocr.prompt: nobody is asked; name a model in ocr.backend"};
  const bool needs_data = options.compare || (options.mode == OcrOptions::Mode::always && !options.can_see());
  if (!options.can_read() && needs_data) return not_installed("eng");
  if (!options.can_read() && !options.can_see()) options.mode = OcrOptions::Mode::never;
  return options;
}

/// None: `name` is empty, or may be shown pages.
std::optional<Error> why_not_shown(const std::string& name, const Pipeline& pipeline) {
  const BackendConfig* backend = pipeline.backend(name);
  if (backend == nullptr) return std::nullopt;
  if (!backend->type->answers_prompts())
    return Error{ErrorClass::config, "ocr.backend: '" + name + "' sees no pages; name a model's server"};
  const Settings policy = pipeline.settings.group("policy");
  const bool redacts = !policy.texts("redact").empty() || !policy.texts("redact_patterns").empty();
  if (!redacts || location_of(*backend) == Location::local) return std::nullopt;
  return Error{ErrorClass::config,
               "ocr.backend: '" + name +
                   "' is in the cloud, and nothing can be redacted in the picture of a page "
                   "(policy: redact); name a local backend"};
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  const Settings& settings = stage.settings;
  auto ocr = ocr_options(settings.group("ocr"));
  if (!ocr) return ocr.error();
  if (auto error = why_not_shown(ocr->backend, pipeline)) return *error;
  const auto task = PromptTemplate::of_setting(settings.group("ocr"), "prompt", "transcribe-page.mustache");
  if (!task) return Error{ErrorClass::config, "ocr." + task.error().message};
  ocr->task = task->render({{"markdown", settings.text("tables") == "markdown"}});
  const BackendConfig* fallback = pipeline.backend(settings.text("fallback"));
  if (fallback != nullptr && !fallback->type->reads_files)
    return Error{ErrorClass::config,
                 "fallback: '" + fallback->name + "' reads no files; name a backend of type tika"};
  auto passwords = passwords_of(settings);
  if (!passwords) return passwords.error();
  const auto limits = limits_of(settings);
  if (!limits) return limits.error();
  ExtractOptions options{std::move(*passwords), *limits, settings.text("partial") == "accept",
                         settings.text("sandbox") == "require"};
  if (settings.text("tables") == "markdown") options.form.tables = TextForm::Tables::markdown;
  if (settings.text("repeated_lines") == "once") options.form.repeated_lines = TextForm::RepeatedLines::once;
  options.fallback = settings.text("fallback");
  options.ocr = std::move(*ocr);
  options.member_limits = member_limits_of(settings);
  options.attachments = attachments_of(settings);
  return make_extract(std::move(options));
}

/// The same page may give other words by other data, or by another tesseract.
nlohmann::json machine(const Settings& settings) {
  const auto ocr = ocr_options(settings.group("ocr"));
  if (!ocr || ocr->mode == OcrOptions::Mode::never) return nullptr;
  return ocr_data_version(ocr->languages);
}

}  // namespace

std::unique_ptr<Stage> make_extract(ExtractOptions options) {
  return std::make_unique<Extract>(std::move(options));
}

StageType extract() {
  return {.name = "extract",
          .summary = "Reads the file: text, pages, word boxes, metadata, embedded files.",
          .version = 6,
          .fields = fields,
          .reads = [](const Settings&) { return StageReads{.file = true}; },
          .make = make,
          .provides_text = true,
          .doubts = doubts,
          .output = [](const Settings&) { return record_schema_of("extract"); },
          .machine = machine,
          .also_called = "ocr read parse text extraction"};
}

}  // namespace docket::stages
