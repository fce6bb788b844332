#include "pipeline/ledger/run_documents.h"

namespace docket {

Result<std::vector<RunDocument>> done_documents(LedgerDatabase& database, const std::string& run,
                                                std::int64_t most) {
  std::vector<RunDocument> documents;
  const auto take = [&](const LedgerRow& row) {
    documents.push_back({std::string(row.text(0)), row.integer(1)});
  };
  if (auto failed =
          database.run("SELECT path, (SELECT coalesce(sum(wall_ns), 0) FROM document_stages AS stage"
                       " WHERE stage.path = documents.path AND stage.run = documents.run AND stage.ran)"
                       " FROM documents WHERE run = (SELECT id FROM runs WHERE name = ?) AND state = 'done'"
                       " ORDER BY path LIMIT ?",
                       {std::string_view(run), most}, take))
    return *failed;
  return documents;
}

}  // namespace docket
