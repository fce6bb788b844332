#include "pipeline/run/document_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>

#include "pipeline/ledger/ledger.h"
#include "pipeline/pipeline.h"
#include "pipeline/record.h"
#include "pipeline/run/output.h"
#include "pipeline/support/write_error.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

std::string text_file(const Text& text) {
  std::string content;
  for (const Page& page : text.pages)
    content += page.text + '\f';
  return content;
}

bool has_words(const Text& text) {
  return std::ranges::any_of(text.pages, [](const Page& page) { return !page.words.empty(); });
}

constexpr std::string_view words_beginning = R"({"docket":1,"pages":)";

std::string words_file(const Text& text) {
  nlohmann::ordered_json pages = nlohmann::ordered_json::array();
  for (const Page& page : text.pages) {
    nlohmann::ordered_json words = nlohmann::ordered_json::array();
    for (const Word& word : page.words) {
      const Box& box = word.box;
      words.push_back({box.left, box.top, box.right, box.bottom, word.offset, word.length});
    }
    pages.push_back({{"width", page.width}, {"height", page.height}, {"words", std::move(words)}});
  }
  return to_line({{"docket", 1}, {"pages", std::move(pages)}}) + "\n";
}

constexpr std::string_view record_beginning = "{\n  \"docket\": 1,";
constexpr std::string_view line_beginning = R"({"docket":1,)";

bool begins_with(const fs::path& file, std::string_view beginning) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return false;  // A pipe would keep who reads it waiting.
  std::string text(beginning.size(), '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  return stream && text == beginning;
}

/// A record of docket's own, of this document and no other whose files would have the same name (on a file
/// system that takes two names for one).
bool is_record_of(const Document& document, const fs::path& file) {
  if (!begins_with(file, record_beginning)) return false;
  std::ifstream stream(file, std::ios::binary);
  const auto record = nlohmann::json::parse(stream, nullptr, false);
  if (!record.is_object()) return false;
  const auto described = record.value("document", nlohmann::json());
  return described.is_object() && described.value("id", nlohmann::json()) == document_id(document);
}

/// What stands at a place in the output.
struct Place {
  fs::path file;
  int error = 0;  ///< An errno: nothing can be put there.
  bool is_there = false;
};

Place look_at(const fs::path& file) {
  struct stat status {};
  if (lstat(file.c_str(), &status) != 0) return {file, errno == ENOENT ? 0 : errno, false};
  return {file, S_ISDIR(status.st_mode) ? EISDIR : 0, true};
}

Output::Unwritten in_the_way(const Place& place) {
  if (place.error == EISDIR) {
    Error error = write_error(place.file, EISDIR);
    error.message += ": move it away";
    return {std::move(error)};
  }
  if (place.error != 0) return {write_error(place.file, place.error)};
  return {{ErrorClass::output,
           place.file.string() + " is there already, and docket has not written it: move it away, or choose "
                                 "another output folder"}};
}

/// One of a document's files, and whether it may be written.
struct Target {
  std::string name;
  const std::string* content;  ///< Null: there is to be no such file.
  std::optional<std::int64_t>* written;
};

/// Tells what docket has written from what it has not, where the ledger does not say.
class Ownership {
 public:
  Ownership(const Output& output, const Document& document)
      : output_(output), document_(document), is_known_(document.history != nullptr) {}

  /// Why the file may not be put there.
  std::optional<Output::Unwritten> refusal(const Target& target) {
    if (*target.written != not_written)
      return std::nullopt;  // Ours; what else is wrong shows when it is written.
    const Place place = look_at(output_.folder() / target.name);
    if (place.error == 0 && (!place.is_there || is_ours(target, place.file))) return std::nullopt;
    return in_the_way(place);
  }

 private:
  bool is_ours(const Target& target, const fs::path& file) {
    if (target.name.ends_with(words_ending)) return begins_with(file, words_beginning);
    if (target.name.ends_with(record_ending)) return has_record();
    return output_.holds(target.name, *target.content) || (!is_known_ && has_record());
  }
  bool has_record() {
    if (!has_record_)
      has_record_ = is_record_of(
          document_, output_.folder() / (output_name(document_.path) + std::string(record_ending)));
    return *has_record_;
  }

  const Output& output_;
  const Document& document_;
  const bool is_known_;
  std::optional<bool> has_record_;
};

std::optional<Output::Unwritten> put(const Output& output, const Target& target, SameContent same) {
  std::optional<Output::Unwritten> failed;
  if (target.content == nullptr) {
    if (*target.written == not_written) return std::nullopt;
    failed = output.remove(target.name);
  } else if (same == SameContent::write || !output.holds(target.name, *target.content)) {
    failed = output.write(target.name, *target.content);
  }
  if (!failed)
    *target.written =
        target.content == nullptr ? not_written : static_cast<std::int64_t>(target.content->size());
  return failed;
}

const std::string* pointer(const std::optional<std::string>& content) {
  return content ? &*content : nullptr;
}

/// The text that the ledger keeps of the document; null: none.
std::shared_ptr<const Text> kept_text(Ledger& ledger, const Pipeline& pipeline,
                                      const LedgerHistory& history) {
  for (const LedgerStage& row : history.stages) {
    const StageConfig* const stage = pipeline.stage(row.stage);
    if (stage == nullptr || !stage->type->provides_text || row.key.empty()) continue;
    const auto result = ledger.result(row.key);
    if (result && *result) return (*result)->text;
  }
  return nullptr;
}

/// False: nothing is kept that has the size of what was written.
bool restore(const Output& output, const std::string& name, std::int64_t written,
             const std::optional<std::string>& content) {
  return content && static_cast<std::int64_t>(content->size()) == written && !output.write(name, *content);
}

}  // namespace

DocumentFiles document_files(std::string record, const Text* text) {
  DocumentFiles files{std::move(record), {}, {}};
  if (text == nullptr) return files;
  files.text = text_file(*text);
  if (has_words(*text)) files.words = words_file(*text);
  return files;
}

WrittenFiles written_files(const LedgerDocument* row) {
  return row == nullptr ? WrittenFiles{} : WrittenFiles{row->record_bytes, row->text_bytes, row->words_bytes};
}

std::optional<Output::Unwritten> write_files(const Output& output, const Document& document,
                                             const DocumentFiles& files, SameContent same,
                                             WrittenFiles& written) {
  const std::string name = output_name(document.path);
  std::optional<std::int64_t> record_bytes = written.record;
  const Target targets[] = {{name + std::string(text_ending), pointer(files.text), &written.text},
                            {name + std::string(words_ending), pointer(files.words), &written.words},
                            {name + std::string(record_ending), &files.record, &record_bytes}};
  Ownership ownership(output, document);
  for (const Target& target : targets)
    if (target.content != nullptr)
      if (auto refusal = ownership.refusal(target)) return refusal;
  for (const Target& target : targets)
    if (auto failed = put(output, target, same)) return failed;
  written.record = *record_bytes;
  return std::nullopt;
}

FilesNow files_now(int folder, const std::string& name, const LedgerDocument& row) {
  const auto size = [&](std::string_view ending, std::optional<std::int64_t> written) {
    const bool is_ours = written.value_or(not_written) != not_written;
    const auto stamp = is_ours ? stamp_at(folder, (name + std::string(ending)).c_str()) : std::nullopt;
    return stamp ? std::optional(stamp->size) : std::nullopt;
  };
  return {size(record_ending, row.record_bytes), size(text_ending, row.text_bytes),
          size(words_ending, row.words_bytes)};
}

bool restore_files(const Output& output, Ledger& ledger, const Pipeline& pipeline,
                   const LedgerHistory& history) {
  const LedgerDocument& row = history.document;
  const Descriptor folder = open_file(output.folder(), O_PATH | O_DIRECTORY);
  const FilesNow now = files_now(folder.get(), row.name, row);
  const bool text_is_lost = row.text_bytes.value_or(not_written) != now.text.value_or(not_written);
  const bool words_are_lost = row.words_bytes.value_or(not_written) != now.words.value_or(not_written);
  DocumentFiles kept;
  if (text_is_lost || words_are_lost) kept = document_files({}, kept_text(ledger, pipeline, history).get());
  if (text_is_lost && !restore(output, row.name + std::string(text_ending), *row.text_bytes, kept.text))
    return false;
  if (words_are_lost && !restore(output, row.name + std::string(words_ending), *row.words_bytes, kept.words))
    return false;
  if (row.record_bytes == now.record) return true;
  const Result<std::string> line = ledger.record(row.path);
  const auto record = line ? nlohmann::ordered_json::parse(*line, nullptr, false) : nlohmann::ordered_json();
  return record.is_object() &&
         restore(output, row.name + std::string(record_ending), row.record_bytes, to_pretty(record));
}

bool is_record(const fs::path& file) {
  return begins_with(file, record_beginning) || begins_with(file, line_beginning);
}

std::optional<Error> check_shared_files(const Output& output, bool has_runs) {
  for (const std::string_view name : shared_files) {
    const Place place = look_at(output.folder() / name);
    const bool of_every_run = name == results_file || name == report_file;
    if (!place.is_there || (place.error == 0 && has_runs && of_every_run)) continue;
    std::error_code ignored;
    const bool is_empty = fs::is_regular_file(fs::symlink_status(place.file, ignored)) &&
                          fs::file_size(place.file, ignored) == 0;
    const bool is_ours = is_empty || is_record(place.file);
    if (place.error != 0 || !is_ours) return Error{ErrorClass::config, in_the_way(place).error.message};
  }
  return std::nullopt;
}

}  // namespace docket
