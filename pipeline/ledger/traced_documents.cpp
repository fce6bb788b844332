#include "pipeline/ledger/traced_documents.h"

#include <algorithm>

namespace docket {
namespace {

std::string text_in(const LedgerRow& row, int column) { return std::string(row.text(column)); }

std::optional<Error> add_stages(LedgerDatabase& database, std::int64_t run, TracedDocument& document) {
  return database.run(
      "SELECT stage, state, error_class, wall_ns * ran FROM document_stages"
      " WHERE path = ? AND run = ? AND state <> 'pending' ORDER BY position",
      {std::string_view(document.path), run}, [&](const LedgerRow& row) {
        document.stages.push_back({text_in(row, 0), text_in(row, 1), text_in(row, 2), row.integer(3), {}});
      });
}

/// Answers that were known are no calls. `+run`: by the index of documents, not by that of runs, which has
/// all calls.
std::optional<Error> add_calls(LedgerDatabase& database, std::int64_t run, TracedDocument& document) {
  return database.run(
      "SELECT id, time, stage, backend, kind, model, outcome, host, attempt, wall_ms, queued_ms, "
      "input_tokens,"
      " output_tokens, nano_dollars FROM calls WHERE document = ? AND +run = ? AND attempt > 0 ORDER BY id",
      {std::string_view(document.path), run}, [&](const LedgerRow& row) {
        TracedCall call{row.integer(0),  text_in(row, 1), text_in(row, 2), text_in(row, 3), text_in(row, 4),
                        text_in(row, 5), text_in(row, 6), text_in(row, 7), row.integer(8),  row.integer(9),
                        row.integer(10), row.integer(11), row.integer(12), std::nullopt};
        if (!row.is_null(13)) call.nano_dollars = row.integer(13);
        auto stage = std::ranges::find(document.stages, call.stage, &TracedStage::stage);
        if (stage == document.stages.end())
          stage = document.stages.insert(stage, {call.stage, "pending", "", 0, {}});
        stage->calls.push_back(std::move(call));
      });
}

}  // namespace

std::optional<Error> for_each_traced(LedgerDatabase& database, const std::string& run,
                                     const std::function<bool(const TracedDocument&)>& each) {
  const Result<std::int64_t> id =
      database.number("SELECT id FROM runs WHERE name = ?", {std::string_view(run)});
  if (!id) return id.error();
  std::optional<Error> failed;
  bool wants_more = true;
  const auto take = [&](const LedgerRow& row) {
    if (failed || !wants_more) return;
    TracedDocument document{text_in(row, 0), text_in(row, 1), text_in(row, 2), text_in(row, 3), {}};
    failed = add_stages(database, *id, document);
    if (!failed) failed = add_calls(database, *id, document);
    if (!failed) wants_more = each(document);
  };
  if (auto not_read = database.run(
          "SELECT path, state, error_class, held FROM documents WHERE run = ? ORDER BY path", {*id}, take))
    return not_read;
  return failed;
}

}  // namespace docket
