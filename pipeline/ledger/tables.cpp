#include "pipeline/ledger/tables.h"

#include <iterator>
#include <tuple>
#include <utility>

#include "pipeline/ledger/text_codec.h"
#include "pipeline/support/digest.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

constexpr LedgerColumn<LedgerRun> run_columns[] = {
    column<&LedgerRun::name>("name"),
    column<&LedgerRun::pipeline>("pipeline"),
    column<&LedgerRun::pipeline_digest>("plan"),
    column<&LedgerRun::version>("version"),
    column<&LedgerRun::host>("host"),
    column<&LedgerRun::pid>("pid"),
    column<&LedgerRun::started>("started"),
    column<&LedgerRun::finished>("finished"),
    column<&LedgerRun::exit_code>("exit_code"),
    column<&LedgerRun::pipeline_name>("pipeline_name", "TEXT NOT NULL DEFAULT ''"),
};

constexpr LedgerColumn<LedgerStage> stage_columns[] = {
    column<&LedgerStage::stage>("stage"),
    column<&LedgerStage::state>("state"),
    column<&LedgerStage::ran>("ran"),
    column<&LedgerStage::why>("why"),
    column<&LedgerStage::key>("key"),
    column<&LedgerStage::configuration>("configuration"),
    column<&LedgerStage::input>("input"),
    column<&LedgerStage::reasons>("reasons"),
    column<&LedgerStage::held>("held"),
    error_class_column<&LedgerStage::error>("error_class"),
    error_message_column<&LedgerStage::error>("error"),
    column<&LedgerStage::wall_ns>("wall_ns"),
    column<&LedgerStage::usage, &Usage::calls>("calls"),
    column<&LedgerStage::usage, &Usage::input_tokens>("input_tokens"),
    column<&LedgerStage::usage, &Usage::output_tokens>("output_tokens"),
    column<&LedgerStage::usage, &Usage::nano_dollars>("nano_dollars"),
    column<&LedgerStage::run>("run"),
};

constexpr LedgerColumn<StoredResult> result_columns[] = {
    column<&StoredResult::key>("key"),
    column<&StoredResult::stage>("stage"),
    column<&StoredResult::state>("state"),
    column<&StoredResult::output>("output"),
    column<&StoredResult::reasons>("reasons"),
    column<&StoredResult::held>("held"),
    column<&StoredResult::media_type>("media_type"),
    column<&StoredResult::usage>("usage"),
    column<&StoredResult::run>("run"),
};

constexpr LedgerColumn<StoredAnswer> answer_columns[] = {
    column<&StoredAnswer::request>("request"),
    column<&StoredAnswer::model>("model"),
    column<&StoredAnswer::answer>("answer"),
    column<&StoredAnswer::usage>("usage"),
};

constexpr LedgerColumn<LedgerCall> call_columns_without_usage[] = {
    column<&LedgerCall::document>("document"),
    column<&LedgerCall::stage>("stage"),
    column<&LedgerCall::backend>("backend"),
    column<&LedgerCall::kind>("kind"),
    column<&LedgerCall::model>("model"),
    column<&LedgerCall::location>("location"),
    column<&LedgerCall::attempt>("attempt"),
    column<&LedgerCall::outcome>("outcome"),
    column<&LedgerCall::message>("message"),
    column<&LedgerCall::request>("request"),
    column<&LedgerCall::wall_ms>("wall_ms"),
    column<&LedgerCall::queued_ms>("queued_ms", "INTEGER NOT NULL DEFAULT 0"),
    column<&LedgerCall::wire_ms>("wire_ms", "INTEGER NOT NULL DEFAULT 0"),
    column<&LedgerCall::paused_ms>("paused_ms", "INTEGER NOT NULL DEFAULT 0"),
    column<&LedgerCall::usage, &Usage::calls>("requests", "INTEGER NOT NULL DEFAULT 1"),
    column<&LedgerCall::reused>("reused", "TEXT NOT NULL DEFAULT '{}'"),
    column<&LedgerCall::host>("host", "TEXT NOT NULL DEFAULT ''"),
    column<&LedgerCall::sent>("sent", "TEXT NOT NULL DEFAULT ''"),
    column<&LedgerCall::redactions>("redactions", "TEXT NOT NULL DEFAULT ''"),
    column<&LedgerCall::prompt_bytes>("prompt_bytes", "INTEGER NOT NULL DEFAULT 0"),
    column<&LedgerCall::document_bytes>("document_bytes", "INTEGER NOT NULL DEFAULT 0"),
    column<&LedgerCall::service_tier>("service_tier", "TEXT NOT NULL DEFAULT ''"),
};

constexpr LedgerColumn<LedgerCall> cost_column = {
    "nano_dollars",
    [](const LedgerCall& call) {
      return call.usage.unpriced_calls > 0 ? LedgerValue() : LedgerValue(call.usage.nano_dollars);
    },
    [](const LedgerCell& cell, LedgerCall& call) {
      from_cell(cell, call.usage.nano_dollars);
      call.usage.unpriced_calls = cell.is_null() ? 1 : 0;
    }};

constexpr bool is_call_column(const UsageMember& member) {
  return member.kind == UsageMember::Kind::amount || member.kind == UsageMember::Kind::ledger;
}

/// Read back as if all of what is not known might have been charged.
constexpr LedgerColumn<LedgerCall> counted_column = {
    "counted_nano_dollars",
    [](const LedgerCall& call) {
      return LedgerValue(call.usage.nano_dollars + call.usage.uncertain_nano_dollars);
    },
    [](const LedgerCell& cell, LedgerCall& call) {
      if (!cell.is_null()) call.usage.uncertain_nano_dollars = cell.integer() - call.usage.nano_dollars;
    },
    "INTEGER"};

/// What a call took has a column for each amount, one for the cost and one for what budgets count.
const std::vector<LedgerColumn<LedgerCall>>& call_columns() {
  static const std::vector<LedgerColumn<LedgerCall>> columns =
      []<std::size_t... i>(std::index_sequence<i...>) {
    std::vector<LedgerColumn<LedgerCall>> all(std::begin(call_columns_without_usage),
                                              std::end(call_columns_without_usage));
    const auto add = [&]<std::size_t at>() {
      constexpr UsageMember member = usage_members[at];
      if constexpr (is_call_column(member))
        all.push_back(column<&LedgerCall::usage, member.value>(member.name));
    };
    (add.template operator()<i>(), ...);
    all.push_back(cost_column);
    all.push_back(counted_column);
    return all;
  }
  (std::make_index_sequence<std::size(usage_members)>());
  return columns;
}

}  // namespace

std::vector<AddedColumn> added_columns() {
  std::vector<AddedColumn> added;
  for (const UsageMember& member : usage_members)
    if (is_call_column(member)) added.push_back({"calls", member.name, "INTEGER NOT NULL DEFAULT 0"});
  for (const LedgerColumn<LedgerCall>& column : call_columns())
    if (column.added != nullptr) added.push_back({"calls", column.name, column.added});
  for (const LedgerColumn<LedgerDocument>& column : document_columns)
    if (column.added != nullptr) added.push_back({"documents", column.name, column.added});
  for (const LedgerColumn<LedgerRun>& column : run_columns)
    if (column.added != nullptr) added.push_back({"runs", column.name, column.added});
  return added;
}

std::optional<Error> insert(LedgerDatabase& database, const LedgerConfiguration& configuration) {
  return database.run("INSERT OR IGNORE INTO configurations (digest, stage, content) VALUES (?, ?, ?)",
                      {configuration.digest, configuration.stage, configuration.content});
}

std::optional<Error> insert(LedgerDatabase& database, const LedgerRun& run) {
  static const std::string sql = insert_statement("INSERT INTO runs", run_columns);
  return database.run(sql.c_str(), values_of(run_columns, run));
}

std::optional<Error> upsert_model(LedgerDatabase& database, const std::string& server,
                                  const std::string& model) {
  return database.run("REPLACE INTO models (server, model) VALUES (?, ?)", {server, model});
}

std::optional<Error> upsert(LedgerDatabase& database, const LedgerDocument& document) {
  static const std::string sql = insert_statement("REPLACE INTO documents", document_columns);
  return database.run(sql.c_str(), values_of(document_columns, document));
}

std::optional<Error> upsert(LedgerDatabase& database, const std::string& path, std::size_t position,
                            const LedgerStage& stage) {
  static const std::string sql =
      insert_statement("REPLACE INTO document_stages", stage_columns, {"path", "position"});
  return database.run(sql.c_str(),
                      values_of(stage_columns, stage, {path, static_cast<std::int64_t>(position)}));
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

namespace {

/// Bytes of an encoded text from which on it is written and read piece by piece: opening one for that takes
/// longer than a short text does.
constexpr std::size_t long_text = std::size_t{1} << 20;

std::optional<Error> insert(LedgerDatabase& database, const std::string& digest, const Text& text) {
  std::string bytes;
  std::size_t size = 0;
  encode_text(text, [&](std::string_view piece) {
    size += piece.size();
    if (size < long_text) bytes += piece;
    return true;
  });
  if (size < long_text)
    return database.run("INSERT OR IGNORE INTO texts (digest, content) VALUES (?, ?)",
                        {digest, LedgerBytes{bytes}});
  return database.insert_long("INSERT OR IGNORE INTO texts (digest, content) VALUES (?, zeroblob(?))",
                              {digest, static_cast<std::int64_t>(size)}, "texts", "content",
                              [&](const TakePiece& take) { encode_text(text, take); });
}

}  // namespace

std::optional<Error> upsert(LedgerDatabase& database, const StoredResult& result) {
  if (result.text)
    if (auto failed = insert(database, result.text_digest, *result.text)) return failed;
  static const std::string sql =
      insert_statement("REPLACE INTO stage_results", result_columns, {"text", "created"});
  const LedgerValue digest = result.text ? LedgerValue(result.text_digest) : LedgerValue();
  return database.run(sql.c_str(), values_of(result_columns, result, {digest, utc_now()}));
}

std::optional<Error> upsert(LedgerDatabase& database, const LedgerCall& call, std::int64_t run) {
  static const std::string sql =
      insert_statement("REPLACE INTO calls", call_columns(), {"run", "time", "id"});
  const std::string now = utc_now();
  const bool has_row = call.row && *call.row > 0;
  const LedgerValue id = has_row ? LedgerValue(*call.row) : LedgerValue();  // NULL: the next that is free.
  if (auto failed = database.run(sql.c_str(), values_of(call_columns(), call, {run, now, id}))) return failed;
  if (call.row) *call.row = database.last_row_id();
  return std::nullopt;
}

std::optional<Error> upsert(LedgerDatabase& database, const StoredAnswer& answer, std::int64_t run) {
  static const std::string sql = insert_statement("REPLACE INTO answers", answer_columns, {"run", "created"});
  return database.run(sql.c_str(), values_of(answer_columns, answer, {run, utc_now()}));
}

std::optional<Error> remove_document(LedgerDatabase& database, const std::string& path) {
  for (const char* sql :
       {"DELETE FROM documents WHERE path = ?", "DELETE FROM records WHERE path = ?",
        "DELETE FROM document_stages WHERE path = ?", "DELETE FROM attempts WHERE path = ?"})
    if (auto failed = database.run(sql, {path})) return failed;
  return std::nullopt;
}

Result<std::optional<LedgerRun>> select_last_run(LedgerDatabase& database) {
  static const std::string sql = "SELECT " + names_of(run_columns) + " FROM runs ORDER BY id DESC LIMIT 1";
  std::optional<LedgerRun> found;
  if (auto failed = database.run(sql.c_str(), {},
                                 [&](const LedgerRow& row) { read_row(row, run_columns, found.emplace()); }))
    return *failed;
  return found;
}

Result<std::optional<LedgerOwner>> select_owner(LedgerDatabase& database) {
  std::optional<LedgerOwner> owner;
  const auto take = [&](const LedgerRow& row) {
    auto [name, file] = cells<std::string, std::string>(row);
    owner = LedgerOwner{std::move(name), std::move(file)};
  };
  // Runs of older dockets have the name in their reports alone.
  if (auto failed = database.run(
          "SELECT name, pipeline FROM (SELECT id, pipeline, coalesce(nullif(pipeline_name, ''),"
          " CASE WHEN json_valid(report) THEN json_extract(report, '$.pipeline.name') END) AS name FROM runs)"
          " WHERE name IS NOT NULL ORDER BY id DESC LIMIT 1",
          {}, take))
    return *failed;
  return owner;
}

Result<std::optional<LedgerDocument>> select_document(LedgerDatabase& database, std::string_view path) {
  static const std::string sql = "SELECT " + names_of(document_columns) + " FROM documents WHERE path = ?";
  std::optional<LedgerDocument> found;
  if (auto failed = database.run(sql.c_str(), {path}, [&](const LedgerRow& row) {
        read_row(row, document_columns, found.emplace());
      }))
    return *failed;
  return found;
}

namespace {

/// All paths below one: from the first to before the second.
std::pair<std::string, std::string> range_below(std::string_view path) {
  return {std::string(path) + '/', std::string(path) + static_cast<char>('/' + 1)};
}

}  // namespace

Result<std::vector<LedgerDocument>> select_members(LedgerDatabase& database, std::string_view outer) {
  static const std::string sql = "SELECT " + names_of(document_columns) +
                                 " FROM documents WHERE path > ? AND path < ? AND parent = ? AND listed IS"
                                 " NOT NULL ORDER BY place, path";
  const auto [first, end] = range_below(outer);
  std::vector<LedgerDocument> members;
  if (auto failed = database.run(sql.c_str(), {first, end, outer}, [&](const LedgerRow& row) {
        read_row(row, document_columns, members.emplace_back());
      }))
    return *failed;
  return members;
}

std::optional<Error> list_members(LedgerDatabase& database, const std::string& outer,
                                  const std::vector<LedgerDocument>& members) {
  static const std::string sql =
      insert_statement("INSERT INTO documents", document_columns) +
      " ON CONFLICT (path) DO UPDATE SET parent = excluded.parent, listed = excluded.listed, place = "
      "excluded.place, size ="
      " excluded.size, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, inode = excluded.inode,"
      " in_input = max(in_input, excluded.in_input)";
  const auto [first, end] = range_below(outer);
  if (auto failed =
          database.run("UPDATE documents SET listed = NULL WHERE path > ? AND path < ? AND parent = ?",
                       {first, end, outer}))
    return failed;
  for (const LedgerDocument& member : members)
    if (auto failed = database.run(sql.c_str(), values_of(document_columns, member))) return failed;
  // What nobody has read has left nothing behind.
  return database.run(
      "DELETE FROM documents WHERE path > ? AND path < ? AND parent = ? AND listed IS NULL AND sha256 = '' "
      "AND"
      " record_bytes < 0",
      {first, end, outer});
}

std::optional<Error> select_unfinished(LedgerDatabase& database,
                                       const std::function<void(const LedgerDocument&)>& each) {
  static const std::string sql =
      "SELECT " + names_of(document_columns) + " FROM documents WHERE state <> 'done' ORDER BY path";
  return database.run(sql.c_str(), {}, [&](const LedgerRow& row) {
    LedgerDocument document;
    read_row(row, document_columns, document);
    each(document);
  });
}

std::optional<Error> select_doubtful(
    LedgerDatabase& database,
    const std::function<void(const std::string& path, const nlohmann::json& verdicts)>& each) {
  return database.run(
      "SELECT path, verdicts FROM documents WHERE state = 'done' AND (verdicts LIKE '%:false%' OR"
      " verdicts LIKE '%:\"none\"%' OR verdicts LIKE '%:\"poor\"%') ORDER BY path",
      {}, [&](const LedgerRow& row) {
        const auto [path, verdicts] = cells<std::string, nlohmann::json>(row);
        each(path, verdicts);
      });
}

std::optional<Error> select_unfinished_kinds(
    LedgerDatabase& database,
    const std::function<void(const LedgerDocument& kind, std::int64_t documents)>& each) {
  static constexpr LedgerColumn<LedgerDocument> kind_columns[] = {
      column<&LedgerDocument::outcome>("state"), column<&LedgerDocument::held>("held"),
      error_class_column<&LedgerDocument::error>("error_class"),
      column<&LedgerDocument::acknowledged>("max(acknowledged)"), column<&LedgerDocument::ack_of>("ack_of")};
  static const std::string sql = "SELECT " + names_of(kind_columns) +
                                 ", count(*) FROM documents WHERE state <> 'done'"
                                 " GROUP BY state, held, error_class, acknowledged IS NULL, ack_of";
  return database.run(sql.c_str(), {}, [&](const LedgerRow& row) {
    LedgerDocument kind;
    const int position = read_row(row, kind_columns, kind);
    each(kind, row.integer(position));
  });
}

std::optional<Error> select_records(LedgerDatabase& database, const EachRecord& each) {
  return database.run("SELECT path, record FROM records ORDER BY path", {}, [&](const LedgerRow& row) {
    const auto [path, record] = cells<std::string_view, std::string_view>(row);
    each(path, record);
  });
}

Result<std::string> select_record(LedgerDatabase& database, std::string_view path) {
  return database.text("SELECT record FROM records WHERE path = ?", {path});
}

Result<std::int64_t> count_in_input(LedgerDatabase& database) {
  return database.number("SELECT count(*) FROM documents WHERE in_input");
}

Result<std::vector<std::string>> select_paths(LedgerDatabase& database, DocumentSet set) {
  std::vector<std::string> paths;
  const auto add = [&](const LedgerRow& row) {
    auto [path] = cells<std::string>(row);
    paths.push_back(std::move(path));
  };
  if (auto failed = database.run("SELECT path FROM documents WHERE in_input >= ? ORDER BY path",
                                 {to_value(set == DocumentSet::in_input)}, add))
    return *failed;
  return paths;
}

Result<std::vector<LedgerDocument>> select_places(LedgerDatabase& database, DocumentSet set) {
  static constexpr LedgerColumn<LedgerDocument> columns[] = {column<&LedgerDocument::path>("path"),
                                                             column<&LedgerDocument::parent>("parent"),
                                                             column<&LedgerDocument::listed>("listed")};
  static const std::string sql =
      "SELECT " + names_of(columns) + " FROM documents WHERE in_input >= ? ORDER BY path";
  std::vector<LedgerDocument> places;
  const auto add = [&](const LedgerRow& row) { read_row(row, columns, places.emplace_back()); };
  if (auto failed = database.run(sql.c_str(), {to_value(set == DocumentSet::in_input)}, add)) return *failed;
  return places;
}

std::optional<Error> select_files(LedgerDatabase& database,
                                  const std::function<void(const LedgerDocument&)>& each) {
  static constexpr LedgerColumn<LedgerDocument> columns[] = {
      column<&LedgerDocument::name>("name"), column<&LedgerDocument::record_bytes>("record_bytes"),
      column<&LedgerDocument::text_bytes>("text_bytes"), column<&LedgerDocument::words_bytes>("words_bytes")};
  static const std::string sql = "SELECT " + names_of(columns) + " FROM documents";
  return database.run(sql.c_str(), {}, [&](const LedgerRow& row) {
    LedgerDocument document;
    read_row(row, columns, document);
    each(document);
  });
}

Result<std::shared_ptr<const LedgerHistory>> select_history(LedgerDatabase& database, std::string_view path) {
  auto document = select_document(database, path);
  if (!document) return document.error();
  if (!*document) return std::shared_ptr<const LedgerHistory>();
  auto stages = select_stages(database, path);
  if (!stages) return stages.error();
  return std::make_shared<const LedgerHistory>(LedgerHistory{std::move(**document), std::move(*stages)});
}

Result<std::vector<LedgerStage>> select_stages(LedgerDatabase& database, std::string_view path) {
  static const std::string sql =
      "SELECT " + names_of(stage_columns) + " FROM document_stages WHERE path = ? ORDER BY position";
  std::vector<LedgerStage> stages;
  if (auto failed = database.run(sql.c_str(), {path}, [&](const LedgerRow& row) {
        read_row(row, stage_columns, stages.emplace_back());
      }))
    return *failed;
  return stages;
}

Result<std::optional<StoredResult>> select_result(LedgerDatabase& database, std::string_view key) {
  static const std::string sql = "SELECT " + names_of(result_columns) +
                                 ", text, texts.rowid, CASE WHEN length(content) < " +
                                 std::to_string(long_text) +
                                 " THEN content END FROM stage_results LEFT JOIN texts ON digest = text"
                                 " WHERE key = ?";
  std::optional<StoredResult> found;
  std::optional<std::int64_t> long_text_row;
  const auto take = [&](const LedgerRow& row) {
    StoredResult& result = found.emplace();
    const int next = read_row(row, result_columns, result);
    result.text_digest = row.text(next);
    if (row.is_null(next + 1)) return;
    if (row.is_null(next + 2))
      long_text_row = row.integer(next + 1);
    else
      result.text = decode_text(row.bytes(next + 2));
  };
  if (auto failed = database.run(sql.c_str(), {key}, take)) return *failed;
  if (long_text_row) {
    TextDecoder decoder;
    const auto add = [&](std::string_view piece) {
      decoder.add(piece);
      return true;
    };
    if (auto failed = database.read("texts", "content", *long_text_row, add)) return *failed;
    found->text = decoder.end();
  }
  const bool makes_sense = found && found->state != StageResult::State::pending &&
                           !found->output.is_discarded() && (found->text_digest.empty() || found->text);
  if (!makes_sense) found.reset();
  return found;
}

Result<std::optional<StoredAnswer>> select_answer(LedgerDatabase& database, std::string_view request) {
  static const std::string sql = "SELECT " + names_of(answer_columns) + " FROM answers WHERE request = ?";
  std::optional<StoredAnswer> found;
  const auto take = [&](const LedgerRow& row) {
    StoredAnswer answer;
    read_row(row, answer_columns, answer);
    if (!answer.answer.is_discarded()) found = std::move(answer);
  };
  if (auto failed = database.run(sql.c_str(), {request}, take)) return *failed;
  return found;
}

Result<std::vector<LedgerCall>> select_calls(LedgerDatabase& database, std::string_view path) {
  static const std::string sql =
      "SELECT " + names_of(call_columns()) + " FROM calls WHERE document = ? ORDER BY id";
  std::vector<LedgerCall> calls;
  const auto add = [&](const LedgerRow& row) { read_row(row, call_columns(), calls.emplace_back()); };
  if (auto failed = database.run(sql.c_str(), {path}, add)) return *failed;
  return calls;
}

std::optional<Error> select_calls_of_run(LedgerDatabase& database, std::int64_t run,
                                         const std::function<void(const CallOfRun&)>& each) {
  static const std::string sql = "SELECT " + names_of(call_columns()) +
                                 ", time, label, coalesce(error_stage = stage AND (error_class = outcome OR"
                                 " outcome = '" +
                                 std::string(name(ErrorClass::content)) + "' AND error_class IN ('" +
                                 std::string(name(ErrorClass::transient)) + "', '" +
                                 std::string(name(ErrorClass::unavailable)) +
                                 "') AND instr(error_text, 'backend ''' || backend || '''') > 0), 0)"
                                 " FROM calls LEFT JOIN (SELECT path, label, error_class, error_stage,"
                                 " error AS error_text FROM"
                                 " documents) ON path = document WHERE run = ? ORDER BY document, id";
  return database.run(sql.c_str(), {run}, [&](const LedgerRow& row) {
    CallOfRun call;
    const int next = read_row(row, call_columns(), call.call);
    std::tie(call.time, call.label, call.is_why_failed) =
        cells<std::string, std::optional<std::string>, bool>(row, next);
    each(call);
  });
}

namespace {

/// Of ?1 since and ?2 before; as may_have_left has it: what was sent is an object in JSON, if it is known.
constexpr const char* egress_condition =
    " WHERE location = 'cloud' AND (sent_bytes > 0 OR sent NOT LIKE '{%') AND (?1 = '' OR time >= ?1) AND "
    "(?2 = '' OR time < ?2)";

}  // namespace

std::optional<Error> select_egress(LedgerDatabase& database, const EgressFilter& filter,
                                   const std::function<void(const EgressRow&)>& each) {
  static const std::string sql =
      "SELECT " + names_of(call_columns()) +
      ", time, coalesce((SELECT name FROM runs WHERE runs.id = calls.run), '') FROM calls" +
      egress_condition + " ORDER BY calls.id";
  return database.run(sql.c_str(), {filter.since, filter.before}, [&](const LedgerRow& row) {
    EgressRow found;
    const int next = read_row(row, call_columns(), found.call);
    std::tie(found.time, found.run) = cells<std::string, std::string>(row, next);
    each(found);
  });
}

Result<std::int64_t> count_egress_documents(LedgerDatabase& database, const EgressFilter& filter) {
  static const std::string sql =
      std::string("SELECT count(DISTINCT document) FROM calls") + egress_condition + " AND document <> ''";
  return database.number(sql.c_str(), {filter.since, filter.before});
}

Result<std::int64_t> select_spent_since(LedgerDatabase& database, std::string_view time) {
  return database.number(
      "SELECT coalesce(sum(coalesce(counted_nano_dollars, nano_dollars, 0)), 0) FROM calls WHERE time >= ?1"
      " AND run IN (SELECT id FROM runs WHERE finished IS NULL OR finished >= ?1)",
      {time});
}

Result<std::string> select_model(LedgerDatabase& database, std::string_view server) {
  return database.text("SELECT model FROM models WHERE server = ?", {server});
}

Result<std::string> select_configuration(LedgerDatabase& database, std::string_view digest) {
  return database.text("SELECT content FROM configurations WHERE digest = ?", {digest});
}

}  // namespace docket
