"""Models that answer, and not as they were asked: the run's summary names them."""

import json
import shlex
import threading

import e2e
import jsonschema
from e2e import invoice
from paid_model import JsonHandler, PaidModel, Server

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


class AllBad:
    """Also the questions that are docket's own."""
    def __contains__(self, _):
        return True


class Closed(JsonHandler):
    """A server that knows no key."""
    def do_GET(self):
        self.reply(401, {"error": {"message": "no such key"}})

    def do_POST(self):
        self.question()
        self.do_GET()


class BadAnswers(e2e.Case):
    def setUp(self):
        super().setUp()
        self.model = Model()
        self.addCleanup(self.model.close)
        for number in range(1, 6):
            self.write(f"in/{number}.txt", invoice(number))

    def run_it(self, expect, *arguments, backends="[local]", out="out"):
        self.write("pipeline.yaml", PIPELINE.format(url=self.model.url, backends=backends))
        said = self.run_pipeline(*arguments, "-o", out, expect=expect).said
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

    def test_what_another_backend_failed_is_not_said_of_this_one(self):
        self.model.bad, self.model.words = {str(number) for number in range(1, 6)}, "It is an invoice."
        far = Server(("127.0.0.1", 0), Closed)
        self.addCleanup(far.server_close)
        self.addCleanup(far.shutdown)
        threading.Thread(target=far.serve_forever, daemon=True).start()
        self.write("pipeline.yaml", PIPELINE.format(url=self.model.url, backends="[local, far]").replace(
            "stages:", f'  far: {{ type: openai, url: "http://127.0.0.1:{far.server_port}", model: other, context: 8192 }}\nstages:'))
        said = self.run_pipeline(expect=4).said
        self.assertIn("backend 'far': ", said)
        self.assertIn("local: 10 of 10 answers not valid, in 5 documents, none failed for it", said)

    def test_a_model_that_makes_no_sense_is_named_as_the_one_cause(self):
        for number in range(6, 61):
            self.write(f"in/{number}.txt", invoice(number))
        self.model.bad, self.model.words = AllBad(), "Sure! I can help."
        said, invalid = self.run_it(4, "--in-flight", "8")
        self.assertEqual([group["class"] for group in self.report()["errors"]], ["unavailable"])
        self.assertEqual(invalid["failed"], 60)
        self.assertIn("60 documents failed for it", said)
        self.assertIn("begins with 'Sure! I can help.'", said)
        left_alone = [one["path"] for one in self.report()["errors"][0]["documents"]
                      if "gave no valid answer to" in one["message"]]
        self.assertTrue(left_alone)
        story = self.docket("explain", "pipeline.yaml", left_alone[0]).out
        self.assertIn("no model was asked about it, for the error above", story)
        self.assertIn("begins with 'Sure! I can help.'", story)

    def test_a_probe_that_is_answered_badly_warns(self):
        self.write("pipeline.yaml", PIPELINE.format(url=self.model.url, backends="[local]"))
        self.assertNotIn("list of models", self.docket("check", "--probe", "pipeline.yaml").err)
        self.model.bad, self.model.name = AllBad(), "other"
        for self.model.words, said in (("Sure! I can help.", "is not valid JSON; it begins with 'Sure! I can help.'"),
                                       ("", "the model's answer is empty")):
            probe = self.docket("check", "--probe", "pipeline.yaml")
            self.assertEqual(probe.code, 0, probe.err)
            self.assertIn(said, probe.err)
            self.assertIn("the server's list of models has no 'paid', but other", probe.err)
        server = json.loads(self.docket("check", "--probe", "--json", "pipeline.yaml").out)["files"][0]["servers"][0]
        self.assertEqual(len(server["warnings"]), 2)

    def test_the_hint_for_an_unknown_host_speaks_of_its_name(self):
        self.write("pipeline.yaml", PIPELINE.format(url="http://nowhere.invalid:8080", backends="[local]").replace(
            "context: 8192", "context: 8192, location: local"))
        probe = self.docket("check", "--probe", "pipeline.yaml")
        self.assertEqual(probe.code, 4)
        self.assertIn("is the name in 'url' right", probe.out)
        self.assertNotIn("port right", probe.out)

    def test_good_answers_are_not_spoken_of(self):
        said, invalid = self.run_it(expect=0)
        self.assertNotIn("not valid", said)
        self.assertEqual(invalid, {"count": 0, "of": 5, "documents": 0, "failed": 0, "example": None})


if __name__ == "__main__":
    e2e.main()
