#include "backends/rules/concepts.h"

#include <array>

namespace docket::rules {
namespace {

constexpr std::string_view total_labels =
    "total|grand total|total amount|total sum|invoice total|invoice amount|gross total|gross amount|total "
    "gross|total payable|total due|total to pay|final total|total incl vat|total incl tax|total incl "
    "gst|total "
    "including vat|total including tax|total including gst|total inclusive of gst|total inclusive gst|total "
    "(inclusive of gst)|total (incl gst)|total sales (inclusive of gst)|total sales inclusive gst|total "
    "sales "
    "(inclusive gst)|total sales incl gst|total incl|total rounded|rounded total|total amt rounded|total "
    "amount "
    "rounded|total amt payable|"
    "gesamtbetrag|rechnungsbetrag|gesamtsumme|endbetrag|rechnungssumme|bruttobetrag|endsumme|gesamtbetrag "
    "brutto|gesamt brutto|summe brutto|gesamtbetrag inkl mwst|gesamtbetrag inkl ust|rechnungstotal|"
    "total ttc|montant ttc|montant total|total general|montant total ttc|total toutes taxes comprises|"
    "totaal|totaalbedrag|eindtotaal|totale|totale fattura|totale documento|importe total|total factura";
constexpr std::string_view total_weak_labels =
    "amount due|amount payable|balance due|please pay|to pay|amount|total "
    "sales|gesamt|summe|brutto|betrag|zu "
    "zahlen|zahlbetrag|net a payer|a payer|total a payer|montant|te betalen|nett total";
constexpr std::string_view total_not_labels =
    "subtotal|sub total|total net|net total|total vat|total tax|tax total|vat total|total gst|gst "
    "total|total "
    "quantity|total qty|total discount|total items|total item|total paid|total pages|total weight|total "
    "saving|total savings|line total|unit total|total excl|total excl vat|total excl tax|total excl "
    "gst|total "
    "excluding vat|total excluding tax|total excluding gst|total exclusive of gst|total (excluding "
    "gst)|total "
    "sales (excluding gst)|total sales excluding gst|total before tax|tax amount|vat amount|gst "
    "amount|discount "
    "amount|net amount|amount paid|paid amount|cash|change|rounding|"
    "zwischensumme|summe netto|gesamt netto|nettobetrag|steuerbetrag|mwst betrag|summe mwst|summe "
    "umsatzsteuer|gesamtpreis|gesamtmenge|gesamtrabatt|rabattbetrag|"
    "sous total|total ht|montant ht|total tva|montant tva|total remise|subtotaal|totaal btw|totaal excl btw";

constexpr std::string_view net_labels =
    "subtotal|sub total|net total|net amount|total net|total excl vat|total excl tax|total excl gst|total "
    "excluding vat|total excluding tax|total excluding gst|total before tax|amount before "
    "tax|nettobetrag|summe "
    "netto|gesamt netto|gesamtbetrag netto|zwischensumme netto|rechnungssumme netto|rechnungssumme ohne "
    "ust|rechnungssumme ohne mwst|summe ohne mwst|gesamtsumme "
    "netto|total ht|montant ht|total hors taxes|totaal "
    "excl "
    "btw";
constexpr std::string_view tax_labels =
    "vat|total vat|vat total|vat amount|tax|total tax|tax total|tax amount|sales tax|gst|gst amount|total "
    "gst|"
    "mwst|ust|mehrwertsteuer|umsatzsteuer|steuerbetrag|mwst betrag|summe mwst|zzgl mwst|zzgl ust|tva|total "
    "tva|"
    "montant tva|btw|btw bedrag";
constexpr std::string_view tax_not_labels =
    "vat number|vat no|vat id|vat reg|vat reg no|tax id|tax number|tax rate|vat rate|tax invoice|tax "
    "date|gst "
    "no|gst id|gst id no|gst reg no|gst summary|tax summary|vat summary|excl vat|excl tax|incl vat|incl "
    "tax|incl "
    "gst|inclusive of gst|excluding gst|ust id|ust idnr|steuernummer|steuersatz|inkl mwst|inkl ust|exkl "
    "mwst|numero de tva|n tva|total 0%";

constexpr std::string_view date_labels =
    "date|invoice date|date of invoice|issue date|date of issue|date issued|bill date|document date|receipt "
    "date|dated|rechnungsdatum|datum|belegdatum|ausstellungsdatum|date de facture|date de la facture|date "
    "d'emission|factuurdatum|data fattura|fecha|fecha de factura";
constexpr std::string_view date_not_labels =
    "due date|payment due|delivery date|order date|ship date|payment date|expiry date|valid until|date of "
    "birth|print date|contract date|date of supply|start date|end date|liefdatum|lieferdatum|bestelldatum|"
    "fallig|falligkeitsdatum|zahlbar bis|leistungsdatum|date d'echeance|date de livraison|date de commande|"
    "vervaldatum|leverdatum";

constexpr std::string_view number_labels =
    "invoice number|invoice no|invoice nr|invoice #|invoice id|inv no|bill number|bill no|document number|"
    "document no|doc no|receipt number|receipt no|receipt #|slip no|tax invoice no|tax invoice number|credit "
    "note number|credit note no|rechnungsnummer|rechnungsnr|rechnung nr|belegnummer|beleg nr|bon nr|numero "
    "de "
    "facture|n de facture|facture n|facture no|factuurnummer";
constexpr std::string_view number_weak_labels = "invoice|receipt|rechnung|facture|factuur";
constexpr std::string_view number_not_labels =
    "order number|order no|customer number|customer no|account number|account no|vat number|tax number|gst "
    "no|gst "
    "id|gst reg no|company no|registration number|registration no|phone number|reg no|tel no|fax no|table "
    "no|item no|kundennummer|kunden nr|bestellnummer|auftragsnummer|lieferschein nr|steuernummer|numero de "
    "commande|numero client|n de tva|page";

constexpr auto concepts = std::to_array<Concept>({
    {"total|amount|totalamount|amounttotal|grandtotal|invoicetotal|invoiceamount|totalprice|totalsum|sum|"
     "totalcost|gross|grossamount|grosstotal|totalgross|totalinclvat|totalinctax|finalamount|finaltotal|"
     "totaltopay|amounttopay|betrag|gesamtbetrag|gesamt|summe|gesamtsumme|rechnungsbetrag|endbetrag|brutto|"
     "montant|montanttotal|totalttc|montantttc|totaal|importe|totale",
     Shape::amount, Role::none, total_labels, total_weak_labels, total_not_labels},
    {"due|amountdue|balancedue|totaldue|topay|balance|zahlbetrag|netapayer", Shape::amount, Role::none,
     "amount due|balance due|total due|total amount due|amount payable|balance|amount to pay|total to "
     "pay|please "
     "pay|zahlbetrag|zu zahlen|offener betrag|restbetrag|net a payer|reste a payer|solde a payer|te betalen",
     "grand total|invoice total|total amount|total incl vat|gesamtbetrag|rechnungsbetrag|total ttc|total",
     total_not_labels},
    {"net|netamount|nettotal|totalnet|subtotal|netto|nettobetrag|totalht|montantht", Shape::amount,
     Role::none, net_labels, "zwischensumme|sous total|warenwert",
     "net weight|days net|tage netto|net price"},
    {"tax|vat|gst|taxamount|vatamount|totaltax|taxtotal|totalvat|mwst|steuer|tva|montanttva|btw",
     Shape::amount, Role::none, tax_labels, "", tax_not_labels},
    {"date|invoicedate|issuedate|documentdate|billdate|receiptdate|datum|rechnungsdatum|belegdatum|"
     "datefacture|dateofissue|issuedate|issuedon",
     Shape::date, Role::none, date_labels, "", date_not_labels},
    {"duedate|paymentduedate|dateecheance|falligkeitsdatum", Shape::date, Role::none,
     "due date|payment due date|payment due|due|due on|pay by|fallig am|falligkeitsdatum|zahlbar bis|date "
     "d'echeance|echeance|vervaldatum",
     "", ""},
    {"number|no|invoicenumber|invoiceno|invoiceid|documentnumber|documentid|receiptnumber|receiptno|"
     "billnumber|"
     "rechnungsnummer|belegnummer|numero|numerofacture|nummer|id",
     Shape::identifier, Role::none, number_labels, number_weak_labels, number_not_labels},
    {"supplier|suppliername|vendor|vendorname|seller|sellername|merchant|merchantname|store|storename|shop|"
     "shopname|company|companyname|issuer|sender|from|lieferant|verkaufer|fournisseur|vendeur|leverancier",
     Shape::party, Role::sender,
     "seller|supplier|vendor|sold by|issued by|service provider|supplier name|seller name|vendor "
     "name|lieferant|"
     "verkaufer|rechnungssteller|aussteller|vendeur|fournisseur|emetteur|prestataire|leverancier",
     "from|payee|kontoinhaber|absender", ""},
    {"name", Shape::party, Role::none, "", "name|nom", ""},  // Whose, it does not say.
    {"customer|customername|buyer|buyername|client|clientname|recipient|billto|kunde|kaufer|empfanger|"
     "acheteur|"
     "koper",
     Shape::party, Role::recipient,
     "buyer|bill to|billed to|billing address|invoice to|sold to|customer name|client name|kaufer|"
     "rechnungsempfanger|rechnungsadresse|rechnungsanschrift|rechnung an|acheteur|facture a|adresse de "
     "facturation|factuuradres",
     "customer|client|kunde|empfanger",
     "ship to|deliver to|delivery address|lieferadresse|adresse de livraison"},
});

}  // namespace

const Concept* concept_named(std::string_view folded_name) {
  for (const Concept& one : concepts) {
    bool found = false;
    each_listed(one.names, [&](std::string_view name) { found = found || name == folded_name; });
    if (found) return &one;
  }
  return nullptr;
}

}  // namespace docket::rules
