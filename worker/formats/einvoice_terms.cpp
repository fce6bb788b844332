// Where each business term stands: by CEN/TS 16931-3-2 (UBL) and 16931-3-3 (CII); ZUGFeRD 1 by its technical
// appendix, under the names that CII has for the same.
#include "worker/formats/einvoice_terms.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "pipeline/business_terms.h"
#include "pipeline/reading/folded.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

using nlohmann::json;
using TermKind = BusinessTerm::Kind;

constexpr std::size_t most_group_rows = 10'000;  ///< Of a group.
constexpr std::size_t longest_term = 100'000;    ///< Bytes.
constexpr std::size_t most_values = 100;         ///< Of one term that are looked at.
constexpr std::size_t most_invoice_problems = 10;

/// Names of elements from one to another, without namespaces: `a/b|c[condition]/@attribute`. `*`: any, `.`:
/// where it begins. A condition is `[child/path=value]`, `[@attribute=value]`, with `!=`, or the name of a
/// child that is there. Of several paths, after a comma, the first with a value counts. Paths of CII lead on
/// from the transaction, those of `Document` and `Context` from the root.
struct TermPath {
  std::string_view id;
  std::string_view cii;
  std::string_view ubl;
};

constexpr TermPath term_paths[] = {
    {"BT-1", "Document/ID", "ID"},
    {"BT-2", "Document/IssueDateTime/*", "IssueDate"},
    {"BT-3", "Document/TypeCode", "InvoiceTypeCode|CreditNoteTypeCode"},
    {"BT-5", "Settlement/InvoiceCurrencyCode", "DocumentCurrencyCode"},
    {"BT-6", "Settlement/TaxCurrencyCode", "TaxCurrencyCode"},
    {"BT-7", "Settlement/ApplicableTradeTax/TaxPointDate/*", "TaxPointDate"},
    {"BT-8", "Settlement/ApplicableTradeTax/DueDateTypeCode", "InvoicePeriod/DescriptionCode"},
    {"BT-9", "Settlement/SpecifiedTradePaymentTerms/DueDateDateTime/*",
     "DueDate, PaymentMeans/PaymentDueDate"},
    {"BT-10", "Agreement/BuyerReference", "BuyerReference"},
    {"BT-11", "Agreement/SpecifiedProcuringProject/ID", "ProjectReference/ID"},
    {"BT-12", "Agreement/ContractReferencedDocument/IssuerAssignedID|ID", "ContractDocumentReference/ID"},
    {"BT-13", "Agreement/BuyerOrderReferencedDocument/IssuerAssignedID|ID", "OrderReference/ID"},
    {"BT-14", "Agreement/SellerOrderReferencedDocument/IssuerAssignedID|ID", "OrderReference/SalesOrderID"},
    {"BT-15", "Delivery/ReceivingAdviceReferencedDocument/IssuerAssignedID|ID",
     "ReceiptDocumentReference/ID"},
    {"BT-16", "Delivery/DespatchAdviceReferencedDocument/IssuerAssignedID|ID",
     "DespatchDocumentReference/ID"},
    {"BT-17", "Agreement/AdditionalReferencedDocument[TypeCode=50]/IssuerAssignedID|ID",
     "OriginatorDocumentReference/ID"},
    {"BT-18", "Agreement/AdditionalReferencedDocument[TypeCode=130]/IssuerAssignedID|ID",
     "AdditionalDocumentReference[DocumentTypeCode=130]/ID"},
    {"BT-19", "Settlement/ReceivableSpecifiedTradeAccountingAccount/ID", "AccountingCost"},
    {"BT-20", "Settlement/SpecifiedTradePaymentTerms/Description", "PaymentTerms/Note"},
    {"BG-1", "Document/IncludedNote", "Note"},
    {"BT-21", "SubjectCode", ""},
    {"BT-22", "Content", "."},
    {"BT-23", "Context/BusinessProcessSpecifiedDocumentContextParameter/ID", "ProfileID"},
    {"BT-24", "Context/GuidelineSpecifiedDocumentContextParameter/ID", "CustomizationID"},
    {"BG-3", "Settlement/InvoiceReferencedDocument", "BillingReference/InvoiceDocumentReference"},
    {"BT-25", "IssuerAssignedID|ID", "ID"},
    {"BT-26", "FormattedIssueDateTime|IssueDateTime/*", "IssueDate"},
    {"BT-27", "Agreement/SellerTradeParty/Name",
     "AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName, "
     "AccountingSupplierParty/Party/PartyName/Name"},
    {"BT-28", "Agreement/SellerTradeParty/SpecifiedLegalOrganization/TradingBusinessName",
     "AccountingSupplierParty/Party/PartyName/Name"},
    {"BT-29", "Agreement/SellerTradeParty/ID, Agreement/SellerTradeParty/GlobalID",
     "AccountingSupplierParty/Party/PartyIdentification/ID[@schemeID!=SEPA]"},
    {"BT-30", "Agreement/SellerTradeParty/SpecifiedLegalOrganization/ID",
     "AccountingSupplierParty/Party/PartyLegalEntity/CompanyID"},
    {"BT-31", "Agreement/SellerTradeParty/SpecifiedTaxRegistration/ID[@schemeID=VA]",
     "AccountingSupplierParty/Party/PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID"},
    {"BT-32", "Agreement/SellerTradeParty/SpecifiedTaxRegistration/ID[@schemeID=FC]",
     "AccountingSupplierParty/Party/PartyTaxScheme[TaxScheme/ID!=VAT]/CompanyID"},
    {"BT-33", "Agreement/SellerTradeParty/Description",
     "AccountingSupplierParty/Party/PartyLegalEntity/CompanyLegalForm"},
    {"BT-34", "Agreement/SellerTradeParty/URIUniversalCommunication/URIID",
     "AccountingSupplierParty/Party/EndpointID"},
    {"BT-35", "Agreement/SellerTradeParty/PostalTradeAddress/LineOne",
     "AccountingSupplierParty/Party/PostalAddress/StreetName"},
    {"BT-36", "Agreement/SellerTradeParty/PostalTradeAddress/LineTwo",
     "AccountingSupplierParty/Party/PostalAddress/AdditionalStreetName"},
    {"BT-162", "Agreement/SellerTradeParty/PostalTradeAddress/LineThree",
     "AccountingSupplierParty/Party/PostalAddress/AddressLine/Line"},
    {"BT-37", "Agreement/SellerTradeParty/PostalTradeAddress/CityName",
     "AccountingSupplierParty/Party/PostalAddress/CityName"},
    {"BT-38", "Agreement/SellerTradeParty/PostalTradeAddress/PostcodeCode",
     "AccountingSupplierParty/Party/PostalAddress/PostalZone"},
    {"BT-39", "Agreement/SellerTradeParty/PostalTradeAddress/CountrySubDivisionName",
     "AccountingSupplierParty/Party/PostalAddress/CountrySubentity"},
    {"BT-40", "Agreement/SellerTradeParty/PostalTradeAddress/CountryID",
     "AccountingSupplierParty/Party/PostalAddress/Country/IdentificationCode"},
    {"BT-41",
     "Agreement/SellerTradeParty/DefinedTradeContact/PersonName, "
     "Agreement/SellerTradeParty/DefinedTradeContact/DepartmentName",
     "AccountingSupplierParty/Party/Contact/Name"},
    {"BT-42", "Agreement/SellerTradeParty/DefinedTradeContact/TelephoneUniversalCommunication/CompleteNumber",
     "AccountingSupplierParty/Party/Contact/Telephone"},
    {"BT-43", "Agreement/SellerTradeParty/DefinedTradeContact/EmailURIUniversalCommunication/URIID",
     "AccountingSupplierParty/Party/Contact/ElectronicMail"},
    {"BT-44", "Agreement/BuyerTradeParty/Name",
     "AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName, "
     "AccountingCustomerParty/Party/PartyName/Name"},
    {"BT-45", "Agreement/BuyerTradeParty/SpecifiedLegalOrganization/TradingBusinessName",
     "AccountingCustomerParty/Party/PartyName/Name"},
    {"BT-46", "Agreement/BuyerTradeParty/ID, Agreement/BuyerTradeParty/GlobalID",
     "AccountingCustomerParty/Party/PartyIdentification/ID[@schemeID!=SEPA]"},
    {"BT-47", "Agreement/BuyerTradeParty/SpecifiedLegalOrganization/ID",
     "AccountingCustomerParty/Party/PartyLegalEntity/CompanyID"},
    {"BT-48", "Agreement/BuyerTradeParty/SpecifiedTaxRegistration/ID[@schemeID=VA]",
     "AccountingCustomerParty/Party/PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID"},
    {"BT-49", "Agreement/BuyerTradeParty/URIUniversalCommunication/URIID",
     "AccountingCustomerParty/Party/EndpointID"},
    {"BT-50", "Agreement/BuyerTradeParty/PostalTradeAddress/LineOne",
     "AccountingCustomerParty/Party/PostalAddress/StreetName"},
    {"BT-51", "Agreement/BuyerTradeParty/PostalTradeAddress/LineTwo",
     "AccountingCustomerParty/Party/PostalAddress/AdditionalStreetName"},
    {"BT-163", "Agreement/BuyerTradeParty/PostalTradeAddress/LineThree",
     "AccountingCustomerParty/Party/PostalAddress/AddressLine/Line"},
    {"BT-52", "Agreement/BuyerTradeParty/PostalTradeAddress/CityName",
     "AccountingCustomerParty/Party/PostalAddress/CityName"},
    {"BT-53", "Agreement/BuyerTradeParty/PostalTradeAddress/PostcodeCode",
     "AccountingCustomerParty/Party/PostalAddress/PostalZone"},
    {"BT-54", "Agreement/BuyerTradeParty/PostalTradeAddress/CountrySubDivisionName",
     "AccountingCustomerParty/Party/PostalAddress/CountrySubentity"},
    {"BT-55", "Agreement/BuyerTradeParty/PostalTradeAddress/CountryID",
     "AccountingCustomerParty/Party/PostalAddress/Country/IdentificationCode"},
    {"BT-56",
     "Agreement/BuyerTradeParty/DefinedTradeContact/PersonName, "
     "Agreement/BuyerTradeParty/DefinedTradeContact/DepartmentName",
     "AccountingCustomerParty/Party/Contact/Name"},
    {"BT-57", "Agreement/BuyerTradeParty/DefinedTradeContact/TelephoneUniversalCommunication/CompleteNumber",
     "AccountingCustomerParty/Party/Contact/Telephone"},
    {"BT-58", "Agreement/BuyerTradeParty/DefinedTradeContact/EmailURIUniversalCommunication/URIID",
     "AccountingCustomerParty/Party/Contact/ElectronicMail"},
    {"BT-59", "Settlement/PayeeTradeParty/Name", "PayeeParty/PartyName/Name"},
    {"BT-60", "Settlement/PayeeTradeParty/ID, Settlement/PayeeTradeParty/GlobalID",
     "PayeeParty/PartyIdentification/ID[@schemeID!=SEPA]"},
    {"BT-61", "Settlement/PayeeTradeParty/SpecifiedLegalOrganization/ID",
     "PayeeParty/PartyLegalEntity/CompanyID"},
    {"BT-62", "Agreement/SellerTaxRepresentativeTradeParty/Name", "TaxRepresentativeParty/PartyName/Name"},
    {"BT-63", "Agreement/SellerTaxRepresentativeTradeParty/SpecifiedTaxRegistration/ID[@schemeID=VA]",
     "TaxRepresentativeParty/PartyTaxScheme/CompanyID"},
    {"BT-64", "Agreement/SellerTaxRepresentativeTradeParty/PostalTradeAddress/LineOne",
     "TaxRepresentativeParty/PostalAddress/StreetName"},
    {"BT-65", "Agreement/SellerTaxRepresentativeTradeParty/PostalTradeAddress/LineTwo",
     "TaxRepresentativeParty/PostalAddress/AdditionalStreetName"},
    {"BT-164", "Agreement/SellerTaxRepresentativeTradeParty/PostalTradeAddress/LineThree",
     "TaxRepresentativeParty/PostalAddress/AddressLine/Line"},
    {"BT-66", "Agreement/SellerTaxRepresentativeTradeParty/PostalTradeAddress/CityName",
     "TaxRepresentativeParty/PostalAddress/CityName"},
    {"BT-67", "Agreement/SellerTaxRepresentativeTradeParty/PostalTradeAddress/PostcodeCode",
     "TaxRepresentativeParty/PostalAddress/PostalZone"},
    {"BT-68", "Agreement/SellerTaxRepresentativeTradeParty/PostalTradeAddress/CountrySubDivisionName",
     "TaxRepresentativeParty/PostalAddress/CountrySubentity"},
    {"BT-69", "Agreement/SellerTaxRepresentativeTradeParty/PostalTradeAddress/CountryID",
     "TaxRepresentativeParty/PostalAddress/Country/IdentificationCode"},
    {"BT-70", "Delivery/ShipToTradeParty/Name", "Delivery/DeliveryParty/PartyName/Name"},
    {"BT-71", "Delivery/ShipToTradeParty/ID, Delivery/ShipToTradeParty/GlobalID",
     "Delivery/DeliveryLocation/ID"},
    {"BT-72", "Delivery/ActualDeliverySupplyChainEvent/OccurrenceDateTime/*", "Delivery/ActualDeliveryDate"},
    {"BT-73", "Settlement/BillingSpecifiedPeriod/StartDateTime/*", "InvoicePeriod/StartDate"},
    {"BT-74", "Settlement/BillingSpecifiedPeriod/EndDateTime/*", "InvoicePeriod/EndDate"},
    {"BT-75", "Delivery/ShipToTradeParty/PostalTradeAddress/LineOne",
     "Delivery/DeliveryLocation/Address/StreetName"},
    {"BT-76", "Delivery/ShipToTradeParty/PostalTradeAddress/LineTwo",
     "Delivery/DeliveryLocation/Address/AdditionalStreetName"},
    {"BT-165", "Delivery/ShipToTradeParty/PostalTradeAddress/LineThree",
     "Delivery/DeliveryLocation/Address/AddressLine/Line"},
    {"BT-77", "Delivery/ShipToTradeParty/PostalTradeAddress/CityName",
     "Delivery/DeliveryLocation/Address/CityName"},
    {"BT-78", "Delivery/ShipToTradeParty/PostalTradeAddress/PostcodeCode",
     "Delivery/DeliveryLocation/Address/PostalZone"},
    {"BT-79", "Delivery/ShipToTradeParty/PostalTradeAddress/CountrySubDivisionName",
     "Delivery/DeliveryLocation/Address/CountrySubentity"},
    {"BT-80", "Delivery/ShipToTradeParty/PostalTradeAddress/CountryID",
     "Delivery/DeliveryLocation/Address/Country/IdentificationCode"},
    {"BT-81", "Settlement/SpecifiedTradeSettlementPaymentMeans/TypeCode", "PaymentMeans/PaymentMeansCode"},
    {"BT-82", "Settlement/SpecifiedTradeSettlementPaymentMeans/Information",
     "PaymentMeans/PaymentMeansCode/@name"},
    {"BT-83", "Settlement/PaymentReference", "PaymentMeans/PaymentID"},
    {"BG-17", "Settlement/SpecifiedTradeSettlementPaymentMeans", "PaymentMeans[PayeeFinancialAccount]"},
    {"BT-84", "PayeePartyCreditorFinancialAccount/IBANID, PayeePartyCreditorFinancialAccount/ProprietaryID",
     "PayeeFinancialAccount/ID"},
    {"BT-85", "PayeePartyCreditorFinancialAccount/AccountName", "PayeeFinancialAccount/Name"},
    {"BT-86", "PayeeSpecifiedCreditorFinancialInstitution/BICID",
     "PayeeFinancialAccount/FinancialInstitutionBranch/ID"},
    {"BT-87", "Settlement/SpecifiedTradeSettlementPaymentMeans/ApplicableTradeSettlementFinancialCard/ID",
     "PaymentMeans/CardAccount/PrimaryAccountNumberID"},
    {"BT-88",
     "Settlement/SpecifiedTradeSettlementPaymentMeans/ApplicableTradeSettlementFinancialCard/CardholderName",
     "PaymentMeans/CardAccount/HolderName"},
    {"BT-89", "Settlement/SpecifiedTradePaymentTerms/DirectDebitMandateID", "PaymentMeans/PaymentMandate/ID"},
    {"BT-90", "Settlement/CreditorReferenceID",
     "AccountingSupplierParty/Party/PartyIdentification/ID[@schemeID=SEPA]"},
    {"BT-91", "Settlement/SpecifiedTradeSettlementPaymentMeans/PayerPartyDebtorFinancialAccount/IBANID",
     "PaymentMeans/PaymentMandate/PayerFinancialAccount/ID"},
    {"BG-20", "Settlement/SpecifiedTradeAllowanceCharge[ChargeIndicator/Indicator=false]",
     "AllowanceCharge[ChargeIndicator=false]"},
    {"BT-92", "ActualAmount", "Amount"},
    {"BT-93", "BasisAmount", "BaseAmount"},
    {"BT-94", "CalculationPercent", "MultiplierFactorNumeric"},
    {"BT-95", "CategoryTradeTax/CategoryCode", "TaxCategory/ID"},
    {"BT-96", "CategoryTradeTax/Rate", "TaxCategory/Percent"},
    {"BT-97", "Reason", "AllowanceChargeReason"},
    {"BT-98", "ReasonCode", "AllowanceChargeReasonCode"},
    {"BG-21", "Settlement/SpecifiedTradeAllowanceCharge[ChargeIndicator/Indicator=true]",
     "AllowanceCharge[ChargeIndicator=true]"},
    {"BT-99", "ActualAmount", "Amount"},
    {"BT-100", "BasisAmount", "BaseAmount"},
    {"BT-101", "CalculationPercent", "MultiplierFactorNumeric"},
    {"BT-102", "CategoryTradeTax/CategoryCode", "TaxCategory/ID"},
    {"BT-103", "CategoryTradeTax/Rate", "TaxCategory/Percent"},
    {"BT-104", "Reason", "AllowanceChargeReason"},
    {"BT-105", "ReasonCode", "AllowanceChargeReasonCode"},
    {"BT-106", "Settlement/Sum/LineTotalAmount", "LegalMonetaryTotal/LineExtensionAmount"},
    {"BT-107", "Settlement/Sum/AllowanceTotalAmount", "LegalMonetaryTotal/AllowanceTotalAmount"},
    {"BT-108", "Settlement/Sum/ChargeTotalAmount", "LegalMonetaryTotal/ChargeTotalAmount"},
    {"BT-109", "Settlement/Sum/TaxBasisTotalAmount", "LegalMonetaryTotal/TaxExclusiveAmount"},
    {"BT-110", "Settlement/Sum/TaxTotalAmount[@currencyID=BT-5]", "TaxTotal/TaxAmount[@currencyID=BT-5]"},
    {"BT-111", "Settlement/Sum/TaxTotalAmount[@currencyID=BT-6]", "TaxTotal/TaxAmount[@currencyID=BT-6]"},
    {"BT-112", "Settlement/Sum/GrandTotalAmount", "LegalMonetaryTotal/TaxInclusiveAmount"},
    {"BT-113", "Settlement/Sum/TotalPrepaidAmount", "LegalMonetaryTotal/PrepaidAmount"},
    {"BT-114", "Settlement/Sum/RoundingAmount", "LegalMonetaryTotal/PayableRoundingAmount"},
    {"BT-115", "Settlement/Sum/DuePayableAmount", "LegalMonetaryTotal/PayableAmount"},
    {"BG-23", "Settlement/ApplicableTradeTax", "TaxTotal/TaxSubtotal"},
    {"BT-116", "BasisAmount", "TaxableAmount"},
    {"BT-117", "CalculatedAmount", "TaxAmount"},
    {"BT-118", "CategoryCode", "TaxCategory/ID"},
    {"BT-119", "Rate", "TaxCategory/Percent"},
    {"BT-120", "ExemptionReason", "TaxCategory/TaxExemptionReason"},
    {"BT-121", "ExemptionReasonCode", "TaxCategory/TaxExemptionReasonCode"},
    {"BG-24", "Agreement/AdditionalReferencedDocument[TypeCode=916]",
     "AdditionalDocumentReference[DocumentTypeCode!=130]"},
    {"BT-122", "IssuerAssignedID|ID", "ID"},
    {"BT-123", "Name", "DocumentDescription"},
    {"BT-124", "URIID", "Attachment/ExternalReference/URI"},
    {"BG-25", "Line", "InvoiceLine|CreditNoteLine"},
    {"BT-126", "AssociatedDocumentLineDocument/LineID", "ID"},
    {"BT-127", "AssociatedDocumentLineDocument/IncludedNote/Content", "Note"},
    {"BT-128", "Settlement/AdditionalReferencedDocument[TypeCode=130]/IssuerAssignedID",
     "DocumentReference[DocumentTypeCode=130]/ID"},
    {"BT-129", "Delivery/BilledQuantity", "InvoicedQuantity|CreditedQuantity"},
    {"BT-130", "Delivery/BilledQuantity/@unitCode", "InvoicedQuantity|CreditedQuantity/@unitCode"},
    {"BT-131", "Settlement/Sum/LineTotalAmount", "LineExtensionAmount"},
    {"BT-132", "Agreement/BuyerOrderReferencedDocument/LineID", "OrderLineReference/LineID"},
    {"BT-133", "Settlement/ReceivableSpecifiedTradeAccountingAccount/ID", "AccountingCost"},
    {"BT-134", "Settlement/BillingSpecifiedPeriod/StartDateTime/*", "InvoicePeriod/StartDate"},
    {"BT-135", "Settlement/BillingSpecifiedPeriod/EndDateTime/*", "InvoicePeriod/EndDate"},
    {"BT-146", "Agreement/NetPriceProductTradePrice/ChargeAmount", "Price/PriceAmount"},
    {"BT-147", "Agreement/GrossPriceProductTradePrice/AppliedTradeAllowanceCharge/ActualAmount",
     "Price/AllowanceCharge/Amount"},
    {"BT-148", "Agreement/GrossPriceProductTradePrice/ChargeAmount", "Price/AllowanceCharge/BaseAmount"},
    {"BT-149", "Agreement/NetPriceProductTradePrice/BasisQuantity", "Price/BaseQuantity"},
    {"BT-150", "Agreement/NetPriceProductTradePrice/BasisQuantity/@unitCode", "Price/BaseQuantity/@unitCode"},
    {"BT-151", "Settlement/ApplicableTradeTax/CategoryCode", "Item/ClassifiedTaxCategory/ID"},
    {"BT-152", "Settlement/ApplicableTradeTax/Rate", "Item/ClassifiedTaxCategory/Percent"},
    {"BT-153", "SpecifiedTradeProduct/Name", "Item/Name"},
    {"BT-154", "SpecifiedTradeProduct/Description", "Item/Description"},
    {"BT-155", "SpecifiedTradeProduct/SellerAssignedID", "Item/SellersItemIdentification/ID"},
    {"BT-156", "SpecifiedTradeProduct/BuyerAssignedID", "Item/BuyersItemIdentification/ID"},
    {"BT-157", "SpecifiedTradeProduct/GlobalID", "Item/StandardItemIdentification/ID"},
    {"BT-158", "SpecifiedTradeProduct/DesignatedProductClassification/ClassCode",
     "Item/CommodityClassification/ItemClassificationCode"},
    {"BT-159", "SpecifiedTradeProduct/OriginTradeCountry/ID", "Item/OriginCountry/IdentificationCode"},
};

/// What paths of CII call an element for short, or where the two versions differ.
struct ShortName {
  std::string_view name;
  std::string_view element;
};

constexpr ShortName short_element_names[] = {
    {"Context", "ExchangedDocumentContext"},
    {"Context", "SpecifiedExchangedDocumentContext"},
    {"Document", "ExchangedDocument"},
    {"Document", "HeaderExchangedDocument"},
    {"Transaction", "SupplyChainTradeTransaction"},
    {"Transaction", "SpecifiedSupplyChainTradeTransaction"},
    {"Agreement", "ApplicableHeaderTradeAgreement"},
    {"Agreement", "SpecifiedLineTradeAgreement"},
    {"Agreement", "ApplicableSupplyChainTradeAgreement"},
    {"Agreement", "SpecifiedSupplyChainTradeAgreement"},
    {"Delivery", "ApplicableHeaderTradeDelivery"},
    {"Delivery", "SpecifiedLineTradeDelivery"},
    {"Delivery", "ApplicableSupplyChainTradeDelivery"},
    {"Delivery", "SpecifiedSupplyChainTradeDelivery"},
    {"Settlement", "ApplicableHeaderTradeSettlement"},
    {"Settlement", "SpecifiedLineTradeSettlement"},
    {"Settlement", "ApplicableSupplyChainTradeSettlement"},
    {"Settlement", "SpecifiedSupplyChainTradeSettlement"},
    {"Sum", "SpecifiedTradeSettlementHeaderMonetarySummation"},
    {"Sum", "SpecifiedTradeSettlementLineMonetarySummation"},
    {"Sum", "SpecifiedTradeSettlementMonetarySummation"},
    {"Line", "IncludedSupplyChainTradeLineItem"},
    {"Rate", "RateApplicablePercent"},
    {"Rate", "ApplicablePercent"},
};

/// The part of `text` before the separator, which is taken off with it.
std::string_view take_part(std::string_view& text, char separator) {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

/// The same for a path, whose conditions may have a slash in them.
std::string_view take_step(std::string_view& path) {
  std::size_t at = path.find('/');
  if (const std::size_t bracket = path.find('['); bracket < at) at = path.find('/', path.find(']'));
  at = std::min(at, path.size());
  const std::string_view step = path.substr(0, at);
  path.remove_prefix(std::min(at + 1, path.size()));
  return step;
}

std::string_view element_name_of(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

bool is_called(std::string_view element, std::string_view names) {
  while (!names.empty()) {
    const std::string_view name = take_part(names, '|');
    if (name == "*" || name == element) return true;
    for (const ShortName& known : short_element_names)
      if (known.name == name && known.element == element) return true;
  }
  return false;
}

std::string element_words(const pugi::xml_node& node) {
  std::string words;
  for (const pugi::xml_node child : node.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) words += child.value();
  return words;
}

/// A place with a value: an element, or one of its attributes.
struct ValuePlace {
  pugi::xml_node node;
  const char* attribute = nullptr;  ///< Its value; null: the element's.

  std::string words() const { return attribute != nullptr ? attribute : element_words(node); }
};

class TermReader {
 public:
  TermReader(pugi::xml_node root, InvoiceSyntax syntax, std::vector<std::string>& problems)
      : root_(root), syntax_(syntax), problems_(problems) {
    currency_ = first(bt_currency);
    tax_currency_ = first(bt_tax_currency);
  }

  json all() {
    json found = json::object();
    for (const TermPath& path : term_paths) {
      const BusinessTerm& term = *business_term(path.id);
      if (!term.group.empty()) continue;
      if (term.kind == TermKind::group)
        add_rows(path, found);
      else if (std::string value = value_of(term, path, root_); !value.empty())
        found[path.id] = std::move(value);
    }
    return found;
  }

 private:
  bool is_ubl() const { return syntax_ == InvoiceSyntax::ubl; }

  std::string first(std::string_view id) const {
    const auto* const path = std::ranges::find(term_paths, id, &TermPath::id);
    for (const ValuePlace& place : places(is_ubl() ? path->ubl : path->cii, root_))
      return std::string(trim(place.words()));
    return {};
  }

  /// Where the first of the paths leads to that leads anywhere.
  std::vector<ValuePlace> places(std::string_view alternatives, pugi::xml_node from) const {
    std::vector<ValuePlace> found;
    while (!alternatives.empty() && found.empty()) {
      const std::string_view path = trim(take_part(alternatives, ','));
      const bool is_at_root =
          is_ubl() || from != root_ || path.starts_with("Document/") || path.starts_with("Context/");
      follow(from, is_at_root ? std::string(path) : "Transaction/" + std::string(path), found);
    }
    return found;
  }

  /// As deep as the path is long, however deep the file is.
  void follow(pugi::xml_node from, std::string_view path, std::vector<ValuePlace>& found) const {
    if (path.empty() || path == ".") {
      if (found.size() < most_group_rows + 1) found.push_back({from});
      return;
    }
    std::string_view step = take_step(path);
    if (step.starts_with('@')) {
      if (const pugi::xml_attribute attribute = from.attribute(std::string(step.substr(1)).c_str()))
        found.push_back({from, attribute.value()});
      return;
    }
    const std::string_view names = take_part(step, '[');
    const std::string_view condition = step.substr(0, step.find(']'));
    for (const pugi::xml_node child : from.children())
      if (child.type() == pugi::node_element && is_called(element_name_of(child), names) &&
          (condition.empty() || holds(child, condition)))
        follow(child, path, found);
  }

  bool holds(pugi::xml_node node, std::string_view condition) const {
    std::string_view wanted = condition;
    std::string_view left = take_part(wanted, '=');
    const bool is_denied = left.ends_with('!');
    if (is_denied) left.remove_suffix(1);
    std::vector<ValuePlace> found;
    follow(node, left, found);
    if (wanted.empty()) return !found.empty();
    const std::string value = found.empty() ? std::string() : found.front().words();
    // Amounts of the invoice's own currency need not say which it is.
    if (wanted == bt_currency) return value.empty() || currency_.empty() || value == currency_;
    if (wanted == bt_tax_currency) return !value.empty() && value == tax_currency_ && value != currency_;
    return (trim(value) == wanted) != is_denied;
  }

  void add_rows(const TermPath& group, json& found) {
    json rows = json::array();
    const std::vector<ValuePlace> places = this->places(is_ubl() ? group.ubl : group.cii, root_);
    if (places.size() > most_group_rows)
      return note(std::string(group.id) + " has more than " + std::to_string(most_group_rows) +
                  " rows, and none was read");
    for (const ValuePlace& place : places)
      if (json row = row_of(group.id, place.node); !row.empty()) rows.push_back(std::move(row));
    if (!rows.empty()) found[group.id] = std::move(rows);
  }

  json row_of(std::string_view group, pugi::xml_node node) {
    json row = json::object();
    if (is_only_for_reading(node)) return row;
    bool says_something = group != bg_lines;  // A line of mere words is none that is billed.
    for (const TermPath& path : term_paths) {
      const BusinessTerm& term = *business_term(path.id);
      if (term.group != group) continue;
      std::string value = value_of(term, path, node);
      if (value.empty()) continue;
      says_something = says_something || (term.id != "BT-126" && term.id != "BT-127");
      row[term.id] = std::move(value);
    }
    return says_something ? row : json::object();
  }

  /// A line that sums up others or informs: it is in no total.
  bool is_only_for_reading(pugi::xml_node line) const {
    std::vector<ValuePlace> found;
    if (!is_ubl()) follow(line, "AssociatedDocumentLineDocument/LineStatusReasonCode", found);
    const std::string code = found.empty() ? std::string() : found.front().words();
    return code == "GROUP" || code == "INFORMATION";
  }

  /// Empty: there is none, or several, or it is not of its kind.
  std::string value_of(const BusinessTerm& term, const TermPath& path, pugi::xml_node from) {
    std::string value;
    std::size_t looked_at = 0;
    for (const ValuePlace& place : places(is_ubl() ? path.ubl : path.cii, from)) {
      if (++looked_at > most_values) break;
      std::string one = clean(term, place.words());
      if (one.empty() || one == value) continue;
      if (!value.empty()) {
        note(std::string(term.id) + " has several values: " + excerpt(value, 40) + ", " + excerpt(one, 40));
        return {};
      }
      value = std::move(one);
    }
    return value;
  }

  /// Lines of a text that is no note are parted by the layout of the file alone.
  static std::string without_line_ends(std::string words) {
    std::ranges::replace_if(
        words, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return clean_utf8(words);
  }

  static std::string lines(std::string_view words) {
    std::string note;
    while (!words.empty())
      note += clean_utf8(trim(take_part(words, '\n'))) + "\n";
    return std::string(trim(note));
  }

  std::string clean(const BusinessTerm& term, const std::string& words) {
    if (words.size() > longest_term) return {};
    if (term.kind == TermKind::note) return lines(words);
    std::string value = squeeze(without_line_ends(words));
    if (value.empty() || term.kind == TermKind::text) return value;
    std::string exact = term.kind == TermKind::date ? iso_date(value) : decimal(value);
    if (exact.empty())
      note(std::string(term.id) + (term.kind == TermKind::date ? " is no date: " : " is no number: ") +
           excerpt(value, 40));
    return exact;
  }

  /// xs:decimal: no exponent, no marks of thousands. As it is written.
  static std::string decimal(std::string_view value) {
    constexpr std::size_t longest = 40;
    std::string_view digits = value;
    if (value.starts_with('+')) value.remove_prefix(1);
    digits = value;
    if (digits.starts_with('-')) digits.remove_prefix(1);
    const bool is_number = !digits.empty() && digits.size() <= longest && digits != "." &&
                           std::ranges::count(digits, '.') <= 1 &&
                           std::ranges::all_of(digits, [](char c) { return is_digit(c) || c == '.'; });
    return is_number ? std::string(value) : std::string();
  }

  /// Of 2018-10-31 (xs:date, xs:dateTime) and 20181031 (format 102; 203 and others have a time behind it).
  static std::string iso_date(std::string_view value) {
    std::string digits(value.substr(0, 10));
    if (digits.size() == 10 && digits[4] == '-' && digits[7] == '-')
      digits = digits.substr(0, 4) + digits.substr(5, 2) + digits.substr(8, 2);
    digits.resize(std::min<std::size_t>(digits.size(), 8));
    if (digits.size() != 8 || !std::ranges::all_of(digits, is_digit)) return {};
    const int year = std::stoi(digits.substr(0, 4)), month = std::stoi(digits.substr(4, 2)),
              day = std::stoi(digits.substr(6));
    const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1] + (month == 2 && is_leap ? 1 : 0))
      return {};
    return digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6);
  }

  void note(std::string problem) {
    if (problems_.size() < most_invoice_problems) problems_.push_back(std::move(problem));
  }

  const pugi::xml_node root_;
  const InvoiceSyntax syntax_;
  std::vector<std::string>& problems_;
  std::string currency_, tax_currency_;
};

}  // namespace

json terms_of(pugi::xml_node root, InvoiceSyntax syntax, std::vector<std::string>& problems) {
  return TermReader(root, syntax, problems).all();
}

}  // namespace docket::worker
