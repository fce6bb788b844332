#pragma once
#include <optional>
#include <string>

#include "pipeline/ledger/cursor.h"
#include "pipeline/ledger/document_row.h"
#include "pipeline/ledger/pipeline_digest.h"

namespace docket {

/// Which documents a run works on.
struct RebuildOptions {
  enum class Which {
    needed,      ///< New, changed, failed and not parked.
    failed,      ///< Only what failed.
    everything,  ///< All, and without stored results.
  };
  Which which = Which::needed;
  bool retry_parked = false;
};

/// What a document is now.
struct DocumentNow {
  std::string sha256;                ///< Empty: it cannot be read.
  PipelineDigests pipeline_digests;  ///< Of what the stages are told to do.
};

/// Sizes of the files that stand in a document's place in the output; none: there is no such file. What
/// docket has not written there need not be looked for.
struct FilesNow {
  std::optional<std::int64_t> record, text, words;
};

struct Rebuild {
  enum class What { run, up_to_date, parked, not_asked };
  What what = What::run;
  std::string why;  ///< For people: why it runs.
};

/// True if the glance alone tells that nothing is to be done by a run that does what is needed, as long as
/// text and word boxes are as they were.
bool up_to_date(const LedgerGlance& before, const FileStamp& stamp, std::optional<std::int64_t> record_bytes);

/// `before`: null for a document that no run has seen.
/// What happened to a file that docket has written for the document, for people: "its text is missing";
/// empty: all are as they were.
std::string lost_file(const LedgerDocument& before, const FilesNow& now);

/// What the pipeline now says otherwise of the file of word boxes, for people; empty: it is as it is to be.
/// `writes_words`: of the pipeline; `has_words` and `words_bytes`: of the document's row.
std::string words_change(bool writes_words, bool has_words, std::optional<std::int64_t> words_bytes);

Rebuild decide(const LedgerDocument* before, const DocumentNow& now, const RebuildOptions& options);

/// Failures with the same content and plan after which a document is parked.
inline constexpr std::int64_t most_attempts = 3;

/// What a failure says of the next try.
enum class Consequence {
  not_counted,  ///< Not the document's doing: a server is down or gives no answer, the disk is full, the run
                ///< was stopped.
  counted,      ///< May work the next time.
  parks,        ///< Would fail again.
};
Consequence consequence(ErrorClass error_class);

/// Sets `attempts`, `parked` and `settled` of a document that has just ended, from how it ended and what was
/// known before.
void count_attempt(LedgerDocument& now, const LedgerDocument* before);

}  // namespace docket
