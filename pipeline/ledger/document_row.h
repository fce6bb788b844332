#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/ledger/columns.h"
#include "pipeline/ledger_rows.h"
#include "pipeline/support/file_stamp.h"

namespace docket {

/// The size of a file that docket has not written: what stands in its place is another's.
inline constexpr std::int64_t not_written = -1;
/// `bytes`: none: not known, the row is an older docket's.
inline bool was_written(std::optional<std::int64_t> bytes) {
  return bytes.value_or(not_written) != not_written;
}

/// How a document last ended.
struct LedgerDocument {
  std::string path;
  std::string id;
  std::string name;  ///< Of its files, without ending.
  FileStamp stamp;
  std::string sha256;
  std::string media_type;
  std::string pipeline_digest;
  Outcome outcome = Outcome::cancelled;
  bool settled = false;  ///< The same content and plan would end the same way.
  std::optional<std::string> held;
  std::optional<std::string> error_stage;
  std::optional<Error> error;
  std::int64_t attempts = 0;
  bool parked = false;
  /// Sizes of its files as docket wrote them last, or `not_written`. None: the row is an older docket's.
  std::int64_t record_bytes = 0;
  std::optional<std::int64_t> text_bytes, words_bytes;
  bool has_words = false;  ///< Its text has word boxes, whether the pipeline wants a file of them or not.
  /// Named by a run's whole input, so that it is missing where that no longer names it.
  bool in_input = false;
  std::int64_t run = 0;
  /// Set by a person who has looked at it (`docket ack`): when, why, and what it was, `class: why` or
  /// `held: why`.
  std::optional<std::string> acknowledged, ack_reason, ack_of;
  /// `verdicts_of` the document, as JSON. None: it is not done, or the row is an older docket's.
  std::optional<std::string> verdicts;
  std::optional<std::string> label;   ///< `label_of` the document.
  std::optional<std::string> parent;  ///< Path of the document that it is inside of; none: it is a file.
  /// Of a member: the SHA-256 that it had when its outer document was last read. None: it is no longer there.
  std::optional<std::string> listed;
  std::int64_t members = 0;  ///< Documents that it holds.
  std::int64_t place = 0;    ///< Of a member, among those of its outer document.
  friend bool operator==(const LedgerDocument&, const LedgerDocument&) = default;
};

/// The columns of `documents`, which all its statements come from. A new one needs its line here, at the end
/// and with its type and default: older ledgers get the column when a run opens them.
inline constexpr LedgerColumn<LedgerDocument> document_columns[] = {
    column<&LedgerDocument::path>("path"),
    column<&LedgerDocument::id>("id"),
    column<&LedgerDocument::name>("name"),
    column<&LedgerDocument::stamp, &FileStamp::size>("size"),
    column<&LedgerDocument::stamp, &FileStamp::mtime_ns>("mtime_ns"),
    column<&LedgerDocument::stamp, &FileStamp::ctime_ns>("ctime_ns"),
    column<&LedgerDocument::stamp, &FileStamp::inode>("inode"),
    column<&LedgerDocument::sha256>("sha256"),
    column<&LedgerDocument::media_type>("media_type"),
    column<&LedgerDocument::pipeline_digest>("plan"),
    column<&LedgerDocument::outcome>("state"),
    column<&LedgerDocument::settled>("settled"),
    column<&LedgerDocument::held>("held"),
    column<&LedgerDocument::error_stage>("error_stage"),
    error_class_column<&LedgerDocument::error>("error_class"),
    error_message_column<&LedgerDocument::error>("error"),
    column<&LedgerDocument::attempts>("attempts"),
    column<&LedgerDocument::parked>("parked"),
    column<&LedgerDocument::record_bytes>("record_bytes"),
    column<&LedgerDocument::in_input>("in_input"),
    column<&LedgerDocument::run>("run"),
    column<&LedgerDocument::text_bytes>("text_bytes", "INTEGER"),
    column<&LedgerDocument::words_bytes>("words_bytes", "INTEGER"),
    column<&LedgerDocument::acknowledged>("acknowledged", "TEXT"),
    column<&LedgerDocument::ack_reason>("ack_reason", "TEXT"),
    column<&LedgerDocument::ack_of>("ack_of", "TEXT"),
    column<&LedgerDocument::verdicts>("verdicts", "TEXT"),
    column<&LedgerDocument::label>("label", "TEXT"),
    column<&LedgerDocument::parent>("parent", "TEXT"),
    column<&LedgerDocument::listed>("listed", "TEXT"),
    column<&LedgerDocument::members>("members", "INTEGER NOT NULL DEFAULT 0"),
    column<&LedgerDocument::place>("place", "INTEGER NOT NULL DEFAULT 0"),
    column<&LedgerDocument::has_words>("has_words", "INTEGER NOT NULL DEFAULT 0"),
};

/// True of a member that no run has worked on yet: only its outer document was read.
inline bool is_only_listed(const LedgerDocument& row) {
  return row.outcome == Outcome::cancelled && row.sha256.empty() && row.listed;
}

/// All that is known of a document.
struct LedgerHistory {
  LedgerDocument document;
  std::vector<LedgerStage> stages;
};

}  // namespace docket
