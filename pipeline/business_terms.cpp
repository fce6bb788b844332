#include "pipeline/business_terms.h"

#include <algorithm>
#include <string>
#include <vector>

#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using Kind = BusinessTerm::Kind;

constexpr BusinessTerm terms[] = {
    {"BT-1", "Invoice number", "", Kind::text},
    {"BT-2", "Invoice issue date", "", Kind::date},
    {"BT-3", "Invoice type code", "", Kind::text},
    {"BT-5", "Invoice currency code", "", Kind::text},
    {"BT-6", "VAT accounting currency code", "", Kind::text},
    {"BT-7", "Value added tax point date", "", Kind::date},
    {"BT-8", "Value added tax point date code", "", Kind::text},
    {"BT-9", "Payment due date", "", Kind::date},
    {"BT-10", "Buyer reference", "", Kind::text},
    {"BT-11", "Project reference", "", Kind::text},
    {"BT-12", "Contract reference", "", Kind::text},
    {"BT-13", "Purchase order reference", "", Kind::text},
    {"BT-14", "Sales order reference", "", Kind::text},
    {"BT-15", "Receiving advice reference", "", Kind::text},
    {"BT-16", "Despatch advice reference", "", Kind::text},
    {"BT-17", "Tender or lot reference", "", Kind::text},
    {"BT-18", "Invoiced object identifier", "", Kind::text},
    {"BT-19", "Buyer accounting reference", "", Kind::text},
    {"BT-20", "Payment terms", "", Kind::note},
    {"BG-1", "Invoice notes", "", Kind::group},
    {"BT-21", "Invoice note subject code", "BG-1", Kind::text},
    {"BT-22", "Invoice note", "BG-1", Kind::note},
    {"BT-23", "Business process type", "", Kind::text},
    {"BT-24", "Specification identifier", "", Kind::text},
    {"BG-3", "Preceding invoices", "", Kind::group},
    {"BT-25", "Preceding invoice reference", "BG-3", Kind::text},
    {"BT-26", "Preceding invoice issue date", "BG-3", Kind::date},
    {"BT-27", "Seller name", "", Kind::text},
    {"BT-28", "Seller trading name", "", Kind::text},
    {"BT-29", "Seller identifier", "", Kind::text},
    {"BT-30", "Seller legal registration identifier", "", Kind::text},
    {"BT-31", "Seller VAT identifier", "", Kind::text},
    {"BT-32", "Seller tax registration identifier", "", Kind::text},
    {"BT-33", "Seller additional legal information", "", Kind::note},
    {"BT-34", "Seller electronic address", "", Kind::text},
    {"BT-35", "Seller address line 1", "", Kind::text},
    {"BT-36", "Seller address line 2", "", Kind::text},
    {"BT-162", "Seller address line 3", "", Kind::text},
    {"BT-37", "Seller city", "", Kind::text},
    {"BT-38", "Seller post code", "", Kind::text},
    {"BT-39", "Seller country subdivision", "", Kind::text},
    {"BT-40", "Seller country code", "", Kind::text},
    {"BT-41", "Seller contact point", "", Kind::text},
    {"BT-42", "Seller contact telephone number", "", Kind::text},
    {"BT-43", "Seller contact email address", "", Kind::text},
    {"BT-44", "Buyer name", "", Kind::text},
    {"BT-45", "Buyer trading name", "", Kind::text},
    {"BT-46", "Buyer identifier", "", Kind::text},
    {"BT-47", "Buyer legal registration identifier", "", Kind::text},
    {"BT-48", "Buyer VAT identifier", "", Kind::text},
    {"BT-49", "Buyer electronic address", "", Kind::text},
    {"BT-50", "Buyer address line 1", "", Kind::text},
    {"BT-51", "Buyer address line 2", "", Kind::text},
    {"BT-163", "Buyer address line 3", "", Kind::text},
    {"BT-52", "Buyer city", "", Kind::text},
    {"BT-53", "Buyer post code", "", Kind::text},
    {"BT-54", "Buyer country subdivision", "", Kind::text},
    {"BT-55", "Buyer country code", "", Kind::text},
    {"BT-56", "Buyer contact point", "", Kind::text},
    {"BT-57", "Buyer contact telephone number", "", Kind::text},
    {"BT-58", "Buyer contact email address", "", Kind::text},
    {"BT-59", "Payee name", "", Kind::text},
    {"BT-60", "Payee identifier", "", Kind::text},
    {"BT-61", "Payee legal registration identifier", "", Kind::text},
    {"BT-62", "Seller tax representative name", "", Kind::text},
    {"BT-63", "Seller tax representative VAT identifier", "", Kind::text},
    {"BT-64", "Tax representative address line 1", "", Kind::text},
    {"BT-65", "Tax representative address line 2", "", Kind::text},
    {"BT-164", "Tax representative address line 3", "", Kind::text},
    {"BT-66", "Tax representative city", "", Kind::text},
    {"BT-67", "Tax representative post code", "", Kind::text},
    {"BT-68", "Tax representative country subdivision", "", Kind::text},
    {"BT-69", "Tax representative country code", "", Kind::text},
    {"BT-70", "Deliver to party name", "", Kind::text},
    {"BT-71", "Deliver to location identifier", "", Kind::text},
    {"BT-72", "Actual delivery date", "", Kind::date},
    {"BT-73", "Invoicing period start date", "", Kind::date},
    {"BT-74", "Invoicing period end date", "", Kind::date},
    {"BT-75", "Deliver to address line 1", "", Kind::text},
    {"BT-76", "Deliver to address line 2", "", Kind::text},
    {"BT-165", "Deliver to address line 3", "", Kind::text},
    {"BT-77", "Deliver to city", "", Kind::text},
    {"BT-78", "Deliver to post code", "", Kind::text},
    {"BT-79", "Deliver to country subdivision", "", Kind::text},
    {"BT-80", "Deliver to country code", "", Kind::text},
    {"BT-81", "Payment means type code", "", Kind::text},
    {"BT-82", "Payment means text", "", Kind::text},
    {"BT-83", "Remittance information", "", Kind::text},
    {"BG-17", "Credit transfers", "", Kind::group},
    {"BT-84", "Payment account identifier", "BG-17", Kind::text},
    {"BT-85", "Payment account name", "BG-17", Kind::text},
    {"BT-86", "Payment service provider identifier", "BG-17", Kind::text},
    {"BT-87", "Payment card primary account number", "", Kind::text},
    {"BT-88", "Payment card holder name", "", Kind::text},
    {"BT-89", "Mandate reference identifier", "", Kind::text},
    {"BT-90", "Bank assigned creditor identifier", "", Kind::text},
    {"BT-91", "Debited account identifier", "", Kind::text},
    {"BG-20", "Document level allowances", "", Kind::group},
    {"BT-92", "Document level allowance amount", "BG-20", Kind::decimal},
    {"BT-93", "Document level allowance base amount", "BG-20", Kind::decimal},
    {"BT-94", "Document level allowance percentage", "BG-20", Kind::decimal},
    {"BT-95", "Document level allowance VAT category code", "BG-20", Kind::text},
    {"BT-96", "Document level allowance VAT rate", "BG-20", Kind::decimal},
    {"BT-97", "Document level allowance reason", "BG-20", Kind::text},
    {"BT-98", "Document level allowance reason code", "BG-20", Kind::text},
    {"BG-21", "Document level charges", "", Kind::group},
    {"BT-99", "Document level charge amount", "BG-21", Kind::decimal},
    {"BT-100", "Document level charge base amount", "BG-21", Kind::decimal},
    {"BT-101", "Document level charge percentage", "BG-21", Kind::decimal},
    {"BT-102", "Document level charge VAT category code", "BG-21", Kind::text},
    {"BT-103", "Document level charge VAT rate", "BG-21", Kind::decimal},
    {"BT-104", "Document level charge reason", "BG-21", Kind::text},
    {"BT-105", "Document level charge reason code", "BG-21", Kind::text},
    {"BT-106", "Sum of invoice line net amount", "", Kind::decimal},
    {"BT-107", "Sum of allowances on document level", "", Kind::decimal},
    {"BT-108", "Sum of charges on document level", "", Kind::decimal},
    {"BT-109", "Invoice total amount without VAT", "", Kind::decimal},
    {"BT-110", "Invoice total VAT amount", "", Kind::decimal},
    {"BT-111", "Invoice total VAT amount in accounting currency", "", Kind::decimal},
    {"BT-112", "Invoice total amount with VAT", "", Kind::decimal},
    {"BT-113", "Paid amount", "", Kind::decimal},
    {"BT-114", "Rounding amount", "", Kind::decimal},
    {"BT-115", "Amount due for payment", "", Kind::decimal},
    {"BG-23", "VAT breakdown", "", Kind::group},
    {"BT-116", "VAT category taxable amount", "BG-23", Kind::decimal},
    {"BT-117", "VAT category tax amount", "BG-23", Kind::decimal},
    {"BT-118", "VAT category code", "BG-23", Kind::text},
    {"BT-119", "VAT category rate", "BG-23", Kind::decimal},
    {"BT-120", "VAT exemption reason text", "BG-23", Kind::text},
    {"BT-121", "VAT exemption reason code", "BG-23", Kind::text},
    {"BG-24", "Additional supporting documents", "", Kind::group},
    {"BT-122", "Supporting document reference", "BG-24", Kind::text},
    {"BT-123", "Supporting document description", "BG-24", Kind::text},
    {"BT-124", "External document location", "BG-24", Kind::text},
    {"BG-25", "Invoice lines", "", Kind::group},
    {"BT-126", "Invoice line identifier", "BG-25", Kind::text},
    {"BT-127", "Invoice line note", "BG-25", Kind::note},
    {"BT-128", "Invoice line object identifier", "BG-25", Kind::text},
    {"BT-129", "Invoiced quantity", "BG-25", Kind::decimal},
    {"BT-130", "Invoiced quantity unit of measure code", "BG-25", Kind::text},
    {"BT-131", "Invoice line net amount", "BG-25", Kind::decimal},
    {"BT-132", "Referenced purchase order line reference", "BG-25", Kind::text},
    {"BT-133", "Invoice line buyer accounting reference", "BG-25", Kind::text},
    {"BT-134", "Invoice line period start date", "BG-25", Kind::date},
    {"BT-135", "Invoice line period end date", "BG-25", Kind::date},
    {"BT-146", "Item net price", "BG-25", Kind::decimal},
    {"BT-147", "Item price discount", "BG-25", Kind::decimal},
    {"BT-148", "Item gross price", "BG-25", Kind::decimal},
    {"BT-149", "Item price base quantity", "BG-25", Kind::decimal},
    {"BT-150", "Item price base quantity unit of measure", "BG-25", Kind::text},
    {"BT-151", "Invoiced item VAT category code", "BG-25", Kind::text},
    {"BT-152", "Invoiced item VAT rate", "BG-25", Kind::decimal},
    {"BT-153", "Item name", "BG-25", Kind::text},
    {"BT-154", "Item description", "BG-25", Kind::note},
    {"BT-155", "Item Seller's identifier", "BG-25", Kind::text},
    {"BT-156", "Item Buyer's identifier", "BG-25", Kind::text},
    {"BT-157", "Item standard identifier", "BG-25", Kind::text},
    {"BT-158", "Item classification identifier", "BG-25", Kind::text},
    {"BT-159", "Item country of origin", "BG-25", Kind::text},
};

}  // namespace

std::span<const BusinessTerm> business_terms() { return terms; }

const BusinessTerm* business_term(std::string_view id) {
  const auto* const found = std::ranges::find(terms, id, &BusinessTerm::id);
  return found == std::ranges::end(terms) ? nullptr : found;
}

std::optional<std::string_view> meant_business_term(std::string_view id) {
  const auto spelt = [](std::string_view text) {
    std::string small = to_lower(text);
    std::erase_if(small, [](char c) { return c == '-' || c == '_' || c == ' '; });
    return small;
  };
  std::vector<std::string_view> ids;
  for (const BusinessTerm& term : terms) {
    if (spelt(term.id) == spelt(id)) return term.id;
    ids.push_back(term.id);
  }
  return nearest(id, ids);
}

}  // namespace docket
