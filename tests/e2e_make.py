"""examples/make: docket as a recipe of GNU make, and what --depfile and --keep-mtime do for it."""

import os
import shutil
import subprocess

import e2e
from e2e import PIPELINE, invoice


class Make(e2e.Case):
    def setUp(self):
        super().setUp()
        self.project = self.dir / "make"
        shutil.copytree(e2e.SOURCE / "examples/make", self.project, ignore=shutil.ignore_patterns("records", "totals.csv"))
        self.set_age(60)

    def set_age(self, seconds):
        """Of all files, so that a change shows whatever the clock's grain is."""
        for path in self.project.rglob("*"):
            stat = path.stat()
            os.utime(path, ns=(stat.st_mtime_ns - seconds * 10**9,) * 2)

    def make(self, *arguments):
        """The commands that make ran."""
        result = subprocess.run(["make", f"DOCKET={e2e.DOCKET}", *arguments], cwd=self.project, capture_output=True,
                                text=True, timeout=e2e.TIMEOUT, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return [line for line in result.stdout.splitlines() if " run pipeline.yaml " in line]

    def records(self):
        return {path.name: path.stat().st_mtime_ns for path in self.project.glob("records/inbox/*.json")}

    def change(self, name, *replacement):
        path = self.project / name
        path.write_text(path.read_text(encoding="utf-8").replace(*replacement), encoding="utf-8")

    def test_one_document_one_record_and_the_schema_all(self):
        self.assertEqual(len(self.make("-j2")), 3)
        self.assertEqual(set(self.records()), {"harbour.txt.json", "northgate.txt.json", "letter.txt.json"})
        totals = (self.project / "totals.csv").read_text(encoding="utf-8")
        self.assertIn("120.0", totals)
        self.assertEqual(self.make(), [])

        self.set_age(60)
        before = self.records()
        self.change("inbox/harbour.txt", "120.00", "130.00")
        self.assertEqual(len(self.make()), 1)
        after = self.records()
        self.assertEqual([name for name in after if after[name] != before[name]], ["harbour.txt.json"])
        self.assertIn("130.0", (self.project / "totals.csv").read_text(encoding="utf-8"))
        self.assertEqual(self.make(), [])

        self.set_age(60)
        before = self.records()
        self.change("bill.schema.json", "Amount due", "To pay")
        self.assertEqual(len(self.make()), 3)
        after = self.records()
        self.assertTrue(all(after[name] > before[name] for name in after))
        self.assertEqual(self.make(), [])

    def test_a_touched_document_satisfies_make_after_one_look(self):
        self.make()
        self.set_age(60)
        (self.project / "inbox/letter.txt").touch()
        (self.project / "pipeline.yaml").touch()
        self.assertEqual(len(self.make()), 3)
        self.assertEqual(self.make(), [])

    def test_a_failure_stops_make_and_is_tried_again(self):
        (self.project / "inbox/broken.txt").write_bytes(b"")
        result = subprocess.run(["make", f"DOCKET={e2e.DOCKET}"], cwd=self.project, capture_output=True, check=False)
        self.assertEqual(result.returncode, 2)
        (self.project / "inbox/broken.txt").write_text("Dear Sir,\nall is well.\nYours sincerely\n", encoding="utf-8")
        self.assertGreaterEqual(len(self.make()), 1)
        self.assertEqual(self.make(), [])

    def test_a_prerequisite_that_is_gone_stops_nothing(self):
        self.make()
        (self.project / "inbox/letter.txt").unlink()
        self.assertEqual(self.make(), [])

    def test_names_that_make_takes_for_its_own(self):
        for name in ("a b.txt", "c#d.txt", "e$f.txt", "g%h.txt"):
            self.write(f"in/{name}", invoice(1))
        self.run_pipeline("--depfile", "all.d")
        self.write("Makefile", "include all.d\n")
        result = subprocess.run(["make", "-r", "-p", "-n", r"out/in/a\ b.txt.json", "out/in/c#d.txt.json"],
                                cwd=self.dir, capture_output=True, text=True, check=False)
        for rule in ("out/in/c#d.txt.json: in/c#d.txt", "out/in/a b.txt.json: in/a b.txt"):
            self.assertIn(rule, result.stdout, result.stderr)


class Times(e2e.Case):
    def test_keep_mtime_leaves_alone_what_stays_the_same(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline()
        record = self.dir / "out/in/a.txt.json"
        os.utime(record, ns=(10**18, 10**18))
        changed = PIPELINE.replace("a letter to a person", "a letter to a human being")
        self.write("pipeline.yaml", changed)
        self.run_pipeline("--keep-mtime")
        self.assertEqual(self.report()["documents"]["done"], 1)
        self.assertEqual(record.stat().st_mtime_ns, 10**18)
        self.run_pipeline("-B")
        self.assertNotEqual(record.stat().st_mtime_ns, 10**18)

    def test_a_run_with_nothing_to_do_changes_no_file(self):
        for number in range(5):
            self.write(f"in/{number}.txt", invoice(number))
        self.run_pipeline()
        files = [path for path in (self.dir / "out").rglob("*") if path.is_file()
                 and path.name not in ("report.json", "calls.jsonl", "routing.jsonl")
                 and ".docket" not in path.parts]
        before = [(path.stat().st_mtime_ns, path.stat().st_ino) for path in files]
        self.run_pipeline()
        self.assertEqual(before, [(path.stat().st_mtime_ns, path.stat().st_ino) for path in files])


if __name__ == "__main__":
    e2e.main()
