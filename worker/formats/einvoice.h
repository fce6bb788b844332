#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"

namespace docket::worker {

// Electronic invoices by EN 16931: what Factur-X, ZUGFeRD and XRechnung write as XML, beside a printed
// invoice or in its place. What is read is `einvoice` of docs/record.schema.json:
// `{syntax, profile?, name?, credit_note?, terms: {"BT-112": "119.00", …, "BG-25": [{…}, …]}}`.

/// An invoice in the XML of CII, ZUGFeRD 1 or UBL. Nothing: it is something else. The Error (class `damaged`)
/// says what is wrong with one, cut off for instance. Entities are not read: a file that declares some is
/// none that can be believed. `utf8` is decoded; what it says of its encoding does not count.
std::optional<Result<nlohmann::json>> einvoice_in(std::string_view utf8, std::vector<std::string>& problems);

/// The invoice among the XML files of a document, in `value`, and what is wrong with it among its `problems`.
/// Of several the newest format counts, and what the others say otherwise stands in `contradicted`, by term.
void read_attached_einvoices(std::span<const AttachedXml> files, nlohmann::json& value);

/// The invoice as a document of its own: its terms in words, one on a line, the rows of groups as tables.
Extraction einvoice_as_document(nlohmann::json einvoice, std::vector<std::string> problems);

}  // namespace docket::worker
