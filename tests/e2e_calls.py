"""Slow, full, failing and half-dead servers, and runs that are stopped: whose fault it is, and what is still sent."""

import os
import signal
import sqlite3
import subprocess
import threading
import time

import e2e
from e2e import invoice, wait_for
from paid_model import PaidModel

PIPELINE = """\
version: 1
input:  {{ paths: [in] }}
output: {{ dir: out }}
{top}
backends:
  model: {{ type: openai, url: {url}, model: paid, context: 8192{more} }}
stages:
  - extract:
  - classify:
      backends: [model]
      labels: {{ invoice: {{}}, letter: {{}} }}
"""
SECOND_STAGE = "  - structured-extract: { backends: [model], schema: fields.json }\n"
SCHEMA = '{"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}'


class Model(PaidModel):
    """Serves questions as `how` says, which may be changed at any time, and counts them when they come."""

    def __init__(self, how=None):
        self.how = how
        self.begun = []
        super().__init__()

    def serve(self, handler, body):
        with self.lock:
            self.begun.append(time.monotonic())
        (self.how or well)(self, handler, body)


def well(model, handler, body):
    PaidModel.serve(model, handler, body)


def status(number, message="no", headers=()):
    def serve(_, handler, __):
        body = b'{"error": {"message": "%s"}}' % message.encode()
        handler.send_response(number)
        for name, value in (("Content-Length", str(len(body))), *headers):
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
    return serve


def page(_, handler, __):
    body = b"<html>It works!</html>"
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def close(_, handler, __):
    handler.close_connection = True


def says(words):
    def serve(model, handler, body):
        reply = model.answer(body)
        reply["choices"][0]["message"]["content"] = words
        handler.reply(200, reply)
    return serve


def after(seconds):
    def serve(model, handler, body):
        time.sleep(seconds)
        well(model, handler, body)
    return serve


class Calls(e2e.Case):
    def model(self, how=None):
        model = Model(how)
        self.addCleanup(model.close)
        return model

    def set_up(self, *models, documents=6, more="", top="", stages=""):
        for number in range(documents):
            self.write(f"in/{number:02}.txt", invoice(number))
        self.write("fields.json", SCHEMA)
        urls = "[" + ", ".join(f'"{model.url}"' for model in models) + "]"
        more = f", {more}" if more else ""
        self.write("pipeline.yaml", PIPELINE.format(url=urls, more=more, top=top) + stages)

    def states(self):
        return {record["status"] for record in self.results()}


class Clocks(Calls):
    def test_a_queue_counts_against_nothing(self):
        model = self.model(after(0.08))
        self.set_up(model, documents=15, more="max_concurrent: 1, deadline: 1s", top="document_time: 1s")
        self.run_pipeline("--in-flight", "30")
        self.assertEqual(self.states(), {"done"})
        self.assertGreater(model.begun[-1] - model.begun[0], 1, "the queue outlasts both")


class Outages(Calls):
    def test_no_outage_parks_a_document(self):
        model = self.model()
        self.set_up(model, documents=3, more="deadline: 200ms, timeout: 100ms")
        for how in (status(503), close, after(0.5), status(429, headers=[("Retry-After", "0")]), status(500)):
            model.how, begun = how, len(model.begun)
            result = self.docket("run", "pipeline.yaml")
            self.assertEqual(result.code, 4, result.err)
            failures = [line for line in result.err.splitlines() if line.startswith("  ")]
            self.assertNotRegex("\n".join(failures), r"\b0 ms")
            self.assertGreater(len(model.begun), begun)
        model.how = well
        self.assertIn("3 done", self.run_pipeline().err)

    def test_a_document_that_the_server_cannot_take_fails_each_night_beside_others(self):
        def chokes(model, handler, body):
            number, _ = model.subject(body)
            (close if number == "1" else well)(model, handler, body)

        model = self.model(chokes)
        self.set_up(model, documents=3, more="deadline: 200ms")
        for up_to_date in (0, 2, 2, 2):
            self.run_pipeline(expect=1)
            self.assertEqual(self.report()["documents"]["up_to_date"], up_to_date)
        self.assertEqual(self.record("in/01.txt")["error"]["class"], "transport")

    def test_a_bad_answer_counts_if_the_model_works(self):
        in_form = well

        def answers(model, handler, body):
            number, kind = model.subject(body)
            if number:
                how = well if kind == "classify" else says('{"total": {"quote": "12.00", "value": "twelve"}}')
            else:
                how = in_form if "response_format" in body else says("hello")
            how(model, handler, body)

        model = self.model(answers)
        self.set_up(model, documents=1, stages=SECOND_STAGE)
        in_form = says('{"answer": "GGGGGGGGGGGG')
        self.assertEqual(self.bad_night(model), ("transient", 5))
        for _ in range(3):  # What is known is not asked again: the model has answered nothing in these runs.
            self.assertEqual(self.bad_night(model, expect=4), ("unavailable", 4))
        in_form = says('{"answer": "OK"}')
        for questions in (4, 4, 4, 0):  # Then it is parked.
            self.assertEqual(self.bad_night(model), ("content", questions))

    def bad_night(self, model, expect=1):
        """The class of the document's error, and how many questions were asked."""
        begun = len(model.begun)
        self.run_pipeline(expect=expect)
        return self.record("in/00.txt")["error"]["class"], len(model.begun) - begun

    def test_one_bad_address_beside_a_good_one_fails_nothing(self):
        good = self.model(after(0.01))
        for how in (status(404), page, close, after(2)):
            with self.subTest(how):
                bad = self.model(how)
                self.set_up(bad, good, documents=12, more="timeout: 300ms")
                self.run_pipeline("-B")
                self.assertEqual(self.states(), {"done"})
                self.assertLess(len(bad.begun), 8)


class Stops(Calls):
    """Questions are held until the run has been told to stop."""

    def begin(self, *arguments, then=well, width=1, stages="", more="", **options):
        self.go_on = threading.Event()

        def held(model, handler, body):
            self.go_on.wait(e2e.TIMEOUT)
            then(model, handler, body)

        model = self.model(held)
        self.addCleanup(self.go_on.set)
        self.set_up(model, more=f"max_concurrent: {width}{more}", stages=stages)
        process = self.start("run", "pipeline.yaml", "--progress", "none", *arguments, **options)
        wait_for(lambda: len(model.begun) == width, "the first questions")
        return process, model

    def stop(self, process, number=signal.SIGINT):
        process.send_signal(number)
        self.assertIn(b"stopping", process.stderr.readline())
        self.go_on.set()
        process.wait(e2e.TIMEOUT)
        return process.returncode

    def test_what_was_not_sent_is_not_sent(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            with self.subTest(number):
                process, model = self.begin("-o", f"out{code}", width=2, stages=SECOND_STAGE)
                self.assertEqual(self.stop(process, number), code)
                self.assertEqual(len(model.begun), 2)
                with sqlite3.connect(self.dir / f"out{code}/.docket/ledger.db") as ledger:
                    self.assertEqual(ledger.execute("SELECT count(*) FROM answers").fetchone(), (2,))
                ledger.close()
                self.assertEqual(self.report(f"out{code}")["run"]["stopped"], signal.Signals(number).name)

    def test_nothing_is_tried_again(self):
        for how in (status(503), close, page):
            with self.subTest(how):
                process, model = self.begin("-B", then=how)
                self.assertEqual(self.stop(process), 130)
                self.assertEqual(len(model.begun), 1)

    def test_a_run_that_ends_early_asks_no_more(self):
        has_given_up = threading.Event()
        self.addCleanup(has_given_up.set)

        def refuse_first(model, handler, body):
            if len(model.begun) == 1:
                return status(413)(model, handler, body)
            has_given_up.wait(e2e.TIMEOUT)
            well(model, handler, body)

        model = self.model(refuse_first)
        self.set_up(model, more="max_concurrent: 1")
        process = self.start("run", "pipeline.yaml", "--progress", "none", "-v", "-k", "1", "--in-flight", "6")
        waiting = next((line for line in process.stderr if b": cancelled" in line), None)
        self.assertIsNotNone(waiting, "those that wait for the model end with the run")
        has_given_up.set()
        process.stderr.read()
        self.assertEqual(process.wait(e2e.TIMEOUT), 1)
        self.assertLessEqual(len(model.begun), 2)

    def test_other_signals_are_nothing_to_it(self):
        process, _ = self.begin()
        process.send_signal(signal.SIGUSR2)
        self.assertEqual(self.stop(process), 130)

    def test_nohup(self):
        process, model = self.begin(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        self.go_on.set()
        process.wait(e2e.TIMEOUT)
        self.assertEqual((process.returncode, len(model.begun)), (0, 6))


class Paid(Calls):
    def test_no_more_calls_are_lost_than_may_be_under_way(self):
        """The disk takes no answer; then docket is killed."""
        model = self.model()
        self.set_up(model, documents=20, more="max_concurrent: 3, price: { input: 3, output: 15 }")
        gate = self.dir / "gate"
        os.mkfifo(gate)
        process = subprocess.Popen([os.environ["DOCKET_FAULTS"], "run", "pipeline.yaml", "--in-flight", "20"], cwd=self.dir,
                                   stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=os.environ | {"DOCKET_FAULT": "ledger.commit:7", "DOCKET_FAULT_GATE": str(gate)})
        self.addCleanup(self.end, process)
        wait_for(lambda: model.begun and time.monotonic() - model.begun[-1] > 0.3, "no more questions")
        process.kill()
        process.wait()
        self.assertLess(len(model.begun), 20)
        self.run_pipeline()
        self.assertLessEqual(len(model.begun), 20 + 3)


def counts(**usage):
    def serve(model, handler, body):
        handler.reply(200, model.answer(body) | {"usage": usage})
    return serve


class Prices(Calls):
    def test_check_shows_the_price_and_where_it_is_from(self):
        self.set_up(self.model(), more="location: cloud, price: { input: 0.1, output: 0.3, as_of: 2026-11-01 }")
        self.assertIn("price of 'model': $0.1 in, $0.1 cached, $0.125 written to the cache, $0.3 out per million tokens "
                      "(the pipeline, as of 2026-11-01)", self.docket("check", "pipeline.yaml").err)
        self.set_up(self.model(), more="location: cloud")
        for verb in "check", "run":
            said = self.docket(verb, "pipeline.yaml").err
            self.assertEqual(said.count("what its calls cost is unknown"), 1, said)

    def test_what_is_counted_in_other_words_is_paid_once(self):
        model = self.model(counts(prompt_tokens=500, completion_tokens=40, total_tokens=1140, prompt_cache_hit_tokens=400,
                                  prompt_cache_miss_tokens=100, completion_tokens_details={"reasoning_tokens": 600}))
        self.set_up(model, documents=3, more="location: cloud, price: { input: 0.7, cached_input: 0.07, output: 1.1 }")
        self.run_pipeline()
        for number in range(3):
            usage = self.record(f"in/{number:02}.txt")["usage"]
            self.assertEqual([usage[name] for name in ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")],
                             [500, 400, 640, 600])
            self.assertEqual(usage["cost_usd"], 0.000802)
        self.assertEqual(self.report()["totals"]["usage"]["cost_usd"], 0.002406)

    def test_what_does_not_add_up_is_said_once_and_costs_nobody_knows_what(self):
        self.set_up(self.model(counts(prompt_tokens=500, completion_tokens=40, total_tokens=541)), documents=3,
                    more="location: cloud, price: { input: 1, output: 1 }")
        said = self.run_pipeline().err
        self.assertEqual(said.count("prompt_tokens 500, completion_tokens 40, total_tokens 541"), 1, said)
        self.assertIsNone(self.report()["totals"]["usage"]["cost_usd"])


if __name__ == "__main__":
    e2e.main()
