"""Pages without a text of their own: scans, photographs, pictures as documents."""

import io
import json

from PIL import Image, ImageChops, ImageDraw, ImageFont

import e2e
from e2e import PIPELINE, assemble

EXTRACT = PIPELINE[:PIPELINE.index("  - classify")]  # Only extract.
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"  # There because poppler's fontconfig needs a font.
MONO = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
LINES = ["Harbour Joinery", "Invoice 2025-0417", "Shelves and brackets", "Total due 119.00"]
DPI = 150
SIZE = (750, 500)  # Pixels: 360 by 240 points.


def picture(lines=LINES, angle=0):
    """Black words on white, turned by `angle` degrees counterclockwise."""
    image = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 34)
    for number, line in enumerate(lines):
        draw.text((60, 60 + 90 * number), line, font=font, fill=0)
    return image.rotate(angle, expand=True, fillcolor=255) if angle else image


def receipt():
    """Narrow, and set wide in letters of one width: labels left, amounts far right."""
    image = Image.new("L", (640, 900), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(MONO, 26)
    lines = ["   HARBOUR STORES LTD", "  12 Quay Road, Penzance", "      Tel: 01736 555 0142", "", "Apples red       4 x 5.00",
             "                    20.00", "Brown bread           6.50", "Cheddar cheese       12.00", "",
             "Total Items: 3", "Total               38.50", "Cash                50.00", "Change              11.50", "",
             "     Thank you for coming"]
    for number, line in enumerate(lines):
        for column, letter in enumerate(line):
            draw.text((40 + 21 * column, 60 + 50 * number), letter, font=font, fill=0)
    return image


def in_dots(image):
    """As a worn needle printer would have it: every stroke has gaps."""
    dots = Image.new("L", image.size, 255)
    draw = ImageDraw.Draw(dots)
    for y in range(0, image.height, 4):
        draw.rectangle((0, y, image.width, y + 2), fill=0)
    return Image.composite(image, Image.new("L", image.size, 255), ImageChops.invert(dots))


def saved(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **{"dpi": (DPI, DPI), **options})
    return file.getvalue()


def scan(*pictures):
    """A PDF whose pages are these pictures and nothing else; a str is a page of text in place of one."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for one in pictures:
        first = len(objects) + 1
        kids.append(f"{first} 0 R")
        if isinstance(one, str):
            box, resources, content, image = (360, 240), "/Font << /F 3 0 R >>", f"BT /F 12 Tf 9 200 Td ({one}) Tj ET", None
        else:
            box = tuple(pixels * 72 // DPI for pixels in one.size)
            resources, image = f"/XObject << /I {first + 2} 0 R >>", saved(one, "JPEG", quality=90)
            content = f"{box[0]} 0 0 {box[1]} 0 0 cm /I Do"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {box[0]} {box[1]}] /Contents {first + 1} 0 R "
                       f"/Resources << {resources} >> >>".encode())
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream".encode())
        if image:
            objects.append(b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
                           b"/BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream"
                           % (*one.size, len(image), image))
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return assemble(objects)


class Ocr(e2e.Case):
    def extract(self, *names, ocr="auto", expect=0):
        pipeline = EXTRACT.replace("extract:", "extract: { ocr: %s }" % ocr)
        pipeline = pipeline.replace("dir: out", "dir: out, words: always")
        self.write("pipeline.yaml", pipeline)
        self.run_pipeline(*names, expect=expect)

    def text(self, name):
        return (self.dir / "out" / (name + ".txt")).read_text(encoding="utf-8")

    def boxes(self, name, page=0):
        """{word: [left, top, right, bottom, confidence]}"""
        words = json.loads((self.dir / "out" / (name + ".words.json")).read_text(encoding="utf-8"))
        text = self.text(name).split("\f")[page].encode()
        return {text[word[4]:word[4] + word[5]].decode(): word[:4] + word[6:] for word in words["pages"][page]["words"]}

    def assert_read(self, name):
        words = self.text(name).split()
        for word in " ".join(LINES).split():
            self.assertIn(word, words)

    def test_pictures_are_documents(self):
        files = {"a.png": saved(picture(), "PNG"), "b.jpg": saved(picture(), "JPEG"), "c.webp": saved(picture(), "WEBP"),
                 "d.tiff": saved(picture(["Page one is here"]), "TIFF", save_all=True, append_images=[picture()])}
        for name, content in files.items():
            self.write(name, content)
        self.extract(*files)
        for name in files:
            self.assert_read(name)
            found = self.record(name)["extract"]
            self.assertEqual([found["grade"], found["ocr"]["pages"]], ["good", [1, 2] if name == "d.tiff" else [1]], name)
            self.assertGreater(found["ocr"]["confidence"], 80)
        self.assertIn("one", self.text("d.tiff").split("\f")[0])
        left, top, right, bottom, confidence = self.boxes("a.png")["Invoice"]
        self.assertTrue(27 <= left <= 31 and 70 <= top <= 80 and 85 <= right <= 100 and 85 <= bottom <= 97,
                        (left, top, right, bottom))
        self.assertGreater(confidence, 60)

    def test_a_scan_that_lies_on_its_side_or_head_or_is_slanted(self):
        for angle in (90, 180, 3):
            self.write(f"{angle}.pdf", scan(picture(angle=angle)))
        self.extract("90.pdf", "180.pdf", "3.pdf")
        for name in ("90.pdf", "180.pdf", "3.pdf"):
            self.assert_read(name)
        # Where it stands on the page as it is: "Invoice" is at 29,72 of 360 by 240 points before it is turned.
        left, top, right, bottom, _ = self.boxes("180.pdf")["Invoice"]
        self.assertTrue(255 <= left and right <= 334 and 140 <= top and bottom <= 172, (left, top, right, bottom))
        left, top, right, bottom, _ = self.boxes("90.pdf")["Invoice"]
        self.assertTrue(68 <= left and right <= 100 and 255 <= top and bottom <= 334, (left, top, right, bottom))

    def test_a_receipt_however_it_lies(self):
        self.write("total.schema.json", json.dumps({"type": "object", "properties": {"total": {
            "type": ["number", "null"], "x-format": "currency-amount", "x-labels": ["Total"], "x-not-labels": ["Cash"]}}}))
        self.write("pipeline.yaml", EXTRACT + "  - structured-extract: { backends: [rules], schema: total.schema.json }\n")
        names = []
        for angle in (0, 90, 180, 4):
            names.append(f"{angle}.png")
            self.write(names[-1], saved(receipt().rotate(angle, Image.BICUBIC, expand=True, fillcolor=255), "PNG"))
        names.append("faint.png")
        self.write(names[-1], saved(in_dots(receipt()), "PNG"))
        self.run_pipeline(*names)
        for name in names:
            found = self.record(name)["structured_extract"]
            self.assertEqual(found["fields"]["total"], 38.5, name)
            self.assertTrue(found["accepted"] or name == "faint.png", name)

    def test_only_pages_without_a_text_are_read(self):
        self.write("a.pdf", scan("This page has a text of its own and needs nobody to look at it, thank you.", picture()))
        self.extract("a.pdf")
        self.assertEqual(self.record("a.pdf")["extract"]["ocr"]["pages"], [2])
        self.assertIn("needs nobody", self.text("a.pdf").split("\f")[0])
        self.extract("a.pdf", ocr="always")  # Another setting is another question.
        self.assertEqual(self.record("a.pdf")["extract"]["ocr"]["pages"], [1, 2])

    def test_never(self):
        for word in ("never", "off"):
            self.write("a.png", saved(picture(), "PNG"))
            self.extract("a.png", ocr=word)
            found = self.record("a.png")["extract"]
            self.assertEqual([found["grade"], found["characters"], "ocr" in found], ["none", 0, False])

    def test_a_broken_picture_fails_alone(self):
        self.write("good.png", saved(picture(), "PNG"))
        self.write("bad.png", saved(picture(), "PNG")[:20])
        self.write("cut.png", saved(picture(), "PNG")[:400])
        self.extract("good.png", "bad.png", "cut.png", expect=1)
        self.assert_read("good.png")
        classes = {record["document"]["path"]: record.get("error", {}).get("class") for record in self.results()}
        self.assertEqual(classes["bad.png"], "damaged")
        self.assertEqual(classes["cut.png"], "damaged")

    def test_a_language_that_is_not_installed(self):
        pipeline = EXTRACT.replace("extract:", "extract: { ocr: { languages: [eng, tlh] } }")
        self.write("pipeline.yaml", pipeline)
        checked = self.docket("check", "pipeline.yaml")
        self.assertEqual(checked.code, 2)
        self.assertIn("apt install tesseract-ocr-tlh", checked.err)


if __name__ == "__main__":
    e2e.main()
