#include "pipeline/ledger/reader.h"

#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/schema.h"
#include "pipeline/ledger/tables.h"

namespace docket {
namespace {

void add_count(LedgerReader::Status& status, Outcome outcome, std::int64_t documents) {
  switch (outcome) {
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
  if (auto failed = check_version(**database, added_columns())) return *failed;
  return LedgerReader(std::move(*database));
}

Result<LedgerReader::Status> LedgerReader::status() {
  // One transaction: the numbers are of one moment.
  if (auto failed = database_->run("BEGIN")) return *failed;
  Result<Status> status = status_now();
  static_cast<void>(database_->run("COMMIT"));
  return status;
}

Result<LedgerReader::Status> LedgerReader::status_now() {
  Status status;
  const auto add_documents = [&](const LedgerRow& row) {
    const auto [outcome, documents, parked] = cells<Outcome, std::int64_t, std::int64_t>(row);
    add_count(status, outcome, documents);
    status.parked += parked;
  };
  if (auto failed = database_->run("SELECT state, count(*), sum(parked) FROM documents GROUP BY state", {},
                                   add_documents))
    return *failed;
  const auto add_stage = [&](const LedgerRow& row) {
    const auto [stage, state, documents] = cells<std::string, StageResult::State, std::int64_t>(row);
    status.stages.push_back({stage, state, documents});
  };
  if (auto failed = database_->run("SELECT stage, state, count(*) FROM document_stages GROUP BY stage, state"
                                   " ORDER BY min(position), state",
                                   {}, add_stage))
    return *failed;
  const auto add_verdicts = [&](const LedgerRow& row) {
    const auto [verdicts, documents] = cells<nlohmann::json, std::int64_t>(row);
    for (const auto& [stage, verdict] : verdicts.items())
      status.verdicts[stage].add(verdict, documents);
  };
  if (auto failed = database_->run("SELECT verdicts, count(*) FROM documents WHERE verdicts IS NOT NULL"
                                   " GROUP BY verdicts",
                                   {}, add_verdicts))
    return *failed;
  Result<std::optional<LedgerRun>> last_run = select_last_run(*database_);
  if (!last_run) return last_run.error();
  status.last_run = std::move(*last_run);
  return status;
}

std::optional<Error> LedgerReader::for_each_unfinished(
    const std::function<void(const LedgerDocument&)>& each) {
  return select_unfinished(*database_, each);
}

std::optional<Error> LedgerReader::for_each_doubtful(
    const std::function<void(const std::string& path, const nlohmann::json& verdicts)>& each) {
  return select_doubtful(*database_, each);
}

std::optional<Error> LedgerReader::for_each_record(
    const std::function<void(std::string_view path, std::string_view record)>& each) {
  return select_records(*database_, each);
}

Result<std::string> LedgerReader::record(std::string_view path) { return select_record(*database_, path); }

Result<std::optional<LedgerDocument>> LedgerReader::document(std::string_view path) {
  return select_document(*database_, path);
}

Result<std::vector<LedgerStage>> LedgerReader::stages(std::string_view path) {
  return select_stages(*database_, path);
}

Result<std::vector<LedgerCall>> LedgerReader::calls(std::string_view path) {
  return select_calls(*database_, path);
}

Result<std::int64_t> LedgerReader::count_egress_documents(const EgressFilter& filter) const {
  return docket::count_egress_documents(*database_, filter);
}

std::optional<Error> LedgerReader::for_each_egress(const EgressFilter& filter,
                                                   const std::function<void(const EgressRow&)>& each) {
  return select_egress(*database_, filter, each);
}

Result<std::string> LedgerReader::configuration(std::string_view digest) {
  return select_configuration(*database_, digest);
}

Result<std::optional<StoredResult>> LedgerReader::result(std::string_view key) {
  return select_result(*database_, key);
}

Result<std::optional<std::string>> LedgerReader::report(std::string_view run) {
  const Result<std::string> report = database_->text(
      "SELECT report FROM runs WHERE report IS NOT NULL AND (?1 = '' OR name = ?1) ORDER BY id DESC LIMIT 1",
      {run});
  if (!report) return report.error();
  return report->empty() ? std::optional<std::string>() : *report;
}

}  // namespace docket
