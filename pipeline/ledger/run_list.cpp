#include "pipeline/ledger/run_list.h"

#include "pipeline/ledger/columns.h"

namespace docket {
namespace {

/// Begins with the columns "name, pipeline, version, host, pid, started, finished, exit_code".
LedgerRun run_in(const LedgerRow& row) {
  LedgerRun run;
  std::tie(run.name, run.pipeline, run.version, run.host, run.pid, run.started, run.finished, run.exit_code) =
      cells<std::string, std::string, std::string, std::string, std::int64_t, std::string,
            std::optional<std::string>, std::optional<std::int64_t>>(row);
  return run;
}

}  // namespace

std::optional<Error> select_runs(LedgerDatabase& database, std::int64_t most,
                                 const std::function<void(const PastRun&)>& each) {
  const auto take = [&](const LedgerRow& row) {
    PastRun past;
    past.run = run_in(row);
    std::int64_t has_report = 0, unpriced = 0, nano_dollars = 0;
    PastRun::Counts counts;
    std::tie(has_report, counts.in, counts.done, counts.failed, counts.held, counts.up_to_date,
             counts.wall_ms, counts.input_problems, counts.was_stopped, nano_dollars, unpriced) =
        cells<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
              std::int64_t, std::int64_t, bool, std::int64_t, std::int64_t>(row, 8);
    if (has_report != 0) past.counts = counts;
    if (unpriced == 0) past.nano_dollars = nano_dollars;
    each(past);
  };
  return database.run(
      "SELECT name, pipeline, version, host, pid, started, finished, exit_code, told IS NOT NULL,"
      " json_extract(told, '$.documents.in'), json_extract(told, '$.documents.done'),"
      " json_extract(told, '$.documents.failed'), json_extract(told, '$.documents.held'),"
      " json_extract(told, '$.documents.up_to_date'), json_extract(told, '$.run.wall_ms'),"
      " json_extract(told, '$.input.problems.count'), json_extract(told, '$.run.stopped') IS NOT NULL,"
      " (SELECT coalesce(sum(nano_dollars), 0) FROM calls WHERE run = past.id),"
      " (SELECT count(*) FROM calls WHERE run = past.id AND nano_dollars IS NULL)"
      " FROM (SELECT *, CASE WHEN json_valid(report) THEN report END AS told FROM runs) AS past"
      " ORDER BY id DESC LIMIT ?",
      {most > 0 ? most : std::int64_t{-1}}, take);
}

Result<std::optional<LedgerRun>> select_last_run_asking(LedgerDatabase& database, std::string_view document) {
  std::optional<LedgerRun> run;
  if (auto failed = database.run(
          "SELECT name, pipeline, version, host, pid, started, finished, exit_code FROM runs WHERE id ="
          " (SELECT max(run) FROM calls WHERE document = ?)",
          {document}, [&](const LedgerRow& row) { run = run_in(row); }))
    return *failed;
  return run;
}

Result<std::vector<std::string>> end_killed_runs(LedgerDatabase& database, const std::string& time) {
  std::vector<std::string> names;
  if (auto failed = database.run("UPDATE runs SET finished = ?, exit_code = ? WHERE finished IS NULL"
                                 " RETURNING name",
                                 {time, exit_code_of_killed_run},
                                 [&](const LedgerRow& row) { names.emplace_back(row.text(0)); }))
    return *failed;
  return names;
}

}  // namespace docket
