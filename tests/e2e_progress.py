"""What a run says while it works: how far it is, and within two seconds what it waits for."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading

import e2e
from e2e import invoice, wait_for
from paid_model import JsonHandler, Server

PIPELINE = """\
version: 1
name: progress
input:  {{ paths: [in] }}
output: {{ dir: out }}
backends:
  {name}: {{ type: openai, url: "{url}", model: m, context: 8192, max_concurrent: 2{more} }}
stages:
  - extract:
  - classify: {{ backends: [{name}], labels: {{ invoice: , letter: }} }}
"""
ANSWER = {"object": "chat.completion", "model": "m", "usage": {"prompt_tokens": 400, "completion_tokens": 20},
          "choices": [{"index": 0, "finish_reason": "stop",
                       "message": {"role": "assistant", "content": json.dumps({"label": "invoice", "quote": "INVOICE"})}}]}
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Slow:
    """A server of one model that keeps everybody waiting until `go` is set, in the way that `mood` says."""

    def __init__(self, mood):
        self.go, self.mood, self.asked = threading.Event(), mood, threading.Event()
        model = self

        class Handler(JsonHandler):
            def do_GET(self):
                if model.mood == "loading" and not model.go.is_set():
                    model.asked.set()
                    return self.reply(503, {"error": {"message": "Loading model", "code": 503, "type": "unavailable_error"}})
                self.reply(200, {"object": "list", "data": [{"id": "m", "object": "model"}]})

            def do_POST(self):
                self.question()
                model.asked.set()
                if model.mood == "busy" and not model.go.is_set():
                    return self.pause()
                if model.mood == "silent":
                    model.go.wait(e2e.TIMEOUT)
                self.reply(200, ANSWER)

            def pause(self):
                self.send_response(429)
                self.send_header("Retry-After", "3")
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.go.set()
        self.server.shutdown()
        self.server.server_close()


class Screen:
    """A terminal that docket writes to: what came, and the rows as they stand."""

    def __init__(self, columns, rows=24):
        self.master, self.slave = pty.openpty()
        self.shown, self.lock = "", threading.Lock()
        self.resize(columns, rows)

    def resize(self, columns, rows=24):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def follow(self):
        os.close(self.slave)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        try:
            while block := os.read(self.master, 4096):
                with self.lock:
                    self.shown += block.decode(errors="replace")
        except OSError:
            pass  # The other end is closed.

    def text(self):
        with self.lock:
            return self.shown

    def lines(self):
        """All lines as they were drawn, one after the other."""
        return [ESCAPE.sub("", line) for line in re.split(r"[\r\n]+", self.text())]

    def end(self):
        self.thread.join(e2e.TIMEOUT)
        os.close(self.master)


class Progress(e2e.Case):
    def prepare(self, server, name="local", documents=3, more=""):
        self.write("pipeline.yaml", PIPELINE.format(name=name, url=server.url, more=more))
        for number in range(documents):
            self.write(f"in/{number}.txt", invoice(number))

    def on_screen(self, screen, *arguments, env=None):
        process = self.start("run", "pipeline.yaml", *arguments, stderr=screen.slave,
                             env={"TERM": "xterm"} | (env or {}))
        screen.follow()
        return process

    def ended(self, process, screen, code=0):
        process.wait(e2e.TIMEOUT)
        screen.end()
        self.assertEqual(process.returncode, code, screen.text())

    def waits_for(self, mood, words, columns=80, *arguments):
        server = Slow(mood)
        self.addCleanup(server.close)
        self.prepare(server)
        screen = Screen(columns)
        process = self.on_screen(screen, *arguments)
        wait_for(server.asked.is_set, "the question")
        wait_for(lambda: words in screen.text(), f"{words!r} on the terminal")
        server.go.set()
        self.ended(process, screen)
        return screen

    def test_a_server_that_loads_its_model(self):
        self.waits_for("loading", "local: loading its model")

    def test_a_server_that_asks_to_pause(self):
        self.waits_for("busy", "local: asked to pause until ")

    def test_a_server_that_says_nothing(self):
        self.waits_for("silent", "local: waiting for its first answer")

    def test_a_plain_line_at_once_where_there_is_no_terminal(self):
        server = Slow("loading")
        self.addCleanup(server.close)
        self.prepare(server)
        process = self.start("run", "pipeline.yaml", stderr=subprocess.PIPE)
        wait_for(server.asked.is_set, "the question")
        first = process.stderr.readline().decode()  # The test's own time-out is what it waits for.
        server.go.set()
        rest = process.stderr.read().decode()
        self.assertEqual(process.wait(e2e.TIMEOUT), 0, rest)
        self.assertRegex(first, r"^0/3 documents.*; local: loading its model(, \d+ s)?\n$")
        self.assertNotIn("\x1b", first + rest)

    def test_a_run_that_is_told_to_stop(self):
        server = Slow("silent")
        self.addCleanup(server.close)
        self.prepare(server)
        screen = Screen(80)
        process = self.on_screen(screen)
        wait_for(server.asked.is_set, "the question")
        process.send_signal(signal.SIGINT)
        wait_for(lambda: "stopping; 0/3 documents" in screen.text(), "'stopping' in the line")

        def has_ended():
            process.send_signal(signal.SIGINT)
            return process.poll() is not None

        wait_for(has_ended, "the end at once")
        self.ended(process, screen, 130)
        self.assertTrue(screen.text().endswith("\r\ndocket: stopped at once; what was finished is kept\r\n"), screen.text())

    def test_no_line_is_wider_than_the_terminal(self):
        for columns in (30, 60, 100):
            with self.subTest(columns=columns):
                screen = self.waits_for("silent", "; local: ", columns, "-B")
                drawn = [line for line in screen.lines() if "documents" in line and "/3" in line]
                self.assertTrue(drawn)
                self.assertLess(max(map(len, drawn)), columns)

    def test_the_input_is_counted_first(self):
        server = Slow("silent")
        self.addCleanup(server.close)
        self.prepare(server, documents=100)
        screen = Screen(100)
        process = self.on_screen(screen, "--in-flight", "2")
        wait_for(lambda: "/100 documents" in screen.text(), "all documents on the terminal")
        server.go.set()
        self.ended(process, screen)

    def test_a_terminal_that_becomes_narrow(self):
        server = Slow("silent")
        self.addCleanup(server.close)
        self.prepare(server)
        screen = Screen(100)
        process = self.start("run", "pipeline.yaml", stderr=screen.slave, env={"TERM": "xterm"})
        kept = os.dup(screen.slave)
        screen.follow()
        wait_for(lambda: "waiting for its first answer, " in screen.text(), "the wait on the terminal")
        fcntl.ioctl(kept, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
        # What stood there goes on in a second row now: the line is drawn from its first one.
        wait_for(lambda: re.search(r"\r(\x1b\[A)+\x1b\[J", screen.text()), "the old line to be wiped")
        os.close(kept)
        server.go.set()
        self.ended(process, screen)


if __name__ == "__main__":
    e2e.main()
