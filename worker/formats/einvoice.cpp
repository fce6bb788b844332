#include "worker/formats/einvoice.h"

#include <algorithm>
#include <pugixml.hpp>
#include <utility>

#include "pipeline/business_terms.h"
#include "pipeline/reading/folded.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"
#include "worker/formats/einvoice_terms.h"
#include "worker/text/encoding.h"
#include "worker/text/plain_text.h"

namespace docket::worker {
namespace {

using nlohmann::json;

/// Elements and attributes: each takes some 60 bytes, whatever is in it.
constexpr std::ptrdiff_t most_invoice_nodes = 2'000'000;

/// How an invoice begins.
struct InvoiceRoot {
  std::string_view xml_namespace;  ///< Or its beginning; versions follow.
  std::string_view element;
  InvoiceSyntax syntax;
  std::string_view name;  ///< Of the syntax, in a record.
};

constexpr InvoiceRoot invoice_roots[] = {
    {"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:", "CrossIndustryInvoice", InvoiceSyntax::cii,
     "cii"},
    {"urn:ferd:CrossIndustryDocument:invoice:", "CrossIndustryDocument", InvoiceSyntax::zugferd1, "zugferd1"},
    {"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2", "Invoice", InvoiceSyntax::ubl, "ubl"},
    {"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2", "CreditNote", InvoiceSyntax::ubl, "ubl"},
};

/// Of UNTDID 1001: what is given back, whose amounts people print with or without a minus.
constexpr std::string_view credit_note_codes[] = {"81",  "83",  "261", "262", "296", "308",
                                                  "381", "396", "420", "458", "532"};

/// Names that Factur-X, ZUGFeRD and XRechnung give the file; of equals the first counts.
constexpr std::string_view usual_names[] = {"factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml"};

const InvoiceRoot* invoice_root_of(const pugi::xml_node& element) {
  const std::string_view name = element.name();
  const std::size_t colon = name.find(':');
  const std::string prefix(colon == name.npos ? std::string_view() : name.substr(0, colon));
  const std::string_view local = colon == name.npos ? name : name.substr(colon + 1);
  const std::string_view space =
      element.attribute((prefix.empty() ? "xmlns" : "xmlns:" + prefix).c_str()).value();
  const auto* const found = std::ranges::find_if(invoice_roots, [&](const InvoiceRoot& root) {
    return root.element == local && space.starts_with(root.xml_namespace);
  });
  return found == std::ranges::end(invoice_roots) ? nullptr : found;
}

/// Worth parsing; other XML is looked at no further.
bool may_be_einvoice(std::string_view utf8) {
  const std::size_t first = utf8.find_first_not_of(" \t\r\n");
  return first != utf8.npos && utf8[first] == '<' &&
         std::ranges::any_of(invoice_roots, [&](const InvoiceRoot& root) {
           return utf8.find(root.xml_namespace) != utf8.npos;
         });
}

bool has_doctype(const pugi::xml_document& document) {
  for (const pugi::xml_node node : document.children())
    if (node.type() == pugi::node_doctype) return true;
  return false;
}

bool is_credit_note(const InvoiceRoot& root, const json& terms) {
  return root.element == "CreditNote" ||
         std::ranges::find(credit_note_codes, terms.value(bt_type_code, "")) !=
             std::ranges::end(credit_note_codes);
}

/// An invoice in one of the files of a document.
struct AttachedInvoice {
  json einvoice;
  std::size_t rank = 0;  ///< The least is the one that counts.
};

std::size_t rank_of_einvoice(const json& einvoice, std::string_view name) {
  const auto* const usual = std::ranges::find(usual_names, to_lower(name));
  const auto by_name = static_cast<std::size_t>(usual - std::ranges::begin(usual_names));
  return (einvoice["syntax"] == "zugferd1" ? 10 : 0) + by_name;
}

bool is_same_term(const std::string& a, const std::string& b, BusinessTerm::Kind kind) {
  if (kind != BusinessTerm::Kind::decimal) return fold_letters(a) == fold_letters(b);
  return std::strtod(a.c_str(), nullptr) == std::strtod(b.c_str(), nullptr);
}

/// Notes what `other` says otherwise of the invoice itself. Not: which rules it follows, nor what only people
/// read.
void compare_einvoices(const json& other, json& einvoice, std::vector<std::string>& problems) {
  std::string differing;
  for (const auto& [id, value] : other["terms"].items()) {
    const json& known = einvoice["terms"].contains(id) ? einvoice["terms"][id] : json();
    const BusinessTerm::Kind kind = business_term(id)->kind;
    const bool is_of_no_weight = id == "BT-23" || id == bt_profile || kind == BusinessTerm::Kind::note;
    if (is_of_no_weight || !value.is_string() || !known.is_string() || is_same_term(value, known, kind))
      continue;
    einvoice["contradicted"][id][other["name"].get<std::string>()] = value;
    differing += (differing.empty() ? "" : ", ") + id;
  }
  if (differing.empty()) return;
  problems.push_back(einvoice["name"].get<std::string>() + " and " + other["name"].get<std::string>() +
                     " are two invoices that differ in " + excerpt(differing, 200));
}

std::string cell_of_term(const json& row, std::string_view id) {
  const std::string words = squeeze(row.value(id, ""));
  return words.empty() ? "-" : words;
}

/// A line of names, and one for each row; cells are two blanks apart.
std::string table_of_group(const std::string& group, const json& rows) {
  std::vector<const BusinessTerm*> columns;
  for (const BusinessTerm& term : business_terms())
    if (term.group == group &&
        std::ranges::any_of(rows, [&](const json& row) { return row.contains(term.id); }))
      columns.push_back(&term);
  std::string table;
  for (const BusinessTerm* column : columns)
    table += (column == columns.front() ? "" : "  ") + std::string(column->name);
  for (const json& row : rows) {
    table += '\n';
    for (const BusinessTerm* column : columns)
      table += (column == columns.front() ? "" : "  ") + cell_of_term(row, column->id);
  }
  return table;
}

std::string einvoice_words(const json& einvoice) {
  std::string words = einvoice.contains("credit_note") ? "Credit note\n\n" : "Invoice\n\n";
  const json& terms = einvoice["terms"];
  for (const BusinessTerm& term : business_terms())
    if (terms.contains(term.id) && terms[term.id].is_string())
      words += std::string(term.name) + ": " + terms[term.id].get<std::string>() + "\n";
  for (const BusinessTerm& term : business_terms())
    if (terms.contains(term.id) && terms[term.id].is_array())
      words +=
          "\n" + std::string(term.name) + "\n" + table_of_group(std::string(term.id), terms[term.id]) + "\n";
  return words;
}

}  // namespace

std::optional<Result<json>> einvoice_in(std::string_view utf8, std::vector<std::string>& problems) {
  if (!may_be_einvoice(utf8)) return std::nullopt;
  if (std::ranges::count(utf8, '<') + std::ranges::count(utf8, '=') > most_invoice_nodes)
    return Error{ErrorClass::damaged, "is an e-invoice of more elements than any has"};
  pugi::xml_document document;  // Parsed without recursion, and no entity is resolved.
  const pugi::xml_parse_result parsed = document.load_buffer(
      utf8.data(), utf8.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  const InvoiceRoot* const root = invoice_root_of(document.document_element());
  if (root == nullptr) return std::nullopt;
  if (!parsed)
    return Error{ErrorClass::damaged, std::string("is a broken e-invoice (XML): ") + parsed.description() +
                                          " at byte " + std::to_string(parsed.offset)};
  if (has_doctype(document))
    return Error{ErrorClass::damaged,
                 "is an e-invoice with a document type declaration, which no e-invoice has: it is not read"};
  json einvoice = {{"syntax", root->name}};
  einvoice["terms"] = terms_of(document.document_element(), root->syntax, problems);
  const json& terms = einvoice["terms"];
  if (terms.contains(bt_profile)) einvoice["profile"] = terms[bt_profile];
  if (is_credit_note(*root, terms)) einvoice["credit_note"] = true;
  return einvoice;
}

void read_attached_einvoices(std::span<const AttachedXml> files, json& value) {
  std::vector<AttachedInvoice> found;
  std::vector<std::string> problems;
  for (const AttachedXml& file : files) {
    std::vector<std::string> own;
    const std::optional<DecodedText> text = decode_text(file.bytes);
    std::optional<Result<json>> read = text ? einvoice_in(text->utf8, own) : std::nullopt;
    if (!read) continue;
    const auto add_problem = [&](const std::string& words) { problems.push_back(file.name + " " + words); };
    if (!*read) {
      add_problem((*read).error().message);
      continue;
    }
    for (const std::string& problem : own)
      add_problem("says: " + problem);
    (**read)["name"] = file.name;
    const std::size_t rank = rank_of_einvoice(**read, file.name);
    found.push_back({std::move(**read), rank});
  }
  std::ranges::stable_sort(found, {}, &AttachedInvoice::rank);
  for (std::size_t i = 1; i < found.size(); ++i)
    compare_einvoices(found[i].einvoice, found.front().einvoice, problems);
  if (!found.empty()) value["einvoice"] = std::move(found.front().einvoice);
  for (std::string& problem : problems)
    value["problems"].push_back(std::move(problem));
}

Extraction einvoice_as_document(json einvoice, std::vector<std::string> problems) {
  Extraction out;
  out.text = text_pages(einvoice_words(einvoice));
  out.value["metadata"] = json::object();
  out.value["embedded_files"] = json::array();
  if (!problems.empty()) out.value["problems"] = std::move(problems);
  out.value["einvoice"] = std::move(einvoice);
  return out;
}

}  // namespace docket::worker
