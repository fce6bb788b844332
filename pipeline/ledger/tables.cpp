#include "pipeline/ledger/tables.h"

#include "pipeline/ledger/text_codec.h"
#include "pipeline/support/digest.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

using nlohmann::json;
using Optional = std::optional<std::string>;

std::string string_at(const LedgerRow& row, int column) { return std::string(row.text(column)); }

Optional optional_at(const LedgerRow& row, int column) {
  return row.is_null(column) ? Optional() : string_at(row, column);
}

std::optional<Error> error_at(const LedgerRow& row, int error_class, int message) {
  if (row.is_null(error_class)) return std::nullopt;
  return Error{error_class_named(row.text(error_class)), string_at(row, message)};
}

LedgerValue class_of(const std::optional<Error>& error) {
  return error ? LedgerValue(name(error->error_class)) : LedgerValue();
}

LedgerValue message_of(const std::optional<Error>& error) {
  return error ? LedgerValue(std::string_view(error->message)) : LedgerValue();
}

LedgerValue flag(bool value) { return std::int64_t{value ? 1 : 0}; }

/// The statements that read documents have these columns in this order.
LedgerDocument document_from(const LedgerRow& row) {
  LedgerDocument document;
  document.path = row.text(0);
  document.id = row.text(1);
  document.name = row.text(2);
  document.stamp = {row.integer(3), row.integer(4), row.integer(5), row.integer(6)};
  document.sha256 = row.text(7);
  document.media_type = row.text(8);
  document.pipeline_digest = row.text(9);
  document.outcome = outcome_named(row.text(10)).value_or(Outcome::cancelled);
  document.settled = row.integer(11) != 0;
  document.held = optional_at(row, 12);
  document.error_stage = optional_at(row, 13);
  document.error = error_at(row, 14, 15);
  document.attempts = row.integer(16);
  document.parked = row.integer(17) != 0;
  document.record_bytes = row.integer(18);
  document.in_input = row.integer(19) != 0;
  document.run = row.integer(20);
  return document;
}

}  // namespace

std::optional<Error> insert(LedgerDatabase& database, const LedgerConfiguration& configuration) {
  return database.run("INSERT OR IGNORE INTO configurations (digest, stage, content) VALUES (?, ?, ?)",
                      {configuration.digest, configuration.stage, configuration.content});
}

std::optional<Error> insert(LedgerDatabase& database, const LedgerRun& run) {
  return database.run(
      "INSERT INTO runs (name, pipeline, plan, version, host, pid, started) VALUES (?, ?, ?, ?, ?, ?, ?)",
      {run.name, run.pipeline, run.pipeline_digest, run.version, run.host, run.pid, run.started});
}

std::optional<Error> upsert_model(LedgerDatabase& database, const std::string& server,
                                  const std::string& model) {
  return database.run("REPLACE INTO models (server, model) VALUES (?, ?)", {server, model});
}

std::optional<Error> upsert(LedgerDatabase& database, const LedgerDocument& document) {
  return database.run(
      "REPLACE INTO documents (path, id, name, size, mtime_ns, ctime_ns, inode, sha256, media_type, plan, "
      "state,"
      " settled, held, error_stage, error_class, error, attempts, parked, record_bytes, in_input, run)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {document.path,
       document.id,
       document.name,
       document.stamp.size,
       document.stamp.mtime_ns,
       document.stamp.ctime_ns,
       document.stamp.inode,
       document.sha256,
       document.media_type,
       document.pipeline_digest,
       name(document.outcome),
       flag(document.settled),
       or_null(document.held),
       or_null(document.error_stage),
       class_of(document.error),
       message_of(document.error),
       document.attempts,
       flag(document.parked),
       document.record_bytes,
       flag(document.in_input),
       document.run});
}

std::optional<Error> upsert(LedgerDatabase& database, const std::string& path, std::size_t position,
                            const LedgerStage& stage) {
  return database.run(
      "REPLACE INTO document_stages (path, stage, position, state, ran, why, key, configuration, input, "
      "reasons,"
      " held, error_class, error, wall_ns, calls, input_tokens, output_tokens, nano_dollars, run)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {path, stage.stage, static_cast<std::int64_t>(position), name(stage.state), flag(stage.ran), stage.why,
       stage.key, stage.configuration, stage.input, texts_to_json(stage.reasons), or_null(stage.held),
       class_of(stage.error), message_of(stage.error), stage.wall_ns, stage.usage.calls,
       stage.usage.input_tokens, stage.usage.output_tokens, stage.usage.nano_dollars, stage.run});
}

std::optional<Error> upsert_record(LedgerDatabase& database, const std::string& path,
                                   const std::string& record) {
  return database.run("REPLACE INTO records (path, record) VALUES (?, ?)", {path, record});
}

std::optional<Error> insert_attempt(LedgerDatabase& database, const LedgerDocument& document) {
  return database.run(
      "INSERT INTO attempts (run, time, path, stage, error_class, error, sha256, plan)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {document.run, utc_now(), document.path, document.error_stage.value_or(""),
       name(document.error->error_class), document.error->message, document.sha256,
       document.pipeline_digest});
}

std::optional<Error> upsert(LedgerDatabase& database, const StoredResult& result, std::int64_t run) {
  Optional digest;
  if (result.text) {
    const std::string encoded = encode_text(*result.text);
    digest = short_digest(encoded);
    if (auto failed = database.run("INSERT OR IGNORE INTO texts (digest, content) VALUES (?, ?)",
                                   {*digest, LedgerBytes{encoded}}))
      return failed;
  }
  return database.run(
      "REPLACE INTO stage_results (key, stage, state, output, reasons, held, text, media_type, usage, "
      "created,"
      " run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {result.key, result.stage, name(result.state), json_to_text(result.output),
       texts_to_json(result.reasons), or_null(result.held), or_null(digest), result.media_type,
       usage_to_text(result.usage), utc_now(), run});
}

std::optional<Error> insert(LedgerDatabase& database, const LedgerCall& call, std::int64_t run) {
  const Usage& usage = call.usage;
  return database.run(
      "INSERT INTO calls (run, time, document, stage, backend, kind, model, location, attempt, outcome, "
      "message,"
      " request, wall_ms, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,"
      " reasoning_tokens, nano_dollars) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {run, utc_now(), call.document, call.stage, call.backend, call.kind, call.model, call.location,
       call.attempt, call.outcome, or_null(call.message), call.request, call.wall_ms, usage.input_tokens,
       usage.cached_input_tokens, usage.cache_write_tokens, usage.output_tokens, usage.reasoning_tokens,
       usage.unpriced_calls > 0 ? LedgerValue() : LedgerValue(usage.nano_dollars)});
}

std::optional<Error> upsert(LedgerDatabase& database, const StoredAnswer& answer, std::int64_t run) {
  return database.run(
      "REPLACE INTO answers (request, model, answer, usage, created, run) VALUES (?, ?, ?, ?, ?, ?)",
      {answer.request, answer.model, json_to_text(answer.answer), usage_to_text(answer.usage), utc_now(),
       run});
}

std::optional<Error> remove_document(LedgerDatabase& database, const std::string& path) {
  for (const char* sql :
       {"DELETE FROM documents WHERE path = ?", "DELETE FROM records WHERE path = ?",
        "DELETE FROM document_stages WHERE path = ?", "DELETE FROM attempts WHERE path = ?"})
    if (auto failed = database.run(sql, {path})) return failed;
  return std::nullopt;
}

Result<std::optional<LedgerDocument>> select_document(LedgerDatabase& database, std::string_view path) {
  std::optional<LedgerDocument> found;
  if (auto failed = database.run(
          "SELECT path, id, name, size, mtime_ns, ctime_ns, inode, sha256, media_type, plan, state, settled,"
          " held, error_stage, error_class, error, attempts, parked, record_bytes, in_input, run"
          " FROM documents WHERE path = ?",
          {path}, [&](const LedgerRow& row) { found = document_from(row); }))
    return *failed;
  return found;
}

std::optional<Error> select_unfinished(LedgerDatabase& database,
                                       const std::function<void(const LedgerDocument&)>& each) {
  return database.run(
      "SELECT path, id, name, size, mtime_ns, ctime_ns, inode, sha256, media_type, plan, state, settled,"
      " held, error_stage, error_class, error, attempts, parked, record_bytes, in_input, run"
      " FROM documents WHERE state <> 'done' ORDER BY path",
      {}, [&](const LedgerRow& row) { each(document_from(row)); });
}

std::optional<Error> select_records(LedgerDatabase& database, const EachRecord& each) {
  return database.run("SELECT path, record FROM records ORDER BY path", {},
                      [&](const LedgerRow& row) { each(row.text(0), row.text(1)); });
}

Result<std::string> select_record(LedgerDatabase& database, std::string_view path) {
  std::string record;
  if (auto failed = database.run("SELECT record FROM records WHERE path = ?", {path},
                                 [&](const LedgerRow& row) { record = row.text(0); }))
    return *failed;
  return record;
}

Result<std::int64_t> count_in_input(LedgerDatabase& database) {
  return database.number("SELECT count(*) FROM documents WHERE in_input");
}

Result<std::vector<std::string>> select_paths(LedgerDatabase& database, DocumentSet set) {
  std::vector<std::string> paths;
  if (auto failed = database.run("SELECT path FROM documents WHERE in_input >= ? ORDER BY path",
                                 {std::int64_t{set == DocumentSet::in_input ? 1 : 0}},
                                 [&](const LedgerRow& row) { paths.emplace_back(row.text(0)); }))
    return *failed;
  return paths;
}

Result<std::vector<LedgerStage>> select_stages(LedgerDatabase& database, std::string_view path) {
  std::vector<LedgerStage> stages;
  const auto add = [&](const LedgerRow& row) {
    LedgerStage stage;
    stage.stage = row.text(0);
    stage.state = stage_state(row.text(1)).value_or(StageResult::State::pending);
    stage.ran = row.integer(2) != 0;
    stage.why = row.text(3);
    stage.key = row.text(4);
    stage.configuration = row.text(5);
    stage.input = row.text(6);
    stage.reasons = texts_from_json(row.text(7));
    stage.held = optional_at(row, 8);
    stage.error = error_at(row, 9, 10);
    stage.wall_ns = row.integer(11);
    stage.usage.calls = row.integer(12);
    stage.usage.input_tokens = row.integer(13);
    stage.usage.output_tokens = row.integer(14);
    stage.usage.nano_dollars = row.integer(15);
    stage.run = row.integer(16);
    stages.push_back(std::move(stage));
  };
  if (auto failed = database.run("SELECT stage, state, ran, why, key, configuration, input, reasons, held, "
                                 "error_class, error, wall_ns,"
                                 " calls, input_tokens, output_tokens, nano_dollars, run"
                                 " FROM document_stages WHERE path = ? ORDER BY position",
                                 {path}, add))
    return *failed;
  return stages;
}

Result<std::optional<StoredResult>> select_result(LedgerDatabase& database, std::string_view key) {
  std::optional<StoredResult> found;
  const auto take = [&](const LedgerRow& row) {
    const std::optional<StageResult::State> state = stage_state(row.text(1));
    json output = json::parse(row.text(2), nullptr, false);
    if (!state || output.is_discarded()) return;
    StoredResult result;
    result.key = key;
    result.stage = row.text(0);
    result.state = *state;
    result.output = std::move(output);
    result.reasons = texts_from_json(row.text(3));
    result.held = optional_at(row, 4);
    result.media_type = row.text(6);
    result.usage = usage_from_text(row.text(7));
    result.run = row.integer(9);
    if (!row.is_null(5)) result.text = decode_text(row.bytes(8));
    if (row.is_null(5) || result.text) found = std::move(result);
  };
  if (auto failed =
          database.run("SELECT stage, state, output, reasons, held, text, media_type, usage, content, run"
                       " FROM stage_results LEFT JOIN texts ON digest = text WHERE key = ?",
                       {key}, take))
    return *failed;
  return found;
}

Result<std::optional<StoredAnswer>> select_answer(LedgerDatabase& database, std::string_view request) {
  std::optional<StoredAnswer> found;
  const auto take = [&](const LedgerRow& row) {
    json answer = json::parse(row.text(1), nullptr, false);
    if (answer.is_discarded()) return;
    found = StoredAnswer{std::string(request), string_at(row, 0), std::move(answer),
                         usage_from_text(row.text(2))};
  };
  if (auto failed =
          database.run("SELECT model, answer, usage FROM answers WHERE request = ?", {request}, take))
    return *failed;
  return found;
}

Result<std::vector<LedgerCall>> select_calls(LedgerDatabase& database, std::string_view path) {
  std::vector<LedgerCall> calls;
  const auto add = [&](const LedgerRow& row) {
    LedgerCall call;
    call.document = path;
    call.stage = row.text(0);
    call.backend = row.text(1);
    call.kind = row.text(2);
    call.model = row.text(3);
    call.location = row.text(4);
    call.attempt = row.integer(5);
    call.outcome = row.text(6);
    call.message = optional_at(row, 7);
    call.request = row.text(8);
    call.wall_ms = row.integer(9);
    call.usage = {1,
                  row.integer(10),
                  row.integer(11),
                  row.integer(12),
                  row.integer(13),
                  row.integer(14),
                  row.integer(15),
                  row.is_null(15) ? 1 : 0};
    calls.push_back(std::move(call));
  };
  if (auto failed = database.run(
          "SELECT stage, backend, kind, model, location, attempt, outcome, message, request, wall_ms,"
          " input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, "
          "nano_dollars"
          " FROM calls WHERE document = ? ORDER BY id",
          {path}, add))
    return *failed;
  return calls;
}

Result<std::string> select_model(LedgerDatabase& database, std::string_view server) {
  std::string model;
  if (auto failed = database.run("SELECT model FROM models WHERE server = ?", {server},
                                 [&](const LedgerRow& row) { model = row.text(0); }))
    return *failed;
  return model;
}

Result<std::string> select_configuration(LedgerDatabase& database, std::string_view digest) {
  std::string content;
  if (auto failed = database.run("SELECT content FROM configurations WHERE digest = ?", {digest},
                                 [&](const LedgerRow& row) { content = row.text(0); }))
    return *failed;
  return content;
}

}  // namespace docket
