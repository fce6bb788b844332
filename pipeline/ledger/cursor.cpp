#include "pipeline/ledger/cursor.h"

#include <algorithm>

#include "pipeline/ledger/columns.h"

namespace docket {
namespace {

constexpr LedgerColumn<LedgerGlance> glance_columns[] = {
    column<&LedgerGlance::path>("path"),
    column<&LedgerGlance::stamp, &FileStamp::size>("size"),
    column<&LedgerGlance::stamp, &FileStamp::mtime_ns>("mtime_ns"),
    column<&LedgerGlance::stamp, &FileStamp::ctime_ns>("ctime_ns"),
    column<&LedgerGlance::stamp, &FileStamp::inode>("inode"),
    column<&LedgerGlance::outcome>("state"),
    column<&LedgerGlance::same_pipeline>("plan IN (?1, ?2)"),
    column<&LedgerGlance::settled>("settled"),
    column<&LedgerGlance::parked>("parked"),
    column<&LedgerGlance::record_bytes>("record_bytes"),
    column<&LedgerGlance::text_bytes>("text_bytes"),
    column<&LedgerGlance::words_bytes>("words_bytes"),
    column<&LedgerGlance::has_words>("has_words"),
    column<&LedgerGlance::in_input>("in_input"),
    column<&LedgerGlance::is_acknowledged>("acknowledged IS NOT NULL"),
    column<&LedgerGlance::verdicts>("verdicts"),
    column<&LedgerGlance::members>("members"),
};

}  // namespace

Result<const LedgerGlance*> LedgerCursor::find(std::string_view path) {
  const bool covered =
      begun_ && path >= first_ && (at_end_ || (count_ > 0 && path <= rows_[count_ - 1].path));
  if (!covered)
    if (auto failed = read_from(path)) return *failed;
  const auto begin = rows_.begin(), end = begin + static_cast<std::ptrdiff_t>(count_);
  auto row = begin + static_cast<std::ptrdiff_t>(next_);
  if (row == end || row->path != path)
    row = std::ranges::lower_bound(begin, end, path, {}, &LedgerGlance::path);
  if (row == end || row->path != path) return static_cast<const LedgerGlance*>(nullptr);
  next_ = static_cast<std::size_t>(row - begin) + 1;
  return static_cast<const LedgerGlance*>(&*row);
}

std::optional<Error> LedgerCursor::read_from(std::string_view path) {
  first_ = path;
  count_ = next_ = 0;
  begun_ = true;
  static const std::string sql =
      "SELECT " + names_of(glance_columns) + " FROM documents WHERE path >= ?3 ORDER BY path LIMIT ?4";
  std::optional<Error> failed =
      database_.run(sql.c_str(), {digests_.whole, digests_.part, path, static_cast<std::int64_t>(ahead)},
                    [&](const LedgerRow& row) { read_row(row, glance_columns, rows_[count_++]); });
  at_end_ = count_ < ahead;
  return failed;
}

}  // namespace docket
