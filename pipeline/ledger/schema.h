#pragma once
#include <optional>
#include <span>
#include <string>

#include "pipeline/ledger/sqlite.h"

namespace docket {

/// A step from one version of the ledger to the next, as SQL. The n-th leads from version n to n + 1.
using LedgerMigration = const char*;

/// What today's ledgers are made of, step by step; docs/ledger.md describes the result.
std::span<const LedgerMigration> ledger_migrations();

/// Brings a ledger to the newest version, an empty file too. Each step is one transaction. An Error if the
/// file is no ledger, or one of a newer version.
std::optional<Error> migrate(LedgerDatabase& database,
                             std::span<const LedgerMigration> migrations = ledger_migrations());

/// A column that came to a table without a new version: an older docket does not name it, and the default is
/// right for its rows.
struct AddedColumn {
  std::string table, name, declaration;
};

/// Adds those that the ledger lacks, in one transaction.
std::optional<Error> add_missing(LedgerDatabase& database, std::span<const AddedColumn> columns);

/// An Error unless the ledger has exactly today's version and these columns: for readers, which may not
/// change it.
std::optional<Error> check_version(LedgerDatabase& database, std::span<const AddedColumn> columns);

}  // namespace docket
