#include "pipeline/run/document_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "pipeline/ledger/ledger.h"
#include "pipeline/pipeline.h"
#include "pipeline/record.h"
#include "pipeline/run/output.h"
#include "pipeline/support/write_error.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

void give_text(const Text& text, const TakePiece& take) {
  for (const Page& page : text.pages)
    if (!take(page.text) || !take("\f")) return;
}

bool has_words(const Text& text) {
  return std::ranges::any_of(text.pages, [](const Page& page) { return !page.words.empty(); });
}

constexpr std::string_view words_beginning = R"({"docket":1,"pages":)";

/// With one digit behind the point, as the boxes of evidence have. Behind `end` there is room for some more.
char* put_tenths(char* to, char* end, float value) {
  constexpr double most = 1e15;  // What is beyond it has no tenths.
  const double tenths = std::round(static_cast<double>(value) * 10);
  if (!(std::abs(tenths) < most)) return std::to_chars(to, end, value, std::chars_format::fixed, 1).ptr;
  const auto whole = static_cast<std::int64_t>(std::abs(tenths));
  if (tenths < 0) *to++ = '-';
  to = std::to_chars(to, end, whole / 10).ptr;
  *to++ = '.';
  *to++ = static_cast<char>('0' + whole % 10);
  return to;
}

/// `confidence`: in percent; none where the word was not read by OCR.
void put_word(std::string& json, const Word& word, std::optional<int> confidence) {
  std::array<char, 512> room;  // A float has 39 digits at most.
  char *to = room.data(), *const end = to + room.size() - 16;
  *to++ = '[';
  for (const float side : {word.box.left, word.box.top, word.box.right, word.box.bottom}) {
    to = put_tenths(to, end, side);
    *to++ = ',';
  }
  to = std::to_chars(to, end, word.offset).ptr;
  *to++ = ',';
  to = std::to_chars(to, end, word.length).ptr;
  if (confidence) {
    *to++ = ',';
    to = std::to_chars(to, end, *confidence).ptr;
  }
  *to++ = ']';
  json.append(room.data(), to);
}

void put_number(std::string& json, float value) {
  std::array<char, 64> room;
  json.append(room.data(), put_tenths(room.data(), room.data() + room.size() - 16, value));
}

void put_page(std::string& json, const Page& page) {
  json += R"({"width":)";
  put_number(json, page.width);
  json += R"(,"height":)";
  put_number(json, page.height);
  json += R"(,"words":[)";
  for (std::size_t i = 0; i < page.words.size(); ++i) {
    if (i > 0) json += ',';
    put_word(json, page.words[i],
             i < page.confidence.size() ? std::optional<int>(page.confidence[i]) : std::nullopt);
  }
  json += "]}";
}

void give_words(const Text& text, const TakePiece& take) {
  std::string json = std::string(words_beginning) + '[';
  for (std::size_t i = 0; i < text.pages.size(); ++i) {
    if (i > 0) json += ',';
    put_page(json, text.pages[i]);
    if (!take(json)) return;
    json.clear();
  }
  take("]}\n");
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

std::int64_t size_of(const Pieces& content) {
  std::size_t size = 0;
  content([&](std::string_view piece) {
    size += piece.size();
    return true;
  });
  return static_cast<std::int64_t>(size);
}

/// One of a document's files, and whether it may be written.
struct Target {
  std::string name;
  Pieces content;  ///< Empty: there is to be no such file.
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
    return output_.holds(target.name, target.content) || (!is_known_ && has_record());
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
  if (!target.content) {
    if (*target.written == not_written) return std::nullopt;
    if (auto failed = output.remove(target.name)) return failed;
    *target.written = not_written;
    return std::nullopt;
  }
  if (same == SameContent::leave && output.holds(target.name, target.content)) {
    *target.written = size_of(target.content);
    return std::nullopt;
  }
  std::int64_t size = 0;
  if (auto failed = output.write(target.name, target.content, size)) return failed;
  *target.written = size;
  return std::nullopt;
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
bool restore(const Output& output, const std::string& name, std::int64_t written, const Pieces& content) {
  return content && size_of(content) == written && !output.write(name, content, written);
}

/// Makes the file of word boxes be there, or not, as the pipeline wants it. False: it cannot.
bool restore_words(const Output& output, const std::string& name, const Pieces& words, WrittenFiles& files) {
  const Target target{name, words, &files.words};
  if (words && !was_written(files.words)) {  // It is new: whose place would it take?
    const Place place = look_at(output.folder() / name);
    if (place.error != 0 || (place.is_there && !begins_with(place.file, words_beginning))) return false;
  }
  return !put(output, target, SameContent::write);
}

}  // namespace

DocumentFiles document_files(std::string record, std::shared_ptr<const Text> text, bool writes_words) {
  DocumentFiles files{std::move(record), {}, {}, false};
  if (text == nullptr) return files;
  files.text = [text](const TakePiece& take) { give_text(*text, take); };
  files.has_words = has_words(*text);
  if (files.has_words && writes_words)
    files.words = [text = std::move(text)](const TakePiece& take) { give_words(*text, take); };
  return files;
}

WrittenFiles written_files(const LedgerDocument* row) {
  if (row == nullptr) return {};
  // A row of an older docket does not say that it has words.
  return {row->record_bytes, row->text_bytes, row->words_bytes,
          row->has_words || was_written(row->words_bytes)};
}

std::optional<Output::Unwritten> write_files(const Output& output, const Document& document,
                                             const DocumentFiles& files, SameContent same,
                                             WrittenFiles& written) {
  const std::string name = output_name(document.path);
  std::optional<std::int64_t> record_bytes = written.record;
  const Pieces record = [&files](const TakePiece& take) { take(files.record); };
  const Target targets[] = {{name + std::string(text_ending), files.text, &written.text},
                            {name + std::string(words_ending), files.words, &written.words},
                            {name + std::string(record_ending), record, &record_bytes}};
  written.has_words = files.has_words;
  Ownership ownership(output, document);
  for (const Target& target : targets)
    if (target.content)
      if (auto refusal = ownership.refusal(target)) return refusal;
  for (const Target& target : targets)
    if (auto failed = put(output, target, same)) return failed;
  written.record = *record_bytes;
  return std::nullopt;
}

FilesNow files_now(int folder, const std::string& name, const LedgerDocument& row) {
  const auto size = [&](std::string_view ending, std::optional<std::int64_t> written) {
    const auto stamp =
        was_written(written) ? stamp_at(folder, (name + std::string(ending)).c_str()) : std::nullopt;
    return stamp ? std::optional(stamp->size) : std::nullopt;
  };
  return {size(record_ending, row.record_bytes), size(text_ending, row.text_bytes),
          size(words_ending, row.words_bytes)};
}

std::optional<WrittenFiles> restore_files(const Output& output, Ledger& ledger, const Pipeline& pipeline,
                                          const LedgerHistory& history) {
  const LedgerDocument& row = history.document;
  const Descriptor folder = open_file(output.folder(), O_PATH | O_DIRECTORY);
  const FilesNow now = files_now(folder.get(), row.name, row);
  WrittenFiles files = written_files(&row);
  const bool text_is_lost = row.text_bytes.value_or(not_written) != now.text.value_or(not_written);
  const bool words_are_wanted = pipeline.writes_words && files.has_words;
  const bool words_are_other = row.words_bytes.value_or(not_written) != now.words.value_or(not_written) ||
                               words_are_wanted != was_written(row.words_bytes);
  DocumentFiles kept;
  if (text_is_lost || (words_are_other && words_are_wanted))
    kept = document_files({}, kept_text(ledger, pipeline, history), pipeline.writes_words);
  if (text_is_lost && !restore(output, row.name + std::string(text_ending), *row.text_bytes, kept.text))
    return std::nullopt;
  if (words_are_other && words_are_wanted && !kept.words) return std::nullopt;
  if (words_are_other) {
    if (!restore_words(output, row.name + std::string(words_ending), kept.words, files)) return std::nullopt;
    if (files.words != row.words_bytes) ledger.words_written(row.path, *files.words);
  }
  if (row.record_bytes == now.record) return files;
  const Result<std::string> line = ledger.record(row.path);
  const auto record = line ? nlohmann::ordered_json::parse(*line, nullptr, false) : nlohmann::ordered_json();
  if (!record.is_object()) return std::nullopt;
  const auto give = [pretty = to_pretty(record)](const TakePiece& take) { take(pretty); };
  if (!restore(output, row.name + std::string(record_ending), row.record_bytes, give)) return std::nullopt;
  return files;
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
