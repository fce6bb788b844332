#include "pipeline/ledger/cursor.h"

#include <algorithm>

#include "pipeline/ledger_rows.h"

namespace docket {

Result<const LedgerGlance*> LedgerCursor::find(std::string_view path) {
  const bool covered =
      begun_ && path >= first_ && (at_end_ || (count_ > 0 && path <= rows_[count_ - 1].path));
  if (!covered)
    if (auto failed = read_from(path)) return *failed;
  const auto begin = rows_.begin(), end = begin + static_cast<std::ptrdiff_t>(count_);
  auto row = begin + static_cast<std::ptrdiff_t>(next_);
  if (row == end || row->path != path) row = std::ranges::lower_bound(begin, end, path, {}, &Row::path);
  if (row == end || row->path != path) return static_cast<const LedgerGlance*>(nullptr);
  next_ = static_cast<std::size_t>(row - begin) + 1;
  return static_cast<const LedgerGlance*>(&row->glance);
}

std::optional<Error> LedgerCursor::read_from(std::string_view path) {
  first_ = path;
  count_ = next_ = 0;
  begun_ = true;
  const auto add = [&](const LedgerRow& row) {
    Row& to = rows_[count_++];
    to.path = row.text(0);
    to.glance.stamp = {row.integer(1), row.integer(2), row.integer(3), row.integer(4)};
    to.glance.outcome = outcome_named(row.text(5)).value_or(Outcome::cancelled);
    to.glance.same_pipeline = row.integer(6) != 0;
    to.glance.settled = row.integer(7) != 0;
    to.glance.parked = row.integer(8) != 0;
    to.glance.record_bytes = row.integer(9);
    to.glance.in_input = row.integer(10) != 0;
  };
  std::optional<Error> failed = database_.run(
      "SELECT path, size, mtime_ns, ctime_ns, inode, state, plan = ?1, settled, parked, record_bytes, "
      "in_input"
      " FROM documents WHERE path >= ?2 ORDER BY path LIMIT ?3",
      {pipeline_, path, static_cast<std::int64_t>(ahead)}, add);
  at_end_ = count_ < ahead;
  return failed;
}

}  // namespace docket
