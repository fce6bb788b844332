#!/usr/bin/python3
"""Writes inbox/*.pdf from texts/*.txt, and gold.jsonl, what is true of them. Needs python3-reportlab.

In a text, `# ` is the title, `## ` a heading, `~ a | b` a line for two to sign on, an empty line ends a paragraph.
People and companies are invented.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent))

from paper import Paper  # noqa: E402

# name: (font, size, page, margin in mm, leading in mm, words at the foot of each page)
LOOKS = {
    "services-fairlight": ("Helvetica", 10, "a4", 25, 5.0, "Consulting Services Agreement – page {page}"),
    "nda-orchard-tallow": ("Times-Roman", 11, "letter", 25, 5.2, "{page}"),
    "mietvertrag-ahornweg": ("Helvetica", 10.5, "a4", 25, 5.4, "Mietvertrag Ahornweg 11 · Seite {page}"),
    "licence-pennant": ("Times-Roman", 11.5, "a4", 30, 5.8, "Pennant Charts / North Sound Ferries – {page}"),
    "prestation-verdier": ("Helvetica", 10, "a4", 22, 5.2, "Paraphes : ____ ____     page {page}"),
    "supply-calloway": ("Times-Roman", 12, "letter", 28, 7.0, "Master Supply Agreement     -{page}-"),
    "letter-quarry-road": ("Times-Roman", 12, "a4", 30, 6.2, ""),
}

GOLD = {
    "services-fairlight": {
        "parties": ["FAIRLIGHT ANALYTICS LIMITED", "BRAMBLE FOODS PLC"], "agreement_date": "2025-02-03",
        "effective_date": "2025-03-01", "expiration_date": "2026-02-28", "governing_law": "England and Wales"},
    "nda-orchard-tallow": {
        "parties": ["Orchard Robotics, Inc.", "Tallow Systems LLC"], "agreement_date": "2025-01-15",
        "effective_date": "2025-01-15", "governing_law": "State of New York"},
    "mietvertrag-ahornweg": {
        "parties": ["Hildegard Amend", "Tobias und Mirjam Kessler"], "agreement_date": "2025-02-12",
        "effective_date": "2025-04-01", "governing_law": "deutsches Recht"},
    "licence-pennant": {
        "parties": ["PENNANT CHARTS LIMITED", "NORTH SOUND FERRIES AB"], "agreement_date": "2024-12-09",
        "effective_date": "2025-01-01", "expiration_date": "2027-12-31", "governing_law": "Ireland"},
    "prestation-verdier": {
        "parties": ["VERDIER PAYSAGE SARL", "HÔTEL DES CALANQUES SAS"], "agreement_date": "2025-03-14",
        "effective_date": "2025-04-01", "expiration_date": "2027-03-31", "governing_law": "droit français"},
    "supply-calloway": {
        "parties": ["CALLOWAY THERMAL PRODUCTS, INC.", "MERIDIAN HOME COMFORT, L.P."],
        "agreement_date": "2024-11-04", "effective_date": "2025-01-01", "expiration_date": "2029-12-31",
        "governing_law": "State of Ohio"},
}


def signatures(paper, left, right):
    if paper.y > paper.height - 50:
        paper.new_page()
    middle = paper.width / 2
    for x, name in ((25, left), (middle + 5, right)):
        paper.rule(x, x + 70, paper.y + 12, 0.4)
        paper.text(x, paper.y + 16.5, name.strip(), 8.5)
    paper.y += 26


def block(paper, text, margin, leading):
    """One paragraph of the text file."""
    width = paper.width - 2 * margin
    if text.startswith("# "):
        paper.text(paper.width / 2, paper.y + 4, text[2:], paper.size + 4, bold=True, align="center")
        paper.y += 16
    elif text.startswith("## "):
        if paper.y > paper.height - 40:
            paper.new_page()
        paper.y += leading * 0.3
        paper.paragraph(margin, text[3:], width, leading=leading, bold=True)
    elif text.startswith("~ "):
        signatures(paper, *text[2:].split("|"))
    else:
        for line in text.splitlines():
            paper.paragraph(margin, line, width, leading=leading, indent=8 if text.startswith("(") else 0)
        paper.y += leading * 0.45


def draw(name, look):
    font, size, page, margin, leading, foot = look
    blocks = (HERE / "texts" / f"{name}.txt").read_text(encoding="utf-8").strip().split("\n\n")
    title = blocks[0].lstrip("# ").splitlines()[0]
    paper = Paper(HERE / "inbox" / f"{name}.pdf", title, "", font, size, page)

    def frame(paper):
        paper.text(paper.width / 2, paper.height - 14, foot.format(page=paper.page_number), 8, align="center")
        paper.y = margin + 2

    paper.frame = frame
    frame(paper)
    for text in blocks:
        block(paper, text, margin, leading)
    paper.save()


def main():
    (HERE / "inbox").mkdir(exist_ok=True)
    for name, look in LOOKS.items():
        draw(name, look)
    with open(HERE / "gold.jsonl", "w", encoding="utf-8") as gold:
        for name in LOOKS:
            label = "contract" if name in GOLD else "letter"
            gold.write(json.dumps({"file": f"{name}.pdf", "label": label, "fields": GOLD.get(name, {})},
                                  ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
