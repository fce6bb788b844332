#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "pipeline/support/file_mode.h"
#include "pipeline/support/pieces.h"
#include "pipeline/support/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace docket {

/// A value to bind to a `?`; text and bytes are borrowed for the call, but for a text made for it.
struct LedgerBytes {
  std::string_view bytes;
};
struct LedgerOwnText {
  std::string text;
};
using LedgerValue = std::variant<std::monostate, std::int64_t, std::string_view, LedgerBytes, LedgerOwnText>;

/// The value, or NULL where there is none.
LedgerValue or_null(const std::optional<std::string>& text);

/// The row that a query stands on; valid within the callback that gets it. Columns count from 0.
class LedgerRow {
 public:
  explicit LedgerRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const;
  std::int64_t integer(int column) const;    ///< 0 for NULL.
  std::string_view text(int column) const;   ///< Empty for NULL.
  std::string_view bytes(int column) const;  ///< Empty for NULL.
  int columns() const;
  std::string column_name(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// One connection to a ledger. For one thread at a time. Errors are of class `output` and name the file.
class LedgerDatabase {
 public:
  enum class Access {
    write,  ///< Makes the file where it is missing.
    read,   ///< The file must be there. Works beside a writer, and on a file system that is read-only.
  };
  /// `mode`: what the file and those beside it get when they are written.
  static Result<std::unique_ptr<LedgerDatabase>> open(const std::filesystem::path& file, Access access,
                                                      FileMode mode = 0600);
  ~LedgerDatabase();
  LedgerDatabase(const LedgerDatabase&) = delete;
  LedgerDatabase& operator=(const LedgerDatabase&) = delete;

  /// Runs one statement or several, without values and without looking at rows.
  std::optional<Error> execute(const std::string& sql);

  /// Runs one statement. It is compiled once and kept by its address: `sql` must be a literal, or a static
  /// that never changes.
  using EachRow = std::function<void(const LedgerRow&)>;
  std::optional<Error> run(const char* sql, std::span<const LedgerValue> values,
                           const EachRow& each_row = {});
  std::optional<Error> run(const char* sql, std::initializer_list<LedgerValue> values = {},
                           const EachRow& each_row = {}) {
    return run(sql, std::span(values.begin(), values.size()), each_row);
  }

  /// The first column of the only row; 0 if there is none.
  Result<std::int64_t> number(const char* sql, std::initializer_list<LedgerValue> values = {});
  /// The first column of the only row; empty if there is none.
  Result<std::string> text(const char* sql, std::initializer_list<LedgerValue> values = {});

  // A long value, piece by piece: nobody holds it as a whole. `table` and `column` are literals.
  /// Runs an INSERT of `zeroblob(?)` as the value of that column, with the length of `pieces`, and puts them
  /// in its place; not if the statement inserts nothing.
  std::optional<Error> insert_long(const char* sql, std::initializer_list<LedgerValue> values,
                                   const char* table, const char* column, const Pieces& pieces);
  std::optional<Error> read(const char* table, const char* column, std::int64_t row_id,
                            const TakePiece& take);

  /// Moves the log into the database, as far as other connections let it, and empties it; the Error says only
  /// what is wrong with the file or its disk.
  std::optional<Error> empty_log();

  std::int64_t last_row_id() const;
  const std::filesystem::path& file() const { return file_; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  explicit LedgerDatabase(std::filesystem::path file) : file_(std::move(file)) {}
  int connect(const std::string& name, int flags);
  int fill(const char* table, const char* column, std::int64_t row_id, const Pieces& pieces);
  Error error(int code) const;

  const std::filesystem::path file_;
  sqlite3* connection_ = nullptr;
  std::map<const char*, Statement> statements_;
};

}  // namespace docket
