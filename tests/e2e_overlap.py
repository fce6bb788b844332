"""Two runs at once, and verbs that look on while a run goes on."""

import csv
import io
import json
import sqlite3
import subprocess

import e2e
from e2e import PIPELINE, invoice, wait_for


class Overlap(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("pipeline.yaml", PIPELINE)

    def check_ledger(self, out="out"):
        with sqlite3.connect(self.dir / out / ".docket/ledger.db") as ledger:
            self.assertEqual(ledger.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            documents = dict(ledger.execute("SELECT path, record_bytes FROM documents"))
        ledger.close()
        for path, size in documents.items():
            self.assertEqual((self.dir / out / f"{path}.json").stat().st_size, size)

    def test_of_two_runs_at_once_exactly_one_works(self):
        for number in range(40):
            self.write(f"in/{number}.txt", invoice(number))
        for attempt in range(20):
            out = f"out{attempt}"
            runs = [self.start("run", "pipeline.yaml", "-o", out) for _ in range(2)]
            results = [self.finish(run) for run in runs]
            codes = sorted(result.code for result in results)
            # Where the second came when the first was through already, it had nothing to do.
            nothing = [result for result in results if "40 up to date" in result.err]
            self.assertTrue(codes == [0, 5] or (codes == [0, 0] and len(nothing) == 1), [r.err for r in results])
            self.assertEqual(len(self.results(out)), 40)
            self.check_ledger(out)

    def hold(self, *arguments):
        """A run that has finished one document and waits for the next."""
        self.write("a.txt", invoice(1))
        process = self.start("run", "pipeline.yaml", "-", *arguments, stdin=subprocess.PIPE)
        process.stdin.write(b"a.txt\n")
        process.stdin.flush()
        wait_for((self.dir / "out/a.txt.json").exists, "the first record")
        return process

    def test_the_busy_message_names_who_holds_the_output(self):
        first = self.hold()
        second = self.docket("run", "pipeline.yaml", "a.txt")
        self.assertEqual(second.code, 5)
        self.assertIn(f"process {first.pid} on ", second.err)
        self.assertEqual(self.finish(first, b"").code, 0)

    def test_wait_waits(self):
        first = self.hold()
        self.write("b.txt", invoice(2))
        second = self.start("run", "pipeline.yaml", "b.txt", "--wait")
        wait_for(lambda: b"waiting for process" in second.stderr.readline(), "the second run to wait")
        self.assertIsNone(second.poll())
        self.assertEqual(self.finish(first, b"").code, 0)
        self.assertEqual(self.finish(second).code, 0)
        self.assertEqual(self.paths(), ["a.txt", "b.txt"])

    def test_a_lock_of_a_dead_process_is_taken_over(self):
        first = self.hold()
        first.kill()
        first.wait()
        self.run_pipeline("a.txt")
        self.check_ledger()

    def test_verbs_work_while_a_run_goes_on(self):
        self.write("a.txt", invoice(1))
        self.run_pipeline("a.txt")
        self.write("b.txt", invoice(2))
        first = self.start("run", "pipeline.yaml", "-", stdin=subprocess.PIPE)
        first.stdin.write(b"b.txt\n")
        first.stdin.flush()
        wait_for((self.dir / "out/b.txt.json").exists, "the second record")
        wait_for(lambda: "b.txt" in self.docket("export", "pipeline.yaml").out, "the second row")
        for verb in (["status"], ["explain", "b.txt"], ["export", "--csv"], ["report"], ["plan", "a.txt"]):
            result = self.docket(verb[0], "pipeline.yaml", *verb[1:])
            self.assertEqual([result.code, result.err], [0, ""], verb)
        self.assertIn("still running", self.docket("status", "pipeline.yaml").out)
        clean = self.docket("clean", "pipeline.yaml", "a.txt", "--missing")
        self.assertEqual(clean.code, 5, clean.err)
        self.assertEqual(self.finish(first, b"").code, 0)


class Verbs(e2e.Case):
    def setUp(self):
        super().setUp()
        for number in range(3):
            self.write(f"in/{number}.txt", invoice(number))
        self.write("in/broken.pdf", "%PDF-1.7\nno more")

    def test_status_and_explain_tell_how_documents_stand(self):
        self.run_pipeline(expect=1)
        status = self.docket("status", "pipeline.yaml").out
        self.assertIn("4 documents: 3 done, 0 held, 1 failed (1 parked)", status)
        self.assertIn("\nparked (1 new): damaged\n  in/broken.pdf: extract: ", status)
        story = self.docket("explain", "pipeline.yaml", "in/0.txt").out
        self.assertIn("classify: done, ran: new to this document", story)
        self.assertIn("nothing left this machine", story)
        self.assertIn("now: up to date", story)
        self.write("in/0.txt", invoice(9))
        story = self.docket("explain", "pipeline.yaml", "in/0.txt").out
        self.assertIn("its content changed", story)
        self.assertIn("extract would run: the document's content changed", story)
        self.assertIn("parked", self.docket("explain", "pipeline.yaml", "in/broken.pdf").out)
        unknown = self.docket("explain", "pipeline.yaml", "in/unknown.txt")
        self.assertEqual([unknown.code, unknown.out], [2, ""])

    def test_plan_says_what_a_run_would_do_and_changes_nothing(self):
        self.write("pipeline.yaml", PIPELINE)
        first = self.docket("plan", "pipeline.yaml")
        self.assertIn("4 documents to work on", first.out)
        self.assertFalse((self.dir / "out").exists())
        self.run_pipeline(expect=1)
        again = self.docket("run", "pipeline.yaml", "-n")
        self.assertEqual(again.out, "0 documents to work on, 3 up to date, 1 parked\n")
        self.write("pipeline.yaml", PIPELINE.replace("a bill from", "a bill of"))
        before = self.tree("out")
        changed = self.docket("plan", "pipeline.yaml", "-v")
        self.assertIn("  extract: kept\n  classify: runs, its setting 'labels' changed\n", changed.out)
        self.assertEqual(before, self.tree("out"))
        told = self.docket("run", "pipeline.yaml", "-v").err
        self.assertIn("in/0.txt: done (the pipeline changed)\n  extract: kept\n"
                      "  classify: done, its setting 'labels' changed", told)

    def test_plan_says_where_a_run_would_fail(self):
        self.write("pipeline.yaml", PIPELINE)
        self.assertNotIn("fails", self.docket("plan", "pipeline.yaml").out)
        self.run_pipeline(expect=1)
        error = "condition 'odd': string (\"in/0.txt\") and number (1) cannot be added"
        self.write("pipeline.yaml", PIPELINE + """  - structured-extract:
      when: { odd: .document.path + 1 > 2 }
      backends: [rules]
      schema: fields.json
""")
        self.write("fields.json", '{"type": "object", "properties": {"total": {"type": "number"}}}')
        plan = self.docket("plan", "pipeline.yaml", "in/0.txt", "-v")
        self.assertIn(f"  structured_extract: fails, {error}\n", plan.out)
        self.assertIn("stage               runs  kept  skipped  depends  fails\n", plan.out)
        self.assertIn(f"structured_extract fails for 1 document: {error}\n", plan.out)
        story = self.docket("explain", "pipeline.yaml", "in/0.txt").out
        self.assertIn(f"  structured_extract would fail: {error}\n", story)
        run = self.docket("run", "pipeline.yaml", "in/0.txt", "-q")
        self.assertEqual(run.code, 1)
        self.assertIn(f"in/0.txt: structured_extract: {error}", run.err)

    def test_clean_removes_what_is_missing_and_nothing_else(self):
        self.run_pipeline(expect=1)
        (self.dir / "in/1.txt").unlink()
        result = self.run_pipeline(expect=1)
        self.assertIn("no longer in the input (1)", result.err)
        self.assertEqual(len(self.results()), 4)
        named = self.docket("clean", "pipeline.yaml", "--missing", "-n")
        self.assertEqual([named.code, named.out], [0, "in/1.txt\n"])
        self.assertEqual(len(self.results()), 4)
        self.assertEqual(self.docket("clean", "pipeline.yaml", "--missing").out, "in/1.txt\n")
        self.assertEqual(self.paths(), ["in/0.txt", "in/2.txt", "in/broken.pdf"])
        self.assertEqual([path.name for path in (self.dir / "out/in").glob("1.*")], [])
        self.assertNotIn("no longer", self.run_pipeline(expect=1).err)

    def test_export_gives_all_records_also_those_not_run_this_time(self):
        self.run_pipeline(expect=1)
        self.write("in/3.txt", invoice(3))
        self.run_pipeline("in/3.txt")
        self.assertEqual(len(self.results()), 5)
        lines = self.docket("export", "pipeline.yaml", "--jsonl").out.splitlines()
        self.assertEqual([json.loads(line) for line in lines], self.results())
        table = self.docket("export", "pipeline.yaml", "--csv").out.splitlines()
        self.assertEqual(len(table), 6)
        self.assertIn("classify.label", table[0])

    def test_export_marks_what_is_not_accepted(self):
        self.write("in/9.txt", "A walk along the river, past the mill and the old yards, on a fine day in June.\n")
        self.run_pipeline(expect=1)
        rows = list(csv.DictReader(io.StringIO(self.docket("export", "pipeline.yaml", "--csv").out, newline="")))
        kept = list(csv.DictReader(io.StringIO(
            self.docket("export", "pipeline.yaml", "--csv", "--accepted-only").out, newline="")))
        self.assertEqual([list(row) for row in rows], [list(row) for row in kept])  # The same columns.
        lines = self.docket("export", "pipeline.yaml", "--accepted-only").out.splitlines()
        records = {record["document"]["path"]: record for record in map(json.loads, lines)}
        some = {"true": 0, "false": 0}
        for row, blanked in zip(rows, kept):
            if not row["classify.confidence"]:
                continue
            is_accepted = row["classify.accepted"]
            some[is_accepted] += 1
            self.assertEqual(blanked["classify.label"], row["classify.label"] if is_accepted == "true" else "")
            self.assertEqual(records[row["document.path"]]["classify"]["label"], blanked["classify.label"] or None)
        self.assertTrue(all(some.values()), some)

    def test_report_of_an_earlier_run(self):
        self.run_pipeline(expect=1)
        first = self.report()
        self.run_pipeline(expect=1)
        old = self.docket("report", "pipeline.yaml", "--json", "--run", first["run"]["id"])
        self.assertEqual(json.loads(old.out), first)
        self.assertEqual(self.docket("report", "pipeline.yaml", "--run", "none").code, 2)

    def test_a_ledger_of_a_newer_docket_is_refused(self):
        self.run_pipeline(expect=1)
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            ledger.execute("PRAGMA user_version = 99")
        ledger.close()
        result = self.run_pipeline(expect=2)
        self.assertIn("version 99", result.err)

    def test_the_ledger_is_for_its_owner_alone(self):
        self.run_pipeline(expect=1)
        for path in (self.dir / "out/.docket").glob("ledger.db*"):
            self.assertEqual(path.stat().st_mode & 0o777, 0o600, path)


if __name__ == "__main__":
    e2e.main()
