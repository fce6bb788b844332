#include "stages/extract.h"

#include <algorithm>
#include <utility>

#include "pipeline/ocr_data.h"
#include "pipeline/pipeline.h"
#include "pipeline/record_schema.h"
#include "stages/doubts.h"
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
    {.name = "time_limit",
     .type = Field::Type::duration,
     .help = "CPU time for one page.",
     .fallback = "60s",
     .minimum = 1,
     .affects_answer = false},
};

constexpr Field fields[] = {
    {.name = "password",
     .type = Field::Type::secret,
     .help = "User or owner password for encrypted PDFs, tried on every document."},
    {.name = "ocr",
     .type = Field::Type::group,
     .help = "Whether scanned pages are read by OCR: `auto`, `always`, `never`; or a mapping.",
     .choices = ocr_modes,
     .fields = ocr_fields},
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

/// A document some of whose pages have to be looked at.
struct Looking final : StageProgress {
  std::shared_ptr<const Text> text;
  nlohmann::json value;
  std::vector<UnreadPage> pages;
};

class Extract final : public Stage {
 public:
  explicit Extract(ExtractOptions options) : options_(std::move(options)) {}

  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const override {
    if (turn.number == 0) return std::vector<Request>{{std::string(extraction_workers), question(document)}};
    if (turn.progress != nullptr) return join(document, turn, result);
    const Reply& reply = turn.replies.front();
    if (reply.file) {
      document.sha256 = reply.file->sha256;
      document.bytes = reply.file->bytes;
      document.media_type = reply.file->media_type;
    }
    if (!reply.answer) return reply.answer.error();
    nlohmann::json value = reply.answer->value;
    const std::size_t count = reply.answer->text ? reply.answer->text->pages.size() : 0;
    std::vector<UnreadPage> unread = unread_pages(value, count, options_.ocr.mode);
    if (unread.empty()) return finish(document, result, reply.answer->text, std::move(value));
    auto looking = std::make_unique<Looking>();
    looking->text = reply.answer->text;
    looking->value = std::move(value);
    looking->pages = std::move(unread);
    std::vector<Request> requests = ask_for_pages(question(document), looking->pages, options_.ocr);
    turn.progress = std::move(looking);
    return requests;
  }

 private:
  ExtractQuestion question(const Document& document) const {
    return {document.file, options_.password, options_.time_limit, options_.memory_limit};
  }

  Result<std::vector<Request>> join(Document& document, const Turn& turn, StageResult& result) const {
    auto& looking = dynamic_cast<Looking&>(*turn.progress);
    auto text = join_pages(*looking.text, looking.pages, turn.replies, options_.ocr, looking.value);
    if (!text) return text.error();
    return finish(document, result, std::move(*text), std::move(looking.value));
  }

  static std::vector<Request> finish(Document& document, StageResult& result,
                                     std::shared_ptr<const Text> text, nlohmann::json value) {
    document.text = std::move(text);
    result.output = std::move(value);
    if (document.text) add_facts(*document.text, result.output);
    return {};
  }

  const ExtractOptions options_;
};

std::vector<Doubt> doubts(const std::string&, const nlohmann::json& output) {
  if (output.contains("grade") && output["grade"] != "good") return {{poor_text_layer, ""}};
  return {};
}

Error not_installed(const std::string& language) {
  const std::vector<std::string> installed = installed_ocr_languages();
  std::string known;
  for (const std::string& one : installed)
    known += (known.empty() ? "" : ", ") + one;
  return {ErrorClass::config, "ocr.languages: tesseract has no data for '" + language + "'" +
                                  (known.empty() ? "" : " (it has " + known + ")") +
                                  "; on Debian: apt install " + ocr_package(language)};
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
  if (options.languages.empty() && options.mode == OcrOptions::Mode::always) return not_installed("eng");
  if (options.languages.empty()) options.mode = OcrOptions::Mode::never;
  return options;
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline&) {
  const Settings& settings = stage.settings;
  auto ocr = ocr_options(settings.group("ocr"));
  if (!ocr) return ocr.error();
  ExtractOptions options;
  options.password = settings.text("password");
  if (settings.has("time_limit")) options.time_limit = settings.duration("time_limit");
  options.memory_limit = settings.integer("memory_limit") << 20;
  options.ocr = std::move(*ocr);
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
          .version = 4,
          .fields = fields,
          .reads = [](const Settings&) { return StageReads{.file = true}; },
          .make = make,
          .provides_text = true,
          .doubts = doubts,
          .output = [](const Settings&) { return record_schema_of("extract"); },
          .machine = machine};
}

}  // namespace docket::stages
