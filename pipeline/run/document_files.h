#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "pipeline/document.h"
#include "pipeline/ledger/document_row.h"
#include "pipeline/ledger/up_to_date.h"
#include "pipeline/run/output.h"
#include "pipeline/support/pieces.h"

namespace docket {

class Ledger;
struct Pipeline;

/// What the files of a document contain; empty: it has no such file.
struct DocumentFiles {
  std::string record;
  Pieces text, words;      ///< docs/formats.md says what stands where.
  bool has_words = false;  ///< Of the text, whether a file of them is wanted or not.
};
/// `text`: null for a document without one.
DocumentFiles document_files(std::string record, std::shared_ptr<const Text> text, bool writes_words);

/// Sizes of a document's files as docket has written them, or `not_written`; none: not known.
struct WrittenFiles {
  std::int64_t record = not_written;
  std::optional<std::int64_t> text = not_written, words = not_written;
  bool has_words = false;  ///< Of the text that they are of.
};
/// `row`: null for a document that the ledger does not know.
WrittenFiles written_files(const LedgerDocument* row);

enum class SameContent { write, leave };

/// Puts a document's files in their places, and takes away those of an earlier content. Only what docket has
/// written is replaced: what `before` says, and what a run has left that the ledger knows nothing of (it was
/// killed, or the ledger deleted). `written`: what docket has written when this returns. Where one file
/// cannot be put there, none is touched if that can be told beforehand.
std::optional<Output::Unwritten> write_files(const Output& output, const Document& document,
                                             const DocumentFiles& files, SameContent same,
                                             WrittenFiles& written);

/// Sizes of the files of a document that docket has written there. `folder`: the output, open; `name`: of the
/// document's files, without ending.
FilesNow files_now(int folder, const std::string& name, const LedgerDocument& row);

/// Writes those of a document's files again that are not as they were, and writes or removes that of its word
/// boxes as the pipeline wants it, from what the ledger keeps: nothing is parsed and no model is asked. The
/// files that stand there then; nothing: the ledger does not keep all of it, or it cannot be written.
std::optional<WrittenFiles> restore_files(const Output& output, Ledger& ledger, const Pipeline& pipeline,
                                          const LedgerHistory& history);

/// True if the file begins as docket's records do, for people or in results.jsonl, and its reports.
bool is_record(const std::filesystem::path& file);

/// An Error (class `config`) if one of `shared_files` is there and docket has not written it. `has_runs`: the
/// ledger knows of runs, so that it has written those that every docket writes.
std::optional<Error> check_shared_files(const Output& output, bool has_runs);

}  // namespace docket
