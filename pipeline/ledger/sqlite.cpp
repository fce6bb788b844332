// The only file that calls SQLite.
#include "pipeline/ledger/sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "pipeline/support/descriptor.h"

namespace docket {
namespace {

/// How long a statement waits for a lock of another process: opening and checkpoints take it for
/// milliseconds.
constexpr int busy_timeout_ms = 10'000;

std::string_view view(const void* bytes, int length) {
  return bytes == nullptr
             ? std::string_view()
             : std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(length));
}

int bind(sqlite3_stmt* statement, int position, std::string_view text) {
  return sqlite3_bind_text64(statement, position, text.data() == nullptr ? "" : text.data(), text.size(),
                             SQLITE_STATIC, SQLITE_UTF8);
}

int bind(sqlite3_stmt* statement, int position, const LedgerValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return sqlite3_bind_int64(statement, position, *integer);
  if (const auto* text = std::get_if<std::string_view>(&value)) return bind(statement, position, *text);
  if (const auto* own = std::get_if<LedgerOwnText>(&value))
    return bind(statement, position, std::string_view(own->text));
  if (const auto* blob = std::get_if<LedgerBytes>(&value))
    return sqlite3_bind_blob64(statement, position, blob->bytes.data() == nullptr ? "" : blob->bytes.data(),
                               blob->bytes.size(), SQLITE_STATIC);
  return sqlite3_bind_null(statement, position);
}

/// Makes the file before SQLite does it for all; the files beside it that SQLite makes get the same mode.
std::optional<Error> make_file(const std::filesystem::path& file, FileMode mode) {
  const Descriptor descriptor = open_file(file, O_RDWR | O_CREAT, mode);
  if (!descriptor)
    return Error{ErrorClass::output,
                 "cannot write the ledger " + file.string() + ": " + std::generic_category().message(errno)};
  fchmod(descriptor.get(), mode);              // Another owner's file stays as it is.
  for (const char* ending : {"-wal", "-shm"})  // Of a run that was killed.
    set_mode(file.string() + ending, mode);
  return std::nullopt;
}

/// SQLite would wait for ever for somebody to open the other end of a named pipe.
std::optional<Error> check_kinds(const std::filesystem::path& file) {
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
    const std::filesystem::path one = file.string() + ending;
    std::error_code ignored;
    const auto type = std::filesystem::status(one, ignored).type();
    const bool may_wait = type == std::filesystem::file_type::fifo ||
                          type == std::filesystem::file_type::character ||
                          type == std::filesystem::file_type::socket;
    if (!may_wait) continue;
    return Error{ErrorClass::output,
                 one.string() + " is a pipe or a device where the ledger should be: move it away"};
  }
  return std::nullopt;
}

}  // namespace

LedgerValue or_null(const std::optional<std::string>& text) {
  return text ? LedgerValue(std::string_view(*text)) : LedgerValue();
}

bool LedgerRow::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::int64_t LedgerRow::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view LedgerRow::text(int column) const {
  const void* begin = sqlite3_column_text(statement_, column);  // Before its length is asked for.
  return view(begin, sqlite3_column_bytes(statement_, column));
}

std::string_view LedgerRow::bytes(int column) const {
  const void* begin = sqlite3_column_blob(statement_, column);
  return view(begin, sqlite3_column_bytes(statement_, column));
}

int LedgerRow::columns() const { return sqlite3_column_count(statement_); }

std::string LedgerRow::column_name(int column) const { return sqlite3_column_name(statement_, column); }

void LedgerDatabase::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<std::unique_ptr<LedgerDatabase>> LedgerDatabase::open(const std::filesystem::path& file, Access access,
                                                             FileMode mode) {
  if (auto failed = check_kinds(file)) return *failed;
  std::unique_ptr<LedgerDatabase> database(new LedgerDatabase(file));
  if (access == Access::write) {
    if (std::optional<Error> failed = make_file(file, mode)) return *failed;
    const int code = database->connect(file.string(), SQLITE_OPEN_READWRITE);
    if (code != SQLITE_OK) return database->error(code);
    return database;
  }
  int code = database->connect(file.string(), SQLITE_OPEN_READONLY);
  if (code == SQLITE_OK) return database;
  // Where no file may be made beside the ledger SQLite cannot share it; nobody can write to it either, unless
  // a writer's log is there.
  const Error first = database->error(code);
  std::error_code ignored;
  if (std::filesystem::exists(file.string() + "-wal", ignored) || access != Access::read) return first;
  std::string escaped;
  for (const char c : std::filesystem::absolute(file).string())
    escaped += c == '%' ? "%25" : c == '?' ? "%3f" : c == '#' ? "%23" : std::string(1, c);
  code = database->connect("file:" + escaped + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  if (code != SQLITE_OK) return first;
  return database;
}

int LedgerDatabase::connect(const std::string& name, int flags) {
  statements_.clear();
  sqlite3_close(connection_);
  connection_ = nullptr;
  int code = sqlite3_open_v2(name.c_str(), &connection_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return code;
  sqlite3_extended_result_codes(connection_, 1);
  sqlite3_busy_timeout(connection_, busy_timeout_ms);
  // Opening reads nothing: the first query finds out what the file is.
  return sqlite3_exec(connection_, "PRAGMA schema_version; SELECT 1 FROM sqlite_schema LIMIT 1", nullptr,
                      nullptr, nullptr);
}

LedgerDatabase::~LedgerDatabase() {
  statements_.clear();
  sqlite3_close(connection_);
}

std::optional<Error> LedgerDatabase::execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return std::nullopt;
  return error(code);
}

std::optional<Error> LedgerDatabase::run(const char* sql, std::span<const LedgerValue> values,
                                         const EachRow& each_row) {
  Statement& kept = statements_[sql];
  int code = SQLITE_OK;
  if (!kept) {
    sqlite3_stmt* compiled = nullptr;
    code = sqlite3_prepare_v3(connection_, sql, -1, SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
    if (code != SQLITE_OK) return error(code);
    kept.reset(compiled);
  }
  sqlite3_stmt* const statement = kept.get();
  int position = 0;
  for (const LedgerValue& value : values)
    if (code == SQLITE_OK) code = bind(statement, ++position, value);
  if (code == SQLITE_OK) {
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
      if (each_row) each_row(LedgerRow(statement));
  }
  std::optional<Error> failed;
  if (code != SQLITE_DONE) failed = error(code);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return failed;
}

Result<std::int64_t> LedgerDatabase::number(const char* sql, std::initializer_list<LedgerValue> values) {
  std::int64_t number = 0;
  if (auto failed = run(sql, values, [&](const LedgerRow& row) { number = row.integer(0); })) return *failed;
  return number;
}

Result<std::string> LedgerDatabase::text(const char* sql, std::initializer_list<LedgerValue> values) {
  std::string text;
  if (auto failed = run(sql, values, [&](const LedgerRow& row) { text = row.text(0); })) return *failed;
  return text;
}

namespace {

constexpr int piece_bytes = 1 << 18;  ///< Of a value that is read.

struct CloseBlob {
  void operator()(sqlite3_blob* blob) const { sqlite3_blob_close(blob); }
};
using Blob = std::unique_ptr<sqlite3_blob, CloseBlob>;

int open_blob(sqlite3* connection, const char* table, const char* column, std::int64_t row_id,
              int for_writing, Blob& blob) {
  sqlite3_blob* opened = nullptr;
  const int code = sqlite3_blob_open(connection, "main", table, column, row_id, for_writing, &opened);
  blob.reset(opened);
  return code;
}

}  // namespace

std::optional<Error> LedgerDatabase::insert_long(const char* sql, std::initializer_list<LedgerValue> values,
                                                 const char* table, const char* column,
                                                 const Pieces& pieces) {
  // Its pages are not needed again: they would take the place of all others, and memory.
  const Result<std::int64_t> cache = number("PRAGMA cache_size");
  if (!cache) return cache.error();
  if (auto failed = execute("PRAGMA cache_size = -1000")) return failed;
  std::optional<Error> failed = run(sql, values);
  if (!failed && sqlite3_changes(connection_) > 0) {
    const int code = fill(table, column, last_row_id(), pieces);
    if (code != SQLITE_OK) failed = error(code);
  }
  const auto not_restored = execute("PRAGMA cache_size = " + std::to_string(*cache));
  return failed ? failed : not_restored;
}

int LedgerDatabase::fill(const char* table, const char* column, std::int64_t row_id, const Pieces& pieces) {
  Blob blob;
  int code = open_blob(connection_, table, column, row_id, 1, blob);
  int at = 0;
  const auto put = [&](std::string_view piece) {
    const int size = static_cast<int>(piece.size());
    code = sqlite3_blob_write(blob.get(), piece.data(), size, at);
    at += size;
    return code == SQLITE_OK;
  };
  if (code == SQLITE_OK) pieces(put);
  return code;
}

std::optional<Error> LedgerDatabase::read(const char* table, const char* column, std::int64_t row_id,
                                          const TakePiece& take) {
  Blob blob;
  int code = open_blob(connection_, table, column, row_id, 0, blob);
  const int size = code == SQLITE_OK ? sqlite3_blob_bytes(blob.get()) : 0;
  std::string piece;
  for (int at = 0; at < size && code == SQLITE_OK; at += static_cast<int>(piece.size())) {
    piece.resize(static_cast<std::size_t>(std::min(piece_bytes, size - at)));
    code = sqlite3_blob_read(blob.get(), piece.data(), static_cast<int>(piece.size()), at);
    if (code == SQLITE_OK && !take(piece)) break;
  }
  return code == SQLITE_OK ? std::nullopt : std::optional(error(code));
}

std::optional<Error> LedgerDatabase::empty_log() {
  sqlite3_busy_timeout(connection_, 0);  // Who reads now is not waited for.
  const int code =
      sqlite3_wal_checkpoint_v2(connection_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(connection_, busy_timeout_ms);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
    return std::nullopt;
  return error(code);
}

std::int64_t LedgerDatabase::last_row_id() const { return sqlite3_last_insert_rowid(connection_); }

Error LedgerDatabase::error(int code) const {
  const std::string ledger = "the ledger " + file_.string();
  const std::string reason = connection_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection_);
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return {ErrorClass::output, ledger + " is damaged (" + reason +
                                      "): move it away and run again to compute everything again"};
    case SQLITE_FULL:
      return {ErrorClass::output, "cannot write " + ledger + ": No space left on device"};
    case SQLITE_READONLY:
      return {ErrorClass::output, "cannot write " + ledger + ": the file or its file system is read-only"};
    case SQLITE_CANTOPEN:
      return {ErrorClass::output,
              "cannot open " + ledger + ": " +
                  (connection_ != nullptr && sqlite3_system_errno(connection_) != 0
                       ? std::generic_category().message(sqlite3_system_errno(connection_))
                       : reason)};
    case SQLITE_IOERR:
      return {ErrorClass::output,
              "cannot read or write " + ledger + ": " +
                  (connection_ != nullptr && sqlite3_system_errno(connection_) != 0
                       ? std::generic_category().message(sqlite3_system_errno(connection_))
                       : reason)};
    case SQLITE_BUSY:
      return {ErrorClass::output, ledger + " is locked by another process: end it and try again"};
    default:
      return {ErrorClass::bug, ledger + ": " + reason};
  }
}

}  // namespace docket
