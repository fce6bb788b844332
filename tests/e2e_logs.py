"""The log of a run: what stands in it, what never does, and where it goes."""

import json
import os
import re
import signal
import subprocess

import e2e
from e2e import HOLDS, PIPELINE, invoice, wait_for
from paid_model import JsonHandler, Server
import threading

EVENTS = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
CANARY = "Zanzibar-Quokka-4711"
KEY = "sk-canary-0123456789abcdef"
ASKS = """\
version: 1
name: asks
input:  { paths: [in] }
output: { dir: out }
backends:
  local: { type: openai, url: "%s", model: m, context: 8192, max_concurrent: 1, api_key: "${KEY}" }
stages:
  - extract:
  - classify: { backends: [local], labels: { invoice: , letter: } }
"""


class Logs(e2e.Case):
    def lines(self, name="run.log"):
        return [json.loads(line) for line in (self.dir / name).read_text(encoding="utf-8").splitlines()]

    def test_an_object_a_line_with_documented_events(self):
        self.write("in/good.txt", invoice(1))
        self.write("in/bad.pdf", "%PDF-1.4 cut off")
        self.run_pipeline("--log-file", "run.log", "--log-format", "json", "--log-level", "debug", expect=1)
        lines = self.lines()
        documented = set(EVENTS.findall((e2e.SOURCE / "docs/logs.md").read_text(encoding="utf-8")))
        self.assertLessEqual({line["event"] for line in lines}, documented)
        for line in lines:
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIn(line["level"], ("trace", "debug", "info", "warning", "error"))
            self.assertIsInstance(line["fields"], dict)
            self.assertLessEqual(set(line), {"time", "level", "run", "event", "document", "stage", "backend", "fields",
                                             "message"})
        self.assertEqual({line["run"] for line in lines}, {self.report()["run"]["id"]})
        self.assertEqual([lines[0]["event"], lines[-1]["event"]], ["run_begun", "run_ended"])
        self.assertEqual([lines[-1]["fields"][name] for name in ("exit_code", "in", "done", "failed")], [1, 2, 1, 1])
        ended = {line["document"]: line for line in lines if line["event"] == "document_ended"}
        self.assertEqual(ended["in/good.txt"]["fields"]["outcome"], "done")
        self.assertEqual([ended["in/bad.pdf"]["level"], ended["in/bad.pdf"]["stage"]], ["warning", "extract"])
        self.assertEqual(ended["in/bad.pdf"]["fields"]["error_class"], "damaged")
        stages = [(line["document"], line["stage"]) for line in lines if line["event"] == "stage_ended"]
        self.assertIn(("in/good.txt", "classify"), stages)

    def test_levels_choose(self):
        self.write("in/a.txt", invoice(1))
        for level, events in (("info", {"run_begun", "document_ended", "run_ended"}), ("error", set())):
            self.run_pipeline("-B", "--log-file", f"{level}.log", "--log-format", "json", "--log-level", level)
            self.assertEqual({line["event"] for line in self.lines(f"{level}.log")}, events)

    def test_text_is_one_line_an_event_whatever_the_name(self):
        self.write('in/two words\n"and\x1b[2J.txt', invoice(1))
        self.run_pipeline("--log-file", "run.log")
        text = (self.dir / "run.log").read_text(encoding="utf-8")
        self.assertNotIn("\x1b", text)
        self.assertEqual(len(text.splitlines()), 3, text)
        self.assertIn('document_ended document="in/two words\\n\\"and\\u001b[2J.txt" outcome=done', text)

    def test_on_standard_error_in_place_of_what_people_are_told(self):
        self.write("in/a.txt", invoice(1))
        self.write("in/b.pdf", "%PDF-1.4 cut off")
        result = self.run_pipeline("--log-format", "json", expect=1)
        events = [json.loads(line)["event"] for line in result.err.splitlines()]
        self.assertEqual([events[0], events[-1]], ["run_begun", "run_ended"])

    def test_no_key_and_no_text_of_a_document(self):
        answers = ({"content": f"{CANARY} is no JSON"}, {"content": json.dumps({"label": CANARY})})
        asked = []

        class Handler(JsonHandler):
            def do_GET(self):
                self.reply(200, {"object": "list", "data": [{"id": "m", "object": "model"}]})

            def do_POST(self):
                body = self.question()
                if CANARY not in json.dumps(body):  # docket's own question, whether anybody is well.
                    return self.reply(200, {"object": "chat.completion", "model": "m",
                                            "usage": {"prompt_tokens": 4, "completion_tokens": 2},
                                            "choices": [{"index": 0, "finish_reason": "stop",
                                                         "message": {"role": "assistant", "content": "OK"}}]})
                asked.append(body)
                refusals = (f"cannot read: {CANARY} {KEY}", f"Unsupported parameter: 'logprobs'. Prompt was: {CANARY}",
                            f"maximum context length is 10 tokens, but the prompt has 90: {CANARY}")
                if len(asked) <= len(refusals):
                    return self.reply(400, {"error": {"message": refusals[len(asked) - 1]}})
                self.reply(200, {"object": "chat.completion", "model": "m",
                                 "usage": {"prompt_tokens": 40, "completion_tokens": 20},
                                 "choices": [{"index": 0, "finish_reason": "stop",
                                              "message": {"role": "assistant"} | answers[len(asked) % 2]}]})

        server = Server(("127.0.0.1", 0), Handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self.write("pipeline.yaml", ASKS % f"http://127.0.0.1:{server.server_address[1]}/v1")
        for number in range(4):
            self.write(f"in/{number}.txt", f"{CANARY} {number}\n" * 20)
        self.run_pipeline("--log-file", "run.log", "--log-level", "debug", "--in-flight", "1", expect=1, env={"KEY": KEY})
        text = (self.dir / "run.log").read_text(encoding="utf-8")
        self.assertIn("call_ended", text)
        self.assertIn("error_class=content", text)
        self.assertGreater(len(asked), 2)
        self.assertNotIn(CANARY, text)
        self.assertNotIn(KEY, text)
        self.run_pipeline("-B", "--log-file", "trace.log", "--log-level", "trace", "--in-flight", "1", expect=1, env={"KEY": KEY})
        text = (self.dir / "trace.log").read_text(encoding="utf-8")
        self.assertIn("reply_received", text)
        self.assertNotIn(KEY, text)

    def test_it_is_rotated(self):
        for number in range(30):
            self.write(f"in/{number}.txt", invoice(number))
        self.run_pipeline("--log-file", "run.log", "--log-level", "debug", "--log-max-size", "2kB")
        names = sorted(path.name for path in self.dir.glob("run*.log"))
        self.assertEqual(names, ["run.1.log", "run.2.log", "run.3.log", "run.4.log", "run.5.log", "run.log"])
        for name in names:
            self.assertLessEqual((self.dir / name).stat().st_size, 2000)

    def begin(self, *arguments, **options):
        self.write("pipeline.yaml", PIPELINE)
        process = self.start("run", "pipeline.yaml", "-", *arguments, stdin=subprocess.PIPE, **options)
        self.feed(process, "a.txt")
        return process

    def feed(self, process, name):
        self.write(name, invoice(1))
        process.stdin.write(f"{name}\n".encode())
        process.stdin.flush()
        wait_for((self.dir / f"out/{name}.json").exists, f"the record of {name}")

    def test_a_hang_up_opens_it_anew_where_there_is_no_terminal(self):
        process = self.begin("--log-file", "run.log", "--log-format", "json", start_new_session=True)
        # The record is there before the document has ended.
        wait_for(lambda: "a.txt" in (self.dir / "run.log").read_text(encoding="utf-8"), "the event of a.txt")
        os.rename(self.dir / "run.log", self.dir / "old.log")
        process.send_signal(signal.SIGHUP)
        wait_for((self.dir / "run.log").exists, "the new log")
        self.feed(process, "b.txt")
        self.assertEqual(self.finish(process).code, 0)
        old, new = ([(line["event"], line.get("document")) for line in self.lines(name)] for name in ("old.log", "run.log"))
        self.assertEqual(old, [("run_begun", None), ("document_ended", "a.txt")])
        self.assertEqual(new, [("log_reopened", None), ("document_ended", "b.txt"), ("run_ended", None)])

    def test_a_hang_up_stops_a_run_without_a_log(self):
        process = self.begin(start_new_session=True)
        process.send_signal(signal.SIGHUP)
        self.assertEqual(self.finish(process).code, 129)

    def test_a_full_disk_stops_the_log_and_not_the_run(self):
        self.write("in/a.txt", invoice(1))
        result = self.run_pipeline("--log-file", "/dev/full", "--log-max-size", "0")
        self.assertEqual(result.err.count("docket: warning: the log cannot be written"), 1, result.err)

    def test_what_cannot_be_opened_refuses_the_run(self):
        self.write("in/a.txt", invoice(1))
        cases = (("--log-file", "/dev/null/x", "--log-file"), ("--log-file", "in", "--log-file"),
                 ("--log-level", "loud", "loud"), ("--log-format", "xml", "xml"), ("--log-to", "nowhere", "nowhere"),
                 ("--log-max-size", "big", "10MB"))
        for *arguments, words in cases:
            with self.subTest(arguments):
                result = self.run_pipeline(*arguments, expect=2)
                self.assertIn(words, result.err)
                self.assertFalse((self.dir / "out").exists())

    def test_no_file_of_anybody_else_is_written_or_renamed(self):
        self.write("in/a.txt", invoice(1))
        self.write("in/empty.txt")
        self.write("notes", "mine\n")
        self.write("list.json", '{"time": 1}\n')
        self.run_pipeline(expect=1)
        before = self.tree(".") | {"ledger": (self.dir / "out/.docket/ledger.db").read_bytes()}
        for file in ("pipeline.yaml", "in/a.txt", "in/empty.txt", "in/new.txt", "notes", "list.json", "out/.docket/ledger.db",
                     "out/.docket/run.log", "out/results.jsonl", "out/in/a.txt.json"):
            for size in ("0", "100kB"):
                with self.subTest(file):
                    result = self.run_pipeline("--log-file", file, "--log-max-size", size, expect=2)
                    self.assertIn(f"--log-file {file}: ", result.err)
                    self.assertEqual(self.tree(".") | {"ledger": (self.dir / "out/.docket/ledger.db").read_bytes()}, before)
        self.run_pipeline("--log-file", "run.log", expect=1)
        self.run_pipeline("--log-file", "run.log", "--log-format", "json", expect=1)  # That is a log of docket's.

    def test_a_new_log_is_its_owners_or_as_the_output_is(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline("--log-file", "run.log")
        self.write("kept.log").chmod(0o644)
        self.run_pipeline("--log-file", "kept.log")
        self.run_pipeline("--log-file", "group.log", "--set", "output.mode='0640'")
        self.assertEqual([(self.dir / name).stat().st_mode & 0o777 for name in ("run.log", "kept.log", "group.log")],
                         [0o600, 0o644, 0o640])

    def test_a_stage_ends_once_for_a_document_that_waits_to_be_chosen(self):
        for number in range(4):
            self.write(f"in/{number}.txt", invoice(number))
        pipeline = PIPELINE.replace("stages:", '  cloud: { type: openai, url: "http://127.0.0.1:9", model: m, context: 8192, '
                                    'location: cloud, price: { input: 1, output: 1 } }\nstages:') + """\
  - escalate: { backend: cloud, redo: classify, at_most: 1, when: { always: "true" } }
"""
        self.run_pipeline("--log-file", "run.log", "--log-format", "json", "--log-level", "debug", "--offline", expect=3,
                          pipeline=pipeline)
        ended = [(line["document"], line["stage"]) for line in self.lines() if line["event"] == "stage_ended"]
        self.assertEqual(sorted(ended), sorted(set(ended)))
        self.assertEqual(len(ended), 12)

    def test_why_a_run_did_not_begin(self):
        self.write("pipeline.yaml", PIPELINE.replace("classify", "clasify").replace("version: 1", "version: 3"))
        self.run_pipeline("--log-file", "run.log", "--log-format", "json", expect=2)
        self.assertEqual([(line["event"], line["level"]) for line in self.lines()], [("run_refused", "error")] * 2)
        self.assertIn("did you mean 'classify'?", self.lines()[1]["message"])
        result = self.run_pipeline("--log-format", "json", expect=2)
        self.assertEqual([json.loads(line)["event"] for line in result.err.splitlines()], ["run_refused"] * 2)

    def test_held_documents_say_why(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline("--log-file", "run.log", "--log-format", "json", pipeline=PIPELINE + HOLDS, expect=3)
        ended = [line for line in self.lines() if line["event"] == "document_ended"]
        self.assertEqual([(line["stage"], line["fields"]["held"]) for line in ended], [("escalate", "no cloud backend")])


if __name__ == "__main__":
    e2e.main()
