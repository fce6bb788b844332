#pragma once
#include <string>
#include <vector>

#include "pipeline/ledger/reader.h"

namespace docket {

/// The document that is a file, and the way down from it to one that is inside of it.
struct Outermost {
  std::string path, sha256;  ///< Of the file.
  std::vector<std::string> names = {};
};
/// The file in which the document is, or the document itself.
Outermost outermost_of(LedgerReader& ledger, const LedgerDocument& document);

}  // namespace docket
