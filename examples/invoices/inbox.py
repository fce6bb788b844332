"""The invoices of the inbox. Companies, people, numbers and accounts are invented."""

from datetime import date
from decimal import Decimal as D

from bill import Bill, Item


def items(rate, *rows):
    """Items of one tax rate from (text, quantity, unit, price)."""
    return [Item(text, D(str(quantity)), unit, D(price), D(str(rate))) for text, quantity, unit, price in rows]


def grocery():
    """A wholesaler's order: 88 rows of two tax rates, prices that follow from the position."""
    goods = ["Weizenmehl Type 550", "Roggenmehl Type 1150", "Dinkelgries", "Rohrzucker", "Sonnenblumenöl",
             "Olivenöl nativ", "Apfelessig", "Tomaten, stückig", "Kichererbsen", "Linsen, rot", "Basmatireis",
             "Haferflocken", "Honig, Blüten", "Spülmittel", "Servietten", "Backpapier"]
    sizes = ["1 kg", "2,5 kg", "5 kg", "10 kg", "Karton", "Palette klein"]
    rows = []
    for position in range(88):
        text = f"{goods[position % len(goods)]}, {sizes[position * 5 % 6]}"
        rate = 19 if position % len(goods) >= 13 else 7
        rows += items(rate, (text, 1 + position * 7 % 12, "St", f"{2 + position * 37 % 61}.{position * 13 % 100:02d}"))
    return rows


def calls():
    """A month of a telephone bill: fixed charges, then 130 calls."""
    rows = items(20, ("Business Line 4, monthly charge", 1, "Line rental", "48.00"),
                 ("Leased router, monthly charge", 1, "Equipment", "12.50"))
    places = ["Bristol", "Leeds mobile", "Cardiff", "Norwich", "Dublin", "Lyon", "Stuttgart mobile"]
    for position in range(130):
        price = f"{position * 17 % 7}.{(position * 43 + 9) % 100:02d}"
        kind = "Calls abroad" if position % 7 > 3 else "Calls in the country"
        rows += items(20, (f"01632 960{position * 29 % 900 + 100}  {places[position % 7]}  "
                           f"{position * 11 % 40:02d}:{position * 7 % 60:02d} min", 1, kind, price))
    return rows


HARBOUR = ["Harbour & Pine Joinery Ltd", "4 Ropewalk Yard", "Whitby YO99 4RY", "Tel. 01632 960141"]
MUEHLE = ["Nordwind Anlagenbau GmbH", "Am Alten Kai 17", "24999 Hafenstedt", "Tel. 0431 5550 210"]
ATELIER = ["Atelier Brévent SARL", "12, rue des Tanneurs", "38999 Valmont", "SIRET 910 234 567 00018"]

BILLS = [
    Bill("harbour-pine-20417.pdf", "letter_left", "en", "INV-20417", date(2025, 3, 14), HARBOUR,
         ["Whitcombe Hotels plc", "Accounts Payable", "1 Station Parade", "Scarborough YO99 2AB"],
         items(20, ("Oak reception desk, oiled", 1, "pc", "2840.00"), ("Wall panels, ash, 2.4 m", 14, "pc", "96.50"),
               ("Fitting on site, two joiners", 18, "h", "54.00")),
         currency="GBP", seller_vat="GB 412 7783 05", pay_by=date(2025, 4, 13), customer="W-1180",
         style={"money": "£{}"}, bank=["Sort code 00-00-00", "Account 31926819"],
         notes=["Thank you for your order. Payment within 30 days, please."]),
    Bill("nordwind-2025-0388.pdf", "din_letter", "de", "2025-0388", date(2025, 2, 27), MUEHLE,
         ["Stadtwerke Hafenstedt AöR", "Einkauf", "Deichstraße 1", "24998 Hafenstedt"],
         items(19, ("Umwälzpumpe UP 40/80", 2, "St", "1145.00"), ("Absperrschieber DN 80", 6, "St", "187.40"),
               ("Montage und Inbetriebnahme", 11.5, "Std", "78.00"), ("Anfahrt", 64, "km", "0.85")),
         seller_vat="DE298765431", pay_by=date(2025, 3, 13), customer="K-40031", dates="{d:02d}.{m:02d}.{y}",
         style={"trade": "Pumpen · Rohrleitungen · Wartung", "money": "{} €",
                "foot": ["HRB 99871 Hafenstedt", "Geschäftsführerin: Inka Thorwald"]},
         bank=["Küstenbank Hafenstedt", "IBAN DE89 3704 0044 0532 0130 00", "BIC COBADEFFXXX"],
         notes=["Sehr geehrte Damen und Herren, für die Arbeiten im Pumpwerk Süd in der 8. Kalenderwoche "
                "berechnen wir Ihnen wie vereinbart:",
                "Zahlbar innerhalb von 14 Tagen ohne Abzug. Der Leistungszeitraum ist der 17. bis 21.02.2025."]),
    Bill("nordwind-storno-0412.pdf", "din_letter", "de", "GS-2025-0412", date(2025, 3, 6), MUEHLE,
         ["Stadtwerke Hafenstedt AöR", "Einkauf", "Deichstraße 1", "24998 Hafenstedt"],
         items(19, ("Absperrschieber DN 80, Rückgabe", -2, "St", "187.40")), seller_vat="DE298765431",
         customer="K-40031", dates="{d:02d}.{m:02d}.{y}",
         words={"title": "Rechnungskorrektur", "number": "Gutschrift-Nr.", "issued": "Datum",
                "total": "Gutschriftsbetrag"},
         style={"trade": "Pumpen · Rohrleitungen · Wartung", "money": "{} €", "subject": "zur Rechnung 2025-0388",
                "foot": ["HRB 99871 Hafenstedt", "Geschäftsführerin: Inka Thorwald"]},
         bank=["Küstenbank Hafenstedt", "IBAN DE89 3704 0044 0532 0130 00", "BIC COBADEFFXXX"],
         notes=["Sie haben uns zwei Absperrschieber zurückgesandt. Wir schreiben Ihnen gut:",
                "Der Betrag wird mit der nächsten Rechnung verrechnet."]),
    Bill("lebensmittel-oertel-774120.pdf", "printer", "de", "774120", date(2025, 1, 31),
         ["Oertel & Söhne Großhandel KG", "Marktring 40-48", "99099 Talheim", "Tel. 0361 5550 77"],
         ["Bäckerei Anna Weißgerber e.K.", "Kirchplatz 3", "99098 Talheim"], grocery(), seller_vat="DE811223344",
         pay_by=date(2025, 2, 10), customer="20977", dates="{d:02d}.{m:02d}.{y}",
         words={"net": "Warenwert netto", "tax": "MwSt {rate}%", "total": "Rechnungsbetrag EUR",
                "issued": "Datum", "number": "Rechnung Nr", "customer": "Kunden-Nr", "pay_by": "fällig am"},
         bank=["IBAN DE02 1203 0000 0000 2020 51"]),
    Bill("brevent-F2025-0091.pdf", "boxed", "fr", "F2025-0091", date(2025, 3, 5), ATELIER,
         ["Mairie de Sainte-Orée", "Service des achats", "Place de l'Église", "38998 Sainte-Orée"],
         items(20, ("Table de réunion, hêtre massif", 3, "pce", "1290.00"), ("Chaise empilable", 24, "pce", "118.50"),
               ("Livraison et mise en place", 1, "forfait", "340.00")),
         seller_vat="FR52910234567", pay_by=date(2025, 4, 4), dates="{d:02d}/{m:02d}/{y}", style={"money": "{} €"},
         bank=["IBAN FR14 2004 1010 0505 0001 3M02 606 – BIC PSSTFRPPGRE"],
         notes=["Règlement à 30 jours. Pénalités de retard : trois fois le taux légal ; indemnité forfaitaire "
                "de recouvrement : 40 €."]),
    Bill("papeterie-lacombe-31877.pdf", "boxed", "fr", "31877", date(2025, 2, 11),
         ["Papeterie Lacombe & Fils", "ZA des Trois Fontaines", "69999 Bréville-sur-Saône", "Tél. 04 65 71 00 00"],
         ["Collège Jeanne-Barret", "8, avenue du Parc", "69998 Bréville-sur-Saône"],
         items("5.5", *[(f"Manuel de {s}, {n}e", 28 - n, "ex.", f"{21 + n}.90") for s in
                        ("français", "mathématiques", "histoire", "sciences") for n in (6, 5, 4, 3)]) +
         items(20, *[(t, q, "pce", p) for t, q, p in (
             ("Ramette A4 80 g", 120, "4.15"), ("Cahier 24x32, 96 p.", 300, "1.48"), ("Stylo bille bleu", 500, "0.32"),
             ("Feutre tableau, noir", 80, "1.15"), ("Classeur à levier", 60, "2.89"), ("Agrafeuse", 12, "9.60"),
             ("Ciseaux 17 cm", 40, "2.35"), ("Colle en bâton", 150, "0.89"), ("Équerre 60°", 60, "1.05"),
             ("Compas", 35, "4.40"), ("Calculatrice", 20, "16.50"), ("Papier calque A4", 10, "7.95"))]),
         seller_vat="FR04377912888", pay_by=date(2025, 3, 31), customer="C0412", dates="{d} {month} {y}",
         numbers="spaced", paid=D("500.00"), style={"money": "{} EUR", "foot": 75},
         words={"number": "N° de facture", "issued": "Date d'émission", "pay_by": "Échéance",
                "net": "Montant total HT", "tax": "dont TVA {rate} %", "total": "Montant total TTC"}),
    Bill("kestrel-cloud-7F31-0006.pdf", "modern", "en", "7F31C2A8-0006", date(2025, 3, 3),
         ["Kestrel Cloud Limited", "2 Liffey Row", "Dublin D99 X4Y2", "Ireland"],
         ["Studio Halvorsen AS", "Postboks 999", "5099 Bergen", "Norway"],
         items(23, ("Team plan\nMar 3 – Apr 2, 2025", 14, "", "12.00"), ("Object storage\n412 GB-months", 412, "", "0.02"),
               ("Priority support\nMar 3 – Apr 2, 2025", 1, "", "79.00")),
         seller_vat="IE9876543WH", pay_by=date(2025, 4, 2), dates="{month} {d}, {y}",
         style={"money": "€{}", "headline": "{due} due {day}"},
         words={"number": "Invoice number", "issued": "Date of issue", "pay_by": "Date due",
                "tax": "VAT – Ireland ({rate}%)", "vat_id": "IE VAT"}),
    Bill("blue-mesa-100872.pdf", "boxed", "en", "100872", date(2025, 1, 22),
         ["Blue Mesa Instruments, Inc.", "700 Cholla Street, Suite 4", "Mesquite Flats, AZ 85999", "(928) 555-0142"],
         ["Redrock Water District", "Attn: Purchasing", "15 Canyon Road", "Page, AZ 86099"],
         items("8.1", ("Turbidity sensor TS-200", 4, "ea", "1185.00"), ("Mounting bracket, 316 SS", 4, "ea", "64.75"),
               ("Calibration, NIST traceable", 4, "ea", "150.00"), ("Freight, ground", 1, "lot", "88.40")),
         currency="USD", pay_by=date(2025, 2, 21), customer="RWD-07", dates="{m:02d}/{d:02d}/{y}",
         style={"page": "letter", "money": "${}"},
         words={"number": "Invoice No.", "issued": "Invoice Date", "pay_by": "Due Date", "customer": "Customer ID",
                "to": "BILL TO", "tax": "Sales Tax {rate}%", "total": "TOTAL USD"},
         notes=["Terms: Net 30. Federal Tax ID 99-0001234. Please write the invoice number on your check."]),
    Bill("alpstein-2025-118.pdf", "centered", "de", "2025-118", date(2025, 3, 12),
         ["Alpstein Vermessung AG", "Säntisweg 8", "9099 Bergau"],
         ["Gemeinde Unterbergau", "Bauverwaltung", "Dorfplatz 2", "9098 Unterbergau"],
         items("8.1", ("Terrainaufnahme Parzelle 418", 14.5, "h", "165.00"), ("Absteckung Strassenachse", 6, "h", "165.00"),
               ("Plot A1, farbig", 8, "Stk", "28.50")),
         currency="CHF", seller_vat="CHE-218.334.907 MWST", pay_by=date(2025, 4, 11), dates="{d}. {month} {y}",
         numbers="ch", style={"money": "CHF {}", "place": "Bergau"}, bank=["IBAN CH93 0076 2011 6238 5295 7"],
         words={"net": "Zwischentotal", "tax": "MWST {rate}%", "total": "Rechnungstotal inkl. MWST",
                "vat_id": "MWST-Nr.", "item": "Leistung"},
         notes=["Guten Tag. Für unsere Leistungen gemäss Auftrag vom 3. Februar stellen wir in Rechnung:",
                "Zahlbar bis 11. April 2025."]),
    Bill("traductions-leman-55.pdf", "centered", "fr", "2025/55", date(2025, 2, 24),
         ["Traductions du Léman Sàrl", "Quai des Cygnes 5", "1299 Corsel"],
         ["Fondation Aubier", "Chemin des Vignes 21", "1298 Corsel"],
         items("8.1", ("Traduction allemand-français, rapport annuel", 18640, "mots", "0.24"),
               ("Relecture", 7, "h", "110.00")),
         currency="CHF", seller_vat="CHE-330.118.562 TVA", dates="{d} {month} {y}", numbers="ch", paid=D("1500.00"),
         style={"money": "CHF {}", "place": "Corsel, le", "number_sign": "no", "font": "Times-Roman"},
         words={"net": "Sous-total", "tax": "TVA {rate}%", "total": "Total CHF TTC", "due": "Solde à payer",
                "vat_id": "No TVA", "item": "Prestation", "amount": "Montant"},
         notes=["Nous vous remercions de votre confiance et vous facturons :", "Payable à 30 jours net."]),
    Bill("severn-telecom-88120045.pdf", "statement", "en", "88120045", date(2025, 3, 1),
         ["Severn Telecom", "PO Box 99", "Gloucester GL99 1AA"],
         ["Brook & Lyle Solicitors", "17 Priory Lane", "Tewkesbury GL99 5CD"], calls(), currency="GBP",
         seller_vat="GB 770 1199 42", pay_by=date(2025, 3, 17), customer="400 118 2207", dates="{d} {short} {y}",
         style={"money": "£{}", "summary": "Your charges at a glance", "details": "itemised calls", "when": "Date",
                "first_day": 1},
         words={"number": "Bill number", "issued": "Date of bill", "pay_by": "Direct Debit on",
                "customer": "Account number", "net": "Total before VAT", "total": "Total including VAT",
                "vat_id": "VAT number", "title": "Your VAT invoice"},
         notes=["We will collect this amount by Direct Debit. You need do nothing."]),
    Bill("mandl-export-E-2025-07.pdf", "letter_left", "de", "E-2025-07", date(2025, 2, 18),
         ["Mandl Präzision GmbH & Co. KG", "Werkstraße 22", "83999 Oberau", "Germany"],
         ["Officine Carraro S.r.l.", "Via dei Fabbri 9", "36099 Pontevico", "Italy · IT09988776655"],
         items(0, ("Spindel / spindle HSK-A63", 2, "St", "6480.00"), ("Spannzange / collet ER32", 20, "St", "31.90"),
               ("Verpackung, Fracht / packing, freight", 1, "ps", "412.00")),
         seller_vat="DE276655443", pay_by=date(2025, 3, 20), dates="{y}-{m:02d}-{d:02d}", numbers="en",
         style={"money": "EUR {}", "colour": "#8a1c1c"},
         words={"title": "Rechnung / Invoice", "number": "Rechnungs-Nr. / Invoice no.", "issued": "Datum / Date",
                "pay_by": "Fällig / Due", "to": "Rechnung an / Invoice to", "item": "Ware / Goods",
                "quantity": "Menge / Qty", "price": "Preis / Price", "amount": "Betrag / Amount",
                "net": "Netto / Net", "tax": "USt / VAT {rate}%", "total": "Gesamt / Total",
                "vat_id": "USt-IdNr. / VAT ID"},
         bank=["IBAN DE75 5121 0800 1245 1261 99"],
         notes=["Steuerfreie innergemeinschaftliche Lieferung. / Tax-free intra-Community supply."]),
    Bill("tidewater-INV0099.pdf", "modern", "en", "INV0099", date(2025, 3, 20),
         ["Tidewater Marine Survey Ltd", "Slipway House", "Poole BH99 3ZZ", "United Kingdom"],
         ["Pelagic Charter LLC", "20 Dock Street", "Newport, RI 02999", "USA"],
         items(0, ("Pre-purchase survey\nS/Y Corrib, 14.2 m", 1, "", "1950.00"), ("Sea trial\nhalf a day", 1, "", "480.00"),
               ("Travel and lodging\nat cost", 1, "", "317.60")),
         currency="USD", seller_vat="GB 355 9021 18", pay_by=date(2025, 4, 19), dates="{d} {month} {y}",
         paid=D("1000.00"), style={"money": "US$ {}", "headline": "{due} to pay by {day}"},
         words={"paid": "Less deposit received", "net": "Net total", "total": "Invoice total"}),
    # The invoices from here on want a second look, each for its own reason.
    Bill("weber-fliesen-61.pdf", "din_letter", "de", "61/2025", date(2025, 3, 10),
         ["Fliesen Weber", "Lindenweg 9", "35999 Neuental", "Tel. 06421 5550 61"],
         ["Familie Jonas Harms", "Ahornstraße 14", "35998 Neuental"],
         items(19, ("Wandfliesen verlegen", 32, "m²", "58.00"), ("Bodenfliesen verlegen", 14.5, "m²", "64.00"),
               ("Silikonfugen", 22, "m", "7.50"), ("Kleber und Fugenmasse", 1, "ps", "236.00")),
         seller_vat="DE265544332", dates="{d}.{m}.{y}", style={"money": "{} €"}, misprint=D("100.00"),
         words={"total": "Rechnungsbetrag", "number": "Rechnung Nr.", "issued": "Datum"},
         bank=["Sparkasse Neuental", "IBAN DE21 5001 0517 5407 3249 31"],
         notes=["Für die Fliesenarbeiten in Ihrem Bad erlaube ich mir zu berechnen:",
                "Zahlbar sofort ohne Abzug. Vielen Dank für den Auftrag."]),
    Bill("pritchard-gardens.pdf", "typed", "en", "27", date(2025, 3, 18),
         ["Owen Pritchard, Gardener", "The Old Forge, Llanfair-y-Bryn"],
         ["Mrs D. Ackroyd", "Rose Cottage", "Llanfair-y-Bryn"],
         items(0, ("Hedges and orchard", 1, "", "385.00")), currency="GBP", dates="{d} {month} {y}",
         style={"items": False}, unknown=("currency", "net", "tax", "total", "due"),
         notes=["Dear Mrs Ackroyd,",
                "this is my invoice for the work in February and March: the hedges along the lane, pruning in the "
                "orchard (four mornings), and taking away the old shed.",
                "As we agreed on the telephone I will charge the same for the hedges as last year, and for the "
                "orchard half as much again. The skip was on your own account.",
                "Please leave it in the usual place.", "With kind regards,", "O. Pritchard"]),
    Bill("scan-morwenna-cafe.pdf", "scanned", "en", "0312", date(2025, 2, 28),
         ["Morwenna Bakery Ltd", "Fore Street", "Porthgwyn TR99 6QQ"], ["The Lantern Café", "Quay Hill", "Porthgwyn"],
         items(0, ("Sourdough loaf, 800 g", 64, "pc", "3.10"), ("Croissant", 120, "pc", "1.05"),
               ("Saffron bun", 90, "pc", "1.20")),
         currency="GBP", seller_vat="GB 618 3340 27", pay_by=date(2025, 3, 14), style={"money": "£{}"}),
]
