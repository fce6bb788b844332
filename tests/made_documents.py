"""Invoices, receipts and contracts for tests, made up in several layouts, with what is true of each of them."""

import random
import re
from collections import namedtuple
from datetime import date, timedelta

# What a document states: the value, as it is printed, and the line in which it stands. A list has one Said for each row.
Said = namedtuple("Said", "value quote line")
# `fields`: {name: Said}; `others`: what stands there besides and is none of the fields.
Document = namedtuple("Document", "kind name text fields others")

# {field} is printed there; what begins with _ is no field. {lines} are rows.
LAYOUTS = {
    "invoice": [("en", """\
{seller}
4 Ropewalk Yard, Whitby

INVOICE

Invoice number: {invoice_number}
Invoice date: {issue_date}
Due date: {_due_date}
Your order no: {_order}
Bill to: {buyer}

Description   Amount
{lines}

Subtotal   {currency} {net}
VAT 20%   {tax}
Total   {currency} {total}
"""), ("de", """\
{seller}
Hafenstraße 12, 20457 Hamburg

Rechnung

Rechnungsnummer: {invoice_number}
Rechnungsdatum: {issue_date}
Bestellnummer: {_order}
Rechnungsempfänger: {buyer}

Bezeichnung   Betrag
{lines}

Nettobetrag: {net} {currency}
MwSt 20 %: {tax} {currency}
Gesamtbetrag: {total} {currency}
Zahlbar bis: {_due_date}
"""), ("fr", """\
{seller}
8 quai des Chartrons, 33000 Bordeaux

FACTURE

Numéro de facture : {invoice_number}
Date de facture : {issue_date}
N° de commande : {_order}
Facturé à : {buyer}

Désignation   Montant
{lines}

Total HT   {net} {currency}
TVA 20 %   {tax} {currency}
Total TTC   {total} {currency}
Date d'échéance : {_due_date}
"""), ("en", """\
TAX INVOICE                         {seller}

Invoice no.      Date              Customer PO
{invoice_number}      {issue_date}     {_order}

Sold to: {buyer}

{lines}

Net amount       {net}
VAT              {tax}
Grand total      {currency} {total}

Payment due by {_due_date}. Thank you for your business.
""")],
    "receipt": [("till", """\
{company}
LOT 12 JALAN BESAR
RECEIPT NO: {_order}
DATE: {date} 14:22
CASHIER: MEI

{lines}

SUBTOTAL   {_net}
SERVICE   {_tax}
TOTAL   {total}
CASH   {_cash}
CHANGE   {_change}
THANK YOU
"""), ("till", """\
{company}
17 HARBOUR ROAD
DATE  {date}
RECEIPT {_order}
{lines}
TOTAL  {total}
CARD PAYMENT  {total}
TAX SUMMARY  AMOUNT  TAX
A 20%  {_net}  {_tax}
""")],
    "contract": [("en", """\
SUPPLY AGREEMENT

This agreement is dated {agreement_date} and is made between the following parties:

(1) {party0} of 3 Mill Lane, hereinafter the "Supplier"; and
(2) {party1} of 9 Quay Street, hereinafter the "Customer".

1. Term. This agreement takes effect on {effective_date} and ends on {expiration_date}.
2. Termination. Either party may terminate by notice; notices given before {_due_date} have no effect.
3. This agreement is governed by the laws of the {governing_law}.

Contract reference {_order}. The yearly fee is {_net} USD.
"""), ("en", """\
MAINTENANCE CONTRACT No. {_order}

between {party0} and {party1}, together the parties

Date of agreement: {agreement_date}
Effective date: {effective_date}
Expiration date: {expiration_date}

The parties agree that the fee of {_net} USD is due on {_due_date}.
Governing law: {governing_law}
""")],
}
ENDINGS = {"en": "Ltd", "de": "GmbH", "fr": "SARL", "till": "STORES"}
NAMES = ["Harbour Lamps", "Northgate Tiles", "Weber Copper", "Linden Paper", "Quay Bakery", "Sailmaker Brothers", "Moorland Glass",
         "Amber Clocks", "Fennel Seeds", "Riverside Oak", "Saddler Works", "Pewter Moon"]
GOODS = ["Shelves of oak", "Brass hinges", "Lamp oil", "Writing paper", "Roof tiles", "Rye bread", "Green tea", "Wool blankets"]
LAWS = ["State of Ohio", "State of Texas", "State of New York", "State of Delaware", "State of California"]
MONTHS = "January February March April May June July August September October November December".split()


def amount(value, language):
    text = f"{value:,.2f}"
    if language == "de":
        return text.translate({ord(","): ".", ord("."): ","})
    return text.replace(",", " ").replace(".", ",") if language == "fr" else text


def day(value, language):
    forms = {"en": f"{value.day} {MONTHS[value.month - 1]} {value.year}", "de": f"{value:%d.%m.%Y}"}
    return forms.get(language, f"{value:%d/%m/%Y}")


def values_of(kind, language, chance):
    """{name: (value, as printed)}, and the rows."""
    least, most = (3, 40) if kind == "receipt" else (300, 4000)
    parts = [round(chance.uniform(least, most), 2) for _ in range(chance.randint(2, 4))]
    net = round(sum(parts), 2)
    tax = round(net * 0.2, 2)
    total = round(net + tax, 2)
    cash = (total // 50 + 1) * 50
    # A day after the 12th of its month: it can be read in one way.
    first = date(2019 + chance.randrange(7), chance.randint(1, 12), chance.randint(13, 28))
    days = {"issue_date": first, "agreement_date": first, "date": first, "effective_date": first + timedelta(31),
            "expiration_date": first + timedelta(1000), "_due_date": first + timedelta(30)}
    names = [f"{name} {ENDINGS[language]}" for name in chance.sample(NAMES, 2)]
    number = f"{chance.choice(['RE', 'INV', 'F', 'B'])}-{first.year}-{chance.randint(10000, 99999)}"
    order = f"PO{chance.randint(100000, 999999)}"
    currency = chance.choice(["EUR", "GBP", "USD"]) if language == "en" else "EUR"
    law = chance.choice(LAWS)
    known = {name: (value.isoformat(), day(value, language)) for name, value in days.items()}
    known |= {name: (value, amount(value, language)) for name, value in {
        "net": net, "tax": tax, "total": total, "_net": net, "_tax": tax, "_cash": cash, "_change": round(cash - total, 2)}.items()}
    known |= {name: (value, value) for name, value in {
        "seller": names[0], "buyer": names[1], "company": names[0].upper(), "party0": names[0], "party1": names[1],
        "invoice_number": number, "_order": order, "currency": currency, "governing_law": law}.items()}
    rows = [({"description": good, "amount": part}, f"{good}   {amount(part, language)}")
            for good, part in zip(chance.sample(GOODS, len(parts)), parts)]
    return known, rows


def document(kind, number):
    """The same for the same kind and number. Consecutive numbers go through the layouts."""
    chance = random.Random(f"{kind} {number}")
    language, layout = LAYOUTS[kind][number % len(LAYOUTS[kind])]
    known, rows = values_of(kind, language, chance)
    text = layout.replace("{lines}", "\n".join(line for _, line in rows))
    found = {}
    for line in text.split("\n"):
        printed = re.sub(r"\{(\w+)\}", lambda name: known[name[1]][1], line)
        text = text.replace(line, printed, 1)
        for name in re.findall(r"\{(\w+)\}", line):
            found.setdefault(name, Said(*known[name], printed.strip()))
    fields = {name: said for name, said in found.items() if not name.startswith(("_", "party"))}
    if kind == "invoice":
        fields["lines"] = [Said(row, line, line) for row, line in rows]
    if kind == "contract":
        fields["parties"] = [found["party0"], found["party1"]]
    others = [said for name, said in found.items() if name not in fields]
    if kind != "contract":
        others += [Said(row["amount"], line.rsplit("   ", 1)[1], line) for row, line in rows]
    return Document(kind, f"{kind}-{number:02}.txt", text, fields, others)
