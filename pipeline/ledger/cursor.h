#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/ledger/pipeline_digest.h"
#include "pipeline/ledger/sqlite.h"
#include "pipeline/record.h"
#include "pipeline/support/file_stamp.h"

namespace docket {

/// As much of a document's row as tells that there is nothing to do.
struct LedgerGlance {
  std::string path;
  FileStamp stamp;
  Outcome outcome = Outcome::cancelled;
  bool same_pipeline = false;
  bool settled = false;
  bool parked = false;
  bool in_input = false;
  bool is_acknowledged = false;
  std::int64_t record_bytes = 0;
  std::optional<std::int64_t> text_bytes, words_bytes;
  bool has_words = false;
  std::string verdicts;  ///< As in the row; empty: none.
  std::int64_t members = 0;
};

/// Finds documents by path, fast when they are asked for in the order of the ledger: it reads ahead, some
/// hundred rows at a time. It holds no transaction open between calls, so that the writer's log does not grow
/// while a run waits for its models; rows may thus be as old as the last read. For one thread at a time.
class LedgerCursor {
 public:
  /// `digests`: what `same_pipeline` compares with. `database` outlives the cursor.
  LedgerCursor(LedgerDatabase& database, PipelineDigests digests)
      : database_(database), digests_(std::move(digests)), rows_(ahead) {}

  /// Null: not known. Valid until the next call.
  Result<const LedgerGlance*> find(std::string_view path);

 private:
  static constexpr std::size_t ahead = 512;
  std::optional<Error> read_from(std::string_view path);

  LedgerDatabase& database_;
  const PipelineDigests digests_;
  std::vector<LedgerGlance> rows_;  ///< Reused, so that their texts keep their memory.
  std::string first_;               ///< What was asked for: all from here to the last row are known.
  std::size_t count_ = 0;           ///< Rows in use.
  std::size_t next_ = 0;            ///< Where the next one is likely.
  bool at_end_ = false;             ///< There is nothing after the last row.
  bool begun_ = false;
};

}  // namespace docket
