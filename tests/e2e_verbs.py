"""The verbs that look after an output: runs, unlock, ack, clean, as people and scripts use them."""

import fcntl
import json
import os
import shutil
import sqlite3
import unittest

import e2e


class Verbs(e2e.Case):
    def ledger(self, sql, *values):
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as database:
            return database.execute(sql, values).fetchall()

    def json_of(self, *arguments, code=0, err=""):
        result = self.docket(*arguments, "--json")
        self.assertEqual((result.code, result.err), (code, err))
        return json.loads(result.out)


class Runs(Verbs):
    def test_the_newest_first_with_what_they_did(self):
        self.write("in/a.txt", e2e.invoice(1))
        self.run_pipeline()
        self.write("in/b.txt", "")
        self.run_pipeline(expect=1)
        runs = self.json_of("runs", "pipeline.yaml")["runs"]
        self.assertEqual([run["exit_code"] for run in runs], [1, 0])
        self.assertEqual([run["state"] for run in runs], ["ended", "ended"])
        self.assertEqual((runs[1]["documents"]["done"], runs[0]["documents"]["failed"]), (1, 1))
        self.assertEqual([run["cost_usd"] for run in runs], [0, 0])
        for run in runs:
            report = self.docket("report", "pipeline.yaml", "--run", run["id"], "--json")
            self.assertEqual((report.code, json.loads(report.out)["run"]["id"]), (0, run["id"]))
        table = self.docket("runs", "pipeline.yaml")
        lines = table.out.splitlines()
        self.assertEqual((table.code, len(lines)), (0, 3))
        self.assertTrue(lines[1].startswith(runs[0]["id"]))
        self.assertLessEqual(max(map(len, lines)), 80)
        self.assertEqual(len(self.json_of("runs", "pipeline.yaml", "--limit", "1")["runs"]), 1)

    def test_no_run_yet(self):
        self.write("pipeline.yaml", e2e.PIPELINE)
        self.assertEqual(self.docket("runs", "pipeline.yaml").code, 2)


class Killed(Verbs):
    def setUp(self):
        super().setUp()
        self.write("in/a.txt", e2e.invoice(1))
        self.run_pipeline()
        self.write("in/b.txt", e2e.invoice(2))

    def unended(self, pid):
        """As a run leaves the ledger that was killed."""
        self.ledger("UPDATE runs SET finished = NULL, exit_code = NULL, report = NULL, pid = ?", pid)

    def test_a_killed_run_is_told_from_one_that_goes_on(self):
        process = self.start("status", "pipeline.yaml")
        process.wait()
        self.unended(process.pid)
        self.assertEqual(self.json_of("runs", "pipeline.yaml")["runs"][0]["state"], "killed")
        lock = self.dir / "out/.docket/lock"
        _, host, since = lock.read_text().splitlines()
        self.unended(os.getpid())
        lock.write_text(f"{os.getpid()}\n{host}\n{since}\n")
        self.assertEqual(self.json_of("runs", "pipeline.yaml")["runs"][0]["state"], "running")

    def test_unlock_tells_who_holds_the_output(self):
        lock = self.dir / "out/.docket/lock"
        host = lock.read_text().splitlines()[1]
        with open(lock, "r+") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            held.write(f"{os.getpid()}\n{host}\n2026-11-01T08:00:00Z\n")
            held.flush()
            result = self.docket("unlock", "pipeline.yaml", "--json")
            self.assertEqual(result.code, 5)
            self.assertIn(f"process {os.getpid()} on {host}, since 2026-11-01T08:00:00Z", result.err)
            told = json.loads(result.out)
            self.assertEqual((told["locked"], told["holder"]["pid"], told["holder"]["alive"]),
                             (True, os.getpid(), True))
        self.assertEqual(self.docket("unlock", "pipeline.yaml").code, 0)

    def test_unlock_ends_what_was_killed(self):
        self.unended(1)
        name = self.ledger("SELECT name FROM runs")[0][0]
        self.write("out/.docket/tmp/7", "half a record")
        result = self.docket("unlock", "pipeline.yaml")
        self.assertEqual(result.code, 0)
        self.assertIn(f"run {name} was killed", result.out)
        self.assertEqual(self.ledger("SELECT exit_code, finished IS NULL FROM runs"), [(137, 0)])
        self.assertFalse((self.dir / "out/.docket/tmp/7").exists())
        self.assertEqual(self.json_of("unlock", "pipeline.yaml"),
                         {"docket": 1, "locked": False, "holder": None, "ended_runs": []})
        self.assertEqual(self.json_of("runs", "pipeline.yaml")["runs"][0]["state"], "killed")
        self.run_pipeline()


class Lists(Verbs):
    def test_what_is_acknowledged(self):
        self.write("in/a.txt", e2e.invoice(1))
        self.write("in/broken.txt", "")
        self.run_pipeline(expect=1)
        self.assertIn("no document is acknowledged", self.docket("ack", "pipeline.yaml").out)
        done = self.json_of("ack", "pipeline.yaml", "in/broken.txt", "--reason", "known")["acknowledged"]
        listed = self.json_of("ack", "pipeline.yaml")["acknowledged"]
        self.assertEqual(done, listed)
        self.assertEqual([(one["path"], one["reason"]) for one in listed], [("in/broken.txt", "known")])
        self.assertIn("in/broken.txt: ", self.docket("ack", "pipeline.yaml").out)
        self.assertEqual(self.docket("ack", "pipeline.yaml", "--undo").code, 2)
        self.json_of("ack", "pipeline.yaml", "in/broken.txt", "--undo")
        self.assertEqual(self.json_of("ack", "pipeline.yaml")["acknowledged"], [])

    def test_what_clean_removes(self):
        for name in "ab":
            self.write(f"in/{name}.txt", e2e.invoice(name))
        self.run_pipeline()
        (self.dir / "in/a.txt").unlink()
        self.assertEqual(self.json_of("clean", "pipeline.yaml", "--missing", "-n"),
                         {"docket": 1, "removed": False, "documents": ["in/a.txt"]})
        self.assertEqual(self.json_of("clean", "pipeline.yaml", "--missing"),
                         {"docket": 1, "removed": True, "documents": ["in/a.txt"]})
        self.assertFalse((self.dir / "out/in/a.txt.json").exists())


EXTRACT = """\
  - structured-extract:
      when: .classify.label == "invoice"
      backends: [rules]
      schema: { type: object, properties: { total: { type: number }, invoice_number: { type: string } } }
"""


class Secrets(Verbs):
    """What only reads what runs have left has no use for keys and passwords."""
    def test_verbs_that_read_need_none(self):
        self.write("in/a.txt", e2e.invoice(1))
        self.write("pipeline.yaml", e2e.PIPELINE.replace("- extract:", "- extract: { passwords: ['${NOT_SET}', file:secret] }"))
        self.write("secret", "x")
        (self.dir / "secret").chmod(0o600)
        self.assertEqual(self.docket("run", "pipeline.yaml", env={"NOT_SET": "x"}).code, 0)
        (self.dir / "secret").unlink()
        for arguments in (["status"], ["runs"], ["report"], ["export"], ["verify"], ["ack"], ["egress"], ["unlock"], ["graph"],
                          ["clean", "--missing", "-n"]):
            with self.subTest(arguments[0]):
                result = self.docket(arguments[0], "pipeline.yaml", *arguments[1:])
                self.assertEqual((result.code, result.err), (0, ""))
        self.assertIn("now: up to date", self.docket("explain", "pipeline.yaml", "in/a.txt").out)
        for verb in ("run", "plan", "check"):
            with self.subTest(verb):
                result = self.docket(verb, "pipeline.yaml")
                self.assertEqual(result.code, 2)
                self.assertIn("the environment variable NOT_SET is not set", result.err)


class Export(Verbs):
    def setUp(self):
        super().setUp()
        self.write("in/a.txt", e2e.invoice(1))
        self.write("in/b.txt", e2e.invoice(2, total="250.00"))
        self.write("in/c.txt", "Dear Ms Cole,\n\nthank you for your letter.\n\nKind regards\nYours sincerely\nJ. Hart\n")
        self.write("in/d.txt", "")
        self.run_pipeline(expect=1, pipeline=e2e.PIPELINE + EXTRACT)

    def said(self, *arguments, code=0, err=""):
        process = self.start("export", "pipeline.yaml", *arguments)
        out, errors = process.communicate(timeout=e2e.TIMEOUT)
        self.assertEqual((process.returncode, errors.decode()), (code, err))
        return out.decode()

    def paths(self, *arguments):
        return [json.loads(line)["document"]["path"] for line in self.said(*arguments).splitlines()]

    def test_by_label_and_state(self):
        self.assertEqual(self.paths("--label", "invoice"), ["in/a.txt", "in/b.txt"])
        self.assertEqual(self.paths("--label", "invoice", "--label", "letter"), ["in/a.txt", "in/b.txt", "in/c.txt"])
        self.assertEqual(self.paths("--state", "failed"), ["in/d.txt"])
        self.assertEqual(self.paths("--label", "letter", "--state", "failed"), [])
        self.said("--label", "invioce", code=2,
                  err="docket: --label invioce: there is no such label, did you mean 'invoice'?\n")
        self.said("--state", "don", code=2,
                  err="docket: --state: 'don' is none of done, failed, held, unsure, parked, did you mean 'done'?\n")

    def test_those_that_are_done_in_doubt(self):
        records = [json.loads(line) for line in self.said().splitlines()]
        unsure = [record["document"]["path"] for record in records if record["status"] == "done"
                  and any(isinstance(output, dict) and output.get("accepted") is False for output in record.values())]
        self.assertTrue(0 < len(unsure) < len(records), unsure)
        self.assertEqual(self.paths("--state", "unsure"), unsure)
        self.assertEqual(self.paths("--state", "unsure", "--where", "false"), [])

    def test_those_that_are_not_tried_again(self):
        self.assertEqual(self.paths("--state", "parked"), ["in/d.txt"])
        self.assertEqual(self.paths("--state", "parked", "--label", "letter"), [])
        self.ledger("UPDATE documents SET parked = 0")
        self.assertEqual(self.paths("--state", "parked"), [])
        self.assertEqual(self.paths("--state", "failed"), ["in/d.txt"])

    def test_a_condition_that_probably_means_something_else_is_told(self):
        for where, words in ((".structured_extract.acepted == false", "reads .structured_extract.acepted, which no record has,"
                              " did you mean 'accepted'?"),
                             ('.classify.label == "invioce"', 'with "invioce", which it can never be, did you mean \'invoice\'?'),
                             (".classify.confidence < 80", "did you mean 0.8?")):
            result = self.docket("export", "pipeline.yaml", "--where", where)
            self.assertEqual(result.code, 0)
            self.assertIn(f"docket: warning: --where: the condition '{where}' ", result.err)
            self.assertIn(words, result.err)
        for where in ('.status == "held"', "(.reasons // []) != []", ".document.bytes > 0", ".extract.pages == 1"):
            self.said("--where", where)

    def test_the_output_folder_is_no_file(self):
        self.said("--csv", "-o", "table.csv", code=2, err="docket: -o table.csv: -o is the output folder of the runs; what is"
                  " printed goes to a file with > table.csv\n")
        for arguments, hint in (([], "; if it was run with -o DIR, give the same -o here\n"), (["-o", "new"], "/new yet\n")):
            shutil.rmtree(self.dir / "out", ignore_errors=True)
            result = self.docket("export", "pipeline.yaml", *arguments)
            self.assertEqual(result.code, 2)
            self.assertTrue(result.err.endswith(hint), result.err)

    def test_by_a_condition(self):
        self.assertEqual(self.paths("--where", "(.structured_extract.fields.total // 0) > 200"), ["in/b.txt"])
        self.assertEqual(self.paths("--where", '.document.path | endswith("c.txt")'), ["in/c.txt"])
        self.assertEqual(self.paths("--where", '.status == "done"', "--label", "letter"), ["in/c.txt"])
        self.said("--where", ".clasify.label == \"x\"", code=2,
                  err="docket: --where: no record has a member 'clasify', did you mean 'classify'?\n")
        for wrong, words in (('.classify.label = "x"', "write =="), (".classify.label == 'x'", 'write "x"'),
                             (".classify.label == “x”", "straight double quotes"), ('.status == "done" && true', "write 'and'")):
            result = self.docket("export", "pipeline.yaml", "--where", wrong)
            self.assertEqual([result.code, result.out], [2, ""])
            self.assertIn(words, result.err)
        result = self.docket("export", "pipeline.yaml", "--where", ".status ==")
        self.assertEqual((result.code, result.out), (2, ""))
        self.assertIn("--where: not a valid jq condition: ", result.err)
        result = self.docket("export", "pipeline.yaml", "--where", '.document.path | if endswith("c.txt") then error("no") else true end')
        self.assertEqual((result.code, len(result.out.splitlines())), (1, 3))
        self.assertIn("in/c.txt: --where cannot be evaluated: ", result.err)

    def test_a_condition_that_cannot_be_evaluated_is_told_once_for_each_record(self):
        for number in range(3):
            self.write(f"in/more{number}.txt", e2e.invoice(number))
        self.run_pipeline(expect=1)
        bad = '.document.path | if endswith("c.txt") or contains("more") then error("no") else true end'
        for arguments in (["--csv"], ["--jsonl"], ["--csv", "--columns", "document.path"]):
            result = self.docket("export", "pipeline.yaml", *arguments, "--where", bad)
            self.assertEqual(result.code, 1)
            told = result.err.splitlines()
            self.assertEqual([" ".join(line.split()[1:4]) for line in told[:3]],
                             [f"in/{name}.txt: --where cannot" for name in ("c", "more0", "more1")])
            self.assertEqual(told[3:], ["docket: and 1 more"])

    def test_columns(self):
        names = "document.path,structured_extract.fields.total,structured_extract.details.total.evidence.quote"
        table = self.said("--csv", "--label", "invoice", "--columns", names)
        self.assertEqual(table.split("\r\n")[:2], [names, "in/a.txt,119.0,Total   GBP 119.00"])
        self.assertEqual(self.said("--csv", "--label", "invoice", "--columns", names.replace(",", ", ")), table)
        line = json.loads(self.said("--where", ".document.path == \"in/a.txt\"", "--columns", names))
        self.assertEqual(list(line), names.split(","))
        self.assertEqual(line["structured_extract.fields.total"], 119)
        self.said("--columns", "total", code=2,
                  err="docket: --columns: no record has 'total', did you mean 'structured_extract.fields.total'?\n")
        self.said("--columns", "document.pth", code=2,
                  err="docket: --columns: no record has 'document.pth', did you mean 'document.path'?\n")
        # A value that no record of today has, but may have.
        self.assertEqual(self.said("--csv", "--label", "letter", "--columns", "structured_extract.fields.total"),
                         'structured_extract.fields.total\r\n""\r\n')

    def test_a_table_of_a_label_has_its_columns_only(self):
        header = self.said("--csv", "--label", "letter").split("\r\n")[0]
        self.assertNotIn("structured_extract", header)
        self.assertIn("structured_extract.fields.total", self.said("--csv").split("\r\n")[0])

    def test_for_spreadsheets(self):
        table = self.said("--csv", "--bom", "--columns", "document.path")
        self.assertTrue(table.startswith("\ufeffdocument.path\r\nin/a.txt\r\n"))
        self.said("--bom", code=2, err="docket: --bom needs --csv\n")
        self.write("=1+1.txt", e2e.invoice(4))
        self.run_pipeline("=1+1.txt")
        self.assertIn("\r\n'=1+1.txt\r\n", "\r\n" + self.said("--csv", "--columns", "document.path"))

    def test_accepted_only(self):
        self.write("in/weak.txt", "Harbour\n\nINVOICE\n\nInvoice number: 1\nBill to: W\nVAT 19\n")
        self.run_pipeline("in/weak.txt")
        self.assertEqual(self.paths("--label", "invoice"), ["in/a.txt", "in/b.txt", "in/weak.txt"])
        self.assertEqual(self.paths("--label", "invoice", "--accepted-only"), ["in/a.txt", "in/b.txt"])
        self.assertEqual(self.said("--csv", "--where", '.document.path == "in/weak.txt"', "--accepted-only",
                                   "--columns", "classify.label"), 'classify.label\r\n""\r\n')



if __name__ == "__main__":
    unittest.main()
