"""docket with a real llama-server, and that the server still behaves as docs/model-servers.md has it."""

import itertools
import json
import shutil
import socket
import unittest

import e2e
import jsonschema
import llama_server
from e2e import invoice, wait_for
from llama_server import LlamaServer

# Two questions for each document, which only the model is asked. A machine that does much else is slow to answer.
PIPELINE = """\
version: 1
name: test
input:  {{ paths: [in] }}
output: {{ dir: out }}
backends:
  rules: {{ type: builtin }}
  local: {{ type: openai, url: "{url}", model: random, timeout: 600s, {options} }}
stages:
  - extract:
  - classify:
      backends: [{tiers}]
      accept: {accept}
      labels:
        invoice:  {{ description: a bill from a supplier, keywords: [invoice, bill to] }}
        contract: {{ description: an agreement between parties, keywords: [agreement, party] }}
        other:    {{}}
  - structured-extract:
      backends: [{tiers}]
      accept: {accept}
      schema: schema.json
      {more}
"""
RUN_SECONDS = 1200
FIELDS = {"type": "object", "required": ["number"], "properties": {
    "number": {"type": ["string", "null"], "maxLength": 20, "description": "the invoice's number", "x-format": "identifier"},
    "kind": {"enum": ["bill", "reminder", None]}}}

SCHEMA = {"type": "object", "additionalProperties": False, "required": ["label", "count"],
          "properties": {"label": {"enum": ["invoice", "contract"]}, "count": {"type": "integer", "minimum": 3, "maximum": 17}}}
CONSTRAINED = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}


class Server(unittest.TestCase):
    """Facts that docket relies on."""

    @classmethod
    def setUpClass(cls):
        cls.server = LlamaServer(slots=2, context=8192)
        cls.addClassCleanup(cls.server.kill)

    def test_counters_are_the_usage(self):
        before = self.server.metrics()
        processed = predicted = 0
        for text in ("One two three.", "One two four.", "One two four."):
            status, reply = self.server.chat(text, max_tokens=9)
            self.assertEqual(status, 200)
            processed += reply["usage"]["prompt_tokens"] - reply["usage"]["prompt_tokens_details"]["cached_tokens"]
            predicted += reply["usage"]["completion_tokens"]
        after = self.server.metrics()
        self.assertEqual(after["prompt_tokens_total"] - before["prompt_tokens_total"], processed)
        self.assertEqual(after["tokens_predicted_total"] - before["tokens_predicted_total"], predicted)

    def test_an_answer_follows_its_schema(self):
        for seed in range(5):
            status, reply = self.server.chat("Read this.", response_format=CONSTRAINED, max_tokens=300, seed=seed)
            self.assertEqual((status, reply["choices"][0]["finish_reason"]), (200, "stop"))
            answer = json.loads(reply["choices"][0]["message"]["content"])
            self.assertIn(answer["label"], SCHEMA["properties"]["label"]["enum"])
            self.assertTrue(3 <= answer["count"] <= 17, answer)

    def test_bytes_of_the_tokens_are_the_content_and_what_was_cut_from_it(self):
        """Blanks, and a code fence: the grammar allows one."""
        _, reply = self.server.chat("Read this.", response_format=CONSTRAINED, max_tokens=300, logprobs=True, top_logprobs=1)
        choice = reply["choices"][0]
        joined = b"".join(bytes(token["bytes"]) for token in choice["logprobs"]["content"])
        self.assertEqual(joined.decode().count(choice["message"]["content"]), 1)

    def test_a_prompt_beyond_the_window_is_refused_with_both_numbers(self):
        status, reply = self.server.chat("word " * 8000)
        self.assertEqual((status, reply["error"]["type"], reply["error"]["n_ctx"]), (400, "exceed_context_size_error", 4096))
        self.assertGreater(reply["error"]["n_prompt_tokens"], 4096)


class Documents(e2e.Case):
    """Runs with a server of their own."""

    def pipeline(self, server, tiers="local", accept=0.8, options="max_concurrent: 8", more=""):
        self.write("pipeline.yaml", PIPELINE.format(url=server.url, tiers=tiers, accept=accept, options=options, more=more))
        if not (self.dir / "schema.json").exists():
            self.write("schema.json", json.dumps(FIELDS))

    def invoices(self, count):
        for number in range(count):
            self.write(f"in/{number:02}.txt", invoice(number))

    def valid_records(self, count):
        """{path: record}, each as docs/record.schema.json has it, and its fields as the stage's schema has them."""
        record_schema = json.loads((e2e.SOURCE / "docs/record.schema.json").read_text("utf-8"))
        fields_schema = json.loads((self.dir / "schema.json").read_text("utf-8")) | {"required": []}
        records = {record["document"]["path"]: record for record in self.results()}
        self.assertEqual(len(records), count)
        for path, record in records.items():
            jsonschema.validate(record, record_schema)
            fields = record.get("structured_extract", {"fields": {}})["fields"]
            jsonschema.validate({name: value for name, value in fields.items() if value is not None}, fields_schema)
            self.assertEqual(record, self.record(path))
        documents = self.report()["documents"]
        self.assertEqual(documents["in"], count)
        self.assertEqual(sum(documents[state] for state in documents if state != "in"), count)
        return records

    def run_to_end(self):
        process = self.start("run", "pipeline.yaml", "--progress", "none")
        out, err = process.communicate(timeout=RUN_SECONDS)
        result = e2e.Result(process.returncode, out.decode(), err.decode())
        self.assertIn(result.code, (0, 1, 3, 4), result.err)
        return result

    def busy(self, server):
        wait_for(lambda: server.metrics()["requests_processing"] > 0, "a call that is worked on", seconds=120)

    def test_examples(self):
        """Every record is valid, and docket's tokens are the server's, to the token."""
        with LlamaServer(slots=4, context=131072) as server:
            for example, schema in (("invoices", "invoice.schema.json"), ("contracts", "contract.schema.json")):
                with self.subTest(example):
                    shutil.rmtree(self.dir / "in", ignore_errors=True)
                    shutil.rmtree(self.dir / "out", ignore_errors=True)
                    shutil.copytree(e2e.SOURCE / "examples" / example / "inbox", self.dir / "in")
                    shutil.copy(e2e.SOURCE / "examples" / example / schema, self.dir / "schema.json")
                    self.pipeline(server, tiers="rules, local", accept=1, options="max_concurrent: 4")
                    before = server.metrics()
                    result = self.run_to_end()
                    records = self.valid_records(len(list((self.dir / "in").iterdir())))
                    self.assertEqual([path for path, r in records.items() if r["status"] != "done"], [], result.err)
                    self.assert_tokens_are_the_servers(server, before)
                    details = [detail for record in records.values()
                               for detail in record["structured_extract"]["details"].values()]
                    others = {other["tier"] for detail in details for other in detail.get("other_tiers", [])}
                    self.assertEqual(others, {"local"}, "what a random model says is kept, and not believed")

    def assert_tokens_are_the_servers(self, server, before):
        after = server.metrics()
        usage = self.report()["totals"]["usage"]
        counted = {name: after[name] - before[name]
                   for name in ("prompt_tokens_total", "prompt_tokens_cached_total", "tokens_predicted_total")}
        self.assertEqual(counted, {"prompt_tokens_total": usage["input_tokens"] - usage["cached_input_tokens"],
                                   "prompt_tokens_cached_total": usage["cached_input_tokens"],
                                   "tokens_predicted_total": usage["output_tokens"]})
        self.assertGreater(usage["output_tokens"], 0)

    def most_under_way(self, trace):
        """How many requests had no reply yet at any one time, by the times of the files."""
        changes = sorted((path.stat().st_mtime_ns, 1 if path.name.endswith("-request.txt") else -1)
                         for path in (self.dir / trace).iterdir())
        return max(itertools.accumulate(change for _, change in changes))

    def test_full_slots_only_take_longer(self):
        self.invoices(60)
        with LlamaServer(slots=1, context=8192) as server:
            self.pipeline(server)
            before = server.metrics()
            result = self.docket("run", "pipeline.yaml", "--trace", "trace")
            self.assertGreater(self.most_under_way("trace"), 2, "calls must wait for the slot")
            self.assertEqual(self.report()["documents"]["done"], 60, result.err)
            self.assert_tokens_are_the_servers(server, before)
        self.valid_records(60)

    def long_document(self):
        """Six pages, each of which fits the window of 4,096 tokens with the question, and all of them do not."""
        page = invoice(7) + "The parties agree that the supplier delivers the goods in time. " * 40
        self.write("in/long.txt", "\f".join([page] * 6))

    def test_a_document_beyond_the_window_is_asked_about_in_pieces(self):
        self.long_document()
        with LlamaServer(slots=2, context=8192) as server:
            self.pipeline(server)
            result = self.run_to_end()
        record = self.valid_records(1)["in/long.txt"]
        self.assertEqual(record["status"], "done", result.err)
        self.assertGreater(record["usage"]["calls"], 3)

    def test_a_document_beyond_the_window_of_every_model_is_no_transport_error(self):
        self.long_document()
        with LlamaServer(slots=2, context=2048) as server:
            self.pipeline(server)
            result = self.run_to_end()
        record = self.valid_records(1)["in/long.txt"]
        self.assertEqual((record["status"], record["error"]["class"]), ("failed", "too_long"), result.err)

    def test_a_server_killed_in_mid_run_costs_no_more_than_the_calls_it_had(self):
        self.invoices(12)
        with LlamaServer(slots=1, context=8192) as server:
            self.pipeline(server, options="max_concurrent: 2, deadline: 10s")
            process = self.start("run", "pipeline.yaml")
            wait_for(lambda: list(self.dir.glob("out/in/*.json")), "a first record", seconds=120)
            self.busy(server)
            server.kill()
            result = self.finish(process)
            self.assertIn(result.code, (1, 4), result.err)
            records = self.valid_records(12)
            self.assertIn("done", {record["status"] for record in records.values()})
            classes = {record["error"]["class"] for record in records.values() if record["status"] == "failed"}
            self.assertTrue(classes and classes <= {"transport", "unavailable"}, classes)
            server.restart()
            self.run_pipeline()
        documents = self.report()["documents"]
        self.assertEqual(documents["done"] + documents["up_to_date"], 12)
        self.valid_records(12)

    def test_a_server_that_still_starts_is_waited_for(self):
        """It listens, and does nothing more until docket has asked it; then it loads its model."""
        self.invoices(2)
        with LlamaServer(slots=1, context=8192) as server:
            self.pipeline(server)
            server.kill()
            server.start()
            wait_for(lambda: listens(server.port), "a server that listens")
            server.freeze()
            process = self.start("run", "pipeline.yaml", "--progress", "none")
            wait_for(lambda: connected(process.pid, server.port), "docket's connection")
            server.thaw()
            result = self.finish(process)
        self.assertEqual(result.code, 0, result.err)
        self.valid_records(2)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    except OSError:
        return False


def connected(pid, port):
    """True once the process has a connection to the port."""
    with open(f"/proc/{pid}/net/tcp", encoding="utf-8") as table:
        return any(line.split()[2].endswith(f":{port:04X}") and line.split()[3] == "01" for line in table.readlines()[1:])


if __name__ == "__main__":
    llama_server.require()
    e2e.main()
