#include "pipeline/ledger/ledger.h"

#include <utility>

#include "pipeline/ledger/acknowledgement.h"
#include "pipeline/ledger/schema.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/log.h"
#include "pipeline/support/iso_8601.h"
#include "pipeline/support/money.h"
#include "pipeline/support/write_error.h"

namespace docket {
namespace {

using Urgency = LedgerWriter::Urgency;

// The log is moved into the database every 16 MB rather than every 4: a bulk run touches pages all over, and
// each is then written once for more changes.
constexpr const char* writer_settings =
    "PRAGMA wal_autocheckpoint = 4000;"
    "PRAGMA journal_size_limit = 67108864;"
    "PRAGMA cache_size = -16000;"
    "PRAGMA temp_store = MEMORY";

constexpr std::size_t row_bytes = 512;  ///< About what a row without its long texts holds in memory.

std::size_t size_of(const StoredResult& result) {
  std::size_t bytes = row_bytes;
  if (result.text) {
    for (const Page& page : result.text->pages)
      bytes += page.text.size() + page.words.size() * sizeof(Word);
  }
  return bytes;
}

std::optional<Error> results_outdated(LedgerDatabase& database) {
  return database.run("UPDATE results SET bytes = -1 WHERE bytes <> -1");
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& output_folder,
                                             std::optional<FileMode> mode) {
  const std::filesystem::path file = file_in(output_folder);
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) return write_error(file, error.value());
  auto database = LedgerDatabase::open(file, LedgerDatabase::Access::write, mode.value_or(0600));
  if (!database) return database.error();
  if (auto failed = migrate(**database)) return *failed;
  if (auto failed = add_missing(**database, added_columns())) return *failed;
  if (auto failed = (*database)->execute(writer_settings)) return *failed;
  return std::unique_ptr<Ledger>(new Ledger(std::move(*database)));
}

Ledger::Ledger(std::unique_ptr<LedgerDatabase> database)
    : file_(database->file()), writer_(std::move(database)) {}

Ledger::~Ledger() {
  // A log that stays beside the file is lost for who copies the ledger alone. Connections that only read
  // cannot empty it, so the writer's has to be the last.
  idle_.clear();
}

std::optional<Error> Ledger::begin_run(const LedgerRun& run, const std::vector<LedgerConfiguration>& stages,
                                       const std::map<std::string, std::string>& models) {
  std::int64_t id = 0;
  writer_.submit(
      [&](LedgerDatabase& database) -> std::optional<Error> {
        for (const LedgerConfiguration& stage : stages)
          if (auto failed = insert(database, stage)) return failed;
        for (const auto& [server, model] : models)
          if (auto failed = upsert_model(database, server, model)) return failed;
        if (auto failed = insert(database, run)) return failed;
        id = database.last_row_id();
        return std::nullopt;
      },
      row_bytes, Urgency::durable);
  if (auto failed = writer_.flush()) return failed;
  run_ = id;
  return std::nullopt;
}

std::optional<Error> Ledger::end_run(int exit_code, const std::string& report) {
  writer_.submit(
      [&](LedgerDatabase& database) {
        return database.run("UPDATE runs SET finished = ?, exit_code = ?, report = ? WHERE id = ?",
                            {utc_now(), std::int64_t{exit_code}, report, run_});
      },
      row_bytes, Urgency::durable);
  return writer_.flush();
}

void Ledger::document_ended(LedgerDocument document, std::vector<LedgerStage> stages, std::string record) {
  document.run = run_;
  const std::size_t bytes = row_bytes * (1 + stages.size()) + record.size();
  writer_.submit(
      [document = std::move(document), stages = std::move(stages),
       record = std::move(record)](LedgerDatabase& database) -> std::optional<Error> {
        if (auto failed = upsert(database, document)) return failed;
        if (auto failed = database.run("DELETE FROM document_stages WHERE path = ?", {document.path}))
          return failed;
        for (std::size_t i = 0; i < stages.size(); ++i)
          if (auto failed = upsert(database, document.path, i, stages[i])) return failed;
        if (document.error)
          if (auto failed = insert_attempt(database, document)) return failed;
        if (record.empty()) return std::nullopt;
        if (auto failed = results_outdated(database)) return failed;
        return upsert_record(database, document.path, record);
      },
      bytes, Urgency::grouped);
}

void Ledger::members_listed(std::string outer, std::vector<LedgerDocument> members) {
  for (LedgerDocument& member : members)
    member.run = run_;
  const std::size_t bytes = row_bytes * (1 + members.size());
  writer_.submit([outer = std::move(outer), members = std::move(members)](
                     LedgerDatabase& database) { return list_members(database, outer, members); },
                 bytes, Urgency::grouped);
}

void Ledger::document_seen(std::string path, const FileStamp& stamp, bool in_input) {
  writer_.submit(
      [path = std::move(path), stamp, in_input](LedgerDatabase& database) {
        return database.run(
            "UPDATE documents SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, in_input = ? WHERE path = "
            "?",
            {stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode, std::int64_t{in_input ? 1 : 0}, path});
      },
      row_bytes, Urgency::grouped);
}

void Ledger::words_written(std::string path, std::int64_t bytes) {
  writer_.submit(
      [path = std::move(path), bytes](LedgerDatabase& database) {
        return database.run("UPDATE documents SET words_bytes = ?, has_words = 1 WHERE path = ?",
                            {bytes, path});
      },
      row_bytes, Urgency::grouped);
}

void Ledger::acknowledge(const LedgerDocument& document, const std::string& reason) {
  writer_.submit(
      [path = document.path, of = attention_of(document), reason](LedgerDatabase& database) {
        return database.run(
            "UPDATE documents SET acknowledged = ?, ack_reason = ?, ack_of = ? WHERE path = ?",
            {utc_now(), reason, of, path});
      },
      row_bytes, Urgency::durable);
}

void Ledger::take_back_acknowledgement(std::string path) {
  writer_.submit(
      [path = std::move(path)](LedgerDatabase& database) {
        return database.run(
            "UPDATE documents SET acknowledged = NULL, ack_reason = NULL, ack_of = NULL WHERE path = ?",
            {path});
      },
      row_bytes, Urgency::durable);
}

void Ledger::forget_document(std::string path) {
  writer_.submit(
      [path = std::move(path)](LedgerDatabase& database) -> std::optional<Error> {
        if (auto failed = results_outdated(database)) return failed;
        return remove_document(database, path);
      },
      row_bytes, Urgency::grouped);
}

void Ledger::keep(StoredResult result, LedgerWriter::Committed committed) {
  const std::size_t bytes = size_of(result);
  result.run = run_;
  writer_.submit([result = std::move(result)](LedgerDatabase& database) { return upsert(database, result); },
                 bytes, Urgency::grouped, std::move(committed));
}

void Ledger::call_begins(LedgerCall call, LedgerWriter::Committed committed) {
  writer_.submit(
      [call = std::move(call), run = run_](LedgerDatabase& database) { return upsert(database, call, run); },
      row_bytes, Urgency::durable, std::move(committed));
}

namespace {

/// What became of one attempt to ask a model.
void log_call(const LedgerCall& call) {
  const bool is_good = call.outcome == "ok" || call.outcome == known_answer;
  const LogLevel level = is_good ? LogLevel::debug : LogLevel::warning;
  if (!logs(level)) return;
  LogEvent event{level, "call_ended", call.document, call.stage, call.backend};
  event.fields = {{"model", call.model},
                  {"location", call.location},
                  {"attempt", call.attempt},
                  {"outcome", call.outcome},
                  {"wall_ms", call.wall_ms},
                  {"queued_ms", call.queued_ms},
                  {"wire_ms", call.wire_ms},
                  {"paused_ms", call.paused_ms},
                  {"input_tokens", call.usage.input_tokens},
                  {"output_tokens", call.usage.output_tokens}};
  if (call.usage.unpriced_calls == 0) event.fields["cost_usd"] = in_usd(call.usage.nano_dollars);
  if (call.usage.sent_bytes > 0) event.fields["sent_bytes"] = call.usage.sent_bytes;
  event.quoting = call.message.value_or("");
  log(event);
}

}  // namespace

void Ledger::call_ended(LedgerCall call, std::optional<StoredAnswer> answer,
                        LedgerWriter::Committed committed) {
  log_call(call);
  const Urgency urgency = answer ? Urgency::durable : Urgency::grouped;
  writer_.submit(
      [call = std::move(call), answer = std::move(answer),
       run = run_](LedgerDatabase& database) -> std::optional<Error> {
        if (auto failed = upsert(database, call, run)) return failed;
        return answer ? upsert(database, *answer, run) : std::nullopt;
      },
      2 * row_bytes, urgency, std::move(committed));
}

Result<std::optional<StoredResult>> Ledger::result(std::string_view key) {
  auto database = read();
  if (!database) return database.error();
  return select_result(**database, key);
}

Result<std::optional<StoredAnswer>> Ledger::answer(std::string_view request) {
  auto database = read();
  if (!database) return database.error();
  return select_answer(**database, request);
}

Result<std::int64_t> Ledger::spent_since(std::string_view time) {
  auto database = read();
  if (!database) return database.error();
  return select_spent_since(**database, time);
}

Result<std::string> Ledger::record(std::string_view path) {
  auto database = read();
  if (!database) return database.error();
  return select_record(**database, path);
}

Result<std::string> Ledger::configuration(std::string_view digest) {
  auto database = read();
  if (!database) return database.error();
  return select_configuration(**database, digest);
}

Result<std::int64_t> Ledger::results_bytes() {
  auto database = read();
  if (!database) return database.error();
  return (*database)->number("SELECT bytes FROM results");
}

void Ledger::results_written(std::int64_t bytes) {
  writer_.submit(
      [bytes](LedgerDatabase& database) { return database.run("UPDATE results SET bytes = ?", {bytes}); },
      row_bytes, Urgency::grouped);
}

Result<Ledger::Reading> Ledger::read() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Reading reading(*this, std::move(idle_.back()));
      idle_.pop_back();
      return reading;
    }
  }
  auto database = LedgerDatabase::open(file_, LedgerDatabase::Access::read);
  if (!database) return database.error();
  return Reading(*this, std::move(*database));
}

Ledger::Reading::~Reading() {
  if (!database_) return;
  const std::lock_guard lock(ledger_.mutex_);
  ledger_.idle_.push_back(std::move(database_));
}

}  // namespace docket
