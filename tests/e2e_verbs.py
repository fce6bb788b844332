"""The verbs that look after an output: runs, unlock, ack, clean, as people and scripts use them."""

import fcntl
import json
import os
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


if __name__ == "__main__":
    unittest.main()
