"""What the tests of the built program share. A test is a method of a Case; each has a folder of its own.

DOCKET is the program (DOCKET_FAULTS: with moments to be killed at) and SOURCE_DIR the checkout; ctest sets them.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from collections import namedtuple
from pathlib import Path

import jsonschema

DOCKET = os.environ["DOCKET"]
SOURCE = Path(os.environ["SOURCE_DIR"])
TIMEOUT = 120  # Seconds. Longer than any run here takes under a sanitizer on a busy machine: a hang is a failure.


class Result(namedtuple("Result", "code out err")):
    @property
    def said(self):
        """Standard error as if no line of it had been wrapped."""
        return " ".join(self.err.split())


PIPELINE = """\
version: 1
name: test
input:  { paths: [in] }
output: { dir: out }
backends:
  rules: { type: builtin }
stages:
  - extract:
  - classify:
      backends: [rules]
      labels:
        invoice: { description: a bill from a supplier, keywords: [invoice, invoice number, VAT, bill to] }
        letter:  { description: a letter to a person, keywords: [dear, sincerely, kind regards] }
"""

# In place of nothing: appended to PIPELINE, it holds every document.
HOLDS = """\
  - escalate:
      when: { always: "true" }
"""


def invoice(number, total="119.00"):
    """The text of an invoice that the rules take for one."""
    return (f"Harbour Joinery Ltd\n4 Ropewalk Yard, Whitby\n\nINVOICE\n\nInvoice number: INV-{number}\n"
            f"Invoice date: 14 March 2025\nBill to: Whitcombe Hotels plc\n\nDescription   Amount\nShelves   100.00\n\n"
            f"Subtotal   GBP 100.00\nVAT 19%   GBP 19.00\nTotal   GBP {total}\n\nVAT Reg. No. GB123456789\n")


def pdf(*pages):
    """A PDF with one line of Helvetica for each line of each page's text (ASCII)."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"",
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        lines = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in text.split("\n")]
        stream = ("BT /F1 10 Tf 14 TL 60 780 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET").encode()
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects) + 2} 0 R "
                       "/Resources << /Font << /F1 3 0 R >> >> >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return assemble(objects)


def assemble(objects, trailer=b""):
    """A PDF file of these objects; the first is its catalog."""
    content, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (bytes(content) + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
            + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
            % (len(objects) + 1, trailer, len(content)))


def endless():
    """A PDF whose form is a tree of 2^60 fields in 60 objects: no parser comes to the end of it."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /NeedAppearances true >> >>",
               b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"]
    for number in range(4, 64):
        objects.append(b"<< /Parent %d 0 R /Kids [%d 0 R %d 0 R] >>" % (number - 1, number + 1, number + 1))
    objects.append(b"<< /T (z) /Parent 63 0 R >>")
    return assemble(objects)


def wait_for(condition, what, seconds=60):
    """Returns the first true value of `condition()`."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.005)
    return value


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="docket-e2e-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def write(self, name, content=""):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def start(self, *arguments, env=None, **options):
        """docket, running. Whatever is left of it is killed when the test ends."""
        process = subprocess.Popen(
            [DOCKET, *map(str, arguments)], cwd=options.pop("cwd", self.dir), env=os.environ | (env or {}),
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream and not stream.closed:
                stream.close()

    def finish(self, process, stdin=None):
        out, err = process.communicate(stdin, timeout=TIMEOUT)
        return Result(process.returncode, (out or b"").decode(), (err or b"").decode(errors="replace"))

    def docket(self, *arguments, stdin=None, **options):
        """Runs docket to its end in the test's folder."""
        if stdin is not None:
            options["stdin"] = subprocess.PIPE
            stdin = stdin if isinstance(stdin, bytes) else stdin.encode()
        return self.finish(self.start(*arguments, **options), stdin)

    def run_pipeline(self, *arguments, expect=0, pipeline=PIPELINE, **options):
        """`docket run` of pipeline.yaml, which is written if it is not there; must end with code `expect`."""
        if not (self.dir / "pipeline.yaml").exists():
            self.write("pipeline.yaml", pipeline)
        result = self.docket("run", "pipeline.yaml", *arguments, **options)
        self.assertEqual(result.code, expect, result.err)
        return result

    def assert_valid(self):
        """The records and the report are as their schemas say."""
        for name, values in (("record", self.results()), ("report", [self.report()])):
            schema = json.loads((SOURCE / f"docs/{name}.schema.json").read_text(encoding="utf-8"))
            for value in values:
                jsonschema.validate(value, schema)

    def record(self, path, out="out"):
        return json.loads((self.dir / out / f"{path}.json").read_text(encoding="utf-8"))

    def results(self, out="out"):
        text = (self.dir / out / "results.jsonl").read_text(encoding="utf-8")
        self.assertTrue(text == "" or text.endswith("\n"), "the last line of results.jsonl is cut")
        return [json.loads(line) for line in text.splitlines()]

    def paths(self, out="out"):
        """Of the documents, as results.jsonl has them."""
        return [record["document"]["path"] for record in self.results(out)]

    def report(self, out="out"):
        return json.loads((self.dir / out / "report.json").read_text(encoding="utf-8"))

    def tree(self, folder):
        """{relative name: content} of the files below a folder that a rerun must not change."""
        files = (path for path in (self.dir / folder).rglob("*") if path.is_file())
        names = {str(path.relative_to(self.dir / folder)): path for path in files}
        return {name: path.read_bytes() for name, path in names.items()
                if name not in ("report.json", "calls.jsonl", "routing.jsonl") and not name.startswith(".docket/")}


def main():
    unittest.main(verbosity=2)
