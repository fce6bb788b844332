"""What stands on an invoice, and how three languages write it. All companies are invented."""

import re
from collections import namedtuple
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

CENT = Decimal("0.01")
Item = namedtuple("Item", "text quantity unit price rate")  # Decimal price of one unit; rate in percent.

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
}

WORDS = {
    "en": {
        "title": "Invoice", "number": "Invoice number", "issued": "Invoice date", "pay_by": "Due date",
        "customer": "Customer no.", "to": "Bill to", "item": "Description", "quantity": "Qty", "unit": "Unit",
        "price": "Unit price", "amount": "Amount", "net": "Subtotal", "tax": "VAT {rate}%", "total": "Total",
        "paid": "Paid on account", "due": "Balance due", "vat_id": "VAT Reg. No.", "page": "Page",
        "carried": "carried forward",
    },
    "de": {
        "title": "Rechnung", "number": "Rechnungsnummer", "issued": "Rechnungsdatum", "pay_by": "Zahlbar bis",
        "customer": "Kundennummer", "to": "Rechnungsempfänger", "item": "Bezeichnung", "quantity": "Menge",
        "unit": "Einheit", "price": "Einzelpreis", "amount": "Betrag", "net": "Nettobetrag",
        "tax": "zzgl. {rate} % MwSt.", "total": "Gesamtbetrag", "paid": "abzgl. Anzahlung",
        "due": "Zu zahlen", "vat_id": "USt-IdNr.", "page": "Seite", "carried": "Übertrag",
    },
    "fr": {
        "title": "Facture", "number": "Facture n°", "issued": "Date de facture", "pay_by": "Date d'échéance",
        "customer": "N° client", "to": "Facturé à", "item": "Désignation", "quantity": "Qté", "unit": "Unité",
        "price": "P.U. HT", "amount": "Montant HT", "net": "Total HT", "tax": "TVA {rate} %",
        "total": "Total TTC", "paid": "Acompte versé", "due": "Net à payer",
        "vat_id": "N° TVA intracommunautaire", "page": "Page", "carried": "à reporter",
    },
}

# (thousands separator, decimal point)
NUMBERS = {"en": (",", "."), "de": (".", ","), "fr": ("\u00a0", ","), "ch": ("'", "."), "plain": ("", "."),
           "spaced": (" ", ",")}


@dataclass
class Bill:
    file: str
    look: str
    language: str
    number: str
    issued: date
    seller: list  # Name, then the lines of the address.
    buyer: list
    items: list
    currency: str = "EUR"
    seller_vat: str | None = None
    pay_by: date | None = None
    customer: str | None = None
    paid: Decimal = Decimal(0)
    numbers: str = ""  # A key of NUMBERS; the language's own when empty.
    dates: str = "{d} {month} {y}"
    words: dict = field(default_factory=dict)  # In place of the language's.
    style: dict = field(default_factory=dict)  # What the look lets one choose.
    bank: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    misprint: Decimal = Decimal(0)  # By how much the printed total is off: the seller cannot add up.
    unknown: tuple = ()  # Fields that the document does not tell.

    def word(self, key, **values):
        return (WORDS[self.language] | self.words)[key].format(**values)

    def line(self, item):
        return (item.quantity * item.price).quantize(CENT)

    @property
    def net(self):
        return sum((self.line(item) for item in self.items), Decimal(0))

    @property
    def taxes(self):
        """Tax of each rate, the smallest rate first."""
        rates = sorted({item.rate for item in self.items})
        sums = {rate: sum(self.line(i) for i in self.items if i.rate == rate) for rate in rates}
        return {rate: (base * rate / 100).quantize(CENT) for rate, base in sums.items()}

    @property
    def tax(self):
        return sum(self.taxes.values(), Decimal(0))

    @property
    def total(self):
        return self.net + self.tax + self.misprint

    @property
    def due(self):
        return self.total - self.paid

    def number_text(self, value, places=2):
        thousands, point = NUMBERS[self.numbers or self.language]
        digits = f"{abs(value):,.{places}f}".replace(",", "\0").replace(".", point).replace("\0", thousands)
        return ("-" if value < 0 else "") + digits

    def quantity_text(self, value):
        return self.number_text(value, max(0, -value.normalize().as_tuple().exponent))

    def money(self, value):
        """With the currency, as `style["money"]` says: `{} EUR`, `€{}`."""
        text = self.style.get("money", "{}").format(self.number_text(abs(value)))
        return ("-" if value < 0 else "") + text

    def day(self, when):
        month = MONTHS[self.language][when.month - 1]
        return self.dates.format(d=when.day, m=when.month, y=when.year, month=month, short=month[:3])

    def tax_lines(self):
        return [(self.word("tax", rate=self.quantity_text(Decimal(rate))), self.money(tax))
                for rate, tax in self.taxes.items()]

    def total_lines(self):
        lines = [(self.word("net"), self.money(self.net)), *self.tax_lines(),
                 (self.word("total"), self.money(self.total))]
        if self.paid:
            lines += [(self.word("paid"), self.money(-self.paid)), (self.word("due"), self.money(self.due))]
        return lines

    def truth(self):
        fields = {
            "invoice_number": self.number, "issue_date": self.issued.isoformat(), "seller": self.seller[0],
            "buyer": self.buyer[0], "currency": self.currency, "net": f"{self.net}", "tax": f"{self.tax}",
            "total": f"{self.total}", "due": f"{self.due}", "seller_vat": self.seller_vat and re.sub(r"[ .-]|MWST|TVA", "", self.seller_vat),
        }
        if not self.paid and "headline" not in self.style:
            fields.pop("due")  # Not told apart from the total.
        return {name: value for name, value in fields.items() if value is not None and name not in self.unknown}
