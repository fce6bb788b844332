"""Files that nobody should send, and that everybody gets. One of them costs itself, never the run."""

import os
import random
import stat
import unittest

import e2e
from e2e import PIPELINE, assemble, endless, invoice, pdf

PIPELINE = PIPELINE[:PIPELINE.index("  - classify")]  # Only extract.


def encrypted(user, owner="owner"):
    """A PDF that opens with the password `user`."""
    import io

    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen import canvas
    file = io.BytesIO()
    page = canvas.Canvas(file, encrypt=StandardEncryption(user, ownerPassword=owner, strength=128), invariant=1)
    page.drawString(72, 720, "a secret")
    page.save()
    return file.getvalue()


def bomb():
    """A page whose content is 100 MB of blanks, deflated three times over into a few kilobytes."""
    import zlib
    data = b" " * 100_000_000
    for _ in range(3):
        data = zlib.compress(data, 9)
    return assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                     b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
                     b"<< /Filter [/FlateDecode /FlateDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream"
                     % (len(data), data)])


class Torture(e2e.Case):
    def run_one(self, name, classes, said=(), arguments=()):
        """Runs `name` and a good document; the first must fail with one of these classes, the other not."""
        self.write("good.txt", invoice(1))
        self.run_pipeline(name, "good.txt", *arguments, expect=1, pipeline=PIPELINE)
        good = self.record("good.txt")
        bad = next(record for record in self.results() if record["document"]["path"] == name)
        self.assertEqual([bad["status"], good["status"]], ["failed", "done"])
        self.assertIn(bad["error"]["class"], classes, bad["error"])
        for word in said:
            self.assertIn(word, bad["error"]["message"])
        return bad

    def test_no_bytes(self):
        self.write("a.pdf")
        self.run_one("a.pdf", {"empty"}, ["0 bytes"])

    def test_no_page(self):
        self.write("a.pdf", assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]))
        self.run_one("a.pdf", {"empty", "damaged"})

    def test_a_header_and_no_more(self):
        self.write("a.pdf", "%PDF-1.7\n")
        self.run_one("a.pdf", {"damaged"})

    def test_a_document_cut_in_the_middle(self):
        whole = pdf(*[invoice(n) for n in range(30)])
        self.write("a.pdf", whole[:len(whole) // 2])
        self.write("good.txt", invoice(1))
        self.write("pipeline.yaml", PIPELINE)
        result = self.docket("run", "pipeline.yaml", "a.pdf", "good.txt")
        record = self.record("a.pdf")
        if record["status"] == "failed":
            self.assertEqual([result.code, record["error"]["class"]], [1, "damaged"])
        else:  # The parser mended what is there.
            self.assertEqual(result.code, 0)
            self.assertGreater(record["extract"]["characters"], 0)

    def test_a_password_is_needed(self):
        self.write("a.pdf", encrypted("open sesame"))
        self.run_one("a.pdf", {"encrypted"}, ["password"])

    def test_a_password_that_only_forbids_printing_is_none(self):
        self.write("a.pdf", encrypted(""))
        self.run_pipeline("a.pdf", pipeline=PIPELINE)
        self.assertIn("a secret", (self.dir / "out/a.pdf.txt").read_text())

    def test_content_decides_and_not_the_name(self):
        self.write("a.pdf", invoice(1))
        self.write("b.txt", pdf("Hello"))
        self.run_pipeline("a.pdf", "b.txt", pipeline=PIPELINE)
        self.assertEqual([record["document"]["media_type"] for record in self.results()],
                         ["text/plain", "application/pdf"])

    def test_files_that_are_no_documents(self):
        noise = random.Random(1)
        self.write("program", b"\x7fELF\x02\x01\x01" + bytes(9) + noise.randbytes(5000))
        self.write("noise.pdf", noise.randbytes(100_000))
        self.write("zeros.txt", bytes(10_000))
        for name in ("program", "noise.pdf", "zeros.txt"):
            with self.subTest(name):
                self.run_one(name, {"unsupported"}, ["PDF"])

    def test_links_and_things_that_are_no_files_are_no_documents(self):
        (self.dir / "a.pdf").symlink_to("b.pdf")
        (self.dir / "b.pdf").symlink_to("a.pdf")
        os.mkfifo(self.dir / "pipe")
        (self.dir / "folder").mkdir()
        self.write("good.txt", invoice(1))
        for name in ("a.pdf", "pipe", "/dev/zero", "/dev/tty"):
            with self.subTest(name):
                self.run_pipeline(name, "good.txt", expect=2, pipeline=PIPELINE)
                self.assertFalse((self.dir / "out").exists())
        names = ["a.pdf", "pipe", "/dev/zero", "folder"]
        result = self.run_pipeline("-", stdin="\n".join([*names, "good.txt"]), expect=1)
        for name in names:
            self.assertIn(name, result.err)
        self.assertEqual(self.paths(), ["good.txt"])

    def test_a_pipe_in_a_folder_is_not_a_document(self):
        self.write("in/a.txt", invoice(1))
        os.mkfifo(self.dir / "in/pipe")
        self.run_pipeline("in", pipeline=PIPELINE)
        self.assertEqual(self.paths(), ["in/a.txt"])

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_a_file_that_may_not_be_read(self):
        self.write("a.pdf", pdf("x")).chmod(0)
        self.run_one("a.pdf", {"unreadable"}, ["ermission"])

    def test_a_folder_that_disappears_is_no_end(self):
        self.write("good.txt", invoice(1))
        self.run_pipeline(expect=1, pipeline=PIPELINE.replace("[in]", "['nowhere/**/*.pdf', good.txt]"))
        self.assertEqual(self.paths(), ["good.txt"])

    def test_a_parser_that_does_not_come_to_an_end(self):
        self.write("a.pdf", endless())
        bad = self.run_one("a.pdf", {"timeout", "memory"}, arguments=["--set", "stages.extract.time_limit=2s"])
        self.assertRegex(bad["error"]["message"], "2 s|memory")

    def test_a_bomb(self):
        self.write("a.pdf", bomb())
        self.write("good.txt", invoice(1))
        self.write("pipeline.yaml", PIPELINE)
        result = self.docket("run", "pipeline.yaml", "a.pdf", "good.txt", "--set", "stages.extract.time_limit=5s")
        self.assertIn(result.code, (0, 1), result.err)
        self.assertEqual(self.record("good.txt")["status"], "done")

    def test_a_file_larger_than_memory(self):
        with open(self.dir / "a.pdf", "wb") as file:
            file.write(b"%PDF-1.4\n")
            file.truncate(1 << 42)  # Takes no room on the disk.
        with open(self.dir / "b.txt", "wb") as file:
            file.write(b"text\n" * 10)
            file.truncate(1 << 42)
        for name in ("a.pdf", "b.txt"):
            self.run_one(name, {"unsupported"}, ["2 GiB"])

    def test_a_long_line_and_many_lines(self):
        self.write("line.txt", "word " * 400_000)
        self.write("lines.txt", "x\n" * 400_000)
        self.run_pipeline("line.txt", "lines.txt", pipeline=PIPELINE)
        for name in ("line.txt", "lines.txt"):
            self.assertGreaterEqual(self.record(name)["extract"]["characters"], 790_000)

    def test_encodings(self):
        text = "Straße, œuvre, 100 €\n" * 20
        for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"):
            self.write(f"in/{name}.txt", text.encode(name))
        self.run_pipeline(pipeline=PIPELINE)
        for path in self.paths():
            self.assertIn("Straße, œuvre, 100 €", (self.dir / f"out/{path}.txt").read_text(encoding="utf-8"), path)

    def test_damaged_copies(self):
        """Each byte of a small PDF may be the wrong one."""
        noise = random.Random(2)
        whole = pdf(invoice(1))
        for number in range(200):
            bad = bytearray(whole)
            for _ in range(noise.randrange(1, 12)):
                bad[noise.randrange(len(bad))] = noise.randrange(256)
            self.write(f"in/{number}.pdf", bytes(bad[:noise.randrange(1, len(bad))] if number % 3 else bad))
        self.write("pipeline.yaml", PIPELINE)
        result = self.docket("run", "pipeline.yaml")
        self.assertIn(result.code, (0, 1), result.err)
        documents = self.report()["documents"]
        self.assertEqual([documents["in"], documents["done"] + documents["failed"]], [200, 200])
        for record in self.results():
            if record["status"] == "failed":
                self.assertNotEqual(record["error"]["class"], "bug", record)
                self.assertTrue(record["error"]["message"])

    def test_output_is_readable_by_those_whom_the_umask_lets(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline(pipeline=PIPELINE, umask=0o022)
        self.assertEqual(stat.S_IMODE((self.dir / "out/in/a.txt.json").stat().st_mode), 0o644)


if __name__ == "__main__":
    e2e.main()
