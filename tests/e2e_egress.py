"""What leaves this machine: values that are redacted, the account of every call, and documents that stay."""

import csv
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import unicodedata
import unittest
from datetime import datetime, timedelta, timezone

import e2e
from paid_model import PaidModel

SCHEMA = {
    "type": "object",
    "properties": {
        "email": {"type": "string", "format": "email"},
        "iban": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"},
        "phone": {"type": "string", "pattern": "^\\+?[0-9 ()/-]{7,20}$"},
        "total": {"type": "number"},
    },
}
PIPELINE = """\
version: 1
name: test
input:  {{ paths: [in] }}
output: {{ dir: out }}
policy: {{ {policy} }}
backends:
  cloud: {{ type: openai, url: "{url}", model: m, location: cloud, price: {{ input: 1, output: 1 }}{more} }}
stages:
  - extract:
  - structured-extract:
      id: fields
      backends: [cloud]
      schema: schema.json
"""
TEXT = """\
Harbour Joinery Ltd, INV-{number}
E-mail: {mail}
IBAN: {iban}
Phone: {phone}
Total   GBP 119.00
"""
VALUES = {"mail": "jane.doe@harbour-joinery.co.uk", "iban": "GB29 NWBK 6016 1331 9268 19", "phone": "+44 (0)20 7946 0018"}


def fields_of(document):
    fields = {}
    for field, name, shape in (("email", "E-mail: ", r"\S+@\s*\S+"), ("iban", "IBAN: ", r"[A-Z]{2}[\w\s]{13,40}(?=\nPhone)"),
                               ("phone", "Phone: ", r"[^\n]+")):
        found = re.search(re.escape(name) + "(" + shape + ")", document)
        if found:
            value = found.group(1)
            value = "".join(value.split()) if field != "phone" else value
            fields[field] = {"quote": " ".join(found.group(0).split()), "value": value}
    fields["total"] = {"quote": "Total GBP 119.00", "value": 119}
    return fields


class Cloud(PaidModel):
    """Finds what stands behind the names of fields; `spoil` changes its answer. Keeps what it was sent."""

    def __init__(self):
        super().__init__("m")
        self.bodies, self.spoil, self.status = [], lambda answer: answer, 200
        self.fields_of = fields_of

    def serve(self, handler, body):
        with self.lock:
            self.bodies.append(json.dumps(body, ensure_ascii=False))
        if self.status != 200:
            return handler.reply(self.status, {"error": {"message": "no such key", "type": "invalid_api_key", "code": "invalid_api_key"}})
        handler.reply(200, self.answer(body))

    def answer(self, body):
        text = "\n".join(message["content"] for message in body["messages"])
        document = re.search(r"(?s)<document [0-9a-f]+>\n(.*)\n</document", text)
        document = document.group(1) if document else text
        fields = self.fields_of(document)
        return {"choices": [{"index": 0, "finish_reason": "stop",
                             "message": {"role": "assistant", "content": json.dumps(self.spoil(fields))}}],
                "usage": {"prompt_tokens": 200, "completion_tokens": 10, "total_tokens": 210}}

    def take_bodies(self):
        with self.lock:
            bodies, self.bodies = self.bodies, []
        return bodies


class Egress(e2e.Case):
    def setUp(self):
        super().setUp()
        self.cloud = Cloud()
        self.addCleanup(self.cloud.close)
        self.write("schema.json", json.dumps(SCHEMA))

    def configure(self, policy, more=""):
        self.write("pipeline.yaml", PIPELINE.format(policy=policy, url=self.cloud.url, more=more))

    def egress(self, *arguments):
        result = self.docket("egress", "pipeline.yaml", "--json", *arguments)
        self.assertEqual(result.code, 0, result.err)
        return [json.loads(line) for line in result.out.splitlines()]

    def test_redacted_values_do_not_leave_and_stand_in_the_record(self):
        self.configure("redact: all")
        self.write("in/a.txt", TEXT.format(number=1, **VALUES))
        self.write("in/broken.txt", TEXT.format(number=2, mail="jane.doe@\nharbour-joinery.co.uk",
                                                iban="GB29 NWBK 6016\n1331 9268 19", phone="020 7946 0018"))
        self.run_pipeline()
        sent = "".join(self.cloud.take_bodies())
        compact = re.sub(r"\\n|[\s()./-]", "", sent)
        for value in ("harbourjoinery.co.uk", "jane", "60161331", "79460018"):
            self.assertNotIn(value.replace(".", ""), compact)
        fields = self.record("in/a.txt")["fields"]
        self.assertEqual(fields["fields"], {"email": VALUES["mail"], "iban": VALUES["iban"].replace(" ", ""),
                                            "phone": VALUES["phone"], "total": 119})
        self.assertEqual([field for field, detail in fields["details"].items() if "problem" in detail], [], fields)
        self.assertEqual(fields["details"]["iban"]["evidence"]["quote"], "IBAN: " + VALUES["iban"])
        fields = self.record("in/broken.txt")["fields"]
        self.assertEqual(fields["fields"]["email"], VALUES["mail"])
        self.assertEqual(fields["fields"]["iban"], VALUES["iban"].replace(" ", ""))
        rows = self.egress()
        self.assertEqual([row["redactions"] for row in rows], 2 * [{"email": 1, "iban": 1, "phone": 1}])
        self.assertEqual(sum(row["bytes"] for row in rows), self.report()["egress"]["bytes"])
        self.assertEqual(self.report()["egress"] | {"bytes": 0},
                         {"calls": 2, "bytes": 0, "documents": 2, "redactions": {"email": 2, "iban": 2, "phone": 2}})

    def test_a_stand_in_that_comes_back_changed_is_a_problem(self):
        self.configure("redact: [email, iban, phone]")
        self.write("in/a.txt", TEXT.format(number=1, **VALUES))

        def spoil(answer):
            iban, mail = answer["iban"], answer["email"]
            iban["value"] = iban["value"][:12] + ("8" if iban["value"][12] != "8" else "7") + iban["value"][13:]
            mail["quote"] = mail["quote"].replace("@", "x@")
            return answer
        self.cloud.spoil = spoil
        self.run_pipeline()
        details = self.record("in/a.txt")["fields"]["details"]
        for field in ("iban", "email"):
            self.assertEqual(details[field]["problem"], "a stand-in for a redacted value came back changed")
            self.assertFalse(details[field]["accepted"])
        self.assertNotIn("problem", details["phone"])

    def test_an_answer_that_redaction_refuses_is_none_in_the_account(self):
        """The schema's pattern is not sent, since stand-ins do not match it: docket looks itself."""
        self.write("ask.mustache", "What is it?")
        for field, pattern, said in (("email", "@harbour", "nobody at all"), ("iban", "^GB29", "unknown"),
                                     ("phone", "7946", "none")):
            self.write("answer.json", json.dumps({"type": "object", "required": ["it"], "additionalProperties": False,
                                                  "properties": {"it": {"type": "string", "pattern": pattern}}}))
            stage = "  - escalate: { backend: cloud, prompt: ask.mustache, schema: answer.json, when: { all: 'true' } }\n"
            accounts = []
            for policy in ("private: ['false']", "redact: all"):
                self.configure(policy)
                pipeline = (self.dir / "pipeline.yaml").read_text()
                self.write("pipeline.yaml", pipeline[:pipeline.index("  - structured-extract")] + stage)
                self.write("in/a.txt", TEXT.format(number=1, **VALUES))
                answers = iter([lambda found: {"it": said}, lambda found: {"it": found[field]["value"]}])
                self.cloud.spoil = lambda found: next(answers)(found)
                self.run_pipeline("-B")
                calls = [json.loads(line) for line in (self.dir / "out/calls.jsonl").read_text().splitlines()]
                everything = self.report()["all_cloud"]
                accounts.append([[(call["attempt"], call["outcome"]) for call in calls],
                                 everything["questions"], everything["input_tokens"], everything["ratio"]])
            self.assertEqual(accounts[0], [[(1, "content"), (2, "ok")], 1, 200, 0.5])
            self.assertEqual(accounts[1], accounts[0], field)

    def test_an_invoice_number_that_looks_like_an_id_comes_back_accepted(self):
        self.configure("redact: all")
        self.write("schema.json", json.dumps({"type": "object", "required": ["number"], "properties": {
            "number": {"type": "string", "title": "Invoice number", "pattern": "^[A-Z]*[ -]?[0-9-]+$"}}}))
        numbers = ["RE12345678911", "RE86095742719", "INV-4111111111111111"]
        for place, number in enumerate(numbers):
            self.write(f"in/{place}.txt", f"Invoice number: {number}\nTotal GBP 119.00\n")

        def found(document):
            number = re.search(r"Invoice number: (.+)", document).group(1)
            return {"number": {"quote": "Invoice number: " + number, "value": number}}
        self.cloud.fields_of = found
        self.run_pipeline()
        self.assertNotIn("86095742719", "".join(self.cloud.take_bodies()))
        for place, number in enumerate(numbers):
            fields = self.record(f"in/{place}.txt")["fields"]
            self.assertEqual(fields["fields"], {"number": number})
            self.assertTrue(fields["details"]["number"]["accepted"], fields)
            self.assertEqual(fields["details"]["number"]["evidence"]["quote"], "Invoice number: " + number)

    def test_redacted_and_not_are_different_answers(self):
        self.configure("redact: [email]")
        self.write("in/a.txt", TEXT.format(number=1, **VALUES))
        self.run_pipeline()
        self.assertEqual(len(self.cloud.take_bodies()), 1)
        self.run_pipeline()
        self.assertEqual(self.cloud.take_bodies(), [])
        self.configure("private: ['false']")
        self.run_pipeline()
        self.assertIn("jane.doe@", "".join(self.cloud.take_bodies()))
        self.configure("redact: [email]")
        self.run_pipeline()
        self.assertEqual(self.cloud.take_bodies(), [], "the first answer is known")

    def test_patterns_of_the_user(self):
        self.configure("redact_patterns: ['INV-[0-9]+']")
        self.write("in/a.txt", TEXT.format(number=4711, **VALUES))
        self.run_pipeline()
        self.assertNotIn("4711", self.cloud.take_bodies()[0])
        self.assertEqual(self.egress()[0]["redactions"], {"pattern": 1})
        for pattern, says in (("'(('", "is not a regular expression"), ("'[0-9]*'", "fits an empty text")):
            self.configure(f"redact_patterns: [{pattern}]")
            result = self.docket("check", "pipeline.yaml")
            self.assertEqual(result.code, 2)
            self.assertIn(says, result.err)

    def test_every_call_has_a_row(self):
        self.configure("private: ['false']")
        self.write("in/a.txt", TEXT.format(number=1, **VALUES))
        self.cloud.status = 401
        self.run_pipeline(expect=4)
        self.cloud.status = 200
        self.run_pipeline()
        rows = self.egress()
        self.assertEqual([(row["document"], row["stage"], row["backend"], row["host"], row["what"], row["outcome"])
                          for row in rows], [("in/a.txt", "fields", "cloud", "127.0.0.1", "document", outcome)
                                             for outcome in ("unavailable", "ok")])
        self.assertTrue(all(row["bytes"] > 500 for row in rows), rows)
        table = list(csv.DictReader(io.StringIO(self.docket("egress", "pipeline.yaml", "--csv").out)))
        self.assertEqual([row["bytes"] for row in table], [str(row["bytes"]) for row in rows])
        told = self.docket("egress", "pipeline.yaml").out
        self.assertIn("2 calls about 1 document", told)
        self.assertIn("sent: document", self.docket("explain", "pipeline.yaml", "in/a.txt").out)

    def test_what_found_no_server_has_not_left(self):
        self.configure("private: ['false']")
        self.write("in/a.txt", TEXT.format(number=1, **VALUES))
        self.cloud.close()
        self.run_pipeline(expect=4)
        self.assertEqual(self.egress(), [])
        self.assertEqual(self.report()["egress"]["calls"], 0)
        for verb in (("egress", "pipeline.yaml"), ("explain", "pipeline.yaml", "in/a.txt")):
            self.assertIn("nothing left this machine", self.docket(*verb).out)

    def test_any_span_of_days(self):
        self.configure("private: ['false']")
        self.write("in/a.txt", TEXT.format(number=1, **VALUES))
        self.run_pipeline()
        today = datetime.now(timezone.utc).date()
        day, past, next_day = str(today), str(today - timedelta(days=1)), str(today + timedelta(days=1))
        for span, calls in ((("--since", past), 1), (("--since", past, "--until", next_day), 1), (("--until", past), 0),
                            (("--until", "9999-12-31"), 1), (("--since", next_day), 0), (("--until", "2024-02-29"), 0), (("--until", "2020-12-31"), 0)):
            self.assertEqual(len(self.egress(*span)), calls, span)
        for span in (("--since", "yesterday"), ("--until", "2026-02-30"), ("--since", day, "--until", past)):
            self.assertEqual(self.docket("egress", "pipeline.yaml", *span).code, 2, span)

    def test_private_documents_stay_whatever_they_are_called(self):
        self.configure("private: ['path: Gehälter/**', 'path: in/Straße']")
        names = [unicodedata.normalize("NFD", "Gehälter/a.txt"), "GEHÄLTER/b.txt", "Straße/c.txt", "STRASSE/d.txt"]
        for number, name in enumerate(names):
            self.write("in/" + name, TEXT.format(number=number, **VALUES))
        self.write("in/public/e.txt", TEXT.format(number=9, **VALUES))
        (self.dir / "in/public/link.txt").symlink_to(self.dir / "in" / names[1])
        with open(os.fsencode(self.dir) + b"/in/Geh\xe4lter.txt", "w", encoding="utf-8") as file:
            file.write(TEXT.format(number=10, **VALUES))
        self.write("pipeline.yaml", (self.dir / "pipeline.yaml").read_text().replace("path: Geh", "path: in/Geh"))
        self.run_pipeline(expect=3)
        bodies = self.cloud.take_bodies()
        self.assertEqual(len(bodies), 1)
        self.assertIn("INV-9", bodies[0])

    def test_a_call_on_its_way_when_docket_is_killed_has_a_row(self):
        self.configure("redact: [email]")
        for number in range(3):
            self.write(f"in/{number}.txt", TEXT.format(number=number, **VALUES))
        for point in ("call.written", "call.replied", "call.replied:2"):
            with self.subTest(point):
                before = len(self.egress()) if (self.dir / "out/.docket/ledger.db").exists() else 0
                killed = subprocess.run([os.environ["DOCKET_FAULTS"], "run", "pipeline.yaml", "-q"], cwd=self.dir, timeout=e2e.TIMEOUT,
                                        env=os.environ | {"DOCKET_FAULT": point if ":" in point else point + ":1"}, capture_output=True)
                self.assertEqual(killed.returncode, -signal.SIGKILL, killed.stderr)
                self.cloud.server.wait_for_the_end(e2e.TIMEOUT)
                rows = self.egress()[before:]
                self.assertGreaterEqual(len(rows), max(1, len(self.cloud.take_bodies())))
                for row in rows:
                    if row["outcome"] == "ok":
                        continue
                    self.assertEqual((row["outcome"], row["what"], row["host"], row["redactions"]),
                                     ("unknown", "document", "127.0.0.1", {"email": 1}))
                    self.assertGreater(row["bytes"], 500)
        ledger = sqlite3.connect(self.dir / "out/.docket/ledger.db")
        self.addCleanup(ledger.close)
        ended = {path for path, in ledger.execute("SELECT path FROM documents")}
        open_ones = {row["document"] for row in rows if row["outcome"] == "unknown"} - ended
        self.assertTrue(open_ones, "no run has ended it")
        for document in open_ones:
            explained = self.docket("explain", "pipeline.yaml", "./" + document)
            self.assertEqual(explained.code, 0, explained.err)
            self.assertRegex(explained.out, rf"\A{document}: not ended; run \S+ was killed while it was at work on it\n")
            self.assertRegex(explained.out, r"fields asked cloud \(m, cloud\), attempt 1: unknown\n(.*\n)?    sent: document, \d+ bytes to 127")
            self.assertIn("1 email", explained.out)
            self.assertIn("now: a run would process it", explained.out)
        for nano, counted in ledger.execute("SELECT nano_dollars, counted_nano_dollars FROM calls WHERE outcome = 'unknown'"):
            self.assertIsNone(nano)
            self.assertGreater(counted, 0)
        spent = ledger.execute("SELECT sum(counted_nano_dollars) FROM calls").fetchone()[0] / 1e9
        self.write("pipeline.yaml", (self.dir / "pipeline.yaml").read_text() + f"budget: {{ month: {spent:.9f} }}\n")
        self.run_pipeline(expect=3)
        self.assertEqual(self.cloud.take_bodies(), [], "the month is used up by what may have been charged")
        self.assertIn(": unknown", self.docket("explain", "pipeline.yaml", "./" + min(open_ones)).out)


if __name__ == "__main__":
    unittest.main()
