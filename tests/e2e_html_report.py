"""The report as a page: in a browser without a window, in light and dark, wide and narrow, and of 100,000 documents."""

import html
import io
import re
import unittest
import zipfile
from html.parser import HTMLParser

import e2e
from browser import CHROMIUM, Browser
from large_ledger import enlarge

HOSTILE = ["in/<script>document.title='taken'</script>.txt", "in/\" onmouseover='x' & <img src=x onerror=alert(1)>.txt",
           "in/two\nlines \x1b[31m.txt", "in/{{{css}}} {{#tiles}}.txt"]
DOCUMENTS, FAILED, HELD = 100_000, 1_200, 9_000

# What of the page stands out to the right of it, though nothing may be scrolled to.
OVERFLOWING = """[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, svg, .skip')
    && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"""

# Texts whose colour is too near to that of the ground below them, by the formula of WCAG 2.
PALE = r"""(() => {
  const parts = colour => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
      .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = parts(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const pale = [];
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('script, .skip') || ![...element.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(element);
    if (element.closest('svg') && !(element instanceof SVGTextElement)) continue;
    const colour = element instanceof SVGElement ? style.fill : style.color;
    const pair = [light(parts(colour)), light(ground(element))].sort((a, b) => b - a);
    const contrast = (pair[0] + .05) / (pair[1] + .05);
    if (contrast < 4.5) pale.push(`${element.textContent.slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  return [...new Set(pale)];
})()"""


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


class Outline(HTMLParser):
    """What a screen reader goes by."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.ids, self.open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        self.ids += [value for name, value in attributes if name == "id"]


class HtmlReport(e2e.Case):
    def ends(self, *arguments, code=0):
        result = self.docket(*arguments)
        self.assertEqual(result.code, code, result.err)
        return result

    def prepare(self):
        self.write("p.yaml", e2e.PIPELINE + e2e.HOLDS)
        for number in range(3):
            self.write(f"in/{number}.txt", e2e.invoice(number))
        self.ends("run", "p.yaml", "-q", code=3)

    def page(self, *arguments):
        self.ends("report", "p.yaml", "--html", "page.html", *arguments)
        return (self.dir / "page.html").read_text()

    def test_page_is_one_file_that_names_no_other_and_is_the_same_on_stdout(self):
        self.prepare()
        text = self.page()
        self.assertEqual(self.ends("report", "p.yaml", "--html", "-").out, text)
        outline = Outline(text)
        addresses = [value for name, value in outline.attributes if name in ("src", "href", "action", "data", "srcset")]
        self.assertTrue(addresses)
        for address in addresses:
            self.assertRegex(address, r"^(#|data:image/)")
        self.assertNotRegex(text, r"https?://|url\(|@import")
        self.assertIn("default-src 'none'", text)
        headings = [int(tag[1]) for tag in outline.tags if re.fullmatch("h[1-6]", tag)]
        self.assertEqual(headings[0], 1)
        for before, after in zip(headings, headings[1:]):
            self.assertLessEqual(after, before + 1)
            self.assertGreater(after, 1)
        for tag in ("main", "nav", "header", "footer"):
            self.assertEqual(outline.tags.count(tag), 1)
        self.assertEqual(outline.tags.count("table"), outline.tags.count("caption"))
        self.assertEqual(len(outline.ids), len(set(outline.ids)))
        for _, names in (pair for pair in outline.attributes if pair[0] == "aria-labelledby"):
            self.assertLessEqual(set(names.split()), set(outline.ids))

    def test_unreadable_ledger_leaves_a_page_and_is_told(self):
        self.prepare()
        (self.dir / "out/.docket/ledger.db").unlink()
        result = self.ends("report", "p.yaml", "--html", "page.html")
        self.assertIn("there is no ledger", result.err)
        self.assertIn("Documents to look at", (self.dir / "page.html").read_text())

    def test_file_that_cannot_be_written_is_an_error(self):
        self.prepare()
        result = self.ends("report", "p.yaml", "--html", "none/page.html", code=1)
        self.assertIn("none/page.html", result.err)

    def test_hundred_thousand_documents_in_a_browser(self):
        self.prepare()
        report = enlarge(self.dir / "out", DOCUMENTS, failed=FAILED, held=HELD, bad_names=HOSTILE)
        text = self.page()
        self.assertLess(len(text.encode()), 5_000_000)
        self.assertIn(f"And 700 more: <code>docket status {self.dir}/p.yaml -v</code> lists all of them.", text)
        self.assertIn("And 8,500 more", text)
        if not CHROMIUM:
            self.fail("Chromium is missing: scripts/deps installs it")
        with Browser() as browser:
            for width, dark in ((1200, False), (1200, True), (360, False), (360, True)):
                with self.subTest(width=width, dark=dark):
                    browser.open((self.dir / "page.html").as_uri(), width=width, dark=dark)
                    self.look_at(browser, report, width)
            # What the time to open it goes by: bench/report_page measures that.
            self.assertLess(browser.evaluate("document.querySelectorAll('*').length"), 20_000)
            self.sort_and_filter(browser)

    def look_at(self, browser, report, width):
        self.assertEqual(browser.complaints(), [])
        self.assertEqual(browser.requests(), [(self.dir / "page.html").as_uri()])
        seen = browser.evaluate("document.body.innerText")
        usage = report["totals"]["usage"]
        for number in (DOCUMENTS, DOCUMENTS - FAILED - HELD, FAILED, HELD, usage["input_tokens"], usage["output_tokens"],
                       usage["calls"]):
            self.assertIn(f"{number:,}", seen)
        self.assertIn(f"${usage['cost_usd']:.2f}", seen)
        self.assertIn(report["run"]["id"], seen)
        self.assertLessEqual(browser.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)
        self.assertEqual(browser.evaluate("innerWidth"), width)
        self.assertEqual(browser.evaluate(OVERFLOWING), [])
        self.assertEqual(browser.evaluate(PALE), [])
        self.assertEqual(browser.evaluate("document.title"), f"test: report of {report['run']['started']}")
        self.assertEqual(browser.evaluate("document.images.length"), 0)
        self.assertEqual(browser.evaluate("document.scripts.length"), 1)
        for name in HOSTILE:
            shown = re.sub(r"[\x00-\x1f]", "?", name)
            self.assertTrue(browser.evaluate(f"[...document.querySelectorAll('tbody th')].some(e => e.textContent === "
                                             f"{e2e.json.dumps(shown)})"), name)

    def sort_and_filter(self, browser):
        """The buttons of a table's head, and the field above a long one."""
        first = "document.querySelector('#by-day tbody tr').textContent"
        before = browser.evaluate(first)
        browser.evaluate("document.querySelector('#by-day thead th button').click()")  # Ascending: as it was.
        self.assertEqual(browser.evaluate(first), before)
        browser.evaluate("document.querySelector('#by-day thead th button').click()")
        self.assertNotEqual(browser.evaluate(first), before)
        self.assertEqual(browser.evaluate("document.querySelector('#by-day thead th').getAttribute('aria-sort')"),
                         "descending")
        shown = browser.evaluate("""(() => {
            const input = document.querySelector('[data-filters=failed-documents]');
            input.value = 'onerror'; input.dispatchEvent(new Event('input'));
            return [...document.querySelectorAll('#failed-documents tbody tr')].filter(row => !row.hidden).length;
        })()""")
        self.assertEqual(shown, 1)

    def test_pages_of_chosen_documents_show_where_values_were_found(self):
        self.write("schema.json", e2e.json.dumps({"type": "object", "properties": {
            "invoice_number": {"type": "string"}, "total": {"type": "number"}}}))
        self.write("p.yaml", e2e.PIPELINE + "  - structured-extract: { backends: [rules], schema: schema.json }\n")
        self.write("in/a.pdf", e2e.pdf(e2e.invoice(7)))
        self.write("in/plain.txt", e2e.invoice(8))
        self.write("in/two.zip", zipped({"deep/b.pdf": e2e.pdf(e2e.invoice(9))}))
        self.assertIn(self.docket("run", "p.yaml", "-q").code, (0, 3))
        self.page("--page", "in/a.pdf", "--page", "in/plain.txt")
        record = e2e.json.loads((self.dir / "out/in/a.pdf.json").read_text())
        found = record["structured_extract"]["details"]
        self.assertTrue(found["total"]["evidence"]["box"])
        with Browser() as browser:
            browser.open((self.dir / "page.html").as_uri(), width=360)
            self.assertEqual(browser.evaluate("document.querySelectorAll('details:not([open])').length"), 2)
            browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            for field, detail in found.items():
                left, top, right, bottom = detail["evidence"]["box"]
                box = browser.evaluate(f"""(() => {{
                    const box = [...document.querySelectorAll('.box')].find(e => e.querySelector('text').textContent === '{field}');
                    return ['x', 'y', 'width', 'height'].map(name => Number(box.querySelector('rect').getAttribute(name)));
                }})()""")
                for seen, expected in zip(box, (left, top, right - left, bottom - top)):
                    self.assertAlmostEqual(seen, expected, delta=3.1)
            # The picture is of that page: what is within the box of the total is not all white, and the corner is.
            ink = browser.evaluate("""(async () => {
                const image = new Image();
                image.src = document.querySelector('.evidence image').getAttribute('href');
                await image.decode();
                const canvas = document.createElement('canvas');
                [canvas.width, canvas.height] = [image.width, image.height];
                const context = canvas.getContext('2d', {willReadFrequently: true});
                context.drawImage(image, 0, 0);
                const scale = image.width / document.querySelector('.evidence svg').viewBox.baseVal.width;
                const dark = (x, y, w, h) => context.getImageData(x * scale, y * scale, w * scale, h * scale).data
                    .filter((value, index) => index % 4 === 0 && value < 128).length;
                const box = [...document.querySelectorAll('.box')].find(e => e.querySelector('text').textContent === 'total');
                const rect = ['x', 'y', 'width', 'height'].map(name => Number(box.querySelector('rect').getAttribute(name)));
                return [dark(...rect), dark(0, 0, 40, 20)];
            })()""")
            self.assertGreater(ink[0], 20)
            self.assertEqual(ink[1], 0)
            self.assertEqual(browser.complaints(), [])
            self.assertEqual(browser.requests(), [(self.dir / "page.html").as_uri()])
            self.assertLessEqual(browser.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)
            self.assertIn("No value of this document has a place on a page", browser.evaluate("document.body.innerText"))
        picture = "data:image/png;base64,"
        self.assertEqual(self.page("--page", "in/two.zip/deep/b.pdf").count(picture), 1)
        self.write("in/two.zip", zipped({"deep/b.pdf": e2e.pdf(e2e.invoice(10))}))
        self.assertEqual(self.page("--page", "in/two.zip/deep/b.pdf").count(picture), 0)
        self.write("in/a.pdf", e2e.pdf("another one by now"))
        self.assertTrue("another one by now than the one that was read" in self.page("--page", "in/a.pdf"))
        (self.dir / "in/a.pdf").unlink()
        self.assertTrue("The page was not drawn" in self.page("--page", "in/a.pdf"))
        result = self.ends("report", "p.yaml", "--html", "page.html", "--page", "in/none.pdf", code=2)
        self.assertIn("no run has seen this document", result.err)
        self.ends("report", "p.yaml", "--page", "in/a.pdf", code=2)

    def test_what_is_acknowledged_and_what_is_in_doubt(self):
        self.write("p.yaml", e2e.PIPELINE)
        self.write("in/a_b.pdf", "%PDF-1.4\nbroken\n")
        self.write("in/note.txt", "nothing that any label has a word for\n")
        self.ends("run", "p.yaml", "-q", code=1)
        text = html.unescape(self.page())
        self.assertNotIn("is acknowledged", text)
        self.assertRegex(text, r"in/note.txt</th>\s*<td[^>]*>a poor text; an answer not accepted</td>")
        self.assertNotIn("Not listed here", text)
        self.assertRegex(self.ends("report", "p.yaml", "--markdown").out, r"\| <code>in/a_b.pdf</code> \| <code>failed: damaged</code> \|")
        self.ends("ack", "p.yaml", "in/a_b.pdf")
        self.ends("run", "p.yaml", "-q")
        text = html.unescape(self.page())
        self.assertIn('exit code 0</span> what failed is acknowledged', text)
        self.assertNotIn("all is done", text)
        self.assertNotIn('<div class="failed">', text)
        self.assertIn("Not listed here, and mostly of earlier runs: 1 with a poor text, 1 with an answer not accepted.", text)
        text = self.ends("report", "p.yaml", "--markdown").out
        self.assertIn("✅ exit code 0: what failed is acknowledged\n", text)
        self.assertIn("| <code>in/a_b.pdf</code> | <code>failed, acknowledged: damaged</code> |", text)

    def test_page_of_a_run_without_documents(self):
        self.write("p.yaml", e2e.PIPELINE)
        (self.dir / "in").mkdir()
        self.ends("run", "p.yaml", "-q", code=1)
        self.assertIn("There was no document in the input.", html.unescape(self.page()))


if __name__ == "__main__":
    unittest.main()
