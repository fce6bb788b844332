#include "cli/page_pictures.h"

#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "backends/extraction/pool.h"
#include "cli/records/outermost.h"
#include "cli/report/evidence.h"
#include "pipeline/document.h"
#include "pipeline/run/find_document.h"
#include "pipeline/support/file_stamp.h"

namespace docket {
namespace {

/// All pictures of one page for browsers: what is more is left out.
constexpr std::size_t most_picture_bytes = std::size_t{24} << 20;

/// As the stages that read files have them.
std::vector<std::string> passwords_in(const Pipeline& pipeline) {
  std::vector<std::string> passwords;
  for (const StageConfig& stage : pipeline.stages) {
    if (stage.type == nullptr || !stage.type->provides_text) continue;
    if (stage.settings.has("passwords"))
      for (const std::string& password : stage.settings.texts("passwords"))
        passwords.push_back(password);
    if (stage.settings.has("password")) passwords.push_back(stage.settings.text("password"));
  }
  return passwords;
}

/// The text that was read of the document, which has the sizes of its pages; null: none is stored.
std::shared_ptr<const Text> text_of(LedgerReader& ledger, const std::string& path) {
  const auto stages = ledger.stages(path);
  if (!stages) return nullptr;
  for (const LedgerStage& stage : *stages) {
    const auto result = ledger.result(stage.key);
    if (result && *result && (*result)->text) return (*result)->text;
  }
  return nullptr;
}

class Artist {
 public:
  explicit Artist(const Pipeline& pipeline)
      : pipeline_(pipeline), passwords_(passwords_in(pipeline)), pool_(make_pool()) {}

  /// Puts the picture of the page into it, or why there is none.
  void draw(SeenEvidence& page, const Outermost& source) {
    const std::filesystem::path file = file_of(source.path, pipeline_.directory);
    const Result<FileIdentity> now = identify(file);
    if (now && now->sha256 != source.sha256) {
      page.problem = "The file is another one by now than the one that was read.";
      return;
    }
    const Reply reply = now ? ask(page, file, source.names) : Reply{now.error()};
    if (!reply.answer || !reply.answer->image)
      page.problem = "The page was not drawn: " +
                     (reply.answer ? std::string("there is no picture") : reply.answer.error().message);
    else if (bytes_ + reply.answer->image->bytes.size() > most_picture_bytes)
      page.problem = "The picture is left out, as the file would become too large: name fewer documents.";
    else
      put(*reply.answer->image, page);
  }

 private:
  static std::unique_ptr<Backend> make_pool() {
    backends::ExtractPoolOptions options;
    options.workers = 1;
    return backends::make_extract_pool(std::move(options), {});
  }

  Reply ask(const SeenEvidence& page, const std::filesystem::path& file,
            const std::vector<std::string>& names) {
    ExtractQuestion question;
    question.file = file;
    question.passwords = passwords_;
    question.members = names;
    question.page = SeenPage{SeenPage::Wanted::picture, page.page, {}};
    std::promise<Reply> promise;
    Request request;
    request.backend = std::string(extraction_workers);
    request.question = std::move(question);
    pool_->submit(std::move(request), [&promise](Reply reply) { promise.set_value(std::move(reply)); });
    return promise.get_future().get();
  }

  void put(const Image& image, SeenEvidence& page) {
    bytes_ += image.bytes.size();
    page.media_type = image.media_type;
    page.bytes = image.bytes;
  }

  const Pipeline& pipeline_;
  const std::vector<std::string> passwords_;
  std::size_t bytes_ = 0;
  const std::unique_ptr<Backend> pool_;
};

Result<LedgerDocument> document_named(LedgerReader& ledger, const Pipeline& pipeline,
                                      const std::string& typed) {
  const auto path = find_document_by_end(ledger.database(), typed, pipeline.directory);
  if (!path) return path.error();
  auto document = *path ? ledger.document(**path) : Result<std::optional<LedgerDocument>>(std::nullopt);
  if (!document) return document.error();
  if (!*document)
    return Error{ErrorClass::config, "--page " + typed +
                                         ": no run has seen this document; give its path as in its record, "
                                         "such as inbox/a.pdf"};
  return std::move(**document);
}

/// Boxes are in points of the page, whose size the stored text has.
void set_size(SeenEvidence& page, const Text* text) {
  const auto index = static_cast<std::size_t>(page.page) - 1;
  if (text == nullptr || page.page < 1 || index >= text->pages.size()) return;
  page.width = text->pages[index].width;
  page.height = text->pages[index].height;
}

}  // namespace

Result<std::vector<SeenEvidence>> pages_with_evidence(LedgerReader& ledger, const Pipeline& pipeline,
                                                      const std::vector<std::string>& documents) {
  std::vector<SeenEvidence> all;
  Artist artist(pipeline);
  for (const std::string& typed : documents) {
    const Result<LedgerDocument> document = document_named(ledger, pipeline, typed);
    if (!document) return document.error();
    const auto record = ledger.record(document->path);
    if (!record) return record.error();
    std::vector<SeenEvidence> pages =
        evidence_in(nlohmann::json::parse(*record, nullptr, false), document->path);
    if (pages.empty()) {
      pages.push_back({});
      pages[0].document = document->path;
      pages[0].problem = "No value of this document has a place on a page.";
    }
    if (pages.size() > most_shown_pages) pages.resize(most_shown_pages);
    const std::shared_ptr<const Text> text = text_of(ledger, document->path);
    for (SeenEvidence& page : pages) {
      if (!page.boxes.empty()) {
        set_size(page, text.get());
        if (page.width > 0 && page.height > 0)
          artist.draw(page, outermost_of(ledger, *document));
        else
          page.problem = "The size of the page is not known: the document has no layout.";
      }
      all.push_back(std::move(page));
    }
  }
  return all;
}

}  // namespace docket
