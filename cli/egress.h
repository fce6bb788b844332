#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "pipeline/ledger_rows.h"

namespace docket {

/// A call to a model in the cloud in words; `sent` is that of its row.

/// What of the document it showed: `document`, `pages 2, 3`, `fields total, iban`.
std::string what_was_sent(const nlohmann::json& sent);
/// The members of a list in it, with a separator between; empty: none.
std::string texts_of(const nlohmann::json& sent, const char* name, const std::string& separator);
/// `2 email, 1 iban`; empty: nothing was redacted.
std::string redactions_of(const LedgerCall& call);

}  // namespace docket
