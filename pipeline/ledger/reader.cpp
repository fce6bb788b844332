#include "pipeline/ledger/reader.h"

#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/schema.h"
#include "pipeline/ledger/tables.h"

namespace docket {
namespace {

LedgerReader::Run run_from(const LedgerRow& row) {
  LedgerReader::Run run;
  run.run.name = row.text(0);
  run.run.pipeline = row.text(1);
  run.run.pipeline_digest = row.text(2);
  run.run.version = row.text(3);
  run.run.host = row.text(4);
  run.run.pid = row.integer(5);
  run.run.started = row.text(6);
  if (!row.is_null(7)) run.finished = row.text(7);
  if (!row.is_null(8)) run.exit_code = row.integer(8);
  return run;
}

void add_count(LedgerReader::Status& status, std::string_view state, std::int64_t documents) {
  switch (outcome_named(state).value_or(Outcome::cancelled)) {
    case Outcome::done:
      status.done += documents;
      break;
    case Outcome::held:
      status.held += documents;
      break;
    case Outcome::failed:
      status.failed += documents;
      break;
    case Outcome::cancelled:
      status.cancelled += documents;
      break;
  }
}

}  // namespace

Result<LedgerReader> LedgerReader::open(const std::filesystem::path& output_folder) {
  const std::filesystem::path file = Ledger::file_in(output_folder);
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    return Error{ErrorClass::output, "there is no ledger " + file.string() + ": no run has written to " +
                                         output_folder.string() + " yet"};
  auto database = LedgerDatabase::open(file, LedgerDatabase::Access::read);
  if (!database) return database.error();
  if (auto failed = check_version(**database)) return *failed;
  return LedgerReader(std::move(*database));
}

Result<LedgerReader::Status> LedgerReader::status() {
  Status status;
  // One transaction: the numbers are of one moment.
  if (auto failed = database_->run("BEGIN")) return *failed;
  std::optional<Error> failed = database_->run(
      "SELECT state, count(*), sum(parked) FROM documents GROUP BY state", {}, [&](const LedgerRow& row) {
        add_count(status, row.text(0), row.integer(1));
        status.parked += row.integer(2);
      });
  if (!failed)
    failed = database_->run(
        "SELECT stage, state, count(*) FROM document_stages GROUP BY stage, state ORDER BY min(position), "
        "state",
        {}, [&](const LedgerRow& row) {
          status.stages.push_back({std::string(row.text(0)),
                                   stage_state(row.text(1)).value_or(StageResult::State::pending),
                                   row.integer(2)});
        });
  if (!failed)
    failed = database_->run(
        "SELECT name, pipeline, plan, version, host, pid, started, finished, exit_code FROM runs"
        " ORDER BY id DESC LIMIT 1",
        {}, [&](const LedgerRow& row) { status.last_run = run_from(row); });
  static_cast<void>(database_->run("COMMIT"));
  if (failed) return *failed;
  return status;
}

std::optional<Error> LedgerReader::for_each_unfinished(
    const std::function<void(const LedgerDocument&)>& each) {
  return select_unfinished(*database_, each);
}

std::optional<Error> LedgerReader::for_each_record(
    const std::function<void(std::string_view path, std::string_view record)>& each) {
  return select_records(*database_, each);
}

Result<std::optional<LedgerDocument>> LedgerReader::document(std::string_view path) {
  return select_document(*database_, path);
}

Result<std::vector<LedgerStage>> LedgerReader::stages(std::string_view path) {
  return select_stages(*database_, path);
}

Result<std::vector<LedgerCall>> LedgerReader::calls(std::string_view path) {
  return select_calls(*database_, path);
}

Result<std::string> LedgerReader::configuration(std::string_view digest) {
  return select_configuration(*database_, digest);
}

Result<std::optional<StoredResult>> LedgerReader::result(std::string_view key) {
  return select_result(*database_, key);
}

Result<std::optional<std::string>> LedgerReader::report(std::string_view run) {
  std::optional<std::string> report;
  if (auto failed = database_->run("SELECT report FROM runs WHERE report IS NOT NULL AND (?1 = '' OR name = "
                                   "?1) ORDER BY id DESC LIMIT 1",
                                   {run}, [&](const LedgerRow& row) { report = row.text(0); }))
    return *failed;
  return report;
}

}  // namespace docket
