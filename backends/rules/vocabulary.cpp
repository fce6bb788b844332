#include "backends/rules/vocabulary.h"

#include <array>

namespace docket::rules {
namespace {

constexpr auto kinds = std::to_array<DocumentKind>({
    {"invoice|bill|rechnung|eingangsrechnung|facture|fattura|factura|factuur",
     "invoice|tax invoice|commercial invoice|vat invoice|sales invoice|proforma invoice|credit note|credit "
     "memo|"
     "rechnung nr|facture n°|"
     "rechnung|handelsrechnung|teilrechnung|schlussrechnung|abschlagsrechnung|rechnungskorrektur|gutschrift|"
     "stornorechnung|sammelrechnung|facture|facture d'acompte|avoir|factuur|fattura|factura|faktura",
     "invoice number|invoice no|invoice nr|invoice date|invoice total|invoice amount|bill to|billed to|sold "
     "to|"
     "due date|amount due|balance due|total due|payment terms|payment due|remit to|date of supply|"
     "rechnungsnummer|rechnungsnr|rechnungsdatum|rechnungsbetrag|rechnungssumme|rechnungsempfänger|"
     "rechnungsadresse|rechnungsanschrift|zahlungsziel|zahlbar|zahlbetrag|fälligkeit|leistungsdatum|"
     "leistungszeitraum|nettobetrag|bruttobetrag|umsatzsteuer|belegnr|belegnummer|steuerbetrag|"
     "numéro de facture|n° de facture|date de facture|date de facturation|date d'échéance|"
     "net à payer|montant à payer|total ttc|total ht|montant ht|montant ttc|factuurnummer|factuurdatum|"
     "vervaldatum|nr faktury|faktura nr",
     "vat|mwst|tva|ust|btw|iban|bic|swift|subtotal|sub total|net total|grand total|unit price|quantity|qty|"
     "amount|menge|einzelpreis|gesamtbetrag|gesamtpreis|zwischensumme|steuernummer|kundennummer|kundennr|"
     "prix unitaire|quantité|désignation|échéance|siret|client|customer no|bank account|bankverbindung|"
     "zahlungsbedingungen|conditions de paiement|virement"},

    {"receipt|kassenbon|quittung|kassenbeleg|bon|beleg|reçu|ticket de caisse|ticket_de_caisse|till "
     "receipt",
     "receipt|cash receipt|payment receipt|sales receipt|official receipt|cash bill|cash sales|kassenbon|"
     "kassenbeleg|kassenzettel|quittung|barverkauf|ticket de caisse|reçu|simplified tax invoice|cash "
     "sale|cash memo",
     "{narrow}|{clock}|payment mode|come again|thank you come again|paid|items count|cashier|change|change "
     "due|cash|cash tendered|tendered|rounding|rounding adjustment|rounding adj|"
     "thank you|thank you please come again|please come again|goods sold are not returnable|exchangeable|"
     "not refundable|no refund|table no|pax|take away|dine in|gst summary|tax summary|till|trans no|"
     "approval code|auth code|merchant|member|points earned|total sales|total savings|items sold|"
     "rückgeld|gegeben|kartenzahlung|kassierer|kasse|bediener|es bediente sie|tse|terminal id|"
     "vielen dank für ihren einkauf|wir danken für ihren einkauf|summe eur|"
     "rendu|rendu monnaie|espèces|caissier|caisse|merci de votre visite|a bientôt|nombre d'articles|tunai",
     "visa|mastercard|maestro|girocard|contactless|qty|item|items|disc|time|total|subtotal|sub total|gst|"
     "uhrzeit|bar|summe|carte bancaire|cb|tel"},

    {"contract|agreement|vertrag|vereinbarung|contrat|accord|convention",
     "agreement|contract|amendment|addendum|lease|licence agreement|license agreement|service agreement|"
     "services agreement|supply agreement|distribution agreement|distributor agreement|consulting agreement|"
     "employment agreement|employment contract|non disclosure agreement|confidentiality agreement|"
     "memorandum of understanding|vertrag|vereinbarung|mietvertrag|arbeitsvertrag|kaufvertrag|werkvertrag|"
     "dienstvertrag|dienstleistungsvertrag|rahmenvertrag|lizenzvertrag|nachtrag|contrat|"
     "contrat de prestation de services|contrat de travail|contrat de bail|accord de "
     "confidentialité|convention|"
     "avenant|joint filing agreement|joint filing statement",
     "this agreement|hereinafter|whereas|witnesseth|in witness whereof|the parties|parties "
     "hereto|hereto|hereof|"
     "herein|hereby|hereunder|thereof|pursuant|governing law|governed by|indemnify|indemnification|"
     "effective date|entered into|by and between|made and entered|severability|force majeure|counterparts|"
     "successors and assigns|term and termination|confidentiality|intellectual property|representations|"
     "warranties|obligations|binding|amended|recitals|the company|licensee|licensor|"
     "vertragsparteien|vertragspartner|vertragsgegenstand|nachfolgend|im folgenden|kündigung|gerichtsstand|"
     "laufzeit|schriftform|salvatorische klausel|haftung|auftragnehmer|auftraggeber|präambel|"
     "geheimhaltung|les parties|ci après|entre les soussignés|il a été convenu|résiliation|"
     "droit applicable|préambule|prestataire|la présente convention|le présent contrat",
     "shall|party|parties|section|article|exhibit|schedule|clause|terms|conditions|law|signature|"
     "termination|liability|vertrag|parteien|unterschrift|ort datum|durée|obligations|clause"},

    {"delivery_note|delivery note|lieferschein|bon de livraison|packing slip|packing list",
     "delivery note|delivery slip|packing slip|packing list|dispatch note|goods received note|lieferschein|"
     "warenbegleitschein|bon de livraison|bordereau de livraison",
     "delivery note number|delivery note no|lieferscheinnummer|lieferschein nr|lieferscheindatum|packages|"
     "gross weight|net weight|carrier|received by|received in good condition|ware erhalten|empfangen durch|"
     "packstücke|spediteur|bruttogewicht|colis|transporteur|reçu par|poids brut",
     "delivery date|ship "
     "to|quantity|shipped|menge|lieferdatum|lieferadresse|liefertermin|livraison|quantité"},

    {"order|purchase_order|purchase order|bestellung|auftrag|commande|bon de commande|order_confirmation|"
     "order confirmation|auftragsbestätigung",
     "purchase order|order|order confirmation|sales order|bestellung|auftragsbestätigung|auftrag|commande|"
     "bon de commande|confirmation de commande",
     "po number|purchase order number|purchase order no|order confirmation number|requested delivery|ordered "
     "by|"
     "auftragsbestätigung nr|wir bestellen|hiermit bestellen wir|wir bestätigen ihren auftrag|gewünschter "
     "liefertermin|"
     "numéro de commande|nous commandons|nous vous confirmons|date de livraison souhaitée",
     "order number|order date|ship to|bestellnummer|bestelldatum|auftragsnummer|date de commande|delivery "
     "date|"
     "liefertermin|supplier|vendor"},

    {"quote|quotation|offer|angebot|kostenvoranschlag|devis|offre|estimate",
     "quotation|quote|offer|estimate|angebot|kostenvoranschlag|devis|offre de prix",
     "quotation number|quote number|quote no|valid until|this quotation|offer "
     "valid|angebotsnummer|angebotsdatum|"
     "angebot nr|gültig bis|wir bieten ihnen|unser angebot|devis n°|valable jusqu'au|bon pour accord|date du "
     "devis",
     "unit price|quantity|einzelpreis|menge|prix unitaire|quantité"},

    {"bank_statement|bank statement|account statement|kontoauszug|relevé|relevé de "
     "compte|relevé_bancaire|statement",
     "bank statement|account statement|statement of account|kontoauszug|rechnungsabschluss|relevé de compte|"
     "relevé bancaire|extrait de compte",
     "opening balance|closing balance|balance brought forward|balance carried forward|withdrawals|deposits|"
     "statement period|running balance|alter kontostand|neuer kontostand|kontostand|buchungstag|wertstellung|"
     "buchungstext|anfangssaldo|endsaldo|solde précédent|ancien solde|nouveau solde|solde initial|solde "
     "final|"
     "débit|crédit|date valeur",
     "account number|balance|debit|credit|transaction|saldo|soll|haben|valuta|solde|opération|iban"},

    {"payslip|pay_slip|pay slip|salary|lohnabrechnung|gehaltsabrechnung|entgeltabrechnung|bulletin de paie|"
     "fiche de paie|bulletin_de_paie",
     "payslip|pay slip|pay statement|earnings statement|salary slip|lohnabrechnung|gehaltsabrechnung|"
     "entgeltabrechnung|verdienstabrechnung|abrechnung der brutto netto bezüge|bulletin de paie|"
     "bulletin de salaire|fiche de paie",
     "gross pay|net pay|pay period|pay date|employee|employer|national insurance|tax code|paye|year to date|"
     "basic salary|deductions|bruttolohn|nettolohn|bruttogehalt|auszahlungsbetrag|lohnsteuer|steuerklasse|"
     "sozialversicherung|krankenversicherung|rentenversicherung|personalnummer|personal nr|eintrittsdatum|"
     "salaire brut|salaire net|net à payer avant impôt|net imposable|cotisations|salarié|employeur|"
     "sécurité sociale|congés payés",
     "salary|earnings|overtime|hours|gehalt|lohn|brutto|netto|urlaub|salaire|brut"},

    {"letter|brief|schreiben|lettre|courrier|correspondence", "letter of intent|cover letter",
     "dear sir|dear madam|dear mr|dear ms|dear mrs|dear|yours sincerely|yours faithfully|sincerely|kind "
     "regards|"
     "best regards|sehr geehrte damen und herren|sehr geehrte|sehr geehrter|mit freundlichen "
     "grüßen|hochachtungsvoll|"
     "freundliche grüße|madame monsieur|cher monsieur|chère madame|veuillez agréer|"
     "salutations distinguées|cordialement",
     "{letter}|re|subject|enclosure|encl|betreff|anlage|anlagen|objet|pièce jointe|pièces jointes"},

    {"report|bericht|rapport|study|studie",
     "report|annual report|final report|progress report|audit report|performance audit|test report|bericht|"
     "jahresbericht|geschäftsbericht|abschlussbericht|prüfbericht|rapport|rapport annuel|rapport "
     "final|compte rendu",
     "executive summary|table of contents|findings|recommendations|methodology|conclusions|background|"
     "introduction|key findings|zusammenfassung|inhaltsverzeichnis|einleitung|ergebnisse|empfehlungen|fazit|"
     "sommaire|résumé|conclusion|recommandations|méthodologie",
     "analysis|appendix|figure|results|survey|abbildung|tabelle|anhang|kapitel|annexe|tableau|chapitre"},

    {"resume|cv|curriculum_vitae|curriculum vitae|lebenslauf", "curriculum vitae|resume|résumé|lebenslauf",
     "work experience|professional experience|employment history|education|skills|references|languages|"
     "berufserfahrung|ausbildung|kenntnisse|sprachkenntnisse|studium|expérience professionnelle|formation|"
     "compétences|langues",
     "university|bachelor|master|universität|hobbys|interests|loisirs"},

    {"paper|publication|scientific_paper|scientific paper|aufsatz", "abstract",
     "et al|references|introduction|related "
     "work|conclusion|keywords|arxiv|doi|theorem|lemma|proof|experiments|"
     "acknowledgments|acknowledgements|bibliography",
     "figure|section|results|table|proceedings|journal|university"},

    {"reminder|dunning|dunning_letter|mahnung|zahlungserinnerung|relance",
     "payment reminder|final notice|overdue notice|mahnung|zahlungserinnerung|letzte mahnung|lettre de "
     "relance|"
     "mise en demeure",
     "overdue|outstanding balance|reminder fee|past due|mahngebühr|mahngebühren|offene posten|überfällig|"
     "zahlungsverzug|impayé|restant dû|pénalités de retard",
     "outstanding|invoice|offen|rückstand|rappel", false},

    {"credit_note|credit note|credit memo|gutschrift|rechnungskorrektur|avoir|note de crédit",
     "credit note|credit memo|gutschrift|rechnungskorrektur|stornorechnung|avoir|note de crédit",
     "credit note number|credit note no|credited|gutschriftsnummer|gutschrift nr|korrektur|storno|"
     "avoir n°|refund|ursprungsbeleg|original invoice",
     "credit|amount|betrag|montant", false},
});

}  // namespace

const std::string_view letter_openings =
    "dear|my dear|to whom it may concern|sehr geehrte|sehr geehrter|sehr geehrtes|liebe|lieber|cher|chère|"
    "chers|chères|madame|mesdames|monsieur|messieurs|estimado|estimada|estimados|querido|querida|"
    "gentile|gentili|egregio|spettabile|caro|cara|geachte|beste|prezado|prezada|exmo|exma";

const std::string_view letter_closings =
    "yours sincerely|yours faithfully|yours truly|yours very truly|very truly yours|sincerely yours|"
    "sincerely|respectfully yours|respectfully|cordially|kind regards|kindest regards|best regards|"
    "warm regards|with regards|regards|best wishes|with best wishes|with kind regards|with best regards|"
    "mit freundlichen grüßen|mit freundlichem gruß|freundliche grüße|mit besten grüßen|beste grüße|"
    "mit herzlichen grüßen|herzliche grüße|viele grüße|liebe grüße|hochachtungsvoll|"
    "cordialement|bien cordialement|salutations distinguées|sincères salutations|meilleures salutations|"
    "veuillez agréer|je vous prie d'agréer|nous vous prions d'agréer|atentamente|le saluda atentamente|"
    "saludos cordiales|un cordial saludo|cordiali saluti|distinti saluti|met vriendelijke groet|"
    "met vriendelijke groeten|hoogachtend|atenciosamente|com os melhores cumprimentos";

std::span<const DocumentKind> document_kinds() { return kinds; }

}  // namespace docket::rules
