"""Models that answer, and not as they were asked: the run's summary names them."""

import json
import shlex

import e2e
import jsonschema
from e2e import invoice
from paid_model import PaidModel

PIPELINE = """\
version: 1
name: test
input:  {{ paths: [in] }}
output: {{ dir: out }}
backends:
  rules: {{ type: builtin }}
  local: {{ type: openai, url: "{url}", model: paid, context: 8192 }}
stages:
  - extract:
  - classify:
      backends: {backends}
      accept: 0.9999
      labels: {{ invoice: {{ keywords: [invoice] }}, letter: {{}} }}
"""
BAD = {"no JSON": ("It is an invoice.", "stop"), "another schema": ('{"lable": "invoice"}', "stop"), "empty": ("", "stop"),
       "cut off": ('{"label": "inv', "length")}


class Model(PaidModel):
    """Answers badly about the invoices in `bad`, the first `times` times."""
    bad, words, reason, times = frozenset(), "", "stop", 99

    def answer(self, body):
        number, kind = self.subject(body)
        reply = super().answer(body)
        if number in self.bad and self.asked.count((number, kind)) <= self.times:
            reply["choices"][0]["message"]["content"] = self.words
            reply["choices"][0]["finish_reason"] = self.reason
        return reply


class BadAnswers(e2e.Case):
    def setUp(self):
        super().setUp()
        self.model = Model()
        self.addCleanup(self.model.close)
        for number in range(1, 6):
            self.write(f"in/{number}.txt", invoice(number))

    def run_it(self, expect, backends="[local]", out="out"):
        self.write("pipeline.yaml", PIPELINE.format(url=self.model.url, backends=backends))
        said = self.run_pipeline("-o", out, expect=expect).said
        self.assert_valid_report(out)
        return said, {one["backend"]: one["invalid_answers"] for one in self.report(out)["backends"]}["local"]

    def assert_valid_report(self, out):
        schema = json.loads((e2e.SOURCE / "docs/report.schema.json").read_text(encoding="utf-8"))
        jsonschema.validate(self.report(out), schema)

    def test_the_model_and_what_failed_for_it_are_named(self):
        for kind, (words, reason) in BAD.items():
            with self.subTest(kind):
                self.model.bad, self.model.words, self.model.reason = {"2", "4"}, words, reason
                said, invalid = self.run_it(expect=1, out=kind)
                self.assertIn("local: 4 of 7 answers not valid, 2 documents failed for it: "
                              f"docket explain pipeline.yaml -o {shlex.quote(kind)} in/2.txt", said)
                self.assertEqual(invalid, {"count": 4, "of": 7, "documents": 2, "failed": 2, "example": "in/2.txt"})

    def test_a_second_answer_that_is_valid_fails_nothing(self):
        self.model.bad, self.model.words, self.model.times = {"3"}, "", 1
        said, invalid = self.run_it(expect=0)
        self.assertIn("local: 1 of 6 answers not valid, in 1 document, none failed for it: "
                      "docket explain pipeline.yaml -o out in/3.txt", said)
        self.assertEqual(invalid["example"], "in/3.txt")

    def test_where_the_rules_have_answered_before_nothing_fails_and_it_is_still_said(self):
        self.model.bad, self.model.words = {"1"}, "no"
        said, invalid = self.run_it(expect=0, backends="[rules, local]")
        self.assertEqual([invalid["documents"], invalid["failed"]], [1, 0])
        self.assertIn("in 1 document, none failed for it", said)

    def test_good_answers_are_not_spoken_of(self):
        said, invalid = self.run_it(expect=0)
        self.assertNotIn("not valid", said)
        self.assertEqual(invalid, {"count": 0, "of": 5, "documents": 0, "failed": 0, "example": None})


if __name__ == "__main__":
    e2e.main()
