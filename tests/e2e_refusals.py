"""A server that says no: whose fault it is, what people are told, and what becomes of the documents."""

import json
import sqlite3
import threading
import unittest

import e2e
from e2e import invoice
from paid_model import JsonHandler, Server

PIPELINE = """\
version: 1
name: refusals
input:  {{ paths: [in] }}
output: {{ dir: out }}
backends:
  model: {{ type: openai, url: "{url}", model: m }}
stages:
  - extract:
  - classify:
      backends: [model]
      labels: {{ invoice: {{ description: a bill }}, letter: {{ description: a letter }} }}
"""


class Refuser:
    """Its `answer` gets the body of a question and gives a status and a body, or nothing for a good answer."""

    def __init__(self):
        self.answer = lambda body: None
        self.asked = []
        self.lock = threading.Lock()
        refuser = self

        class Handler(JsonHandler):
            def do_GET(self):
                self.reply(200, {"data": [{"id": "m"}]} if self.path.endswith("/models") else {})

            def do_POST(self):
                body = self.question()
                with refuser.lock:
                    refuser.asked.append(body)
                self.reply(*(refuser.answer(body) or (200, good())))

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def good():
    return {"choices": [{"finish_reason": "stop", "message": {"content": '{"label": "invoice"}'}}],
            "usage": {"prompt_tokens": 200, "completion_tokens": 10, "total_tokens": 210}}


def error(message):
    return {"error": {"message": message}}


def text(body):
    return json.dumps(body["messages"])


class Refusals(e2e.Case):
    def setUp(self):
        super().setUp()
        self.model = Refuser()
        self.addCleanup(self.model.close)
        for number in range(12):
            self.write(f"in/{number}.txt", invoice(number))
        self.write("pipeline.yaml", PIPELINE.format(url=self.model.url))

    def heal(self):
        self.model.answer = lambda body: None
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(self.report()["totals"]["usage"]["calls"], 12, "all are asked about: none was parked")

    def test_an_account_that_may_not_ask_parks_nothing(self):
        self.model.answer = lambda body: (400, error("\x1b[31mDas Kontingent ist aufgebraucht\u202e"))
        for _ in range(3):
            self.model.asked.clear()
            result = self.docket("run", "pipeline.yaml")
            self.assertEqual(result.code, 4, result.err)
            about = [body for body in self.model.asked if "INV-" in text(body)]
            self.assertLessEqual(len(about), 4, "those that were under way")
            own = [body for body in self.model.asked if body not in about]
            self.assertEqual([sorted(body) for body in own], [["messages", "model", "stream"]])
            self.assertIn("Das Kontingent ist aufgebraucht", result.said)
            self.assertNotIn("\x1b", result.err)
            self.assertNotIn("\u202e", result.err)
        self.heal()

    def test_one_document_that_is_refused_does_not_stop_the_others(self):
        self.model.answer = lambda body: (400, error("nein")) if "INV-7" in text(body) else None
        for attempt in range(3):
            result = self.docket("run", "pipeline.yaml")
            self.assertEqual(result.code, 1, result.err)
            self.assertEqual(self.report()["documents"]["failed"], 1)
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            spent = ledger.execute("SELECT count(*) FROM calls WHERE outcome = 'ok'").fetchone()[0]
        self.assertEqual(spent, 11, "good answers are paid for once")

    def test_a_refused_setting_is_said_once_and_left_out(self):
        self.model.answer = lambda body: (422, error("Log Probabilities: no")) if "logprobs" in body else None
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        self.assertLessEqual(sum("logprobs" in body for body in self.model.asked), 4)
        warning = "backend 'model': the server refuses 'logprobs', which is left out or replaced: " \
                  "the server answered 422: Log Probabilities: no"
        self.assertEqual(self.report()["run"]["warnings"], [warning])
        self.assertEqual(result.err.count("docket: warning: " + warning), 1)

    def test_without_a_schema_the_words_have_it_and_the_answer_is_checked(self):
        self.model.answer = lambda body: (501, error("structured output: no")) if "response_format" in body else None
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("JSON Schema", text(self.model.asked[-1]))

    def test_bytes_that_are_no_text_are_replaced(self):
        self.model.answer = lambda body: (400, b'{"error": {"message": "caf\xe9\xff"}}')
        for words in (["run"], ["status"], ["explain"], ["report"]):
            arguments = [words[0], "pipeline.yaml"] + (["in/1.txt"] if words[0] == "explain" else [])
            process = self.start(*arguments)
            out, err = process.communicate(timeout=e2e.TIMEOUT)
            (out + err).decode("utf-8")


if __name__ == "__main__":
    unittest.main()
