#!/usr/bin/python3
"""Writes inbox/*.pdf and gold.jsonl, what is true of them. Needs python3-reportlab.

The scanned invoice is a picture, scan.jpg, on a page without text. `--scan` makes the picture anew (needs
poppler-utils; it comes out a little different with other fonts, so it is kept beside this script).
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent))

from inbox import BILLS  # noqa: E402
from looks import LOOKS, letter_left  # noqa: E402
from paper import Paper  # noqa: E402

FONTS = {"printer": ("Courier", 9), "centered": ("Times-Roman", 10.5), "typed": ("Times-Roman", 11)}
SCAN = "scan.jpg"  # Beside this script. reportlab puts the name into the file, so it must not tell where that is.


def draw(bill, path, look):
    font, size = FONTS.get(bill.look, ("Helvetica", 9))
    paper = Paper(path, f"{bill.word('title')} {bill.number}", bill.seller[0], font, size, bill.style.get("page", "a4"))
    look(bill, paper)
    paper.save()


def scanned(bill, paper):
    """A page that is only a picture."""
    paper.canvas.drawImage(SCAN, 0, 0, *paper.canvas._pagesize)


def scan(bill):
    with tempfile.TemporaryDirectory() as folder:
        draw(bill, f"{folder}/page.pdf", letter_left)
        subprocess.run(["pdftoppm", "-r", "80", "-gray", "-jpeg", "-jpegopt", "quality=35", "-singlefile",
                        f"{folder}/page.pdf", SCAN.removesuffix(".jpg")], check=True)


def main():
    os.chdir(HERE)
    target = HERE / "inbox"
    target.mkdir(exist_ok=True)
    for bill in BILLS:
        if bill.look == "scanned" and "--scan" in sys.argv:
            scan(bill)
        draw(bill, target / bill.file, LOOKS.get(bill.look, scanned))
    with open(HERE / "gold.jsonl", "w", encoding="utf-8") as gold:
        for bill in BILLS:
            gold.write(json.dumps({"file": bill.file, "fields": bill.truth()}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
