"""Pictures of a page of `docket report --html`: report_pictures.py PAGE FOLDER. Small ones, of few colours."""

import sys
from pathlib import Path

from PIL import Image

from browser import Browser

MOST_BYTES = 150_000

page, folder = Path(sys.argv[1]), Path(sys.argv[2])


def save(browser, name, height, top="document.body"):
    """The page from an element on, so many pixels of it."""
    file = folder / name
    begin = max(0, round(browser.evaluate(f"({top}).getBoundingClientRect().top + scrollY")) - 12)
    browser.picture(file, whole=True)
    picture = Image.open(file)
    picture = picture.crop((0, begin, picture.width, min(begin + height, picture.height)))
    picture.convert("RGB").quantize(255, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, optimize=True)
    if file.stat().st_size > MOST_BYTES:
        sys.exit(f"{file} is too large: {file.stat().st_size} bytes")


with Browser() as browser:
    browser.open(page.as_uri(), width=1000)
    save(browser, "report.png", 1150)
    browser.evaluate("document.querySelector('details').open = true")
    save(browser, "report-evidence.png", 800, "document.querySelector('#evidence')")
    browser.open(page.as_uri(), width=380, dark=True)
    save(browser, "report-phone.png", 900)
    if browser.complaints():
        sys.exit(f"the browser complains: {browser.complaints()}")
