"""Documents of many formats in one folder: each is read as what it is, whatever its name."""

import base64
import io
import os
import unittest
import zipfile

import e2e
from e2e_sandbox import LANDLOCK, refusing

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "application/vnd.openxmlformats-officedocument."
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def zipped(parts, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx_parts(text):
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{OFFICE}wordprocessingml.document.main+xml"/></Types>'
    body = f"<w:document {W}><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    return {"[Content_Types].xml": types, "word/document.xml": body}


def docx(text, compression=zipfile.ZIP_DEFLATED):
    return zipped(docx_parts(text), compression)


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

    MADE = f'''
import zipfile
def make(text):
    with zipfile.ZipFile("document.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", """{docx_parts("")["[Content_Types].xml"]}""")
        archive.writestr("word/document.xml", """{docx_parts("@")["word/document.xml"]}""".replace("@", text))
'''

    # What a document that has taken LibreOffice over must not be able to do, and what LibreOffice needs.
    ATTACKS = MADE + '''
import ctypes, fcntl, os, resource, signal, socket, subprocess, sys, threading
parent = os.getppid()
mine, other = socket.socketpair()
def send_to_a_name():
    socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"x", "/dev/log")
def queue_signal():
    if ctypes.CDLL(None, use_errno=True).sigqueue(parent, signal.SIGTERM, None) != 0:
        raise OSError(ctypes.get_errno(), "sigqueue")
attacks = {
    "read": lambda: open(f"{@}/secret.txt").read(),
    "write": lambda: open(f"{@}/written", "w"),
    "network": lambda: socket.socket(),
    "datagram": send_to_a_name,
    "connect": lambda: socket.socket(socket.AF_UNIX).connect("/run/x"),
    "fork": os.fork,
    "spawn": lambda: subprocess.run(["/bin/true"]),
    "session": os.setsid,
    "group": lambda: os.setpgid(0, 0),
    "kill": lambda: os.kill(parent, signal.SIGTERM),
    "kill-group": lambda: os.kill(0, signal.SIGTERM),
    "kill-all": lambda: os.kill(-1, signal.SIGTERM),
    "queue": queue_signal,
    "pidfd": lambda: os.pidfd_open(parent),
    "owner": lambda: fcntl.fcntl(mine, fcntl.F_SETOWN, parent),
    "limit": lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE),
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, parent, 19),
    "processes": lambda: os.listdir("/proc"),
    "command": lambda: open(f"/proc/{parent}/cmdline").read(),
    "environment": lambda: open(f"/proc/{parent}/environ").read(),
    "root": lambda: os.chroot("."),
    "user": lambda: os.setuid(12345),
    "clock": lambda: __import__("time").clock_settime(0, 0),
}
worked = []
for name, attack in attacks.items():
    try:
        attack()
        worked.append(name)
    except OSError:
        pass
thread = threading.Thread(target=lambda: os.kill(os.getpid(), 0))
thread.start()
thread.join()
make("Worked: " + " ".join(worked) + ".")
'''

    def office(self, script):
        path = self.write("programs/soffice", "#!/usr/bin/python3\n" + script)
        path.chmod(0o755)
        return {"PATH": f"{path.parent}:/usr/bin:/bin"}

    def outcome(self, script):
        self.write("in/a.doc", ole("WordDocument"))
        self.write("pipeline.yaml", e2e.PIPELINE)
        self.docket("run", "pipeline.yaml", "--until", "extract", env=self.office(script))
        return self.record("in/a.doc")

    def error_class(self, script):
        return self.outcome(script)["error"]["class"]

    def test_what_libreoffice_makes_is_read(self):
        record = self.outcome(self.MADE + "make('Turned.')\n")
        self.assertEqual(record["status"], "done", record)
        self.assertEqual(record["document"]["media_type"], "application/msword")
        self.assertEqual((self.dir / "out/in/a.doc.txt").read_text().rstrip("\f"), "Turned.\n")

    def test_it_is_locked_in(self):
        self.write("secret.txt", "secret")
        record = self.outcome(self.ATTACKS.replace("{@}", str(self.dir)))
        self.assertEqual(record["status"], "done", record)
        self.assertEqual((self.dir / "out/in/a.doc.txt").read_text().rstrip("\f"), "Worked: .\n")
        self.assertFalse((self.dir / "written").exists())

    def test_it_makes_nothing(self):
        self.assertEqual(self.error_class("import sys\nsys.exit(0)\n"), "damaged")

    def test_it_crashes(self):
        error = self.outcome("import os\nos.abort()\n")["error"]
        self.assertEqual((error["class"], error["message"]), ("crash", "a.doc crashed LibreOffice (SIGABRT)"))

    def test_it_cannot_be_locked_in(self):
        self.write("in/a.doc", ole("WordDocument"))
        self.write("pipeline.yaml", e2e.PIPELINE)
        self.docket("run", "pipeline.yaml", "--until", "extract", env=self.office(self.MADE + "make('Free.')\n"),
                    preexec_fn=refusing(LANDLOCK))
        error = self.record("in/a.doc")["error"]
        self.assertEqual(error["class"], "unsupported")
        self.assertIn("cannot be locked in here", error["message"])

    def test_a_link_is_not_followed(self):
        self.write("secret.docx", docx("Secret."))
        self.assertEqual(self.error_class(f"import os\nos.symlink('{self.dir}/secret.docx', 'document.docx')\n"), "damaged")

    def test_it_is_ended_at_its_limit(self):
        self.write("in/a.doc", ole("WordDocument"))
        self.write("pipeline.yaml", e2e.PIPELINE.replace("  - extract:\n", "  - extract: {limits: {wall_time: 1s}}\n"))
        self.docket("run", "pipeline.yaml", "--until", "extract", env=self.office("import time\ntime.sleep(100)\n"))
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
