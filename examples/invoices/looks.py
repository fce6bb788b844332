"""The looks: how an invoice is laid out. Each takes a bill and an empty paper, and draws."""

from paper import Table


def headings(bill, *keys):
    return [bill.word(key) for key in keys]


def item_values(bill, item):
    return [bill.quantity_text(item.quantity), item.unit, bill.number_text(item.price),
            bill.number_text(bill.line(item))]


def facts(bill):
    """The pairs that every invoice tells, with those that only some do."""
    pairs = [(bill.word("number"), bill.number), (bill.word("issued"), bill.day(bill.issued))]
    if bill.customer:
        pairs.append((bill.word("customer"), bill.customer))
    if bill.pay_by:
        pairs.append((bill.word("pay_by"), bill.day(bill.pay_by)))
    return pairs


def totals(bill, paper, x, right, pairs=None):
    pairs = pairs or bill.total_lines()
    paper.rule(x, right, paper.y - 3.4)
    paper.y = paper.pairs(x, right, paper.y + 1.5, pairs, leading=5.4, bold_last=True) + 4


def letter_left(bill, paper):
    """Letterhead and logo at the left, facts at the right, thin lines."""
    colour = bill.style.get("colour", "#1d5c4f")
    paper.box(20, 15, 12, 12, fill=colour, stroke=None)
    paper.text(26, 23.4, bill.seller[0][0], 18, bold=True, align="center", colour="#ffffff")
    paper.text(36, 20, bill.seller[0], 14, bold=True)
    paper.lines(36, 25, bill.seller[1:], 8)
    paper.text(20, 58, bill.word("title").upper(), 20, colour=colour)
    paper.text(20, 68, bill.word("to"), 8, colour="#777777")
    paper.lines(20, 73, bill.buyer)
    paper.pairs(125, 190, 68, facts(bill), leading=5.5)
    paper.y = 106
    table = Table(paper, list(zip(headings(bill, "item", "quantity", "price", "amount"), (20, 125, 158, 190),
                                  ("left", "right", "right", "right"))), 20, 190)
    table.heading()
    for item in bill.items:
        quantity, _, price, amount = item_values(bill, item)
        table.row([item.text, quantity, price, amount])
    paper.y += 3
    totals(bill, paper, 125, 190)
    paper.lines(20, paper.y + 8, bill.notes)
    vat = [f"{bill.word('vat_id')} {bill.seller_vat}"] if bill.seller_vat else []
    paper.lines(20, 272, [" · ".join(vat + bill.bank)], 7.5, colour="#555555")


def din_letter(bill, paper):
    """German business letter: address window, facts at the right, three columns at the foot."""
    def foot(page):
        page.rule(20, 190, 268, 0.3)
        tax = [f"{bill.word('vat_id')} {bill.seller_vat}"] if bill.seller_vat else []
        for x, lines in ((20, bill.seller[:3]), (85, bill.bank), (145, tax + bill.style.get("foot", []))):
            page.lines(x, 272, lines, 7)

    paper.frame = lambda page: (foot(page), setattr(page, "y", 30))
    foot(paper)
    paper.text(105, 20, bill.seller[0], 17, bold=True, align="center")
    paper.text(105, 26, bill.style.get("trade", ""), 9, align="center")
    paper.text(20, 47, " · ".join(bill.seller[:3]), 6.5)
    paper.lines(20, 54, bill.buyer, 10)
    paper.pairs(125, 190, 54, facts(bill), leading=5.2)
    paper.text(20, 98, f"{bill.word('title')} {bill.style.get('subject', '')}".strip(), 12, bold=True)
    paper.y = 106
    for note in bill.notes[:1]:
        paper.paragraph(20, note, 170)
    paper.y += 5
    columns = list(zip(["Pos.", *headings(bill, "item", "quantity", "unit", "price", "amount")],
                       (20, 30, 118, 122, 160, 190), ("left", "left", "right", "left", "right", "right")))
    table = Table(paper, columns, 20, 190, style="grid")
    table.heading()
    for position, item in enumerate(bill.items, 1):
        table.row([str(position), item.text, *item_values(bill, item)])
    paper.y += 4
    totals(bill, paper, 118, 190)
    for note in bill.notes[1:]:
        paper.paragraph(20, note, 170)
        paper.y += 2


def boxed(bill, paper):
    """Letterhead at the right, facts in a row of boxes with the label above the value."""
    width = paper.width
    paper.lines(width - 15, 18, bill.seller[:1], 13, bold=True, align="right")
    vat = [f"{bill.word('vat_id')} : {bill.seller_vat}"] if bill.seller_vat else []
    paper.lines(width - 15, 24, bill.seller[1:] + vat, 8, align="right")
    paper.text(15, 22, bill.word("title").upper(), 22, bold=True, colour="#2f4858")
    paper.box(110, 50, width - 125, 30)
    paper.text(113, 55, bill.word("to"), 7)
    paper.lines(113, 61, bill.buyer, 10)
    paper.cells(15, 88, width - 30, facts(bill))

    def frame(page):
        page.text(width - 15, 12, f"{bill.word('title')} {bill.number} – {bill.word('page')} {page.page_number}",
                  7.5, align="right")

    paper.frame = frame
    paper.y = 112
    columns = list(zip(headings(bill, "item", "quantity", "unit", "price", "amount"),
                       (17, 118, 122, 160, width - 17), ("left", "right", "left", "right", "right")))
    table = Table(paper, columns, 15, width - 15, style="filled", foot=bill.style.get("foot", 60))
    table.heading()
    for item in bill.items:
        table.row([item.text, *item_values(bill, item)])
    paper.y = max(paper.y + 6, bill.style.get("totals_at", 0))
    pairs = bill.total_lines()
    height = 5.6 * len(pairs) + 3
    paper.box(115, paper.y - 5, width - 130, height)
    paper.pairs(118, width - 18, paper.y, pairs, leading=5.6, bold_last=True)
    paper.lines(15, paper.y + height + 6, bill.notes + bill.bank, 8)


def modern(bill, paper):
    """The amount in large type first, as online services print it."""
    grey = "#6b7280"
    paper.text(18, 22, bill.word("title"), 20, bold=True)
    paper.text(192, 22, bill.seller[0], 13, bold=True, align="right", colour="#4f46e5")
    y = 32
    for label, value in facts(bill):
        paper.text(18, y, label, 8.5, bold=True)
        paper.text(52, y, value, 8.5)
        y += 4.6
    vat = [f"{bill.word('vat_id')} {bill.seller_vat}"] if bill.seller_vat else []
    paper.lines(18, 58, [bill.seller[0]], 8.5, bold=True)
    paper.lines(18, 62.4, bill.seller[1:] + vat, 8.5)
    paper.lines(110, 58, [bill.word("to")], 8.5, bold=True)
    paper.lines(110, 62.4, bill.buyer, 8.5)
    paper.text(18, 102, bill.style["headline"].format(due=bill.money(bill.due), day=bill.day(bill.pay_by)), 15, bold=True)
    paper.y = 116
    columns = list(zip(headings(bill, "item", "quantity", "price", "amount"), (18, 120, 155, 192),
                       ("left", "right", "right", "right")))
    table = Table(paper, columns, 18, 192, leading=6.5)
    table.heading()
    for item in bill.items:
        title, *after = item.text.split("\n")
        table.row([title, bill.quantity_text(item.quantity), bill.money(item.price), bill.money(bill.line(item))],
                  after)
    paper.y += 5
    totals(bill, paper, 110, 192)
    paper.lines(18, 276, [f"{bill.number} · {bill.money(bill.due)} · {bill.word('page')} 1 of 1"], 7.5, colour=grey)


def centered(bill, paper):
    """A serif letterhead in the middle, the facts in one sentence-like line."""
    middle = paper.width / 2
    paper.text(middle, 22, bill.seller[0], 19, bold=True, align="center")
    paper.text(middle, 28, " – ".join(bill.seller[1:]), 9, align="center")
    if bill.seller_vat:
        paper.text(middle, 33, f"{bill.word('vat_id')} {bill.seller_vat}", 9, align="center")
    paper.rule(60, paper.width - 60, 37, 0.8)
    paper.lines(125, 56, bill.buyer, 11, leading=5.4)
    paper.text(22, 92, f"{bill.word('title')} {bill.style.get('number_sign', 'Nr.')} {bill.number}", 14, bold=True)
    paper.text(22, 99, f"{bill.style['place']}, {bill.day(bill.issued)}", 10.5)
    paper.y = 110
    for note in bill.notes[:1]:
        paper.paragraph(22, note, 165)
    paper.y += 6
    columns = list(zip(headings(bill, "item", "quantity", "price", "amount"), (22, 130, 158, 188),
                       ("left", "right", "right", "right")))
    table = Table(paper, columns, 22, 188, leading=6)
    table.heading()
    for item in bill.items:
        quantity, unit, price, amount = item_values(bill, item)
        table.row([item.text, f"{quantity} {unit}".strip(), price, amount])
    paper.y += 5
    totals(bill, paper, 108, 188)
    paper.lines(22, paper.y + 8, bill.notes[1:] + bill.bank, 10)


def printer(bill, paper):
    """A wholesaler's line printer: fixed-width type, pages of items, sums carried forward."""
    def head(page):
        page.text(15, 14, bill.seller[0], 11, bold=True)
        page.text(195, 14, f"{bill.word('page')} {page.page_number}", align="right")
        page.text(15, 19, f"{bill.word('number')}: {bill.number}   {bill.word('issued')}: {bill.day(bill.issued)}")
        page.rule(15, 195, 22)
        page.y = 29

    paper.text(15, 16, bill.seller[0], 14, bold=True)
    paper.lines(15, 22, bill.seller[1:], 8.5)
    paper.lines(15, 50, bill.buyer, 10)
    paper.text(15, 82, bill.word("title").upper(), 14, bold=True)
    paper.lines(110, 50, [f"{label + ':':<18}{value}" for label, value in facts(bill)], 9.5)
    if bill.seller_vat:
        paper.text(110, 76, f"{bill.word('vat_id') + ':':<18}{bill.seller_vat}", 9.5)
    paper.frame, paper.y = head, 92
    printed = []
    columns = list(zip(["Art.-Nr.", *headings(bill, "item", "quantity", "price", "amount"), "St."],
                       (15, 40, 128, 152, 184, 195), ("left", "left", "right", "right", "right", "right")))
    table = Table(paper, columns, 15, 195, leading=4.9, foot=30)
    table.carry = lambda: (bill.word("carried"), bill.number_text(sum(printed)) + "    ")
    table.heading()
    code = {rate: str(number) for number, rate in enumerate(bill.taxes, 1)}
    for position, item in enumerate(bill.items):
        quantity, _, price, amount = item_values(bill, item)
        table.row([f"{41000 + position * 37}", item.text, quantity, price, amount, code[item.rate]])
        printed.append(bill.line(item))
    if paper.y > paper.height - 70:
        paper.new_page()
    paper.y += 6
    paper.rule(15, 195, paper.y - 4)
    paper.y = paper.pairs(95, 184, paper.y, bill.total_lines(), leading=5, bold_last=True) + 6
    paper.lines(15, paper.y, [f"St. {code[r]} = {bill.quantity_text(r)} %" for r in bill.taxes] + bill.notes + bill.bank, 8.5)


def statement(bill, paper):
    """A utility's bill: one page of summary, then every item on the pages after it."""
    blue = bill.style.get("colour", "#003b73")
    paper.box(0, 0, paper.width, 26, fill=blue, stroke=None)
    paper.text(15, 16, bill.seller[0], 18, bold=True, colour="#ffffff")
    paper.text(paper.width - 15, 16, bill.word("title"), 16, align="right", colour="#ffffff")
    paper.lines(15, 40, bill.buyer, 10)
    y = paper.pairs(115, paper.width - 15, 40, facts(bill), leading=5.4)
    if bill.seller_vat:
        paper.pairs(115, paper.width - 15, y, [(bill.word("vat_id"), bill.seller_vat)])
    paper.text(15, 84, bill.style["summary"], 13, bold=True, colour=blue)
    groups = {}
    for item in bill.items:
        groups[item.unit] = groups.get(item.unit, 0) + bill.line(item)
    y = paper.pairs(15, paper.width - 15, 93, [(group, bill.money(sum_)) for group, sum_ in groups.items()], 10, 6)
    paper.rule(15, paper.width - 15, y - 3)
    paper.pairs(15, paper.width - 15, y + 2, bill.total_lines(), 10, 6, bold_last=True)
    paper.lines(15, 190, bill.notes, 9)
    paper.lines(15, 270, [" ".join(bill.seller[:1] + bill.bank)], 7.5)

    def head(page):
        page.text(15, 15, f"{bill.seller[0]} – {bill.style['details']}", 10, bold=True, colour=blue)
        page.text(page.width - 15, 15, f"{bill.word('page')} {page.page_number}", 8, align="right")
        page.y = 26

    paper.frame = head
    paper.new_page()
    columns = [(bill.style["when"], 15, "left"), (bill.word("item"), 45, "left"),
               (bill.word("amount"), paper.width - 15, "right")]
    table = Table(paper, columns, 15, paper.width - 15, leading=4.7, foot=25, style="grid")
    table.heading()
    for position, item in enumerate(bill.items):
        when = bill.style["first_day"] + position * 28 // len(bill.items)
        table.row([f"{when:02d}/{bill.issued.month - 1:02d}/{bill.issued.year}", item.text,
                   bill.number_text(bill.line(item))])


def typed(bill, paper):
    """A tradesman's own letter: running text, no table, few facts."""
    x = 25
    paper.lines(x, 25, bill.seller, 11, leading=5.5)
    paper.lines(x, 62, bill.buyer, 11, leading=5.5)
    paper.text(185, 96, bill.day(bill.issued), 11, align="right")
    paper.text(x, 106, f"{bill.word('title')} {bill.number}", 12, bold=True)
    paper.y = 116
    for note in bill.notes:
        paper.paragraph(x, note, 160, 11, leading=5.6)
        paper.y += 3
    if bill.style.get("items", True):
        for item in bill.items:
            paper.text(x, paper.y, item.text, 11)
            paper.text(185, paper.y, bill.money(bill.line(item)), 11, align="right")
            paper.y += 6
        paper.y += 3
        paper.pairs(105, 185, paper.y, bill.total_lines(), 11, 6, bold_last=True)
    paper.lines(x, 262, bill.bank, 9)


LOOKS = {look.__name__: look for look in
         (letter_left, din_letter, boxed, modern, centered, printer, statement, typed)}
