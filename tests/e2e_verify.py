"""`docket verify`: what is not as the ledger says, and what the next run does about it."""

import fcntl
import json
import os
import shutil
import sqlite3
import unittest

import e2e


class Verify(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("in/a.txt", e2e.invoice(1))
        self.write("in/b.pdf", e2e.pdf(e2e.invoice(2)))
        self.run_pipeline(pipeline=e2e.PIPELINE.replace("dir: out", "dir: out, words: always"))
        self.out = self.dir / "out"

    def ledger(self, sql, *values):
        with sqlite3.connect(self.out / ".docket/ledger.db") as database:
            database.execute(sql, values)

    def findings(self, code=1):
        result = self.docket("verify", "pipeline.yaml", "--json")
        self.assertEqual((result.code, result.err), (code, ""))
        told = json.loads(result.out)
        self.assertEqual(told["result"]["ok"], code == 0)
        return [(one["kind"], one["where"], one["next"]) for one in told["findings"] if one["wrong"] or code == 0]

    def assert_next_run_mends(self, expect=0):
        self.run_pipeline(expect=expect)
        self.assertEqual(self.findings(0), [])

    def test_a_name_that_is_not_utf_8_is_no_damage(self):
        (self.dir / "in").mkdir(exist_ok=True)
        with open(os.fsencode(self.dir) + b"/in/Rechnung M\xe4rz.txt", "w", encoding="utf-8") as file:
            file.write(e2e.invoice(1))
        self.run_pipeline()
        result = self.docket("verify", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.out + result.err)

    def test_all_is_right(self):
        before = {file: file.stat().st_mtime_ns for file in self.out.rglob("*")
                  if file.is_file() and not file.name.endswith(("-shm", "-wal"))}  # SQLite's, for readers too.
        self.assertEqual(self.findings(0), [])
        result = self.docket("verify", "pipeline.yaml")
        self.assertEqual(result.code, 0)
        self.assertRegex(result.out, r"^2 documents, 6 files, \d+ rows of the ledger: all as the ledger says\n$")
        for file, time in before.items():
            if file.name == "ledger.db-shm":
                continue  # SQLite's own memory of who reads.
            self.assertEqual(file.stat().st_mtime_ns, time, file)

    def test_files_that_are_missing_or_longer_are_written_again(self):
        (self.out / "in/a.txt.json").unlink()
        (self.out / "in/a.txt.txt").write_text("another text")
        (self.out / "in/b.pdf.words.json").unlink()
        (self.out / "results.jsonl").unlink()
        again = "the next run writes it again from the ledger"
        self.assertEqual(self.findings(), [("missing", "in/a.txt.json", again), ("changed", "in/a.txt.txt", again),
                                           ("missing", "in/b.pdf.words.json", again),
                                           ("missing", "results.jsonl", again)])
        self.assert_next_run_mends()

    def test_a_change_of_the_same_size_is_found(self):
        for name in ("in/a.txt.json", "in/b.pdf.txt", "in/b.pdf.words.json", "results.jsonl"):
            file = self.out / name
            content = file.read_bytes()
            file.write_bytes(content.replace(b"1", b"7", 1))
            self.assertEqual(file.stat().st_size, len(content))
        found = self.findings()
        self.assertEqual([one[:2] for one in found],
                         [("changed", "in/a.txt.json"), ("changed", "in/b.pdf.txt"),
                          ("changed", "in/b.pdf.words.json"), ("changed", "results.jsonl")])
        for kind, name, following in found:
            self.assertIn("remove it, and it is written again", following)
            (self.out / name).unlink()
        self.assert_next_run_mends()

    def test_what_is_nobodys(self):
        self.write("out/notes.md", "mine")
        self.assertEqual(self.findings(0), [("foreign", "notes.md", "it stays as it is")])
        shutil.copy(self.out / "in/a.txt.json", self.out / "in/old.txt.json")
        self.assertEqual([one[:2] for one in self.findings()], [("foreign", "in/old.txt.json")])

    def test_what_a_killed_run_has_left_is_dockets(self):
        self.ledger("DELETE FROM documents WHERE path = 'in/b.pdf'")
        self.ledger("DELETE FROM records WHERE path = 'in/b.pdf'")
        self.write("out/in/b.pdf.notes.txt", "mine")
        self.write("out/in/c.txt", "mine")
        docket = "docket wrote it, and the ledger does not know it"
        nobody = "docket has not written it"
        self.write("out/in/c.md", "mine")
        told = json.loads(self.docket("verify", "pipeline.yaml", "--json").out)["findings"]
        foreign = {one["where"]: one["what"] for one in told if one["kind"] == "foreign"}
        lost = "no record tells of it: not docket's, or of a run that had no room for its record"
        self.assertEqual(foreign, {"in/b.pdf.json": docket, "in/b.pdf.txt": docket, "in/b.pdf.words.json": docket,
                                   "in/b.pdf.notes.txt": lost, "in/c.txt": lost, "in/c.md": nobody})
        self.write("out/mine.json", "[1]")
        self.write("out/mine.txt", "beside a file of somebody else")
        self.assertIn(("foreign", "mine.txt"), [(one["kind"], one["where"]) for one in
                      json.loads(self.docket("verify", "pipeline.yaml", "--json").out)["findings"] if not one["wrong"]])

    def test_the_ledger_itself(self):
        self.ledger("UPDATE texts SET content = zeroblob(length(content))")
        self.assertEqual({one[0] for one in self.findings()}, {"damaged"})
        self.assertTrue(all(one[1].startswith("ledger: texts ") for one in self.findings()))
        self.ledger("DELETE FROM texts")
        self.assertIn("ledger: document_stages in/a.txt extract", [one[1] for one in self.findings()])

    def test_rows_that_do_not_fit_together(self):
        self.ledger("UPDATE document_stages SET input = '{}' WHERE path = 'in/a.txt' AND stage = 'classify'")
        self.ledger("UPDATE configurations SET content = content || ' ' WHERE stage = 'classify'")
        self.ledger("UPDATE documents SET sha256 = 'x' WHERE path = 'in/b.pdf'")
        found = [one[:2] for one in self.findings()]
        self.assertEqual(len(found), 3)
        self.assertTrue(found[0][1].startswith("ledger: configurations "))
        self.assertEqual(found[1:], [("damaged", "ledger: document_stages in/a.txt classify"),
                                     ("damaged", "ledger: records in/b.pdf")])

    def test_a_page_of_the_ledger_is_overwritten(self):
        file = self.out / ".docket/ledger.db"
        content = bytearray(file.read_bytes())
        content[4096 * 3:4096 * 4] = bytes(4096)
        file.write_bytes(content)
        result = self.docket("verify", "pipeline.yaml")
        self.assertEqual(result.code, 1)
        self.assertRegex(result.out + result.err, "backup")
        file.write_bytes(b"no database at all, but longer than nothing" * 99)
        self.assertEqual(self.docket("verify", "pipeline.yaml").code, 1)

    def test_not_beside_a_run(self):
        holder = (self.out / ".docket/lock").read_text().splitlines()
        self.ledger("UPDATE runs SET finished = NULL")
        lock = self.out / ".docket/lock"
        lock.write_text("\n".join([str(os.getpid()), *holder[1:]]) + "\n")
        with open(lock) as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            result = self.docket("verify", "pipeline.yaml")
            self.assertEqual((result.code, result.out), (5, ""))
        # The process is there, but has the number of one that was killed: nobody holds the lock.
        self.assertEqual(self.docket("verify", "pipeline.yaml").code, 0)
        lock.write_text("\n".join([str(os.getpid()), "elsewhere", *holder[2:]]) + "\n")
        self.assertEqual(self.docket("verify", "pipeline.yaml").code, 5)

    def test_no_ledger(self):
        shutil.rmtree(self.out)
        self.assertEqual(self.docket("verify", "pipeline.yaml").code, 2)


if __name__ == "__main__":
    unittest.main()
