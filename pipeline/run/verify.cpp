#include "pipeline/run/verify.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "pipeline/ledger/check_ledger.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/record.h"
#include "pipeline/run/document_files.h"
#include "pipeline/run/output.h"

namespace docket {
namespace {

namespace fs = std::filesystem;
using VerifyKind = VerifyFinding::Kind;

constexpr const char
    *written_again = "the next run writes it again from the ledger",
    *read_again = "the next run reads the document again",
    *not_noticed = "its size is right, so the next run does not notice: remove it, and it is written again";

/// A file is read beside what it should contain, piece by piece.
class FileComparison {
 public:
  explicit FileComparison(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    is_there_ = status.type() != fs::file_type::not_found;
    is_file_ = fs::is_regular_file(status);
    if (!is_file_) return;
    size_ = static_cast<std::int64_t>(fs::file_size(file, error));
    stream_.open(file, std::ios::binary);
  }
  bool is_there() const { return is_there_; }
  bool is_readable() const { return is_file_ && stream_.is_open() && !stream_.bad(); }
  std::int64_t size() const { return size_; }

  /// False: the file goes on otherwise.
  bool add(std::string_view piece) {
    if (!is_same_) return false;
    there_.resize(piece.size());
    stream_.read(there_.data(), static_cast<std::streamsize>(there_.size()));
    is_same_ = stream_ && there_ == piece;
    return is_same_;
  }
  bool is_same() { return is_same_ && stream_.peek() == std::ifstream::traits_type::eof(); }

 private:
  bool is_there_ = false, is_file_ = false, is_same_ = true;
  std::int64_t size_ = 0;
  std::ifstream stream_;
  std::string there_;
};

class Verification {
 public:
  Verification(const fs::path& output, LedgerDatabase& ledger,
               const std::function<void(const VerifyFinding&)>& found)
      : output_(output), ledger_(ledger), found_(found) {}

  Result<VerifyCounts> run() {
    const auto damaged = [&](const LedgerDamage& damage) {
      tell({VerifyKind::damaged, "ledger: " + damage.where, "", damage.what, damage.next});
    };
    const Result<std::int64_t> rows = check_ledger(ledger_, damaged);
    if (!rows) return rows.error();
    counts_.ledger_rows = *rows;
    for (const auto check :
         {&Verification::check_documents, &Verification::check_results, &Verification::check_strangers})
      if (auto failed = (this->*check)()) return *failed;
    return counts_;
  }

 private:
  /// As a record has it: a name of the file system need not be UTF-8.
  static std::string in_json(const std::string& path) {
    using nlohmann::json;
    return json::parse(json(path).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
  }

  void tell(const VerifyFinding& finding) {
    if (finding.is_wrong) ++counts_.wrong;
    found_(finding);
  }

  std::optional<Error> check_documents() {
    std::optional<Error> failed;
    auto ended = ledger_.run(
        "SELECT d.path, d.name, d.record_bytes, coalesce(d.text_bytes, -1), coalesce(d.words_bytes, -1),"
        " d.sha256, r.record FROM documents AS d LEFT JOIN records AS r ON r.path = d.path ORDER BY d.path",
        {}, [&](const LedgerRow& row) {
          ++counts_.documents;
          path_ = row.text(0);
          name_ = row.text(1);
          check_record(row.integer(2), row.text(6), row.text(5));
          if (!failed) failed = check_text(row.integer(3), row.integer(4));
        });
    return ended ? ended : failed;
  }

  void check_record(std::int64_t written, std::string_view line, std::string_view sha256) {
    if (!was_written(written)) return;
    const auto record = nlohmann::ordered_json::parse(line, nullptr, false);
    const bool is_record = record.is_object() && record.contains("document") &&
                           record["document"].is_object() &&
                           record["document"].value("path", "") == in_json(path_);
    if (!is_record)
      tell({VerifyKind::damaged, "ledger: records " + path_, path_, "it is no record of this document",
            read_again});
    else if (record["document"].contains("sha256") && record["document"]["sha256"].is_string() &&
             record["document"]["sha256"].get<std::string>() != sha256)
      tell({VerifyKind::damaged, "ledger: records " + path_, path_, "it is the record of another content",
            "`docket run -B --only PATH` makes it anew"});
    Pieces expected;
    if (is_record) expected = [text = to_pretty(record)](const TakePiece& take) { take(text); };
    check_file(record_ending, written, expected);
  }

  std::optional<Error> check_text(std::int64_t text_bytes, std::int64_t words_bytes) {
    if (!was_written(text_bytes) && !was_written(words_bytes)) return std::nullopt;
    const Result<std::string> key = ledger_.text(
        "SELECT d.key FROM document_stages AS d JOIN stage_results AS r ON r.key = d.key"
        " WHERE d.path = ? AND r.text IS NOT NULL ORDER BY d.position LIMIT 1",
        {std::string_view(path_)});
    if (!key) return key.error();
    std::shared_ptr<const Text> text;
    if (!key->empty()) {
      const auto result = select_result(ledger_, *key);
      if (!result) return result.error();
      if (*result) text = (*result)->text;
    }
    const DocumentFiles files = document_files({}, text, true);
    if (was_written(text_bytes)) check_file(text_ending, text_bytes, files.text);
    if (was_written(words_bytes)) check_file(words_ending, words_bytes, files.words);
    return std::nullopt;
  }

  /// `expected`: empty: the ledger does not keep it, and only the size can be compared.
  void check_file(std::string_view ending, std::int64_t written, const Pieces& expected) {
    ++counts_.files;
    const std::string file = name_ + std::string(ending);
    FileComparison comparison(output_ / file);
    const char* const next = expected ? written_again : read_again;
    if (!comparison.is_there()) return tell({VerifyKind::missing, file, path_, "it is not there", next});
    if (!comparison.is_readable())
      return tell(
          {VerifyKind::unreadable, file, path_, "it cannot be read", "look at its permissions and its disk"});
    if (comparison.size() != written)
      return tell(
          {VerifyKind::changed, file, path_,
           "it has " + std::to_string(comparison.size()) + " bytes, docket wrote " + std::to_string(written),
           next});
    if (!expected) return;
    expected([&](std::string_view piece) { return comparison.add(piece); });
    if (!comparison.is_same())
      tell({VerifyKind::changed, file, path_, "its content is not what docket wrote", not_noticed});
  }

  std::optional<Error> check_results() {
    const Result<std::int64_t> bytes = ledger_.number("SELECT bytes FROM results");
    if (!bytes) return bytes.error();
    const std::string file(results_file);
    if (!was_written(*bytes)) {
      if (counts_.documents > 0)
        tell({VerifyKind::changed, file, "", "records have changed since it was written", written_again});
      return std::nullopt;
    }
    ++counts_.files;
    FileComparison comparison(output_ / file);
    if (!comparison.is_there()) {
      tell({VerifyKind::missing, file, "", "it is not there", written_again});
      return std::nullopt;
    }
    if (!comparison.is_readable()) {
      tell({VerifyKind::unreadable, file, "", "it cannot be read", "look at its permissions and its disk"});
      return std::nullopt;
    }
    const auto add = [&](std::string_view, std::string_view record) {
      if (comparison.add(record)) comparison.add("\n");
    };
    if (auto failed = select_records(ledger_, add)) return failed;
    if (!comparison.is_same())
      tell({VerifyKind::changed, file, "", "its content is not what docket wrote",
            comparison.size() == *bytes ? not_noticed : written_again});
    return std::nullopt;
  }

  /// Files that belong to no document. The names are in a table of SQLite's, which is on disk if it is long.
  std::optional<Error> check_strangers() {
    if (auto failed = ledger_.execute("PRAGMA temp_store = FILE; DROP TABLE IF EXISTS temp.known;"
                                      "CREATE TEMP TABLE known (name TEXT PRIMARY KEY) WITHOUT ROWID;"
                                      "INSERT OR IGNORE INTO temp.known SELECT name FROM documents"))
      return failed;
    std::error_code error;
    fs::recursive_directory_iterator entry(output_, error), end;
    for (; !error && entry != end; entry.increment(error)) {
      const std::string name = entry->path().lexically_relative(output_).string();
      std::error_code ignored;
      if (name == ".docket") entry.disable_recursion_pending();
      if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) continue;
      const Result<bool> is_known = knows(name);
      if (!is_known) return is_known.error();
      if (!*is_known) tell_stranger(name, entry->path());
    }
    if (error)
      tell({VerifyKind::unreadable, ".", "", "the folder cannot be listed: " + error.message(),
            "look at its permissions and its disk"});
    return std::nullopt;
  }

  Result<bool> knows(const std::string& name) {
    if (std::ranges::find(shared_files, name) != std::end(shared_files)) return true;
    for (const std::string_view ending : {words_ending, text_ending, record_ending}) {
      if (!name.ends_with(ending)) continue;
      const Result<std::int64_t> count =
          ledger_.number("SELECT count(*) FROM temp.known WHERE name = ?",
                         {std::string_view(name).substr(0, name.size() - ending.size())});
      if (!count) return count.error();
      if (*count > 0) return true;
    }
    return false;
  }

  /// Of a document whose record the ledger does not know either: a run that was killed had written both.
  bool is_beside_record(const std::string& name) const {
    for (const std::string_view ending : {words_ending, text_ending})
      if (name.ends_with(ending) &&
          is_record(output_ / (name.substr(0, name.size() - ending.size()) + std::string(record_ending))))
        return true;
    return false;
  }

  static bool is_of_text(std::string_view name) {
    return name.ends_with(words_ending) || name.ends_with(text_ending);
  }

  void tell_stranger(const std::string& name, const fs::path& file) {
    if (is_record(file) || is_beside_record(name))
      tell({VerifyKind::foreign, name, "", "docket wrote it, and the ledger does not know it",
            "a run that has its document in the input replaces it; else remove it"});
    else  // A full disk may have had room for a document's text, and then for nothing that tells of it.
      tell({VerifyKind::foreign, name, "",
            is_of_text(name)
                ? "no record tells of it: not docket's, or of a run that had no room for its record"
                : "docket has not written it",
            "it stays as it is", false});
  }

  const fs::path& output_;
  LedgerDatabase& ledger_;
  const std::function<void(const VerifyFinding&)>& found_;
  VerifyCounts counts_;
  std::string path_, name_;  ///< Of the document that is looked at.
};

}  // namespace

std::string_view name(VerifyFinding::Kind kind) {
  switch (kind) {
    case VerifyFinding::Kind::missing:
      return "missing";
    case VerifyFinding::Kind::changed:
      return "changed";
    case VerifyFinding::Kind::unreadable:
      return "unreadable";
    case VerifyFinding::Kind::foreign:
      return "foreign";
    case VerifyFinding::Kind::damaged:
      return "damaged";
  }
  return {};
}

Result<VerifyCounts> verify(const fs::path& output, LedgerDatabase& ledger,
                            const std::function<void(const VerifyFinding&)>& found) {
  return Verification(output, ledger, found).run();
}

}  // namespace docket
