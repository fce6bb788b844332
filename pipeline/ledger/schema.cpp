// The comments inside the statements are kept by SQLite: `.schema` in its shell shows them.
#include "pipeline/ledger/schema.h"

#include <string>
#include <vector>

namespace docket {
namespace {

/// "dckt": tells a ledger from another program's database.
constexpr std::int64_t application_id = 0x64636b74;

constexpr LedgerMigration first_version = R"sql(
CREATE TABLE runs (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,  -- as in report.json
  pipeline    TEXT NOT NULL,         -- the pipeline file
  plan        TEXT NOT NULL,         -- digest of all stages' configurations
  version     TEXT NOT NULL,         -- of docket
  host        TEXT NOT NULL,
  pid         INTEGER NOT NULL,
  started     TEXT NOT NULL,         -- ISO 8601, UTC
  finished    TEXT,                  -- NULL: still running, or killed
  exit_code   INTEGER,
  report      TEXT,                  -- report.json of the run
  pipeline_name TEXT NOT NULL DEFAULT ''  -- the last one's is the pipeline that the output belongs to
);

CREATE TABLE configurations (        -- what a stage was told to do, each once
  digest      TEXT PRIMARY KEY,
  stage       TEXT NOT NULL,         -- id in the pipeline file
  content     TEXT NOT NULL          -- JSON: type, version, settings, models; no secrets
);

CREATE TABLE models (                -- what servers had when they were last asked
  server      TEXT PRIMARY KEY,      -- hash of the backend's type, addresses and model
  model       TEXT NOT NULL          -- digest of its content, or its name
);

CREATE TABLE documents (
  path         TEXT PRIMARY KEY,     -- as the record names it
  id           TEXT NOT NULL,
  name         TEXT NOT NULL,        -- of its files below the output folder, without ending
  size         INTEGER NOT NULL,     -- the file when it was last read: bytes, times, inode;
  mtime_ns     INTEGER NOT NULL,     --   -1: it was changing
  ctime_ns     INTEGER NOT NULL,
  inode        INTEGER NOT NULL,
  sha256       TEXT NOT NULL,        -- of the content; empty: it could not be read
  media_type   TEXT NOT NULL,
  plan         TEXT NOT NULL,        -- what the document was last run with: see runs.plan
  state        TEXT NOT NULL,        -- done, held, failed or cancelled
  settled      INTEGER NOT NULL,     -- 1: the same content and plan would end the same way
  held         TEXT,                 -- why
  error_stage  TEXT,
  error_class  TEXT,
  error        TEXT,
  attempts     INTEGER NOT NULL,     -- failures in a row with this content and plan
  parked       INTEGER NOT NULL,     -- 1: not tried again until content or plan changes
  record_bytes INTEGER NOT NULL,     -- size of the record file; -1: docket has not written it
  in_input     INTEGER NOT NULL,     -- 1: a run over the whole input named it
  run          INTEGER NOT NULL,     -- the last run that worked on it
  text_bytes   INTEGER,              -- likewise of its text and of its word boxes;
  words_bytes  INTEGER               --   NULL: an older docket did not say
) WITHOUT ROWID;
CREATE INDEX documents_in_input ON documents (in_input) WHERE in_input;

CREATE TABLE records (               -- what NAME.json says, on one line
  path        TEXT PRIMARY KEY,
  record      TEXT NOT NULL
);

CREATE TABLE results (               -- one row: how results.jsonl stands to the records
  bytes       INTEGER NOT NULL       -- its size when it had them all; -1: records have changed since
);
INSERT INTO results VALUES (-1);

CREATE TABLE document_stages (       -- how each stage of a document last ended
  path          TEXT NOT NULL,
  stage         TEXT NOT NULL,       -- id in the pipeline file
  position      INTEGER NOT NULL,    -- in the order of stages
  state         TEXT NOT NULL,       -- pending, skipped, done, held or failed
  ran           INTEGER NOT NULL,    -- 1: it ran; 0: its stored result was taken, or it was not reached
  why           TEXT NOT NULL,       -- what made it run
  key           TEXT NOT NULL,       -- in stage_results
  configuration TEXT NOT NULL,       -- digest in configurations
  input         TEXT NOT NULL,       -- digests of what it read, as JSON
  reasons       TEXT NOT NULL,       -- JSON: the conditions that were true
  held          TEXT,
  error_class   TEXT,
  error         TEXT,
  wall_ns       INTEGER NOT NULL,    -- and usage: of the run that computed it
  calls         INTEGER NOT NULL,
  input_tokens  INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  nano_dollars  INTEGER NOT NULL,
  run           INTEGER NOT NULL,    -- the run in which it ended so
  PRIMARY KEY (path, stage)
) WITHOUT ROWID;

CREATE TABLE stage_results (         -- validated successes, whatever document they were made for
  key         TEXT PRIMARY KEY,      -- hash of configuration and all that the stage read
  stage       TEXT NOT NULL,
  state       TEXT NOT NULL,         -- done or held
  output      TEXT NOT NULL,         -- JSON: the stage's member of the record
  reasons     TEXT NOT NULL,
  held        TEXT,
  text        TEXT,                  -- digest in texts, for the stage that reads the file
  media_type  TEXT,                  -- likewise
  usage       TEXT NOT NULL,         -- JSON: what it took
  created     TEXT NOT NULL,
  run         INTEGER NOT NULL
);

CREATE TABLE texts (                 -- text and word boxes of documents, each content once
  digest      TEXT PRIMARY KEY,
  content     BLOB NOT NULL
);

CREATE TABLE calls (                 -- every attempt to ask a model
  id                  INTEGER PRIMARY KEY,
  run                 INTEGER NOT NULL,
  time                TEXT NOT NULL,     -- when it ended, or began if nobody knows how it ended
  document            TEXT NOT NULL,     -- path
  stage               TEXT NOT NULL,
  backend             TEXT NOT NULL,     -- name in the pipeline file
  kind                TEXT NOT NULL,     -- its type
  model               TEXT NOT NULL,     -- as the server calls it
  location            TEXT NOT NULL,     -- local or cloud
  attempt             INTEGER NOT NULL,  -- from 1
  outcome             TEXT NOT NULL,     -- ok, or the class of the error; unknown: docket ended first
  message             TEXT,
  request             TEXT NOT NULL,     -- in answers
  wall_ms             INTEGER NOT NULL,
  input_tokens        INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  cache_write_tokens  INTEGER NOT NULL,
  output_tokens       INTEGER NOT NULL,
  reasoning_tokens    INTEGER NOT NULL,
  nano_dollars        INTEGER,           -- NULL: the price is not known
  counted_nano_dollars INTEGER           -- what budgets count: the cost, or the most that it may be where it
                                         --   is not known; NULL: an older docket did not say
);
CREATE INDEX calls_by_document ON calls (document);
CREATE INDEX calls_by_run ON calls (run);

CREATE TABLE answers (               -- what models answered; the same request is not sent again
  request     TEXT PRIMARY KEY,      -- hash of model and request
  model       TEXT NOT NULL,
  answer      TEXT NOT NULL,         -- JSON
  usage       TEXT NOT NULL,         -- JSON
  created     TEXT NOT NULL,
  run         INTEGER NOT NULL
);

CREATE TABLE attempts (              -- every failure of a document
  id          INTEGER PRIMARY KEY,
  run         INTEGER NOT NULL,
  time        TEXT NOT NULL,
  path        TEXT NOT NULL,
  stage       TEXT NOT NULL,
  error_class TEXT NOT NULL,
  error       TEXT NOT NULL,
  sha256      TEXT NOT NULL,
  plan        TEXT NOT NULL
);
CREATE INDEX attempts_by_path ON attempts (path);
)sql";

constexpr LedgerMigration migrations_so_far[] = {first_version};

Error other_version(const LedgerDatabase& database, std::int64_t version, std::size_t newest) {
  return {ErrorClass::output, "the ledger " + database.file().string() + " has version " +
                                  std::to_string(version) + ", this docket supports versions up to " +
                                  std::to_string(newest) +
                                  ": use the newer docket that made it, or another output folder"};
}

Error foreign(const LedgerDatabase& database) {
  return {ErrorClass::output,
          database.file().string() + " is not a docket ledger: move it away, or use another output folder"};
}

std::optional<Error> step(LedgerDatabase& database, LedgerMigration migration, std::size_t version) {
  if (auto failed = database.execute("BEGIN IMMEDIATE")) return failed;
  std::optional<Error> failed = database.execute(migration);
  if (!failed) failed = database.execute("PRAGMA application_id = " + std::to_string(application_id));
  if (!failed) failed = database.execute("PRAGMA user_version = " + std::to_string(version));
  if (!failed) failed = database.execute("COMMIT");
  if (failed) static_cast<void>(database.execute("ROLLBACK"));
  return failed;
}

Error older(const LedgerDatabase& database) {
  return {ErrorClass::output,
          "the ledger " + database.file().string() + " is from an older docket: the next run upgrades it"};
}

Result<std::vector<AddedColumn>> missing(LedgerDatabase& database, std::span<const AddedColumn> columns) {
  std::vector<AddedColumn> missing;
  for (const AddedColumn& column : columns) {
    const Result<std::int64_t> is_there = database.number(
        "SELECT count(*) FROM pragma_table_info(?) WHERE name = ?", {column.table, column.name});
    if (!is_there) return is_there.error();
    if (*is_there == 0) missing.push_back(column);
  }
  return missing;
}

}  // namespace

std::span<const LedgerMigration> ledger_migrations() { return migrations_so_far; }

std::optional<Error> migrate(LedgerDatabase& database, std::span<const LedgerMigration> migrations) {
  const Result<std::int64_t> version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  const Result<std::int64_t> application = database.number("PRAGMA application_id");
  if (!application) return application.error();
  const Result<std::int64_t> tables = database.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*application != application_id && (*tables > 0 || *version > 0)) return foreign(database);
  if (*version < 0 || *version > static_cast<std::int64_t>(migrations.size()))
    return other_version(database, *version, migrations.size());
  // Readers work beside it from the first table on, and a kill leaves them no journal that they may not undo.
  if (auto failed = database.execute("PRAGMA journal_mode = WAL")) return failed;
  for (std::size_t from = static_cast<std::size_t>(*version); from < migrations.size(); ++from)
    if (auto failed = step(database, migrations[from], from + 1)) return failed;
  return std::nullopt;
}

std::optional<Error> add_missing(LedgerDatabase& database, std::span<const AddedColumn> columns) {
  const Result<std::vector<AddedColumn>> lacking = missing(database, columns);
  if (!lacking) return lacking.error();
  if (lacking->empty()) return std::nullopt;
  std::string sql = "BEGIN IMMEDIATE;";
  for (const auto& [table, name, declaration] : *lacking)
    sql += "ALTER TABLE " + table + " ADD COLUMN " + name + " " + declaration + ";";
  std::optional<Error> failed = database.execute(sql + "COMMIT");
  if (failed) static_cast<void>(database.execute("ROLLBACK"));
  return failed;
}

std::optional<Error> check_version(LedgerDatabase& database, std::span<const AddedColumn> columns) {
  const Result<std::int64_t> version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  const Result<std::int64_t> application = database.number("PRAGMA application_id");
  if (!application) return application.error();
  if (*application != application_id) return foreign(database);
  const std::size_t newest = ledger_migrations().size();
  if (*version > static_cast<std::int64_t>(newest)) return other_version(database, *version, newest);
  if (*version < static_cast<std::int64_t>(newest)) return older(database);
  const Result<std::vector<AddedColumn>> lacking = missing(database, columns);
  if (!lacking) return lacking.error();
  return lacking->empty() ? std::nullopt : std::optional(older(database));
}

}  // namespace docket
