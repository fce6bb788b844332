#include "cli/records/outermost.h"

#include <optional>

namespace docket {

Outermost outermost_of(LedgerReader& ledger, const LedgerDocument& document) {
  Outermost file{document.path, document.sha256};
  std::optional<std::string> outer = document.parent;
  while (outer && file.path.starts_with(*outer + '/')) {  // So it ends, whatever the ledger says.
    file.names.insert(file.names.begin(), file.path.substr(outer->size() + 1));
    file.path = *outer;
    const auto row = ledger.document(*outer);
    const bool is_known = row && *row;
    file.sha256 = is_known ? (*row)->sha256 : "";
    outer = is_known ? (*row)->parent : std::nullopt;
  }
  return file;
}

}  // namespace docket
