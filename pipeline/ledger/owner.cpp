#include "pipeline/ledger/owner.h"

#include "pipeline/ledger/tables.h"
#include "pipeline/pipeline.h"

namespace docket {

std::optional<Error> check_owner(LedgerDatabase& ledger, const Pipeline& pipeline) {
  const Result<std::optional<LedgerOwner>> owner = select_owner(ledger);
  if (!owner) return owner.error();
  if (!*owner || (*owner)->name == pipeline.name) return std::nullopt;
  const std::string& name = (*owner)->name;
  return Error{ErrorClass::config,
               "the output " + pipeline.output_dir.string() + " belongs to the pipeline '" + name + "' (" +
                   (*owner)->file + "), not to '" + pipeline.name +
                   "': choose another output folder (output.dir or -o DIR) or, if this is the same pipeline "
                   "under another name, set `name: " +
                   name + "` in " + pipeline.file.string()};
}

}  // namespace docket
