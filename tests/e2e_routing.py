"""Which documents go to the dearer model: by complexity, at most so many, the worst first; and what becomes of the others."""

import json
import os
import signal
import subprocess
import unittest

import e2e
import jsonschema
from e2e import invoice
from paid_model import PaidModel

PIPELINE = """\
version: 1
name: routing
input:  {{ paths: [in] }}
output: {{ dir: out }}
{top}
backends:
  near:  {{ type: openai, url: "{near}", model: paid, context: 8192 }}
  cloud: {{ type: openai, url: "{cloud}", model: large, context: 8192, location: cloud, price: {{ input: 3.00, output: 15.00 }} }}
stages:
  - extract:
  - classify:
      backends: [near]
      accept: 0.1
      labels:
        invoice: {{ description: a bill from a supplier }}
        letter:  {{ description: a letter to a person }}
  - structured-extract:
      backends: [near]
      schema: fields.json
  - escalate:
      redo: structured_extract
      when: {{ {when} }}
{escalate}
"""
SCHEMA = {"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}
LARGE = "large sum: .structured_extract.fields.total > 500"
CLOUD = "      backend: cloud\n"


class Routing(e2e.Case):
    def setUp(self):
        super().setUp()
        self.near, self.cloud = PaidModel(), PaidModel("large")
        self.addCleanup(self.near.close)
        self.addCleanup(self.cloud.close)
        self.write("fields.json", json.dumps(SCHEMA))

    def pipeline(self, escalate=CLOUD, when=LARGE, top=""):
        self.write("pipeline.yaml", PIPELINE.format(near=self.near.url, cloud=self.cloud.url, escalate=escalate, when=when,
                                                    top=top))

    def invoices(self, count, begin=1):
        """Of more than 500 each. The longer one is, the more complex."""
        for number in range(begin, begin + count):
            self.write(f"in/{number:02}.txt", invoice(number, "900.00") + "Thank you for your order.\n" * 20 * number)

    def run_it(self, *arguments, expect, **options):
        result = self.docket("run", "pipeline.yaml", *arguments, **options)
        self.assertEqual(result.code, expect, result.err)
        schemas = {name: json.loads((e2e.SOURCE / f"docs/{name}.schema.json").read_text("utf-8"))
                   for name in ("record", "report")}
        for record in self.results():
            jsonschema.validate(record, schemas["record"])
        jsonschema.validate(self.report(), schemas["report"])
        return result

    def asked(self):
        """Numbers of the documents that the cloud was asked about, sorted."""
        return sorted(int(number) for number, _ in self.cloud.take())

    def documents(self):
        return {state: count for state, count in self.report()["documents"].items() if count}

    def test_whatever_holds_a_document_no_local_work_is_done_again_when_it_is_gone(self):
        rows = [
            # reason, pipeline and arguments of the first run, pipeline and arguments of the second
            ("no cloud backend", {"escalate": ""}, [], {}, []),
            ("policy: private", {"top": 'policy: { private: ["path: in/**"] }'}, [], {}, []),
            ("offline", {}, ["--offline"], {}, []),
            ("budget: the run", {"top": "budget: { run: 0.0001 }"}, [], {"top": "budget: { run: 1 }"}, []),
            ("budget: the document", {"top": "budget: { document: 0.0001 }"}, [], {}, []),
            ("cap: at_most", {"escalate": CLOUD + "      at_most: 0\n"}, [], {"escalate": CLOUD + "      at_most: 3\n"}, []),
        ]
        self.invoices(3)
        for reason, before, arguments, after, later_arguments in rows:
            with self.subTest(reason):
                out = ["-o", reason.translate(str.maketrans("", "", ":' "))]
                self.pipeline(**before)
                result = self.docket("run", "pipeline.yaml", *arguments, *out)
                self.assertEqual(result.code, 3, result.err)
                self.assertEqual((len(self.near.take()), self.asked()), (6, []))
                local = self.record("in/01.txt", out[1])
                self.assertEqual([local["status"], local["reasons"]], ["held", ["large sum"]])
                self.assertTrue(local["held"].startswith(reason), local["held"])
                self.assertEqual(local["structured_extract"]["fields"], {"total": 900})
                self.assertEqual([group["why"] for group in self.report(out[1])["held"]], [local["held"]])
                self.pipeline(**after)
                result = self.docket("run", "pipeline.yaml", *later_arguments, *out)
                self.assertEqual(result.code, 0, result.err)
                self.assertEqual((self.near.take(), self.asked()), ([], [1, 2, 3]))
                now = self.record("in/01.txt", out[1])
                self.assertEqual([now["status"], now["escalate"]["replaces"]], ["done", "structured_extract"])
                self.assertEqual(now["classify"], local["classify"])

    def test_the_worst_are_escalated_and_the_next_runs_go_on(self):
        self.invoices(10)
        self.pipeline(CLOUD + "      at_most: 30%\n")
        self.run_it(expect=3)
        self.assertEqual((len(self.near.take()), self.asked()), (20, [8, 9, 10]))
        self.assertEqual(self.documents(), {"in": 10, "done": 3, "held": 7})
        self.assertEqual(self.record("in/01.txt")["held"], "cap: at_most")
        self.invoices(3, begin=11)  # Worse than all that wait; a run of seven held ones and three new ones.
        self.run_it(expect=3)
        self.assertEqual((len(self.near.take()), self.asked()), (6, [11, 12, 13]))
        self.assertEqual(self.documents(), {"in": 13, "done": 3, "held": 7, "up_to_date": 3})
        self.run_it(expect=3)  # 30% of the seven that are left.
        self.assertEqual((self.near.take(), self.asked()), ([], [6, 7]))
        self.pipeline()
        self.run_it(expect=0)
        self.assertEqual((self.near.take(), self.asked()), ([], [1, 2, 3, 4, 5]))
        self.assertEqual(len(self.results()), 13)

    def test_by_score_and_by_both(self):
        self.invoices(10)
        rows = [("hard: .complexity.score > 0.1", ""),
                ("long: .complexity.signals.length > 4000 and .complexity.score < 0.2", ""),
                ("easy: .complexity.score < 0.2", "complexity: { length: 0, tables: 0, pages: 0 }"),
                ("unusual: .complexity.score >= 0.9", "complexity: { classifier: classify, label_order: [letter, invoice] }")]
        for when, top in rows:
            with self.subTest(when):
                self.pipeline(when=when, top=top)
                self.run_it(expect=0)
                scores = {int(record["document"]["path"][3:5]): record["complexity"] for record in self.results()}
                expected = [number for number, complexity in scores.items() if self.holds(when, complexity)]
                self.assertTrue(expected)
                escalated = [int(record["document"]["path"][3:5]) for record in self.results() if "escalate" in record]
                self.assertEqual(escalated, expected)
        self.assertEqual(len(self.near.take()), 20, "another score repeats nothing")

    @staticmethod
    def holds(when, complexity):
        return {"hard": complexity["score"] > 0.1, "easy": complexity["score"] < 0.2, "unusual": complexity["score"] >= 0.9,
                "long": complexity["signals"]["length"] > 4000 and complexity["score"] < 0.2}[when.split(":")[0]]

    def test_a_kill_before_the_choice_loses_nothing(self):
        self.invoices(6)
        self.pipeline(CLOUD + "      at_most: 2\n")
        killed = subprocess.run([os.environ["DOCKET_FAULTS"], "run", "pipeline.yaml", "-q"], cwd=self.dir, timeout=e2e.TIMEOUT,
                                env=os.environ | {"DOCKET_FAULT": "run.choosing:1"}, stderr=subprocess.PIPE)
        self.assertEqual(killed.returncode, -signal.SIGKILL, killed.stderr)
        self.assertEqual((len(self.near.take()), self.asked()), (12, []))
        self.assertFalse((self.dir / "out/in/01.txt.json").exists())
        self.run_it(expect=3)
        self.assertEqual((len(self.near.take()), self.asked()), (0, [5, 6]))
        self.assertEqual(self.documents(), {"in": 6, "done": 2, "held": 4})

    def test_a_signal_during_the_choice_holds_the_rest(self):
        self.invoices(6)
        self.pipeline(CLOUD + "      at_most: 4\n")
        serve = self.cloud.serve

        def stop_at_first(handler, body):
            process.send_signal(signal.SIGINT)
            serve(handler, body)

        self.cloud.serve = stop_at_first
        process = self.start("run", "pipeline.yaml", "-j", "1", "--in-flight", "1")
        self.assertEqual(self.finish(process).code, 130)
        self.assertEqual((self.asked(), self.documents()), ([6], {"in": 6, "done": 1, "held": 5}))
        self.near.take()
        self.cloud.serve = serve
        self.run_it(expect=3)
        self.assertEqual((self.near.take(), self.asked()), ([], [2, 3, 4, 5]))

    def test_a_record_is_written_once_and_make_sees_no_change_where_there_is_none(self):
        self.invoices(4)
        self.pipeline(CLOUD + "      at_most: 2\n")
        self.run_it(expect=3)
        before = {path: path.stat().st_mtime_ns for path in (self.dir / "out/in").iterdir()}
        content = self.tree("out")
        self.run_it("-B", "--keep-mtime", expect=3)
        self.assertEqual(self.tree("out"), content)
        self.assertEqual({path: path.stat().st_mtime_ns for path in before}, before)

    def test_ledger_and_explain_know_what_ran(self):
        self.invoices(2)
        self.pipeline(CLOUD + "      at_most: 1\n")
        self.run_it(expect=3)
        explained = self.docket("explain", "pipeline.yaml", "in/01.txt")
        self.assertEqual(explained.code, 0, explained.err)
        self.assertIn("cap: at_most", explained.out)
        plan = self.docket("plan", "pipeline.yaml")
        self.assertIn("2 documents" if "2 documents" in plan.out else "1 document", plan.out)
        self.assertIn("was held: cap: at_most", plan.out)


if __name__ == "__main__":
    unittest.main()
