#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "pipeline/ledger/sqlite.h"

namespace docket {

/// No request of OTLP has more spans.
inline constexpr std::size_t most_spans_in_request = 512;

/// What a run did, as spans of OpenTelemetry: the run, its documents, their stages, the calls of these; made
/// of the ledger's rows, which have no word of a document. `take` gets the body of each request in OTLP's
/// JSON and says whether it wants more. docs/report.md says which times are known.
std::optional<Error> spans_of_run(LedgerDatabase& database, const nlohmann::ordered_json& report,
                                  const std::string& service, const std::string& version,
                                  const std::function<bool(const std::string& body)>& take);

}  // namespace docket
