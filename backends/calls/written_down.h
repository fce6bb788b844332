#pragma once
#include "pipeline/answer_store.h"
#include "pipeline/backend.h"
#include "pipeline/ledger_rows.h"

namespace docket::backends {

/// For Request::before_sending of a call that may cost or leave this machine: has the call's row on disk
/// before each of its requests, with all that may have been charged so far and the outcome `unknown_end`. The
/// row is that of `call`, which gets to know it. `store` outlives the request.
BeforeSending written_down_first(AnswerStore& store, LedgerCall& call);

}  // namespace docket::backends
