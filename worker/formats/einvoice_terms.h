#pragma once
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <string>
#include <vector>

namespace docket::worker {

/// The languages in which invoices are written as XML.
enum class InvoiceSyntax {
  cii,       ///< UN/CEFACT Cross Industry Invoice D16B and later: Factur-X, ZUGFeRD 2, XRechnung.
  zugferd1,  ///< Its forerunner of ZUGFeRD 1.
  ubl,       ///< OASIS UBL 2, Invoice and CreditNote.
};

/// The values of an invoice's business terms (pipeline/business_terms.h) as they stand there: texts by the id
/// of the term, dates as ISO 8601, and by the id of a group a list of its rows. A term that stands there with
/// several values is left out, as is one that is no number or no date, of which `problems` tells.
nlohmann::json terms_of(pugi::xml_node root, InvoiceSyntax syntax, std::vector<std::string>& problems);

}  // namespace docket::worker
