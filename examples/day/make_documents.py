#!/usr/bin/env python3
"""Writes a day's post into a folder: nine invoices to each contract. The same number gives the same documents.

usage: make_documents.py [-n DOCUMENTS] [FOLDER]        (1000 into inbox/ beside this script)
"""

import argparse
import random
from collections import namedtuple
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

# `fields`: what is true of it, as it is printed. `items`: rows of (line, description, quantity, unit price, amount).
# `unusual`: (number of the clause, its words).
Document = namedtuple("Document", "name kind text fields items unusual")

SELLERS = ["Harbour Joinery Ltd", "Pennine Paper Supplies Ltd", "Ropewalk Catering Ltd", "Orchard IT Services Ltd",
           "Calder Cleaning Ltd", "Quarry Road Motors Ltd"]
CUSTOMER = "Whitcombe Hotels plc"
GOODS = ["Oak shelf, 90 cm", "Copy paper A4, box of five reams", "Lunch for a meeting, per person", "Laptop stand, adjustable",
         "Deep clean of a guest room", "Tyre 205/55 R16, fitted", "Toner cartridge, black, high yield", "Door handle, brass",
         "Fresh flowers for the lobby", "Replacement of a window lock", "Table linen, set of twelve", "Call-out outside hours"]
LAWS = ["England and Wales", "Scotland", "Ireland"]

# What every contract says at length, so that what is unusual has to be looked for.
USUAL = [
    ("Services", "The Supplier shall provide the services described in Schedule 1 with reasonable skill and care, using "
     "suitably qualified personnel, and shall comply with the Customer's reasonable instructions, its site rules and all "
     "applicable laws. The Supplier shall keep adequate records of the services and make them available on request."),
    ("Charges", "The Customer shall pay the charges set out in Schedule 2 within thirty days of receipt of a valid invoice. "
     "Charges are exclusive of value added tax. If a sum is disputed in good faith, the Customer may withhold the disputed "
     "part until the dispute is settled and shall pay the rest when it falls due."),
    ("Confidentiality", "Each party shall keep confidential all information of the other that is marked as confidential or "
     "that a reasonable person would take to be so, shall use it only for the purposes of this agreement, and shall disclose "
     "it only to those of its staff and advisers who need to know it and are bound by like duties."),
    ("Data protection", "Where the Supplier processes personal data on behalf of the Customer it shall do so only on "
     "documented instructions, shall take appropriate technical and organisational measures, and shall inform the Customer "
     "of any breach without undue delay and in any event within forty-eight hours of becoming aware of it."),
    ("Insurance", "The Supplier shall maintain with a reputable insurer public liability cover of not less than two million "
     "pounds for each event, and professional indemnity cover of not less than one million pounds in each year, and shall "
     "produce evidence of cover on request, during the term and for two years after it has ended."),
    ("Limitation of liability", "Nothing limits liability for death or personal injury caused by negligence, or for fraud. "
     "Otherwise the total liability of each party in a year is limited to the charges paid or payable in that year, and "
     "neither party is liable for loss of profit or for any loss that could not reasonably have been foreseen."),
    ("Force majeure", "Neither party is in breach for a delay or failure that results from events beyond its reasonable "
     "control, provided that it tells the other promptly, does what it reasonably can to lessen the effects, and resumes "
     "performance as soon as possible. If the event lasts longer than ninety days either party may end this agreement."),
    ("Term and termination", "This agreement continues for three years from the Effective Date. Either party may end it by "
     "notice in writing if the other commits a material breach and, where it can be remedied, does not remedy it within "
     "thirty days of a notice to do so, or becomes insolvent, or ceases to carry on business."),
    ("Assignment", "Neither party may assign or subcontract its rights or duties without the prior written consent of the "
     "other, which shall not be unreasonably withheld or delayed. A party that subcontracts remains responsible for the acts "
     "and omissions of its subcontractors as if they were its own."),
    ("Notices", "Notices shall be in writing and delivered by hand or by recorded post to the registered office of the "
     "party, or by e-mail to the address that it has given for the purpose. A notice sent by post is deemed to be received on "
     "the second working day after posting, and one sent by e-mail on the next working day."),
]
UNUSUAL = [
    ("Exclusivity", "For five years after this agreement has ended the Customer shall not buy services of a like kind from "
     "anybody but the Supplier."),
    ("Price review", "The Supplier may raise the charges at any time by any amount with effect from the first day of the "
     "month in which the Customer is told."),
    ("Step-in charges", "If an invoice is not paid within five days the Customer shall pay interest of four per cent for each "
     "week or part of a week."),
    ("Unlimited indemnity", "The Customer shall indemnify the Supplier without limit against all losses, whoever has caused "
     "them, including the Supplier's own negligence."),
    ("Renewal", "This agreement renews itself for further terms of seven years unless notice is given exactly twelve months "
     "before the end of a term."),
    ("Audit", "The Supplier may enter the Customer's premises at any hour without notice, and examine its books and the "
     "personal files of its staff."),
]


def printed(day):
    return f"{day.day} {day:%B %Y}"


def money(amount):
    return f"{amount:,.2f}"


def invoice(number):
    chance = random.Random(f"invoice {number}")
    seller, day = chance.choice(SELLERS), date(2026, 1, 5) + timedelta(days=chance.randrange(300))
    items, net = [], Decimal(0)
    for goods in chance.sample(GOODS, chance.randint(8, len(GOODS))):
        quantity, price = chance.randint(1, 24), Decimal(chance.randint(150, 24_999)) / 100
        amount = quantity * price
        net += amount
        line = f"{goods:<36} {quantity:>4} {money(price):>10} {money(amount):>12}"
        items.append((line, goods, str(quantity), money(price), money(amount)))
    tax = (net / 5).quantize(Decimal("0.01"))
    fields = {"invoice_number": f"INV-{number:05}", "issue_date": printed(day), "net": money(net), "tax": money(tax),
              "total": money(net + tax)}
    rows = "\n".join(row[0] for row in items)
    text = f"""{seller}
4 Ropewalk Yard, Whitby YO22 4DE

INVOICE

Invoice number: {fields["invoice_number"]}
Invoice date: {fields["issue_date"]}
Bill to: {CUSTOMER}, 1 The Crescent, Leeds LS1 2AB

{"Description":<36} {"Qty":>4} {"Unit price":>10} {"Amount":>12}
{rows}

Subtotal   GBP {fields["net"]}
VAT 20%   GBP {fields["tax"]}
Total due   GBP {fields["total"]}

Payment within thirty days. VAT Reg. No. GB123456789
"""
    return Document(f"invoice-{number:05}.txt", "invoice", text, fields, items, [])


def contract(number):
    chance = random.Random(f"contract {number}")
    fields = {"supplier": chance.choice(SELLERS), "customer": CUSTOMER,
              "effective_date": printed(date(2026, 1, 1) + timedelta(days=chance.randrange(300))),
              "governing_law": chance.choice(LAWS)}
    clauses = USUAL + chance.sample(UNUSUAL, 2)
    chance.shuffle(clauses)
    text = f"""MASTER SERVICES AGREEMENT No. C-{number:05}

This agreement is made between {fields["supplier"]} (the "Supplier") and {CUSTOMER} (the "Customer"), hereinafter together
the parties, and takes effect on {fields["effective_date"]} (the "Effective Date").

"""
    unusual = []
    for position, (title, words) in enumerate(clauses, 1):
        text += f"{position}. {title}\n{position}.1 {words}\n\n"
        if (title, words) in UNUSUAL:
            unusual.append((f"{position}.1", words))
    text += f"""{len(clauses) + 1}. Governing law
This agreement is governed by the law of {fields["governing_law"]}, whose courts have exclusive jurisdiction.

Signed for the Supplier ____________________        Signed for the Customer ____________________
"""
    return Document(f"contract-{number:05}.txt", "contract", text, fields, [], unusual)


def documents(count):
    """Every tenth is a contract."""
    return [contract(number) if number % 10 == 0 else invoice(number) for number in range(1, count + 1)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("-n", type=int, default=1000, metavar="DOCUMENTS")
    arguments.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent / "inbox")
    chosen = arguments.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for document in documents(chosen.n):
        (chosen.folder / document.name).write_text(document.text, encoding="utf-8")


if __name__ == "__main__":
    main()
