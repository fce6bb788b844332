#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/answer_store.h"
#include "pipeline/ledger/document_row.h"
#include "pipeline/ledger/writer.h"

namespace docket {

/// What is known of earlier runs, and grows with this one: `<output>/.docket/ledger.db`. The run holds the
/// lock of the output folder, so there is one Ledger at a time; others read beside it (LedgerReader).
///
/// All of it may be used by any thread. Writes return at once; a write that fails ends the ledger:
/// `failure()`. Reads see what is committed.
class Ledger final : public AnswerStore {
 public:
  static std::filesystem::path file_in(const std::filesystem::path& output_folder) {
    return output_folder / ".docket/ledger.db";
  }
  /// Makes the ledger, or brings it to today's version. `mode`: its permissions; none: its owner's alone. The
  /// Error is of class `output`.
  static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& output_folder,
                                              std::optional<FileMode> mode = std::nullopt);
  ~Ledger() override;  ///< Commits what waits; all of it is in the one file then, unless somebody reads.

  /// Before any other write, which then belongs to the run. `models`: by server_id.
  std::optional<Error> begin_run(const LedgerRun& run, const std::vector<LedgerConfiguration>& stages,
                                 const std::map<std::string, std::string>& models = {});
  /// Waits until all that was written is committed. `report`: JSON.
  std::optional<Error> end_run(int exit_code, const std::string& report);

  /// How a document ended, all of it in one commit. `record`: on one line; empty: there is none.
  void document_ended(LedgerDocument document, std::vector<LedgerStage> stages, std::string record);
  /// Which documents are inside of one, before it has ended: see list_members. None of them is lost then.
  void members_listed(std::string outer, std::vector<LedgerDocument> members);
  /// The document is up to date, but its file was touched or moved, or the input did not name it before.
  void document_seen(std::string path, const FileStamp& stamp, bool in_input);
  /// The file of the document's word boxes was written or removed, and nothing else.
  void words_written(std::string path, std::int64_t bytes);
  /// The document as it stands was looked at (see acknowledgement.h), or was not after all.
  void acknowledge(const LedgerDocument& document, const std::string& reason);
  void take_back_acknowledgement(std::string path);
  /// The document's rows, but not what it cost: calls stay.
  void forget_document(std::string path);

  /// Keeps a result. `committed` is called once, by the ledger's thread: from then on `result` finds it.
  void keep(StoredResult result, LedgerWriter::Committed committed = {});
  Result<std::optional<StoredResult>> result(std::string_view key);

  void call_begins(LedgerCall call, LedgerWriter::Committed committed) override;
  void call_ended(LedgerCall call, std::optional<StoredAnswer> answer,
                  LedgerWriter::Committed committed) override;
  Result<std::optional<StoredAnswer>> answer(std::string_view request) override;
  Result<std::int64_t> spent_since(std::string_view time) override;

  /// The record of a document, on one line; empty: there is none.
  Result<std::string> record(std::string_view path);
  /// What a stage was told to do, as JSON; empty: not known.
  Result<std::string> configuration(std::string_view digest);

  /// Size of results.jsonl when it last had all records; -1: records have changed since.
  Result<std::int64_t> results_bytes();
  void results_written(std::int64_t bytes);

  std::int64_t run() const { return run_; }
  std::optional<Error> flush() { return writer_.flush(); }
  std::optional<Error> failure() const { return writer_.failure(); }
  void when_failed(std::function<void()> then) { writer_.when_failed(std::move(then)); }
  void wait_for_room() { writer_.wait_for_room(); }

  /// A connection to read with, for as long as it lives. Connections are kept for the next one who asks.
  class Reading {
   public:
    LedgerDatabase& operator*() const { return *database_; }
    LedgerDatabase* operator->() const { return database_.get(); }
    ~Reading();
    Reading(Reading&&) = default;

   private:
    friend class Ledger;
    Reading(Ledger& ledger, std::unique_ptr<LedgerDatabase> database)
        : ledger_(ledger), database_(std::move(database)) {}
    Ledger& ledger_;
    std::unique_ptr<LedgerDatabase> database_;
  };
  Result<Reading> read();

 private:
  explicit Ledger(std::unique_ptr<LedgerDatabase> database);

  const std::filesystem::path file_;
  std::int64_t run_ = 0;  ///< Set by begin_run.
  std::mutex mutex_;
  std::vector<std::unique_ptr<LedgerDatabase>> idle_;  ///< Guarded by mutex_.
  LedgerWriter writer_;                                ///< Last: ends before the rest goes.
};

}  // namespace docket
