#pragma once
#include <string>
#include <string_view>

#include "pipeline/ledger/document_row.h"

namespace docket {

// A person who has looked at a document that failed or is held acknowledges it. It then leaves the exit code
// alone, until its content changes or it ends another way.

/// What is acknowledged: the class of the failure, or `held: why`; empty: the document needs nobody.
std::string attention_of(const LedgerDocument& document);

/// True if it was acknowledged as it stands.
bool is_acknowledged(const LedgerDocument& document);

/// What is left of the acknowledgement of `before`, which may be null, for how the document has just ended. A
/// failure that is not the document's doing leaves it for the time when the server is back.
void keep_acknowledgement(LedgerDocument& now, const LedgerDocument* before);

/// How a document that failed or is held stands to what was known before the run.
enum class Standing {
  fresh,         ///< It did not end so before, or had another content.
  known,         ///< So did the same content before.
  acknowledged,  ///< Known, and somebody has looked at it.
};
Standing standing_of(const LedgerDocument& now, const LedgerDocument* before);
/// new, known or acknowledged.
std::string_view name(Standing standing);

}  // namespace docket
