"""Documents of many formats in one folder: each is read as what it is, whatever its name."""

import base64
import io
import os
import unittest
import zipfile

import e2e

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "application/vnd.openxmlformats-officedocument."
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def zipped(parts, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(text, compression=zipfile.ZIP_DEFLATED):
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{OFFICE}wordprocessingml.document.main+xml"/></Types>'
    body = f"<w:document {W}><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    return zipped({"[Content_Types].xml": types, "word/document.xml": body}, compression)


def epub():
    return zipped({
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="O/b.opf"/></rootfiles></container>',
        "O/b.opf": '<package><metadata><dc:title>Tales</dc:title></metadata><manifest><item id="b" href="two%20.xhtml"/>'
                   '<item id="a" href="one.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
        "O/one.xhtml": "<html><body><p>One day</p></body></html>",
        "O/two .xhtml": "<html><body><p>Two days</p></body></html>"})


def ole(stream):
    """The begin of an OLE container whose directory names one stream."""
    return OLE + b"\0" * 504 + stream.encode("utf-16-le") + b"\0" * 200


FILES = {
    "a.docx": (docx("A letter."), OFFICE + "wordprocessingml.document", "A letter.\n"),
    "stored.bin": (docx("Stored.", zipfile.ZIP_STORED), OFFICE + "wordprocessingml.document", "Stored.\n"),
    "prefix.doc": (b"junk in front\n" + docx("Behind."), OFFICE + "wordprocessingml.document", "Behind.\n"),
    "book.zip": (epub(), "application/epub+zip", "One day\n\fTwo days\n\f"),
    "page.txt": (b"<!DOCTYPE html><title>t</title><p>Caf\xe9<script>x</script>", "text/html", "Café\n"),
    "rich.txt": (rb"{\rtf1\ansi Rich \'e9.\par}", "text/rtf", "Rich é.\n"),
    "data.txt": (b"<?xml version='1.0'?><order><id>47</id></order>", "application/xml", "id: 47\n"),
    "data.json": (b'{"id": 47}\n', "application/json", '{"id": 47}\n'),
    "rows.dat": (b"id;name\n47;Kim\n48;Lee\n", "text/csv", "id;name\n47;Kim\n48;Lee\n"),
}
FAILURES = {
    "cut.docx": (docx("A letter. " * 100)[:200], "damaged"),
    "broken.xml": (b"<?xml version='1.0'?><order><id>47</order>", "damaged"),
    "locked.docx": (ole("EncryptedPackage"), "encrypted"),
    "picture.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><text>x</text></svg>", "unsupported"),
}


class Formats(e2e.Case):
    def text(self, name):
        return (self.dir / "out" / f"in/{name}.txt").read_text(encoding="utf-8")

    def test_each_is_read_as_what_it_is(self):
        for name, (content, *_) in (FILES | FAILURES).items():
            self.write(f"in/{name}", content)
        self.run_pipeline("--until", "extract", expect=None)
        self.assert_valid()
        for name, (_, media_type, text) in FILES.items():
            with self.subTest(name):
                record = self.record(f"in/{name}")
                self.assertEqual(record["document"]["media_type"], media_type)
                self.assertEqual(self.text(name).rstrip("\f"), text.rstrip("\f"))
        for name, (_, error) in FAILURES.items():
            with self.subTest(name):
                self.assertEqual(self.record(f"in/{name}")["error"]["class"], error)

    def run_pipeline(self, *arguments, expect=0, **options):
        if expect is not None:
            return super().run_pipeline(*arguments, expect=expect, **options)
        self.write("pipeline.yaml", e2e.PIPELINE)
        return self.docket("run", "pipeline.yaml", *arguments, **options)


class OldOffice(e2e.Case):
    """Files of before 2007 are turned into new ones by LibreOffice: here a script that stands for it."""

    def office(self, script):
        path = self.write("programs/soffice", "#!/bin/sh\n" + script)
        path.chmod(0o755)
        return {"PATH": f"{path.parent}:/usr/bin:/bin"}

    def outcome(self, script):
        self.write("in/a.doc", ole("WordDocument"))
        self.write("pipeline.yaml", e2e.PIPELINE)
        self.docket("run", "pipeline.yaml", "--until", "extract", env=self.office(script))
        return self.record("in/a.doc")

    def test_what_libreoffice_makes_is_read(self):
        made = base64.b64encode(docx("Turned.")).decode()
        record = self.outcome(f"echo {made} | base64 -d > document.docx\n")
        self.assertEqual(record["status"], "done", record)
        self.assertEqual(record["document"]["media_type"], "application/msword")
        self.assertEqual((self.dir / "out/in/a.doc.txt").read_text().rstrip("\f"), "Turned.\n")

    def test_it_is_locked_in(self):
        secret = self.write("secret.txt", "secret")
        made = base64.b64encode(docx("Nothing.")).decode()
        record = self.outcome(f"echo {made} | base64 -d > document.docx\ncat {secret} > stolen\n[ -s stolen ] && rm document.docx\n"
                              f"echo x > {self.dir}/written && rm document.docx\n"
                              "python3 -c 'import socket; socket.socket()' && rm document.docx\n")
        self.assertEqual(record["status"], "done", record)
        self.assertFalse((self.dir / "written").exists())

    def test_it_makes_nothing(self):
        self.assertEqual(self.outcome("exit 0\n")["error"]["class"], "damaged")

    def test_a_link_is_not_followed(self):
        self.write("secret.docx", docx("Secret."))
        self.assertEqual(self.outcome(f"ln -s {self.dir}/secret.docx document.docx\n")["error"]["class"], "damaged")

    def test_it_is_ended_at_its_limit(self):
        self.write("in/a.doc", ole("WordDocument"))
        self.write("pipeline.yaml", e2e.PIPELINE.replace("  - extract:\n", "  - extract: {limits: {wall_time: 1s}}\n"))
        self.docket("run", "pipeline.yaml", "--until", "extract", env=self.office("sleep 100 & wait\n"))
        self.assertEqual(self.record("in/a.doc")["error"]["class"], "timeout")

    def test_it_is_not_installed(self):
        if os.path.exists("/usr/lib/libreoffice/program/soffice"):
            self.skipTest("LibreOffice is where its packages put it")
        self.write("in/a.doc", ole("WordDocument"))
        self.write("pipeline.yaml", e2e.PIPELINE)
        self.docket("run", "pipeline.yaml", "--until", "extract", env={"PATH": "/bin"})
        error = self.record("in/a.doc")["error"]
        self.assertEqual(error["class"], "unsupported")
        self.assertIn("libreoffice-writer-nogui", error["message"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
