"""Draws the example documents: a page that is measured in millimetres from its top left corner.

Only the fonts that every PDF reader has are used and nothing depends on the time or the machine, so the same
version of reportlab writes the same bytes each time.
"""

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen import canvas

MM = 72 / 25.4
SIZES = {"a4": A4, "letter": LETTER}
BOLD = {"Helvetica": "Helvetica-Bold", "Times-Roman": "Times-Bold", "Courier": "Courier-Bold"}


class Paper:
    """One PDF file. `y` is the place of the next line, in millimetres from the top."""

    def __init__(self, path, title, author, font="Helvetica", size=9, page="a4"):
        points = SIZES[page]
        self.canvas = canvas.Canvas(str(path), pagesize=points, invariant=1, pageCompression=1)
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)
        self.width, self.height = points[0] / MM, points[1] / MM
        self.font, self.size, self.colour = font, size, "#000000"
        self.page_number = 1
        self.y = 20
        self.frame = None  # Called on each new page: draws what all pages have, sets `y`.

    def new_page(self):
        self.canvas.showPage()
        self.page_number += 1
        self.y = 20
        if self.frame:
            self.frame(self)

    def save(self):
        self.canvas.save()

    def text(self, x, y, text, size=None, bold=False, align="left", colour=None, font=None):
        """One line. `x` is its left edge, right edge or middle, by `align`."""
        font = font or self.font
        self.canvas.setFont(BOLD[font] if bold else font, size or self.size)
        self.canvas.setFillColor(HexColor(colour or self.colour))
        draw = {"left": self.canvas.drawString, "right": self.canvas.drawRightString,
                "center": self.canvas.drawCentredString}[align]
        draw(x * MM, (self.height - y) * MM, text)

    def lines(self, x, y, lines, size=None, leading=None, **style):
        """Lines below each other; returns the place of the line after them."""
        leading = leading or (size or self.size) * 0.48
        for line in lines:
            self.text(x, y, line, size, **style)
            y += leading
        return y

    def paragraph(self, x, text, width, size=None, leading=None, bold=False, indent=0):
        """Wrapped text at `y`, which moves on; takes a new page when the foot is reached."""
        size = size or self.size
        font = BOLD[self.font] if bold else self.font
        for line in simpleSplit(text, font, size, (width - indent) * MM):
            if self.y > self.height - 25:
                self.new_page()
            self.text(x + indent, self.y, line, size, bold)
            self.y += leading or size * 0.48

    def rule(self, x1, x2, y, width=0.4, colour="#000000"):
        self.canvas.setLineWidth(width)
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.line(x1 * MM, (self.height - y) * MM, x2 * MM, (self.height - y) * MM)

    def box(self, x, y, width, height, fill=None, stroke="#000000", line=0.5):
        self.canvas.setLineWidth(line)
        if fill:
            self.canvas.setFillColor(HexColor(fill))
        if stroke:
            self.canvas.setStrokeColor(HexColor(stroke))
        self.canvas.rect(x * MM, (self.height - y - height) * MM, width * MM, height * MM,
                         stroke=int(bool(stroke)), fill=int(bool(fill)))

    def width_of(self, text, size=None, bold=False):
        return stringWidth(text, BOLD[self.font] if bold else self.font, size or self.size) / MM

    def pairs(self, x, right, y, pairs, size=None, leading=None, bold_last=False):
        """Label at the left, value at the right, one pair a line; returns the place of the line after them."""
        leading = leading or (size or self.size) * 0.5
        for number, (label, value) in enumerate(pairs, 1):
            bold = bold_last and number == len(pairs)
            self.text(x, y, label, size, bold)
            self.text(right, y, value, size, bold, align="right")
            y += leading
        return y

    def cells(self, x, y, width, pairs, height=11, fill="#eeeeee"):
        """A row of boxes of equal width, each with a small label above its value."""
        each = width / len(pairs)
        for number, (label, value) in enumerate(pairs):
            left = x + number * each
            self.box(left, y, each, height)
            self.box(left, y, each, height * 0.42, fill=fill)
            self.text(left + 1.5, y + 3.4, label, 7)
            self.text(left + 1.5, y + height - 2.2, value, 9, bold=True)


class Table:
    """Rows under a heading that is repeated on each page. A column is (title, x, align)."""

    def __init__(self, paper, columns, left, right, leading=5.2, foot=40, style="lines", carry=None):
        self.paper, self.columns, self.left, self.right = paper, columns, left, right
        self.leading, self.foot, self.style = leading, foot, style
        self.carry = carry  # Called at the foot and at the head of a page: (label, value) to carry forward.

    def heading(self):
        paper = self.paper
        if self.style == "filled":
            paper.box(self.left, paper.y - 4.2, self.right - self.left, 6, fill="#2f4858", stroke=None)
        colour = "#ffffff" if self.style == "filled" else None
        for title, x, align in self.columns:
            paper.text(x, paper.y, title, bold=True, align=align, colour=colour)
        if self.style != "filled":
            paper.rule(self.left, self.right, paper.y + 1.8)
        paper.y += self.leading + 1.5

    def carry_line(self):
        if self.carry:
            label, value = self.carry()
            self.paper.text(self.columns[1][1], self.paper.y, label, align=self.columns[1][2])
            self.paper.text(self.columns[-1][1], self.paper.y, value, align=self.columns[-1][2])
            self.paper.y += self.leading

    def row(self, values, after=()):
        """One row, with the lines `after` below its first column."""
        paper = self.paper
        if paper.y > paper.height - self.foot - self.leading * len(after):
            self.carry_line()
            paper.new_page()
            self.heading()
            self.carry_line()
        for (_, x, align), value in zip(self.columns, values):
            paper.text(x, paper.y, value, align=align)
        for line in after:
            paper.y += self.leading * 0.8
            paper.text(self.columns[0][1], paper.y, line, paper.size - 1.5, colour="#555555")
        if self.style == "grid":
            paper.rule(self.left, self.right, paper.y + 1.6, 0.2, "#999999")
        paper.y += self.leading
