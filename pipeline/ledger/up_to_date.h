#pragma once
#include <optional>
#include <string>

#include "pipeline/ledger/cursor.h"
#include "pipeline/ledger/document_row.h"

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
  std::string sha256;                        ///< Empty: it cannot be read.
  std::string pipeline_digest;               ///< Digest of what all stages are told to do.
  std::optional<std::int64_t> record_bytes;  ///< Size of its record file; none: there is no such file.
};

struct Rebuild {
  enum class What { run, up_to_date, parked, not_asked };
  What what = What::run;
  std::string why;  ///< For people: why it runs.
};

/// True if the glance alone tells that nothing is to be done by a run that does what is needed.
bool up_to_date(const LedgerGlance& before, const FileStamp& stamp, std::optional<std::int64_t> record_bytes);

/// `before`: null for a document that no run has seen.
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
