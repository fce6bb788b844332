"""Documents inside documents: mails, mailboxes and archives, and what a run makes of the files in them."""

import base64
import bz2
import gzip
import hashlib
import io
import lzma
import os
import subprocess
import tarfile
import zipfile
from email.message import EmailMessage

from e2e import PIPELINE, Case, assemble, invoice, main, pdf
from e2e_formats import OFFICE, W, docx, ole, zipped
from e2e_ocr import picture, saved, scan

FIELDS = PIPELINE + """\
  - structured-extract:
      when: .classify.label == "invoice"
      backends: [rules]
      schema:
        type: object
        properties:
          invoice_number: { type: string, x-labels: [invoice number] }
          total: { type: number, x-labels: [total] }
"""


def archive(files, method=zipfile.ZIP_DEFLATED):
    """A zip; of pairs, so that a name may come twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as zipped:
        for name, content in files.items() if isinstance(files, dict) else files:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            zipped.writestr(info, content)
    return out.getvalue()


def tar(files, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as packed:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, tuple):  # (type, where it leads to)
                info.type, info.linkname = content
                packed.addfile(info)
            else:
                info.size = len(content)
                packed.addfile(info, io.BytesIO(content.encode() if isinstance(content, str) else content))
    return out.getvalue()


def mail(body="Dear reader,\n\nkind regards\n", subject="Invoices", **files):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ann <ann@example.com>", "bob@example.com", subject
    message["Date"], message["Message-ID"] = "Tue, 05 Mar 2024 10:15:00 +0100", "<1@example.com>"
    message.set_content(body)
    for name, content in files.items():
        name = name.replace("__", ".")
        if isinstance(content, EmailMessage):
            message.add_attachment(content)
        else:
            kind = "pdf" if name.endswith("pdf") else "octet-stream"
            message.add_attachment(content, maintype="application", subtype=kind, filename=name)
    return message


class Members(Case):
    def statuses(self):
        return {record["document"]["path"]: record["status"] for record in self.results()}

    def test_mail_and_its_attachment_are_documents(self):
        self.write("in/order.eml", bytes(mail(invoice__pdf=pdf(invoice(7)))))
        self.run_pipeline(pipeline=FIELDS)
        self.assert_valid()
        outer, inner = self.record("in/order.eml"), self.record("in/order.eml/invoice.pdf")
        self.assertEqual(outer["extract"]["metadata"]["subject"], "Invoices")
        self.assertEqual(outer["extract"]["metadata"]["date"], "2024-03-05T10:15:00+01:00")
        [attached] = outer["extract"]["embedded_files"]
        self.assertEqual(attached["document"], "in/order.eml/invoice.pdf")
        self.assertEqual(attached["sha256"], inner["document"]["sha256"])
        self.assertEqual(inner["document"]["parent"], {"id": outer["document"]["id"], "path": "in/order.eml"})
        self.assertEqual(inner["structured_extract"]["fields"], {"invoice_number": "INV-7", "total": 119.0})
        text = (self.dir / "out/in/order.eml.txt").read_text()
        self.assertTrue(text.startswith("From: Ann <ann@example.com>\nTo: bob@example.com\n"), text)

    def test_archives_of_all_kinds(self):
        files = {"a.txt": invoice(1), "sub/b.txt": invoice(2)}
        for name, content in {
                "a.zip": archive(files), "b.tar": tar(files), "c.tar.gz": tar(files, "w:gz"),
                "d.tar.bz2": tar(files, "w:bz2"), "e.tar.xz": tar(files, "w:xz")}.items():
            self.write(f"in/{name}", content)
        self.write("in/one.gz", gzip.compress(invoice(3).encode()))
        self.write("in/two.xz", lzma.compress(pdf(invoice(4))))
        self.write("in/three.bz2", bz2.compress(invoice(5).encode()))
        self.run_pipeline()
        self.assert_valid()
        for name in ("a.zip", "b.tar", "c.tar.gz", "d.tar.bz2", "e.tar.xz"):
            outer = self.record(f"in/{name}")
            self.assertEqual(outer["status"], "done")
            self.assertTrue(outer["extract"]["container"])
            self.assertNotIn("classify", outer)
            self.assertFalse((self.dir / f"out/in/{name}.txt").exists())
            self.assertEqual(self.record(f"in/{name}/sub/b.txt")["classify"]["label"], "invoice")
        for name in ("one.gz", "two.xz", "three.bz2"):
            self.assertEqual(self.record(f"in/{name}/data")["classify"]["label"], "invoice")
        self.assertEqual(len(self.paths()), 5 * 3 + 3 * 2)

    def test_nested(self):
        inner = archive({"deep.txt": invoice(1), "note.eml": bytes(mail(bill__pdf=pdf(invoice(2))))})
        self.write("in/outer.zip", archive({"x/inner.zip": inner}))
        self.write("in/forward.eml", bytes(mail(subject="Fwd", m=mail(subject="Original", b__pdf=pdf(invoice(3))))))
        self.run_pipeline()
        self.assertEqual(self.paths(), [
            "in/forward.eml", "in/forward.eml/Original.eml", "in/forward.eml/Original.eml/b.pdf", "in/outer.zip",
            "in/outer.zip/x/inner.zip", "in/outer.zip/x/inner.zip/deep.txt", "in/outer.zip/x/inner.zip/note.eml",
            "in/outer.zip/x/inner.zip/note.eml/bill.pdf"])
        self.assertEqual(set(self.statuses().values()), {"done"})
        self.assertEqual(self.report()["documents"]["in"], 8)
        before = self.tree("out")
        self.run_pipeline()
        self.assertEqual(self.tree("out"), before)

    def test_mailbox(self):
        box = b"".join(b"From ann@example.com Tue Mar  5 10:15:00 2024\n"
                       + bytes(mail(subject=subject, a__pdf=pdf(invoice(i)))).replace(b"\nFrom ", b"\n>From ") + b"\n"
                       for i, subject in enumerate(["One", "Two/Three", "One"]))
        self.write("in/box", box)
        self.run_pipeline()
        self.assertEqual([path for path in self.paths() if path.endswith(".eml")],
                         ["in/box/2024-03-05 One.eml", "in/box/2024-03-05 One~2.eml",
                          "in/box/2024-03-05 Two_Three.eml"])
        self.assertEqual(self.record("in/box/2024-03-05 One~2.eml/a.pdf")["status"], "done")
        self.assertNotEqual(self.record("in/box/2024-03-05 One~2.eml/a.pdf")["document"]["sha256"],
                            self.record("in/box/2024-03-05 One.eml/a.pdf")["document"]["sha256"])

    def test_no_name_leads_out_of_the_archive(self):
        self.write("in/evil.zip", archive([
            ("../../up.txt", invoice(1)), ("/etc/passwd", invoice(2)), ("a/../../b.txt", invoice(3)),
            ("C:\\dir\\c.txt", invoice(4)), ("same.txt", invoice(5)), ("same.txt", invoice(6)), ("..", invoice(7)),
            ("bell\x07.txt", invoice(8)), ("n" * 300 + ".txt", invoice(9)), ("same.txt/x.txt", invoice(10))]))
        self.write("in/links.tar", tar({
            "real.txt": invoice(1), "soft": (tarfile.SYMTYPE, "/etc/passwd"), "hard": (tarfile.LNKTYPE, "real.txt"),
            "device": (tarfile.CHRTYPE, ""), "pipe": (tarfile.FIFOTYPE, "")}))
        self.run_pipeline()
        names = [path.removeprefix("in/evil.zip/") for path in self.paths() if path.startswith("in/evil.zip/")]
        self.assertEqual(names, sorted(["up.txt", "etc/passwd", "a/b.txt", "dir/c.txt", "same.txt", "same~2.txt", "unnamed",
                                        "bell_.txt", "n" * 176 + ".txt", "same.txt~2/x.txt"]))
        self.assertEqual([path for path in self.paths() if "links" in path], ["in/links.tar", "in/links.tar/real.txt"])
        self.assertIn("4 links", self.record("in/links.tar")["extract"]["problems"][0])
        above = {path.name for path in self.dir.iterdir()}
        self.assertEqual(above, {"in", "out", "pipeline.yaml"})
        self.assertEqual({path.name for path in (self.dir / "out").iterdir() if path.is_dir()}, {"in", ".docket"})

    def test_what_a_system_left_in_an_archive_is_no_document(self):
        self.write("in/mac.zip", archive({"a.txt": invoice(1), "__MACOSX/._a.txt": b"\0\5\26\7", ".DS_Store": b"\0\0\0\1",
                                          "Thumbs.db": b"x"}))
        self.run_pipeline()
        self.assertEqual(self.paths(), ["in/mac.zip", "in/mac.zip/a.txt"])
        self.assertEqual(len(self.record("in/mac.zip")["extract"]["embedded_files"]), 4)

    def failure(self, path):
        record = self.record(path)
        self.assertEqual(record["status"], "failed", record)
        return record["error"]["class"], record["error"]["message"]

    def test_bombs(self):
        zeros = b"\0" * (1 << 20)
        level = archive({f"{i}.txt": zeros for i in range(20)})
        for _ in range(2):
            level = archive({f"{i}.zip": level for i in range(16)})
        self.write("in/nested.zip", level)
        chain = archive({"a.txt": "end"})
        for _ in range(6):
            chain = archive({"next.zip": chain})
        self.write("in/deep.zip", chain)
        self.write("in/many.zip", archive({f"{i}.txt": "" for i in range(300)}, zipfile.ZIP_STORED))
        self.write("in/big.gz", gzip.compress(zeros * 20))
        self.write("pipeline.yaml", PIPELINE.replace("extract:", "extract: {members: {count: 250, total: 100MiB}}", 1))
        self.run_pipeline(expect=1)
        self.assertEqual(set(self.statuses().values()), {"failed"})
        self.assertEqual(len(self.paths()), 4)
        for name, limit in (("nested.zip", "ratio"), ("deep.zip", "depth"), ("many.zip", "count"), ("big.gz", "ratio")):
            error_class, message = self.failure(f"in/{name}")
            self.assertIn("limit", error_class)
            self.assertIn("`members." + limit + "`", message)

    def test_damaged_and_locked(self):
        files = {"a.txt": invoice(1), "b.txt": invoice(2)}
        noise = b"".join(hashlib.sha256(str(i).encode()).digest() for i in range(5000))
        self.write("in/cut.tar.gz", tar(files | {"noise": noise}, "w:gz")[:-40_000])
        self.write("in/none.zip", archive(files)[:30])
        self.write("in/empty.zip", archive({}))
        locked = bytearray(archive({"a.txt": invoice(1)}))
        for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            locked[locked.index(sign) + at] |= 1
        self.write("in/locked.zip", bytes(locked))
        bad = bytearray(archive(files, zipfile.ZIP_STORED))
        bad[bad.index(b"Bill to")] ^= 1
        self.write("in/crc.zip", bytes(bad))
        self.run_pipeline(expect=1)
        self.assert_valid()
        self.assertEqual(self.failure("in/locked.zip")[0], "encrypted")
        self.assertEqual(self.failure("in/none.zip")[0], "damaged")
        self.assertEqual(self.failure("in/empty.zip")[0], "empty")
        crc = self.record("in/crc.zip")["extract"]
        self.assertIn("a.txt is damaged", crc["problems"][0])
        self.assertEqual([path for path in self.paths() if "crc" in path], ["in/crc.zip", "in/crc.zip/b.txt"])
        self.assertIn("noise is damaged", self.record("in/cut.tar.gz")["extract"]["problems"][0])
        self.assertIn("in/cut.tar.gz/a.txt", self.paths())

    def test_setting_of_attachments(self):
        self.write("in/a.zip", archive({"a.txt": invoice(1)}))
        self.write("in/m.eml", bytes(mail(b__pdf=pdf(invoice(2)))))
        self.write("pipeline.yaml", PIPELINE.replace("extract:", "extract: {attachments: never}", 1))
        self.run_pipeline()
        self.assertEqual(self.paths(), ["in/a.zip", "in/m.eml"])
        self.assertEqual(self.record("in/m.eml")["extract"]["embedded_files"], [{"name": "b.pdf"}])
        self.write("pipeline.yaml", PIPELINE)
        self.run_pipeline()
        self.assertEqual(self.paths(), ["in/a.zip", "in/a.zip/a.txt", "in/m.eml", "in/m.eml/b.pdf"])

    def test_files_in_office_documents_and_pdfs(self):
        self.write("in/a.docx", zipped({
            "[Content_Types].xml": f'<Types><Override PartName="/word/document.xml" ContentType="{OFFICE}wordprocessingml.document.main+xml"/></Types>',
            "word/document.xml": f"<w:document {W}><w:body><w:p><w:r><w:t>See inside</w:t></w:r></w:p></w:body></w:document>",
            "word/embeddings/bill.pdf": pdf(invoice(1)), "word/media/logo.png": saved(picture([]), "PNG")}))
        catalog = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(n) 4 0 R] >> >> %s >>"
        rest = [b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
                b"<< /Type /Filespec /F (b.txt) /UF (b.txt) /EF << /F 5 0 R >> >>",
                b"<< /Length %d >>\nstream\n%s\nendstream" % (len(invoice(2)), invoice(2).encode())]
        self.write("in/portfolio.pdf", assemble([catalog % b"/Collection << >>", *rest]))
        self.write("in/with.pdf", assemble([catalog % b"", *rest]))
        self.write("pipeline.yaml", PIPELINE)
        self.docket("run", "pipeline.yaml")
        self.assertEqual([path for path in self.paths() if path.count("/") > 1], ["in/portfolio.pdf/b.txt"])
        self.assertTrue(self.record("in/portfolio.pdf")["extract"]["container"])
        self.write("pipeline.yaml", PIPELINE.replace("extract:", "extract: {attachments: always}", 1))
        self.docket("run", "pipeline.yaml")
        self.assert_valid()
        self.assertEqual([path for path in self.paths() if path.count("/") > 1],
                         ["in/a.docx/word/embeddings/bill.pdf", "in/portfolio.pdf/b.txt", "in/with.pdf/b.txt"])
        self.assertEqual({self.record(path)["classify"]["label"] for path in self.paths() if path.count("/") > 1}, {"invoice"})

    def test_scans_and_old_office_documents(self):
        made = base64.b64encode(docx("Turned.")).decode()
        script = self.write("programs/soffice", f"""#!/usr/bin/python3
import base64
if b"WordDocument" in open("document.doc", "rb").read().replace(b"\\0", b""):
    open("document.docx", "wb").write(base64.b64decode("{made}"))
""")
        script.chmod(0o755)
        self.write("in/a.zip", archive({"scan.png": saved(picture(), "PNG"), "letters/old.doc": ole("WordDocument"),
                                        "scan.pdf": scan(picture())}))
        self.run_pipeline(env={"PATH": f"{script.parent}:/usr/bin:/bin"})
        self.assertIn("Total due 119.00", (self.dir / "out/in/a.zip/scan.png.txt").read_text())
        self.assertIn("Total due 119.00", (self.dir / "out/in/a.zip/scan.pdf.txt").read_text())
        self.assertEqual((self.dir / "out/in/a.zip/letters/old.doc.txt").read_text().rstrip("\f"), "Turned.\n")

    def test_the_most_urgent_of_members(self):
        self.write("in/a.zip", archive({f"{i}.txt": invoice(i) for i in range(3)}))
        self.write("pipeline.yaml", PIPELINE.replace("stages:", """\
  cloud: { type: openai, url: "https://example.invalid", model: m, api_key: "${KEY}", price: { input: 1, output: 1 } }
stages:""") + """\
  - escalate:
      backend: cloud
      when: { always: "true" }
      redo: classify
      at_most: 1
""")
        self.run_pipeline("--offline", expect=3, env={"KEY": "k"})
        self.assertEqual(len(self.paths()), 4)
        for i in range(3):
            self.assertEqual(self.record(f"in/a.zip/{i}.txt")["document"]["parent"]["path"], "in/a.zip")
        self.run_pipeline("--offline", expect=3, env={"KEY": "k"})
        self.assertEqual(self.report()["documents"]["in"], 4)

    def test_rerun_opens_nothing(self):
        self.write("in/a.zip", archive({"a.txt": invoice(1), "b.eml": bytes(mail(c__pdf=pdf(invoice(2))))}))
        self.run_pipeline()
        before = self.tree("out")
        self.run_pipeline()
        self.assertEqual(self.tree("out"), before)
        report = self.report()
        self.assertEqual(report["documents"]["up_to_date"], 4)
        self.assertEqual(report["stages"][0]["in"], 0)
        os.utime(self.dir / "in/a.zip", (1, 1))
        self.run_pipeline()
        self.assertEqual(self.report()["documents"]["up_to_date"], 4)

    def test_changed_outer(self):
        self.write("in/a.zip", archive({"same.txt": invoice(1), "other.txt": invoice(2), "gone.txt": invoice(3)}))
        self.run_pipeline()
        same = self.record("in/a.zip/same.txt")
        self.write("in/a.zip", archive({"new.txt": invoice(4), "same.txt": invoice(1), "other.txt": invoice(5)}))
        self.run_pipeline()
        self.assertEqual(self.record("in/a.zip/same.txt"), same)
        report = self.report()
        self.assertEqual(report["documents"]["up_to_date"], 1)
        self.assertEqual(report["missing"] if isinstance(report["missing"], list) else report["missing"]["documents"],
                         ["in/a.zip/gone.txt"])
        self.assertIn("INV-5", (self.dir / "out/in/a.zip/other.txt.txt").read_text())
        self.assertEqual(self.docket("clean", "pipeline.yaml", "--missing").out, "in/a.zip/gone.txt\n")
        self.assertFalse((self.dir / "out/in/a.zip/gone.txt.json").exists())
        (self.dir / "in/a.zip").unlink()
        self.write("in/rest.txt", invoice(9))
        self.run_pipeline()
        gone = self.docket("clean", "pipeline.yaml", "--missing").out
        self.assertEqual(gone.split(), ["in/a.zip", "in/a.zip/new.txt", "in/a.zip/other.txt", "in/a.zip/same.txt"])

    def test_failed_member_is_tried_again(self):
        self.write("in/a.zip", archive({"a.txt": invoice(1), "b.txt": invoice(2)}))
        os.makedirs(self.dir / "out/in/a.zip/b.txt.json")  # In the way of the record.
        self.run_pipeline(expect=1)
        self.assertEqual(self.statuses()["in/a.zip/b.txt"], "failed")
        os.rmdir(self.dir / "out/in/a.zip/b.txt.json")
        self.run_pipeline("--failed")
        self.assertEqual(self.statuses()["in/a.zip/b.txt"], "done")
        self.assertEqual(self.report()["documents"]["done"], 1)

    def test_only(self):
        self.write("in/a.eml", bytes(mail(x__pdf=pdf(invoice(1)), y__pdf=pdf(invoice(2)))))
        self.write("in/b.eml", bytes(mail(x__pdf=pdf(invoice(3)))))
        self.write("pipeline.yaml", PIPELINE)
        plan = self.docket("plan", "pipeline.yaml", "--only", "in/a.eml/x.pdf")  # It opens nothing, and cannot know.
        self.assertEqual([plan.code, plan.err], [0, ""])
        self.run_pipeline("--only", "in/a.eml/x.pdf")
        self.assertEqual(self.paths(), ["in/a.eml", "in/a.eml/x.pdf"])
        self.run_pipeline("--only", "in/a.eml/**")
        self.assertEqual(self.paths(), ["in/a.eml", "in/a.eml/x.pdf", "in/a.eml/y.pdf"])
        self.run_pipeline("--only", "in/a.eml/z.pdf", expect=1)
        self.run_pipeline()
        self.assertEqual(len(self.paths()), 5)
        self.run_pipeline("-B", "--only", "in/b.eml")
        self.assertEqual(self.report()["documents"]["done"], 2)

    def test_only_levels_down(self):
        inner = archive({"deep/a.txt": invoice(4), "b.txt": invoice(5)})
        self.write("in/c.zip", archive({"inner.zip": inner, "d.txt": invoice(6)}))
        way = ["in/c.zip", "in/c.zip/inner.zip"]
        self.run_pipeline("--only", "in/c.zip/inner.zip/deep/a.txt")
        self.assertEqual(self.paths(), [*way, f"{way[1]}/deep/a.txt"])
        self.run_pipeline("--only", "in/c.zip/inner.zip/**")
        self.assertEqual(self.paths(), [*way, f"{way[1]}/b.txt", f"{way[1]}/deep/a.txt"])
        self.run_pipeline("-B", "--only", "in/c.zip/inner.zip/b.txt")
        self.assertEqual(self.report()["documents"]["done"], 3)

    def test_killed_between_outer_and_members(self):
        self.write("in/a.zip", archive({f"{i}.txt": invoice(i) for i in range(20)}))
        self.write("pipeline.yaml", PIPELINE)
        faults = os.environ["DOCKET_FAULTS"]
        killed = subprocess.run([faults, "run", "pipeline.yaml"], cwd=self.dir, capture_output=True, timeout=60,
                                env=os.environ | {"DOCKET_FAULT": "run.level:1"}, check=False)
        self.assertNotEqual(killed.returncode, 0)
        status = self.docket("status", "pipeline.yaml").out
        self.assertIn("21 documents: 1 done, 0 held, 0 failed, 20 not finished", status)
        self.run_pipeline()
        self.assertEqual(len(self.paths()), 21)
        self.assertEqual(self.report()["documents"]["done"], 20)

    def test_policy_of_the_outer_document_holds_for_members(self):
        self.write("in/hr/pay.zip", archive({"a.txt": invoice(1)}))
        self.write("in/link.zip", "")
        (self.dir / "in/link.zip").unlink()
        (self.dir / "in/link.zip").symlink_to(self.dir / "in/hr/pay.zip")
        self.write("in/open.zip", archive({"a.txt": invoice(2)}))
        self.write("pipeline.yaml", PIPELINE.replace("stages:", """\
  cloud: { type: openai, url: "https://example.invalid", model: m, api_key: "${KEY}", price: { input: 1, output: 1 } }
policy: { private: ["path: in/hr/**"] }
stages:""") + """\
  - escalate:
      backend: cloud
      when: { always: "true" }
      redo: classify
""")
        self.run_pipeline("--offline", expect=3, env={"KEY": "k"})
        held = {path: self.record(path)["held"] for path in self.paths() if path.endswith("a.txt")}
        self.assertEqual(held["in/hr/pay.zip/a.txt"], "policy: private")
        self.assertEqual(held["in/link.zip/a.txt"], "policy: private")
        self.assertNotEqual(held["in/open.zip/a.txt"], "policy: private")

    def test_other_verbs(self):
        self.write("in/a.zip", archive({"x/a.txt": invoice(1)}))
        self.run_pipeline("--depfile", "deps.mk")
        self.assertIn("out/in/a.zip/x/a.txt.json: in/a.zip", (self.dir / "deps.mk").read_text())
        told = self.docket("explain", "pipeline.yaml", "in/a.zip/x/a.txt")
        self.assertEqual(told.code, 0, told.err)
        self.assertIn("inside of: in/a.zip", told.out)
        self.assertIn("now: up to date", told.out)
        exported = self.docket("export", "pipeline.yaml", "--jsonl").out
        self.assertEqual(len(exported.splitlines()), 2)
        plan = self.docket("plan", "pipeline.yaml")
        self.assertEqual(plan.code, 0, plan.err)


if __name__ == "__main__":
    main()
