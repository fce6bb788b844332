"""kill -9 at any moment: the ledger is right, what was paid is not paid again, the next runs do the rest.

DOCKET_KILLS says how many kills there are (default 200), half of them in each of two lanes, which run at the same time.
DOCKET_SEED makes them those of an earlier run.
"""

import concurrent.futures
import os
import random
import signal
import sqlite3
import subprocess
import time

import e2e
from e2e import invoice
from paid_model import PaidModel

KILLS = int(os.environ.get("DOCKET_KILLS", "200"))
SEED = int(os.environ.get("DOCKET_SEED", str(time.time_ns() % 1_000_000)))
LANES = 2
DOCUMENTS = 24

PIPELINE = """\
version: 1
input:  {{ paths: [in] }}
output: {{ dir: out }}
backends:
  paid: {{ type: openai, url: "{url}", model: paid, context: 8192, price: {{ input: 3.00, output: 15.00, as_of: 2026-11-01 }} }}
stages:
  - extract:
  - classify:
      backends: [paid]
      labels:
        invoice: {{ description: a bill from a supplier }}
        letter:  {{ description: a letter to a person }}
  - structured-extract:
      backends: [paid]
      schema: fields.json
"""

SCHEMA = '{"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}'

POINTS = ["ledger.begin", "ledger.change", "ledger.commit", "ledger.committed", "output.written", "output.renamed",
          "results.written", "call.written", "call.replied"]


class Lane(e2e.Case):
    """A folder, a server and a share of the kills."""

    def __init__(self, seed):
        super().__init__("run_lane")
        self.seed = seed

    def setUp(self):
        super().setUp()
        self.model = PaidModel()
        self.addCleanup(self.model.close)
        for number in range(DOCUMENTS):
            self.write(f"in/{number:02d}.txt", invoice(number, f"{100 + number}.00"))
        self.write("in/copy.txt", invoice(3, "103.00"))
        self.write("fields.json", SCHEMA)
        self.write("pipeline.yaml", PIPELINE.format(url=self.model.url))
        self.random = random.Random(self.seed)

    def run_killed(self, out, longest):
        """True if the run was killed; else it came to its end, all done."""
        fault = {}
        if self.random.random() < 0.5:
            point = self.random.choice(POINTS)
            passages = 1 if point == "results.written" else 1 + int(120 * self.random.random() ** 2)
            fault = {"DOCKET_FAULT": f"{point}:{passages}"}
        process = subprocess.Popen([os.environ["DOCKET_FAULTS"], "run", "pipeline.yaml", "-q", "-o", out], cwd=self.dir,
                                   env=os.environ | fault, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        if not fault:
            try:
                process.wait(self.random.uniform(0, longest))
            except subprocess.TimeoutExpired:
                process.kill()
        _, errors = process.communicate(timeout=e2e.TIMEOUT)
        self.assertTrue(self.model.server.wait_for_the_end(e2e.TIMEOUT), "its calls are still being answered")
        self.assertIn(process.returncode, (0, -signal.SIGKILL), errors.decode())
        return process.returncode != 0

    def paid_for(self, out):
        """Checks the ledger; returns which calls it has answers of."""
        file = self.dir / out / ".docket/ledger.db"
        if not file.exists() or file.with_name("ledger.db-journal").exists():
            return set()  # Killed before there was one.
        ledger = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            self.assertEqual(ledger.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            if ledger.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
                return set()
            calls = ledger.execute("SELECT document, stage, request, nano_dollars FROM calls WHERE outcome = 'ok'").fetchall()
            answers = {row[0] for row in ledger.execute("SELECT request FROM answers")}
            self.assertEqual({request for _, _, request, _ in calls}, answers)
            # The document's row is not ahead of its record.
            for path, name, size, state in ledger.execute("SELECT path, name, record_bytes, state FROM documents"):
                self.assertEqual([state, (self.dir / out / f"{name}.json").stat().st_size], ["done", size], path)
            self.assertEqual(ledger.execute("SELECT count(*) FROM documents").fetchone(),
                             ledger.execute("SELECT count(DISTINCT path) FROM document_stages").fetchone())
        finally:
            ledger.close()
        self.assertTrue(all(price == 200 * 3000 + 10 * 15000 for *_, price in calls), calls)
        return {(self.number_of(document), "classify" if stage == "classify" else "fields")
                for document, stage, _, _ in calls}

    @staticmethod
    def number_of(document):
        return "3" if document == "in/copy.txt" else str(int(document[3:5]))

    def run_lane(self):
        begin = time.monotonic()
        undisturbed = self.docket("run", "pipeline.yaml", "-o", "undisturbed")
        longest = time.monotonic() - begin
        self.assertEqual(undisturbed.code, 0, undisturbed.err)
        asked = self.model.take()
        self.assertEqual(sorted(asked), sorted({*asked}))
        self.assertEqual(len(asked), 2 * DOCUMENTS)
        expected = self.tree("undisturbed")
        self.assertEqual(self.record("in/00.txt", "undisturbed")["usage"]["calls"], 2)
        kills = rounds = again = 0
        while kills < KILLS / LANES:
            out = f"out{rounds}"
            rounds += 1
            paid = set()
            while self.run_killed(out, longest):
                kills += 1
                asked = self.model.take()
                self.assertEqual(paid.intersection(asked), set(), "what was paid for was asked again")
                self.assertEqual(len(asked), len(set(asked)))
                now_paid = self.paid_for(out)
                self.assertLessEqual(paid, now_paid, "an answer was lost")
                again += len(set(asked) - now_paid)
                paid = now_paid
            self.assertEqual(paid.intersection(self.model.take()), set(), "what was paid for was asked again")
            self.assertEqual(self.tree(out), expected)
            self.assertEqual(len(self.paid_for(out)), 2 * DOCUMENTS)
            last = self.docket("run", "pipeline.yaml", "-o", out)
            self.assertIn(f"{DOCUMENTS + 1} up to date", last.err)
            self.assertEqual(self.model.take(), [])
        print(f"{kills} kills in {rounds} rounds, {again} calls lost on their way, seed {self.seed}")


class Kill(e2e.Case):
    def test_nothing_is_lost_and_nothing_is_paid_twice(self):
        with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
            for seed, result in pool.map(self.lane, range(SEED, SEED + LANES)):
                for _, trace in result.failures + result.errors:
                    self.fail(f"DOCKET_SEED={seed}: {trace}")

    @staticmethod
    def lane(seed):
        return seed, Lane(seed).run()


if __name__ == "__main__":
    e2e.main()
