"""Models that are loaded before documents need them, kept, and let go; thinking by stage."""

import json
import signal
import sqlite3
import threading
import unittest

import e2e
import jsonschema
from paid_model import JsonHandler, Server

PIPELINE = """\
version: 1
name: warm
input:  {{ paths: [in] }}
output: {{ dir: out }}
backends:
  rules: {{ type: builtin }}
  second: {{ type: {type}, url: "{url}", model: second{second} }}
  first:  {{ type: {type}, url: "{url}", model: first{first} }}
stages:
  - extract:
  - classify: {{ id: kind, backends: [first], labels: {{ invoice: , letter: }}{stage} }}
  - classify: {{ id: tone, backends: [second], labels: {{ invoice: , letter: }} }}
"""
ANSWER = json.dumps({"label": "invoice", "quote": "INV-1"})


class ModelHolder:
    """A server that has the models `first` and `second` on disk, and `room` of them in memory. `log`: what was asked for, in
    order: ("load" | "free" | "ask", model, the request)."""

    def __init__(self, room=2):
        self.room, self.held, self.log = room, [], []
        self.lock, self.blocked = threading.Lock(), threading.Event()
        self.blocked.set()
        holder = self

        class Handler(JsonHandler):
            def do_GET(self):
                self.reply(*holder.get(self.path))

            def do_POST(self):
                self.reply(*holder.post(self.path, self.question()))

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.blocked.set()
        self.server.shutdown()
        self.server.server_close()

    def note(self, what, model, body):
        with self.lock:
            self.log.append((what, model, body))
            if what == "free" and model in self.held:
                self.held.remove(model)
            elif what != "free" and model not in self.held:
                self.held.append(model)
                del self.held[:-self.room]

    def did(self, *kinds):
        with self.lock:
            return [(what, model) for what, model, _ in self.log if what in kinds]

    def bodies(self, kind):
        with self.lock:
            return [body for what, _, body in self.log if what == kind]


class Ollama(ModelHolder):
    missing = ()

    def get(self, path):
        with self.lock:
            held = [{"name": name, "size": 10, "size_vram": 0, "digest": name, "context_length": 8192} for name in self.held]
        return {"/api/version": (200, {"version": "0.33.0"}), "/api/ps": (200, {"models": held}),
                "/api/tags": (200, {"models": [{"name": "first"}, {"name": "second"}]})}.get(path, (404, {"error": "no"}))

    def post(self, path, body):
        model = body["model"]
        if model in self.missing:
            return 404, {"error": f"model '{model}' not found"}
        if path == "/api/show":
            return 200, {"capabilities": ["completion", "thinking"]}
        if body.get("messages"):
            self.note("ask", model, body)
            self.blocked.wait(60)
            return 200, {"done": True, "done_reason": "stop", "message": {"content": ANSWER}, "prompt_eval_count": 9, "eval_count": 3}
        self.note("free" if body["keep_alive"] == 0 else "load", model, body)
        return 200, {"done": True, "done_reason": "load"}


class Router(ModelHolder):
    """llama-server without a model of its own. A model is `loading` when it is looked at first."""

    def __init__(self, room=2):
        self.looked_at = set()
        super().__init__(room)

    def get(self, path):
        if path == "/props":
            return 200, {"role": "router", "default_generation_settings": {"n_ctx": 0}}
        if path.startswith("/props?model="):
            return 200, {"default_generation_settings": {"n_ctx": 4096}, "total_slots": 3}
        if path == "/v1/models":
            return 200, {"data": [{"id": "first", "owned_by": "llamacpp"}, {"id": "second", "owned_by": "llamacpp"}]}
        if path == "/models":
            return 200, {"data": [{"id": name, "status": {"value": self.state(name)}} for name in ("first", "second")]}
        return 404, {"error": {"message": "no"}}

    def state(self, name):
        if name not in self.held:
            return "unloaded"
        state = "loaded" if name in self.looked_at else "loading"
        self.looked_at.add(name)
        return state

    def post(self, path, body):
        if path == "/tokenize":
            return 200, {"tokens": [1] * 9}
        if path in ("/models/load", "/models/unload"):
            self.note("load" if path.endswith("/load") else "free", body["model"], body)
            return 200, {"success": True}
        self.note("ask", body["model"], body)
        return 200, {"choices": [{"finish_reason": "stop", "message": {"content": ANSWER}}],
                     "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}}


class Plain(ModelHolder):
    """Loads a model when it is asked, and says nothing of itself, as LM Studio does."""

    def get(self, path):
        return (200, {"data": [{"id": "first"}, {"id": "second"}]}) if path == "/v1/models" else (404, {"error": "no"})

    def post(self, path, body):
        if path != "/v1/chat/completions":
            return 404, {"error": "no"}
        is_document = "INV-1" in json.dumps(body["messages"])
        self.note("ask" if is_document else "load", body["model"], body)
        return 200, {"choices": [{"finish_reason": "stop" if is_document else "length",
                                  "message": {"content": ANSWER if is_document else "O"}}],
                     "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}}


class SlowPlain(Plain):
    """Goes on loading until it is closed, and answers others as soon as it loads."""

    def __init__(self):
        self.loading = threading.Event()
        super().__init__()
        self.blocked.clear()

    def post(self, path, body):
        if "INV-1" in json.dumps(body["messages"]):
            self.loading.wait(60)
            return super().post(path, body)
        answer = super().post(path, body)
        self.loading.set()
        self.blocked.wait(60)
        return answer


class Warm(e2e.Case):
    def serve(self, server, **settings):
        self.addCleanup(server.close)
        settings = {"first": "", "second": "", "stage": "", "type": "ollama" if isinstance(server, Ollama) else "openai"} | settings
        self.write("pipeline.yaml", PIPELINE.format(url=server.url, **settings))
        self.write("in/1.txt", e2e.invoice(1))
        return server

    def run_it(self, code=0):
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, code, result.err)
        jsonschema.validate(self.report(), json.loads((e2e.SOURCE / "docs/report.schema.json").read_text("utf-8")))
        return result

    def warmed(self):
        return [(one["backend"], one["model"], "problem" in one) for one in self.report()["run"].get("warm_ups", [])]

    def test_models_load_in_the_order_of_the_stages_before_they_are_asked(self):
        for server in (Ollama(), Router()):
            with self.subTest(type(server).__name__):
                self.serve(server, first=", warm_up: true", second=", warm_up: true")
                result = self.run_it()
                self.assertEqual(server.did("load"), [("load", "first"), ("load", "second")])
                self.assertEqual(server.did("load", "ask")[0], ("load", "first"))
                self.assertEqual(self.warmed(), [("first", "first", False), ("second", "second", False)])
                self.assertIn("warmed up: first", result.err)
                totals = self.report()["totals"]["usage"]
                self.assertEqual(totals["calls"], 2, "a warm-up is no document's")
                (self.dir / "in/1.txt").write_text(e2e.invoice(1, "7.00"))

    def test_a_server_that_loads_when_it_is_asked_gets_a_question_of_one_token(self):
        server = self.serve(Plain(), first=", warm_up: true, keep_alive: 10m")
        self.run_it()
        load, = server.bodies("load")
        self.assertEqual((load["model"], load["max_tokens"], load["ttl"]), ("first", 1, 600))
        self.assertEqual([body.get("ttl") for body in server.bodies("ask")], [600, None])
        self.assertEqual(self.report()["totals"]["usage"]["calls"], 2)

    def test_a_run_with_nothing_to_do_loads_nothing(self):
        server = self.serve(Ollama(), first=", warm_up: true, free_at_end: true", second=", warm_up: true")
        self.run_it()
        server.log.clear()
        self.run_it()
        self.assertEqual(server.log, [])
        self.assertEqual(self.warmed(), [])

    def test_a_server_with_memory_for_one_model_says_so(self):
        server = self.serve(Ollama(room=1), first=", warm_up: true", second=", warm_up: true")
        result = self.run_it()
        self.assertEqual(server.did("load"), [("load", "first"), ("load", "second")])
        self.assertIn("does not hold 'first' and 'second' at a time", result.err)

    def test_a_warm_up_that_costs_has_its_row_and_counts(self):
        price = ", warm_up: true, price: { input: 2, output: 5 }"
        server = self.serve(Plain(), first=price, second=", warm_up: true")
        self.run_it()
        one = 9 * 2 + 3 * 5  # Micro-dollars, of 9 tokens in and 3 out.
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            rows = ledger.execute("SELECT document, stage, backend, outcome, nano_dollars, counted_nano_dollars FROM calls "
                                  "WHERE stage = 'warm_up'").fetchall()
            spent, = ledger.execute("SELECT sum(nano_dollars) FROM calls").fetchone()
        self.assertEqual(rows, [("", "warm_up", "first", "ok", one * 1000, one * 1000)], "the other one costs nothing")
        asked = len([model for _, model in server.did("ask", "load") if model == "first"])
        self.assertEqual((asked, spent), (2, asked * one * 1000))
        self.assertEqual(round(self.report()["totals"]["usage"]["cost_usd"] * 1e9), spent)
        lines = [json.loads(line) for line in (self.dir / "out/calls.jsonl").read_text("utf-8").splitlines()]
        self.assertEqual([line["usage"]["cost_usd"] for line in lines if line["stage"] == "warm_up"], [one / 1e6])

    def test_what_a_warm_up_that_outlives_the_documents_costs_is_known_everywhere(self):
        self.serve(SlowPlain(), first=", warm_up: true, price: { per_hour: 3600 }")
        pipeline = (self.dir / "pipeline.yaml").read_text()
        self.write("pipeline.yaml", pipeline.replace(
            "backends: [first], labels: { invoice: , letter: }",
            "backends: [rules, first], labels: { invoice: { keywords: [invoice, invoice number, VAT, bill to] },"
            " letter: { keywords: [dear, sincerely] } }"))
        self.run_it()
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            (outcome, spent), = ledger.execute("SELECT outcome, nano_dollars FROM calls WHERE stage = 'warm_up'").fetchall()
        self.assertEqual(outcome, "cancelled")
        self.assertGreater(spent, 0)
        self.assertEqual(round(self.report()["totals"]["usage"]["cost_usd"] * 1e9), spent)
        lines = [json.loads(line) for line in (self.dir / "out/calls.jsonl").read_text("utf-8").splitlines()]
        self.assertEqual([round(line["usage"]["cost_usd"] * 1e9) for line in lines if line["stage"] == "warm_up"], [spent])
        self.assertEqual(self.warmed(), [])

    def test_a_warm_up_that_costs_is_written_down_before_it_is_sent(self):
        server = self.serve(SlowPlain(), first=", warm_up: true, price: { input: 2, output: 5 }")
        process = self.start("run", "pipeline.yaml")
        self.assertTrue(server.loading.wait(60))
        process.kill()
        process.wait()
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            (backend, model, outcome, counted), = ledger.execute(
                "SELECT backend, model, outcome, counted_nano_dollars FROM calls WHERE stage = 'warm_up'").fetchall()
        self.assertEqual((backend, model, outcome), ("first", "first", "unknown"))
        self.assertGreater(counted, 0)

    def test_a_warm_up_that_fails_is_said_and_ends_nothing(self):
        server = Ollama()
        server.missing = ("first",)
        self.serve(server, first=", warm_up: true, fallback: second", second=", warm_up: true")
        result = self.run_it()
        self.assertIn("not warmed up: backend 'first': Ollama has no model 'first'", result.err)
        self.assertEqual(self.warmed(), [("first", "first", True), ("second", "second", False)])

    def test_models_are_kept_as_the_pipeline_says(self):
        cases = (("", "30m"), (", keep_alive: 90s", "90s"), (", keep_alive: 300", 300), (", keep_alive: -1", -1))
        for number, (setting, sent) in enumerate(cases):
            with self.subTest(setting):
                server = self.serve(Ollama(), first=setting)
                self.write("in/1.txt", e2e.invoice(1, f"{number}.00"))
                self.run_it()
                self.assertEqual(server.bodies("load")[0]["keep_alive"], sent)
                self.assertEqual(server.bodies("ask")[0]["keep_alive"], sent)

    def test_no_time_is_no_load(self):
        server = self.serve(Ollama(), first=", keep_alive: 0")
        self.run_it()
        self.assertEqual(server.bodies("load")[0]["keep_alive"], "30m", "while it finds out what the server is")
        self.assertEqual(server.bodies("ask")[0]["keep_alive"], 0)

    def test_models_are_let_go_at_the_end(self):
        for server in (Ollama(), Router()):
            with self.subTest(type(server).__name__):
                self.serve(server, first=", free_at_end: true")
                self.write("in/1.txt", e2e.invoice(1, f"{len(server.url)}{type(server).__name__}"))
                self.run_it()
                self.assertEqual(server.log[-1][:2], ("free", "first"))
                self.assertEqual(server.held, ["second"])

    def test_who_cannot_be_asked_to_let_go_is_named(self):
        self.serve(Plain(), first=", free_at_end: true")
        self.assertIn("backend 'first': the server cannot be asked to let go of its model; free_at_end has no effect",
                      self.run_it().err)

    def test_models_are_let_go_after_a_signal(self):
        server = self.serve(Ollama(), first=", free_at_end: true")
        server.blocked.clear()
        process = self.start("run", "pipeline.yaml", "--grace", "0")
        e2e.wait_for(lambda: server.did("ask"), "the model is asked")
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).code, 130)
        self.assertEqual(server.log[-1][:2], ("free", "first"))

    def test_a_stage_says_whether_models_think(self):
        server = self.serve(Ollama(), first=", think: true", second=", think: true", stage=", think: false")
        self.run_it()
        asked = {body["model"]: (body["think"], body["options"]["num_predict"] > 8192, "logprobs" in body) for body in server.bodies("ask")}
        self.assertEqual(asked, {"first": (False, False, True), "second": (True, True, False)})

    def test_thinking_is_part_of_the_stages_key(self):
        server = self.serve(Ollama())
        self.run_it()
        self.assertEqual(len(server.bodies("ask")), 2)
        self.run_it()
        self.assertEqual(len(server.bodies("ask")), 2)
        self.serve(server, stage=", think: true")
        self.run_it()
        self.assertEqual(server.did("ask")[2:], [("ask", "first")])
        self.assertTrue(server.bodies("ask")[2]["think"])

    def test_mistakes_are_told(self):
        for setting, words in ((", keep_alive: 5 minutes", "neither a number of seconds nor a duration"),
                               (", keep_alive: 0, warm_up: true", "keep_alive: 0"),
                               (", max_concurrent: automatic", "or 'auto'"), (", max_concurrent: 0", "or 'auto'")):
            with self.subTest(setting):
                self.serve(Ollama(), first=setting)
                result = self.docket("check", "pipeline.yaml")
                self.assertEqual(result.code, 2)
                self.assertIn(words, result.out + result.err)
        self.serve(Ollama(), first=", max_concurrent: auto, location: cloud, warm_up: true")
        result = self.docket("check", "pipeline.yaml")
        self.assertIn("warm_up is for local servers", result.out + result.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
