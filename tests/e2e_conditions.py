"""Conditions and checks that jq cannot stand hurt nobody but their own document."""


import e2e
from e2e import PIPELINE, invoice

EXTRACT = PIPELINE[:PIPELINE.index("  - classify")]
CHECKED = """\
  - structured-extract:
      backends: [rules]
      schema:
        type: object
        properties:
          seller: { type: string, x-format: party, x-labels: [Seller] }
          total:  { type: number, x-labels: [Total] }
      checks:
"""


class Conditions(e2e.Case):
    def write_documents(self, texts):
        for name, text in texts.items():
            self.write(f"in/{name}.txt", text)

    def states(self):
        return {record["document"]["path"][3:-4]: (record["status"], record.get("error", {}).get("class"))
                for record in self.results()}

    def test_a_condition_that_jq_dies_of_fails_its_document(self):
        self.write_documents({"1": "a letter", "2": "word " * 600, "3": "another letter"})
        for condition, said in (("def f: 1 + f; f", "of memory"),
                                ("last(range(1e15))", "did not end"),
                                (". - 1", "cannot be subtracted")):
            with self.subTest(condition):
                self.write("pipeline.yaml", EXTRACT + "  - escalate:\n      when:\n        odd: 'if .document.bytes > 1000 "
                                                      f"then ({condition}) else false end'\n")
                result = self.docket("run", "-B", "pipeline.yaml")
                self.assertEqual(result.code, 1, result.err)
                self.assertEqual(self.states(), {"1": ("done", None), "2": ("failed", "condition"), "3": ("done", None)})
                message = self.record("in/2.txt")["error"]["message"]
                self.assertIn("condition 'odd': ", message)
                self.assertIn(said, message)
                for place in (result.said, (self.dir / "out/report.json").read_text(), self.docket("explain", "pipeline.yaml", "in/2.txt").out):
                    self.assertIn(said, place)

    def test_what_jq_1_6_dies_of_ends_no_run(self):
        self.write_documents({"1": "a letter", "2": "word " * 600})
        for condition in (".document.bytes * 1000000000000000 | todate | length < 9", '"Bäcker ü x" | [splits(" *")] | length > 99'):
            with self.subTest(condition):
                self.write("pipeline.yaml", EXTRACT + f"  - escalate: {{ when: {{ odd: '{condition}' }} }}\n")
                self.assertIn(self.docket("run", "-B", "pipeline.yaml").code, (0, 1))
                self.assertEqual(len(self.states()), 2)

    def test_a_check_that_jq_dies_of_is_told_in_its_record(self):
        self.write_documents({"1": "Seller: Baker Ltd\nTotal: 5.00\n", "2": "Seller: Bäcker GmbH\nTotal: 7.00\n"})
        self.write("pipeline.yaml", EXTRACT + CHECKED + """\
        words: 'if .total > 6 then (def f: 1 + f; f) else true end'
        mixed: .total - .seller == 0
        small: .total < 6
""")
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        good, bad = (self.record(f"in/{n}.txt")["structured_extract"] for n in (1, 2))
        self.assertEqual(good["checks"], {"words": "passed", "mixed": "error", "small": "passed"})
        self.assertEqual(bad["checks"], {"words": "error", "mixed": "error", "small": "failed"})
        self.assertIn("check failed: small", bad["problems"])
        self.assertIn("check cannot be computed: mixed: number (5) and string (\"Baker Ltd\") cannot be subtracted",
                      good["problems"])
        self.assertTrue(any("check cannot be computed: words: stopped: it needed more than" in problem
                            for problem in bad["problems"]), bad["problems"])

    def test_an_invalid_condition_refuses_a_run_before_the_first_document(self):
        self.write_documents({"1": invoice(1)})
        self.write("pipeline.yaml", PIPELINE + "  - escalate:\n      when:\n        good: .extract.pages > 5\n"
                                               "        bad: .extract.pages | nope\n")
        said = "pipeline.yaml:17:31: stages.escalate.when: not a valid jq condition: nope/0 is not defined"
        for verb in ("check", "run", "plan"):
            result = self.docket(verb, "pipeline.yaml")
            self.assertEqual(result.code, 2, verb)
            self.assertIn(said, result.err)
        self.assertFalse((self.dir / "out/in/1.txt.json").exists())
        self.assertFalse((self.dir / "out/report.json").exists())
        for verb in ("graph", "status"):  # They evaluate none, and ask no jq.
            self.assertNotIn("nope", self.docket(verb, "pipeline.yaml").err)

    def test_check_warns_of_what_is_likely_and_refuses_what_is_sure(self):
        for condition, code, said in ((".extract.pages - 1", 0, "warning: pipeline.yaml:15:18: "),
                                      (".classify.lable == \"letter\"", 2, "did you mean 'label'?"),
                                      (".classify.label = \"letter\"", 2, "write =="),
                                      (".classify.label == \"leter\"", 2, "did you mean 'letter'?")):
            self.write("pipeline.yaml", PIPELINE + f"  - escalate:\n      when: {{ c: '{condition}' }}\n")
            result = self.docket("check", "pipeline.yaml")
            self.assertEqual(result.code, code, condition)
            self.assertIn(said, result.err)


if __name__ == "__main__":
    e2e.main()
