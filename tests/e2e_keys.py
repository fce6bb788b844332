"""A key of a cloud model is in no file, no message and no process list, whatever the server does with it."""

import json
import os
import re
import stat
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import e2e
from e2e import invoice

ENV_KEY = "sk-env-5f1d/3a+b7=e2c4"
FILE_KEY = "sk-file-90aa/8c+d1=77fe"
KEYS = (ENV_KEY, FILE_KEY)

PIPELINE = """\
version: 1
name: keys
input:  {{ paths: [in] }}
output: {{ dir: out }}
backends:
  first:  {{ type: openai, url: "{url}/v1", model: m, location: cloud, api_key: "${{DOCKET_TEST_KEY}}", deadline: 3s }}
  second: {{ type: anthropic, url: "{url}", model: m, location: cloud, api_key: "file:key.txt", fallback: first, deadline: 3s }}
stages:
  - extract:
  - classify:
      backends: [first]
      labels:
        invoice: {{ description: a bill from a supplier }}
        letter:  {{ description: a letter to a person }}
  - structured-extract:
      backends: [second]
      schema: schema.json
"""
SCHEMA = {"type": "object", "properties": {"total": {"type": "number", "description": "the total", "x-labels": ["Total"]}}}


class Parrot(ThreadingHTTPServer):
    """Says back to everybody who it is told they are, and who the others are, as a gateway that they share may: in good
    answers and bad ones, and in the headers of both."""
    daemon_threads = True
    keys_seen = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def reply(self, status, body):
            told = self.headers.get("Authorization", "") + self.headers.get("x-api-key", "")
            key = told.removeprefix("Bearer ")
            self.server.keys_seen.add(key)
            content = json.dumps(body).replace("TOLD", f"{told} or {key}, one of {KEYS[0]}{KEYS[1]}").replace(
                "ESCAPED", key.replace("/", "\\/").replace("-", "\\u002d")).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("X-You-Are", told)
            self.send_header("X-Others", " ".join(KEYS))
            self.send_header("Set-Cookie", f"key={key}")
            if status == 307:
                self.send_header("Location", f"http://127.0.0.1:1/?key={key}")
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self):
            self.reply(200, {"data": [{"id": "m"}], "max_input_tokens": 100_000, "you": "TOLD"})

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = re.search(r"INV-(\d+)", json.dumps(body))
            number = int(found.group(1)) if found else 9  # None: a probe.
            is_anthropic = self.path == "/v1/messages"
            if "Which of these labels" in json.dumps(body) and number < 100:
                return self.answer(is_anthropic, '{"label":"invoice"}')
            bad = {0: 400, 1: 401, 2: 429, 3: 500, 4: 307, 5: 422}
            kind = number % 10
            if kind in bad:
                return self.reply(bad[kind], {"error": {"type": "TOLD", "code": "x", "message": f"no such key: TOLD, ESCAPED, {kind}"}})
            if kind == 6:
                return self.answer(is_anthropic, "I know you, TOLD, ESCAPED")
            if kind == 7:
                return self.reply(200, {"you": "TOLD"})
            self.answer(is_anthropic, '{"total": {"quote": "Total   GBP 119.00", "value": 119.0}}')

        def answer(self, is_anthropic, content):
            usage = {"prompt_tokens": 9, "completion_tokens": 1, "input_tokens": 9, "output_tokens": 1}
            if is_anthropic:
                self.reply(200, {"content": [{"type": "text", "text": content}], "stop_reason": "end_turn", "usage": usage,
                                 "you": "TOLD"})
            else:
                self.reply(200, {"choices": [{"message": {"content": content}, "finish_reason": "stop"}], "usage": usage,
                                 "you": "TOLD"})

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Keys(e2e.Case):
    def setUp(self):
        super().setUp()
        self.server = Parrot()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.write("pipeline.yaml", PIPELINE.format(url=self.server.url))
        self.write("schema.json", json.dumps(SCHEMA))
        self.write("key.txt", FILE_KEY + "\n").chmod(0o600)

    def start(self, *arguments, **options):
        return super().start(*arguments, env={"DOCKET_TEST_KEY": ENV_KEY}, **options)

    def assert_no_key(self, content, where):
        for key in KEYS:
            for form in (key, json.dumps(key)[1:-1], key.replace("/", "\\/")):
                self.assertNotIn(form.encode(), content, where)

    def command_lines(self):
        for process in Path("/proc").glob("[0-9]*"):
            try:
                yield (process / "cmdline").read_bytes()
            except OSError:
                pass  # It has ended.

    def run_watched(self, *arguments):
        """Runs docket, and looks at the process list meanwhile."""
        watching = threading.Event()
        lines = set()

        def watch():
            while not watching.wait(0.05):
                lines.update(self.command_lines())

        watcher = threading.Thread(target=watch)
        watcher.start()
        result = self.docket(*arguments)
        watching.set()
        watcher.join()
        self.assertTrue(any(b"pipeline.yaml" in line for line in lines), "the process was never seen")
        for line in lines:
            self.assert_no_key(line, "a command line")
        for stream in (result.out, result.err):
            self.assert_no_key(stream.encode(), stream)
        return result

    def check_files(self):
        files = [path for path in self.dir.rglob("*") if path.is_file() and path.name != "key.txt"]
        for path in files:
            self.assert_no_key(path.read_bytes(), path)
            self.assertNotIn("sk-", path.name)
        return files

    def test_a_run_with_every_option_on(self):
        for number in (*range(10), *range(100, 110)):
            self.write(f"in/{number}.txt", invoice(number))
        options = ["--trace", "trace", "--verbose", "--report", "copy.json", "--depfile", "deps.d", "--progress", "plain"]
        result = self.run_watched("run", "pipeline.yaml", *options)
        self.assertIn(result.code, (1, 4), result.err)
        self.assertEqual(self.server.keys_seen, set(KEYS))
        trace = list((self.dir / "trace").iterdir())
        self.assertGreater(len(trace), 10)
        self.assertTrue(any("(key removed)" in path.read_text("utf-8") for path in trace), "the keys were never said back")
        self.assertEqual({stat.S_IMODE(path.stat().st_mode) for path in trace}, {0o600})
        files = self.check_files()
        for name in ("results.jsonl", "ledger.db", "report.json", "copy.json", "deps.d"):
            self.assertTrue(any(path.name == name for path in files), name)
        self.assertTrue(any("(key removed)" in json.dumps(record) for record in self.results()), "no error told of the key")

    def test_the_other_verbs(self):
        self.write("in/7.txt", invoice(8))
        self.run_watched("run", "pipeline.yaml", "--until", "classify")
        for verb in (["check", "pipeline.yaml", "--probe"], ["plan", "pipeline.yaml"], ["status", "pipeline.yaml"],
                     ["explain", "pipeline.yaml", "in/7.txt"], ["report", "pipeline.yaml"], ["schema"]):
            with self.subTest(verb[0]):
                result = self.docket(*verb)
                self.assert_no_key((result.out + result.err).encode(), verb)
        self.check_files()

    def test_a_key_file_that_others_can_read_is_refused(self):
        self.write("in/a.txt", invoice(1))
        for mode in (0o644, 0o640, 0o604, 0o660):
            os.chmod(self.dir / "key.txt", mode)
            result = self.docket("run", "pipeline.yaml")
            self.assertEqual(result.code, 2, result.err)
            self.assertIn("key.txt", result.err)
            self.assertIn("600", result.err)
            self.assert_no_key((result.out + result.err).encode(), "a message")
        self.assertFalse((self.dir / "out").exists())
        self.assertEqual(self.server.keys_seen, set())


if __name__ == "__main__":
    e2e.main()
